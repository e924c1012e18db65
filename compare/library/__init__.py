"""A library: statements, passages and vectors, in a folder or a database."""

from compare.library.filters import FILTERS, Facets, Filters

__all__ = ["FILTERS", "Facets", "Filters"]
