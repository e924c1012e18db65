"""A library: statements, passages and vectors in one folder."""

from compare.library.filters import FILTERS, Facets, Filters
from compare.library.library import Library

__all__ = ["FILTERS", "Facets", "Filters", "Library"]
