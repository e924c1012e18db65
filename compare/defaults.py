"""How many passages are read: the same in Python, on the command line, over HTTP and in the app.

`…_LIMIT` is the largest value that the command line, HTTP and the app take.
"""

CANDIDATES = 400
"""Number of similar passages read for a quote. On dev queries, they hold 0.69 of those that oppose
it; the nearest 60 hold 0.35."""

CANDIDATES_LIMIT = 10_000

MOST_PER_ACTOR = 24
"""Maximum number of similar passages read per actor; half as many more that share words."""

MOST_PER_ACTOR_LIMIT = 1_000

MOST_OF_SIDE = 120
"""Passages of a side that are placed for each end, by similarity; a quarter as many by words."""

MOST_OF_SIDE_LIMIT = 500
"""In Python, too: every two passages of both sides are a pair."""
