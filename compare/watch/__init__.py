"""Saved searches that tell what is new in a library since they were last run.

    library = Library.open("my-library")
    library.watches.add("canal", library.search("The canal must be open to all ships."))
    ...  # later, after the library was updated
    run = Library.open("my-library").watches.run()
    feed_bytes(library.watches.found(["canal"]), "atom")

`values` defines watches, entries and runs, `document` keeps them beside a library, `reading` finds
what is new, `watches` is the way in, and `feeds` writes Atom and CSV.
"""

from compare.watch.feeds import FEED_ENDINGS, FeedFormat, entry_rows, feed_bytes
from compare.watch.values import Entry, LastRun, Run, Watch
from compare.watch.watches import Watches

__all__ = [
    "FEED_ENDINGS",
    "Entry",
    "FeedFormat",
    "LastRun",
    "Run",
    "Watch",
    "Watches",
    "entry_rows",
    "feed_bytes",
]
