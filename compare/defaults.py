"""How many passages are read: the same in Python, on the command line, over HTTP and in the app."""

CANDIDATES = 400
"""Number of similar passages read for a quote. On dev queries, they hold 0.69 of those that oppose
it; the nearest 60 hold 0.35."""

MOST_CANDIDATES = 10_000
"""Maximum of `candidates`."""

MOST_PER_ACTOR = 24
"""Maximum number of similar passages read per actor; half as many more that share words."""

MOST_OF_ACTOR = 1_000
"""Maximum of `most_each`."""

MOST_OF_SIDE = 120
"""Passages of a side that are placed for each end, by similarity; a quarter as many by words."""

MOST_AT_ALL = 500
"""Maximum of `most_of_side`: every two passages of both sides are a pair."""
