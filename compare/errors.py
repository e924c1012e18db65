"""Errors that a user can fix; each message says what is wrong, where, and how to fix it."""

from __future__ import annotations

UPDATE = "get a newer version of the program, and run `make setup` in its folder"
"""The remedy for what a later version of the program has written."""


def not_installed(what: str, extra: str) -> str:
    """Return the message that something is not installed, with the extra that installs it."""
    return (
        f"{what} is not installed: in the program's folder, run `python -m pip install "
        f"--require-hashes -c constraints.txt 'compare-statements[{extra}]'`."
    )


class CompareError(Exception):
    """Base of all errors a user can fix; the command line prints it and exits with code 2."""


class CorpusError(CompareError):
    """A corpus file cannot be read, or has an invalid row in strict mode."""


class LibraryError(CompareError):
    """A library is missing, corrupt, locked, read-only, in another format or out of reach."""


class ModelError(CompareError):
    """A model is missing, damaged, or not the one a library was built with."""


class ExportError(CompareError):
    """A result cannot be written, or a saved result cannot be read."""


class QueryError(CompareError):
    """A quote, filter or threshold cannot be used as given."""


class ReviewError(CompareError):
    """A review cannot be created, read or changed as requested."""


class DamagedReviewError(ReviewError):
    """A stored review is damaged, or was edited by hand."""


class WatchError(CompareError):
    """A watch cannot be added, read or run as requested."""


class UnknownWatchError(WatchError):
    """There is no watch of a name."""
