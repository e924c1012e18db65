"""The public `Library`: an open library with all that can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare import models
from compare.comparison.opposites import Offer, opposites
from compare.comparison.positions import positions
from compare.comparison.search import search
from compare.comparison.sides import compare_sides
from compare.defaults import CANDIDATES, MOST_OF_SIDE, MOST_PER_ACTOR
from compare.deletion import about_deletion, delete_statements, finish_deletion, noted_deletion
from compare.errors import LibraryError, QueryError
from compare.library.backend import Backend, backend_at
from compare.library.filters import Filters
from compare.library.library import OpenLibrary
from compare.library.locations import sample_library
from compare.results import Positions, Result, Thresholds
from compare.review import Review, Reviews
from compare.statements import PartialDate, Quote, Statement, WordsRead
from compare.watch import Watches

if TYPE_CHECKING:
    from typing import Self

    from compare.models import Encoder, StanceModel
    from compare.models.third_reader import ThirdReader
    from compare.progress import Progress


class Library(OpenLibrary):
    """An open library that can be changed, searched and compared.

    `update` and `delete` write the next generation and return a new `Library`; an open one does
    not change.

    >>> library = Library.sample()
    >>> len(library)
    11
    """

    # -- Writing ---------------------------------------------------------------------------------

    @classmethod
    def sample(cls) -> Self:
        """Open the read-only sample library of eleven statements; it is built on first use.

        >>> Library.sample().read_only
        True
        """
        return cls.open(sample_library())

    @classmethod
    def build(
        cls,
        statements: Iterable[Statement],
        location: Backend | Path | str,
        encoder: Encoder | None = None,
        on_progress: Progress | None = None,
        *,
        store: str | None = None,
        read: WordsRead | str | None = None,
    ) -> Self:
        """Build a library of these statements, replacing any library there.

        >>> corpus = read_corpus(["corpora/sample.csv"])
        >>> len(Library.build(corpus.statements, "my-library"))
        11

        Vectors of the same texts by the same encoder are reused.

        Args:
            statements: All statements of the library.
            location: The folder to write, or the address of a database.
            encoder: None uses the shipped one.
            on_progress: Reports passages embedded.
            store: In a folder, one of `passage_store.STORES`; None keeps that of the library there.
            read: What models read of statements in other languages that have a translation into
                English: "translations" or "originals"; None keeps what the library there reads,
                and means translations for a new one.

        Raises:
            ValueError: `read` is neither.
            LibraryError: The library cannot be written, two statements have the same id, or the
                kind of store is unknown.
        """
        backend = backend_at(location)
        noted_deletion(backend)  # if the note cannot be read, say so before anything is built
        if encoder is None:
            encoder = models.load_encoder()
        read = _read_before(backend) if read is None else WordsRead(read)
        generation = backend.build(statements, encoder, on_progress, store=store, read=read)
        finish_deletion(backend)
        return cls(backend, generation, encoder)

    def update(
        self,
        add: Iterable[Statement] = (),
        remove: Iterable[str] = (),
        on_progress: Progress | None = None,
    ) -> Self:
        """Add statements, replacing those with the same id, and remove others.

        >>> ours = Library.build(library.statements(), "ours")
        >>> len(ours.update(remove=["embassy-1"]))
        10

        The change is applied to the current generation, which may be newer than this object. Only
        new texts are embedded. In a folder, the result equals a complete rebuild, byte for byte.

        Raises:
            LibraryError: The library cannot be written, an id to remove does not exist, or two
                added statements have the same id.
        """
        finish_deletion(self.backend)
        generation = self.backend.update(add, frozenset(remove), self._encoder, on_progress)
        return type(self)(self.backend, generation, self._encoder)

    def delete(self, ids: Iterable[str], on_progress: Progress | None = None) -> Self:
        """Remove statements permanently and return the new library.

        >>> ours = Library.build(library.statements(), "ours")
        >>> len(ours.delete(["embassy-1", "xi-1"]))
        9

        Earlier generations, which contain them, are removed too. If this is interrupted, the next
        write finishes it. In a folder, libraries that are open stay readable; in a database they
        have to be opened again.
        """
        generation = delete_statements(self.backend, frozenset(ids), self._encoder, on_progress)
        return type(self)(self.backend, generation, self._encoder)

    def finish_deletion(self) -> frozenset[str]:
        """Finish a deletion that was interrupted, and return the ids of its statements.

        >>> library.finish_deletion()
        frozenset()

        A build, an update and a deletion do so by themselves.
        """
        return frozenset() if self.read_only else finish_deletion(self.backend)

    def about_deletion(self) -> str:
        """Say that a deletion is not finished, and what finishes it; "" if there is none.

        >>> library.about_deletion()
        ''
        """
        return about_deletion(self.backend, self.store)

    # -- Comparing -------------------------------------------------------------------------------

    def search(
        self,
        quote: Quote | str,
        *,
        opposite: str = "",
        filters: Filters | None = None,
        thresholds: Thresholds | None = None,
        candidates: int = CANDIDATES,
        why: bool = False,
        same_actor: bool = True,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Search for statements that agree with a quote or oppose it.

        >>> claim = "We are concerned that China is considering military aid to Russia."
        >>> result = library.search(claim)
        >>> result.agree[1].b.statement.speaker
        'Antony Blinken'

        Args:
            quote: The words, with the speaker if known.
            opposite: What someone who disagrees would say: each passage is compared with both.
            filters: Which statements; applied before candidates are chosen.
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            candidates: Number of similar passages scored; up to 30 more that share words.
            why: Also find the deciding words of all listed pairs.
            same_actor: Whether each verdict is weighed with those on the same actor's other
                passages; `Pair.alone` has the probabilities without that.
            stance_model: None uses the shipped one.
            on_progress: Reports pairs scored.

        Raises:
            QueryError: The quote is empty or too long.
            ModelError: A model is missing, or is not the one the library was built with.
        """
        asked = Quote(quote) if isinstance(quote, str) else quote
        asked = replace(asked, opposite=opposite or asked.opposite)
        return search(
            self, asked, filters=filters, thresholds=thresholds, candidates=candidates, why=why,
            same_actor=same_actor, stance_model=stance_model, on_progress=on_progress,
        )  # fmt: skip

    def opposites(
        self,
        quote: Quote | str,
        *,
        most: int = 2,
        stance_model: StanceModel | None = None,
        third_reader: ThirdReader | None = None,
        on_progress: Progress | None = None,
    ) -> tuple[Offer, ...]:
        """Return what someone who disagrees with a quote may say, from a list of contested matters.

        >>> library.opposites("The veto in the Security Council should be abolished.")[0].matter
        'Veto in Security Council'

        The arguments and errors are those of `compare.comparison.opposites.opposites`.
        """
        return opposites(
            self, quote, most=most, stance_model=stance_model, third_reader=third_reader,
            on_progress=on_progress,
        )  # fmt: skip

    def search_many(
        self,
        quotes: Iterable[Quote | str],
        *,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
        **options: Any,
    ) -> Iterator[Result]:
        """Search for several quotes, and yield the result of each; the model is loaded once.

        >>> quotes = ["China is considering military aid to Russia.", "China denies military aid."]
        >>> [len(result.agree) for result in library.search_many(quotes)]
        [2, 1]

        Args:
            quotes: The words of each, with the speaker if known.
            stance_model: None uses the shipped one.
            on_progress: Reports quotes searched.
            options: As `search` takes them.

        Raises:
            QueryError: A quote is empty or too long; no search was made.
            ModelError: A model is missing, or is not the one the library was built with.
        """
        asked = [Quote(quote) if isinstance(quote, str) else quote for quote in quotes]
        for number, quote in enumerate(asked, start=1):
            try:
                quote.cleaned()
            except QueryError as error:
                raise QueryError(f"Quote {number}: {error}") from None
        model = stance_model or self.stance_model()
        for done, quote in enumerate(asked, start=1):
            yield self.search(quote, stance_model=model, **options)
            if on_progress:
                on_progress(done, len(asked))

    def compare(
        self,
        a: Filters | str,
        b: Filters | str,
        proposition: str,
        *,
        opposite: str = "",
        since: PartialDate | str | None = None,
        until: PartialDate | str | None = None,
        thresholds: Thresholds | None = None,
        most_of_side: int = MOST_OF_SIDE,
        why: int = 0,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Find the pairs in which two sides agree or oppose each other on a proposition.

        >>> claim = "China gives Russia military aid."
        >>> found = library.compare("United States", "China", claim, opposite="This is a lie.")
        >>> found.subject
        'United States and China on “China gives Russia military aid.”'

        Args:
            a: Filters for side a, or the name of a country in any spelling.
            b: Filters or country for side b.
            proposition: One claim or demand, as a sentence.
            opposite: What someone who disagrees would say: passages are compared with both.
            since: First day of the period for both sides: "2014", "2014-03" or "2014-03-18".
            until: Last day of the period.
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            most_of_side: Maximum number of similar passages of a side that are read for each end.
            why: Find the deciding words of this many pairs of each list.
            stance_model: None uses the shipped one.
            on_progress: Reports passages and pairs read.

        Raises:
            QueryError: The proposition is empty or too long, its opposite has the same words, no
                statement passes the filters of a side, or a date is malformed.
        """
        return compare_sides(
            self, proposition, _side(a, since, until), _side(b, since, until), opposite=opposite,
            thresholds=thresholds, most_of_side=most_of_side, why=why, stance_model=stance_model,
            on_progress=on_progress,
        )  # fmt: skip

    def timeline(
        self,
        who: Filters | str,
        proposition: str,
        *,
        opposite: str = "",
        since: PartialDate | str | None = None,
        until: PartialDate | str | None = None,
        thresholds: Thresholds | None = None,
        most_of_side: int = MOST_OF_SIDE,
        why: int = 0,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Find where an actor opposes or repeats earlier statements; side a is the earlier one.

        >>> library.timeline("United States", "China gives Russia military aid.").over_time
        True

        The arguments and errors are those of `compare`.
        """
        return compare_sides(
            self, proposition, _side(who, since, until), None, opposite=opposite,
            thresholds=thresholds, most_of_side=most_of_side, why=why, stance_model=stance_model,
            on_progress=on_progress,
        )  # fmt: skip

    def positions(
        self,
        proposition: str,
        *,
        opposite: str = "",
        by: str = "country",
        filters: Filters | None = None,
        since: PartialDate | str | None = None,
        until: PartialDate | str | None = None,
        thresholds: Thresholds | None = None,
        most_each: int = MOST_PER_ACTOR,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Positions:
        """Place countries or speakers between opposition to a proposition and agreement with it.

        >>> claim = "We are concerned that China is considering military aid to Russia."
        >>> found = library.positions(claim)
        >>> [position.name for position in found.placed]
        ['China', 'European Union', 'United States']

        Args:
            proposition: One claim or demand, as a sentence.
            opposite: What someone who disagrees would say: passages are compared with both.
            by: "country" or "speaker".
            filters: Which statements. If countries or speakers are named, only they are placed.
            since: First day of the period: "2014", "2014-03" or "2014-03-18".
            until: Last day of the period.
            thresholds: Minimum probability of a side; see `Positions.rethreshold`.
            most_each: Maximum number of similar passages scored per actor.
            stance_model: None uses the shipped one.
            on_progress: Reports passages scored; those that both stages score count twice.

        Raises:
            QueryError: The proposition is empty or too long, `by` is invalid, a date is malformed,
                or the filters leave no actor.
        """
        return positions(
            self, proposition, opposite=opposite, by=by,
            filters=_side(filters or Filters(), since, until), thresholds=thresholds,
            most_each=most_each, stance_model=stance_model, on_progress=on_progress,
        )  # fmt: skip

    @property
    def watches(self) -> Watches:
        """Return the saved searches of this library, which tell what is new.

        >>> [watch.name for watch in library.watches]
        []
        """
        return Watches(self)

    def review(self, name: str) -> Review:
        """Open a review of this library; `compare.review.Reviews` creates and lists reviews.

        Raises:
            ReviewError: There is none of that name.
        """
        return Reviews.of(self).open(name)


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
    try:
        return given if isinstance(given, PartialDate) else PartialDate(given)
    except ValueError as error:
        raise QueryError(f"{error}: give a year, a month or a day.") from None


def _read_before(backend: Backend) -> WordsRead:
    """Return what models read in the library there; the usual if there is none that opens."""
    try:
        return backend.open().manifest.read if backend.exists() else WordsRead.TRANSLATIONS
    except LibraryError:
        return WordsRead.TRANSLATIONS
