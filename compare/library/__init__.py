"""A library: statements, passages and vectors, in a folder or a database."""

from typing import TYPE_CHECKING, Any

from compare.library.filters import FILTERS, Facets, Filters

if TYPE_CHECKING:
    from compare.library.library import Library

__all__ = ["FILTERS", "Facets", "Filters", "Library"]


def __getattr__(name: str) -> Any:
    """Import `Library` when it is first used, since it loads numpy."""
    if name != "Library":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from compare.library.library import Library

    return Library
