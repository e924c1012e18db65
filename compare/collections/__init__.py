"""Public collections that can be fetched by name."""

from compare.collections.download import accept_licence, downloads, fetch_collection, is_accepted
from compare.collections.get import get_collection
from compare.collections.registry import Collection, Service, collections, named_collection
from compare.collections.services import Listing, RemoteFile, list_files

__all__ = [
    "Collection",
    "Listing",
    "RemoteFile",
    "Service",
    "accept_licence",
    "collections",
    "downloads",
    "fetch_collection",
    "get_collection",
    "is_accepted",
    "list_files",
    "named_collection",
]
