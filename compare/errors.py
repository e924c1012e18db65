"""The errors a person can cause and mend; each message says what, where and the remedy."""

from __future__ import annotations


class CompareError(Exception):
    """Something the user can mend: one clear sentence, exit code 2 on the command line."""


class CorpusError(CompareError):
    """A corpus file cannot be read, or a row is bad in strict reading."""


class LibraryError(CompareError):
    """A library folder is missing, corrupt, locked, read-only or of another format."""


class ModelError(CompareError):
    """A model is missing, damaged, or not the one a library was built with."""


class ExportError(CompareError):
    """A result cannot be written, or a kept result cannot be read."""


class QueryError(CompareError):
    """A quote, filter or threshold cannot be used as given."""


class ReviewError(CompareError):
    """A review project cannot be made, read or written as asked."""


class AdaptError(CompareError):
    """The labels there are do not suffice to adapt the stance model to a corpus."""
