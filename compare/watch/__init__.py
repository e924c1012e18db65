"""Saved searches that tell what is new in a library since they were last run.

    library = Library.open("my-library")
    library.watches.add("canal", library.search("The canal must be open to all ships."))
    ...  # later, after the library was updated
    run = Library.open("my-library").watches.run()
    atom(library.watches.found(["canal"]))

`values` defines watches, entries and runs, `document` and `known` the documents beside a library
that keep them, `reading` finds what is new, `watches` is the way in, and `feeds` writes Atom, JSON
Feed and CSV.
"""

from compare.watch.feeds import FeedFormat, atom, entry_rows, feed_bytes, json_feed
from compare.watch.values import (
    LONGEST_NAME,
    MOST_ENTRIES,
    MOST_WATCHES,
    Before,
    Entry,
    EntryKind,
    LastRun,
    Run,
    Watch,
)
from compare.watch.watches import Watches, watch_json

__all__ = [
    "LONGEST_NAME",
    "MOST_ENTRIES",
    "MOST_WATCHES",
    "Before",
    "Entry",
    "EntryKind",
    "FeedFormat",
    "LastRun",
    "Run",
    "Watch",
    "Watches",
    "atom",
    "entry_rows",
    "feed_bytes",
    "json_feed",
    "watch_json",
]
