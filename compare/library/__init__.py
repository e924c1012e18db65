"""A library: statements, passages and vectors, in a folder or a database."""

from typing import TYPE_CHECKING, Any

from compare.library.filters import FILTERS, Facets, Filters

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary

__all__ = ["FILTERS", "Facets", "Filters", "OpenLibrary"]


def __getattr__(name: str) -> Any:
    """Import `OpenLibrary` when it is first used, since it loads numpy."""
    if name != "OpenLibrary":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from compare.library.library import OpenLibrary

    return OpenLibrary
