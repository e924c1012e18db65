"""What is asked of a library, as its methods: thin, so that `library` knows nothing of asking.

    library = Library.open("my-library")
    library.search("We will not hesitate to impose costs.")
    library.pairs("China", "United States", topic="sanctions")
    library.timeline("Cuba", topic="sanctions")
    library.positions("Sanctions on Cuba must be lifted").to_pandas()
    library.review("sanctions").to_pandas()

Each function here takes the library first and is a method of `Library` by one line there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from compare.library.filters import Filters
from compare.statements.statement import PartialDate

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.results.positions import Positions
    from compare.results.result import Result
    from compare.review import Review
    from compare.statements.quotes import Quote


def search(library: Library, quote: Quote | str, **options: Any) -> Result:
    """Search for statements that agree with a quote or oppose it.

    Args:
        library: Where to search.
        quote: The words, with who said them where that is known.
        options: `filters`, `thresholds`, `stance_model`, `why` and the others of
            `compare.comparison.search.search`.
    """
    from compare.comparison.search import search as ask

    return ask(library, quote, **options)


def pairs(
    library: Library,
    a: Filters | str,
    b: Filters | str,
    *,
    topic: str = "",
    since: PartialDate | str | None = None,
    until: PartialDate | str | None = None,
    **options: Any,
) -> Result:
    """Find the pairs in which two sides agree or oppose each other.

    Args:
        library: Where both sides are.
        a: The statements of one side; a text is a country, in any spelling.
        b: Those of the other.
        topic: Words or a sentence; all topics where empty.
        since: Nothing said before: "2014", "2014-03" or "2014-03-18"; holds for both sides.
        until: Nothing said after.
        options: `thresholds`, `stance_model`, `most_read`, `why` and `on_progress` of
            `compare.comparison.sides.compare_sides`.

    Raises:
        QueryError: A side holds no passage, or none on the topic; or a date is none.
    """
    from compare.comparison.sides import compare_sides

    sides = (_side(given, since, until) for given in (a, b))
    return compare_sides(library, *sides, topic=topic, **options)


def positions(
    library: Library,
    proposition: str,
    *,
    since: PartialDate | str | None = None,
    until: PartialDate | str | None = None,
    filters: Filters | None = None,
    **options: Any,
) -> Positions:
    """Place countries or speakers from opposed to a proposition to agreeing with it.

    Args:
        library: Whose statements.
        proposition: One claim or demand, as a sentence.
        since: As in `pairs`, and so is `until`.
        filters: Which statements.
        options: `by`, `thresholds`, `stance_model`, `most_each`, `seed` and `on_progress` of
            `compare.comparison.positions.positions`.
    """
    from compare.comparison.positions import positions as ask

    return ask(library, proposition, filters=_side(filters or Filters(), since, until), **options)


def timeline(
    library: Library,
    who: Filters | str,
    *,
    topic: str = "",
    since: PartialDate | str | None = None,
    until: PartialDate | str | None = None,
    **options: Any,
) -> Result:
    """Find where someone opposes or repeats what they said before; side a is the earlier.

    Args:
        library: Where the statements are.
        who: Whose; a text is a country, in any spelling.
        topic: As in `pairs`, and so are `since`, `until` and `options`.
    """
    from compare.comparison.sides import changed_positions

    return changed_positions(library, _side(who, since, until), topic=topic, **options)


def _side(
    given: Filters | str, since: PartialDate | str | None, until: PartialDate | str | None
) -> Filters:
    side = Filters(countries=(given,)) if isinstance(given, str) else given
    return replace(
        side,
        date_from=side.date_from if since is None else _day(since),
        date_to=side.date_to if until is None else _day(until),
    )


def _day(given: PartialDate | str) -> PartialDate:
    from compare.errors import QueryError

    try:
        return given if isinstance(given, PartialDate) else PartialDate(given)
    except ValueError as error:
        raise QueryError(f"{error}: give a year, a month or a day.") from None


def review(library: Library, name: str) -> Review:
    """Open a review that was made beside a library; `compare.Reviews` makes and lists them.

    Raises:
        ReviewError: There is none of that name.
    """
    from compare.review import Reviews

    return Reviews.of(library).open(name)
