"""The HTTP API: the functions of the library, for programs in other languages and for groups."""

from compare.serve.api import create_app
from compare.serve.settings import Settings

__all__ = ["Settings", "create_app"]
