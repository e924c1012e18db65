"""A library: a folder of statements with their passages and vectors, ready to search."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.errors import LibraryError, QueryError
from compare.library.build import (
    Change,
    Embedding,
    check_encoder,
    encoder_of,
    open_store,
    store_embedded_by,
    store_in,
    write_generation,
)
from compare.library.filters import Facets, Filters
from compare.library.generations import (
    Generation,
    Manifest,
    current_name,
    forget_before,
    is_read_only,
    open_generation,
    publish,
    writing,
)
from compare.statements import PartialDate, Passage, Quote, Statement, clean_quote

if TYPE_CHECKING:
    from typing import Self

    from compare.models import Encoder, StanceModel
    from compare.progress import Progress
    from compare.results.pair import Thresholds
    from compare.results.positions import Positions
    from compare.results.result import Result
    from compare.review import Review


class Library:
    """One generation of a library folder, open for reading; safe to use from several threads.

    An open library never changes, even if another program writes to its folder. `update` and
    `delete` write the next generation and return a new `Library`.

    >>> library = Library.sample()
    >>> len(library)
    11

    Attributes:
        folder: The library's folder, which also holds reviews and an adaptation.
        store: The statements, passages and vectors.
    """

    def __init__(self, folder: Path, generation: Generation, encoder: Encoder | None) -> None:
        """Open the store of a generation; use `open` or `build`."""
        self.folder = folder
        self.store = open_store(generation)
        self._generation = generation
        self._encoder = encoder
        self._lock = threading.RLock()

    # -- Opening and writing ---------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path | str, encoder: Encoder | None = None) -> Self:
        """Open a library; its encoder is loaded when it is first needed.

        >>> Library.open(library.folder).digest == library.digest
        True

        Raises:
            LibraryError: There is no library, it is damaged or of another format, or it was built
                with another encoder than `encoder`.
        """
        folder = Path(folder)
        tries = 5
        while True:
            generation = open_generation(folder)
            if encoder is not None:
                check_encoder(folder, generation.manifest, encoder)
            try:
                return cls(folder, generation, encoder)
            except LibraryError:
                # A writer may have published two generations since CURRENT was read.
                tries -= 1
                if tries < 0 or current_name(folder) == generation.name:
                    raise

    @classmethod
    def sample(cls) -> Library:
        """Open the read-only sample library of eleven statements; it is built on first use.

        >>> Library.sample().read_only
        True
        """
        from compare.library.locations import sample_library

        return sample_library()

    @classmethod
    def build(
        cls,
        statements: Iterable[Statement],
        folder: Path | str,
        encoder: Encoder | None = None,
        on_progress: Progress | None = None,
        *,
        store: str | None = None,
    ) -> Self:
        """Build a library of these statements, replacing any library in the folder.

        >>> corpus = read_corpus(["corpora/sample.csv"])
        >>> len(Library.build(corpus.statements, "my-library"))
        11

        Vectors of the same texts by the same encoder are reused.

        Args:
            statements: All statements of the library.
            folder: The folder to write.
            encoder: None uses the shipped one.
            on_progress: Reports passages embedded.
            store: One of `passage_store.STORES`; None keeps that of the library in the folder.

        Raises:
            LibraryError: The folder cannot be written, two statements have the same id, or the
                kind of store is unknown.
        """
        folder = Path(folder)
        if encoder is None:
            from compare.models import load_encoder

            encoder = load_encoder()
        chosen = encoder  # not None in the lambda below
        with writing(folder) as scratch:
            known = store_embedded_by(chosen, folder)
            with nullcontext() if known is None else closing(known):
                embedding = Embedding(chosen.name, chosen.digest, chosen.dim, lambda: chosen, known)
                change = Change(scratch, statements)
                kind = store or store_in(folder)
                manifest = write_generation(scratch, kind, change, embedding, on_progress)
            generation = publish(folder, scratch, manifest)
        return cls(folder, generation, chosen)

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

        The change is applied to the folder's current generation, which may be newer than this
        object. Only new texts are embedded; the result equals a complete rebuild.

        Raises:
            LibraryError: The library cannot be written, an id to remove does not exist, or two
                added statements have the same id.
        """
        gone = frozenset(remove)
        with writing(self.folder) as scratch:
            before = open_generation(self.folder)
            made, encoder = before.manifest, self._encoder
            if encoder is not None:
                check_encoder(self.folder, made, encoder)
            before.verify()
            with closing(open_store(before)) as store:
                for missing in sorted(gone - store.statements(gone).keys()):
                    raise self._no_statement(missing)
                load = cache(lambda: encoder or encoder_of(self.folder, made))
                embedding = Embedding(made.encoder, made.encoder_digest, made.dim, load, store)
                change = Change(scratch, add, store, gone)
                manifest = write_generation(scratch, made.store, change, embedding, on_progress)
            generation = publish(self.folder, scratch, manifest)
        return type(self)(self.folder, generation, encoder)

    def delete(self, ids: Iterable[str]) -> Self:
        """Remove statements permanently and return the new library.

        >>> ours = Library.build(library.statements(), "ours")
        >>> len(ours.delete(["embassy-1", "xi-1"]))
        9

        Earlier generations, which contain them, are removed too; open libraries stay readable.
        """
        after = self.update(remove=ids)
        forget_before(self.folder)
        return after

    def verify(self) -> None:
        """Read all files completely and compare them with the manifest.

        Raises:
            LibraryError: A file is missing or changed.
        """
        self._generation.verify()

    def close(self) -> None:
        """Close the store; the library cannot be used afterwards."""
        self.store.close()

    # -- Properties ------------------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the number of statements."""
        return self.manifest.statements

    def __repr__(self) -> str:
        """Name the folder and the size."""
        return f"<Library {str(self.folder)!r}: {len(self)} statements>"

    @property
    def manifest(self) -> Manifest:
        """Return how the library was built, with counts and digests."""
        return self._generation.manifest

    @property
    def digest(self) -> str:
        """Return the sha256 (hex) of the library's statements."""
        return self.manifest.corpus_digest

    @property
    def generation(self) -> str:
        """Return the name of the generation, which changes with every write."""
        return self._generation.name

    @property
    def read_only(self) -> bool:
        """Whether the library cannot be changed, as the sample cannot."""
        return is_read_only(self.folder)

    @property
    def encoder(self) -> Encoder:
        """Return the encoder that the library was built with; it is loaded on first use.

        Raises:
            ModelError: The encoder is not on this machine.
            LibraryError: The model of that name has changed.
        """
        with self._lock:
            if self._encoder is None:
                self._encoder = encoder_of(self.folder, self.manifest)
            return self._encoder

    def stance_model(self, base: StanceModel | None = None) -> StanceModel:
        """Return `base`, or the shipped stance model, with the library's adaptation if it fits.

        Raises:
            ModelError: The model is missing or damaged, or the adaptation cannot be read.
        """
        from compare.models import load_stance_model
        from compare.models.calibration import adapted_to

        return adapted_to(base or load_stance_model(), self.folder)

    # -- Statements and passages -----------------------------------------------------------------

    def statement(self, statement_id: str) -> Statement:
        """Return the statement with this id.

        Raises:
            LibraryError: There is none with this id.
        """
        return self.statements([statement_id])[0]

    def statements(self, ids: Iterable[str] | None = None) -> list[Statement]:
        """Return the statements with these ids, in the given order; None returns all.

        >>> [statement.country[0].name for statement in library.statements(["embassy-1"])]
        ['China']

        Raises:
            LibraryError: There is no statement with one of the ids.
        """
        if ids is None:
            return list(self.store.all_statements())
        ids = list(ids)
        found = self.store.statements(ids)
        for missing in (entry for entry in ids if entry not in found):
            raise self._no_statement(missing)
        return [found[statement_id] for statement_id in ids]

    def passages(self, rows: Iterable[int]) -> list[Passage]:
        """Return the passages in these rows, in the given order.

        Raises:
            IndexError: There is no such row.
        """
        return self.store.passages(rows)

    def statement_rows(self, statement_id: str) -> range:
        """Return the rows of a statement's passages, which are consecutive.

        Raises:
            LibraryError: There is no such statement.
        """
        found = self.store.rows_of([statement_id])
        if not found:
            raise self._no_statement(statement_id)
        return found[statement_id]

    def duplicates_of(self, statement_id: str) -> list[Statement]:
        """Return the other statements with the same words and context."""
        return self.store.same_text(statement_id)

    def browse(
        self, filters: Filters | None = None, query: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[list[Statement], int]:
        """Return a page of the statements that pass, newest first, and their total number.

        >>> statements, count = library.browse(query="disinformation")
        >>> count
        1

        Args:
            filters: Which statements.
            query: Words that must all occur in the statement or its metadata.
            limit: Maximum number of statements on the page.
            offset: Number of statements on earlier pages.
        """
        return self.store.browse(filters or Filters(), query, limit, offset)

    def facets(self) -> Facets:
        """Return the values that filters offer, with the number of statements of each."""
        return self.store.facets()

    def _no_statement(self, statement_id: str) -> LibraryError:
        return LibraryError(
            f"There is no statement {statement_id!r} in the library in {self.folder}: "
            "`compare show` lists the ids."
        )

    # -- Comparing -------------------------------------------------------------------------------

    def search(
        self,
        quote: Quote | str,
        *,
        filters: Filters | None = None,
        thresholds: Thresholds | None = None,
        candidates: int = 400,
        why: bool = False,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Search for statements that agree with a quote or oppose it.

        >>> result = library.search("China is considering military aid to Russia.")
        >>> result.agree[1].b.statement.speaker
        'Antony Blinken'

        Args:
            quote: The words, with the speaker if known.
            filters: Which statements; applied exactly, before candidates are chosen.
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            candidates: Number of similar passages scored; up to 30 more that share words.
            why: Also find the deciding words of all listed pairs.
            stance_model: None uses the shipped one, with the library's adaptation.
            on_progress: Reports pairs scored.

        Raises:
            QueryError: The quote is empty or too long.
            ModelError: A model is missing, or is not the one the library was built with.
        """
        from compare.comparison.search import search

        return search(
            self, quote, filters=filters, thresholds=thresholds, candidates=candidates, why=why,
            stance_model=stance_model, on_progress=on_progress,
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
        [2, 2]

        Args:
            quotes: The words of each, with the speaker if known.
            stance_model: None uses the shipped one, with the library's adaptation.
            on_progress: Reports quotes searched.
            options: As `search` takes them.

        Raises:
            QueryError: A quote is empty or too long; no search was made.
            ModelError: A model is missing, or is not the one the library was built with.
        """
        asked = [Quote(quote) if isinstance(quote, str) else quote for quote in quotes]
        for number, quote in enumerate(asked, start=1):
            try:
                clean_quote(quote.text)
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
        *,
        topic: str = "",
        since: PartialDate | str | None = None,
        until: PartialDate | str | None = None,
        thresholds: Thresholds | None = None,
        most_read: int = 20_000,
        why: int = 0,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Find the pairs in which two sides agree or oppose each other.

        >>> result = library.compare("United States", "China")
        >>> len(result.agree), len(result.oppose)
        (0, 5)

        Args:
            a: Filters for side a, or the name of a country in any spelling.
            b: Filters or country for side b.
            topic: Words or a sentence; only passages on this topic count. "" allows all.
            since: First day of the period for both sides: "2014", "2014-03" or "2014-03-18".
            until: Last day of the period.
            thresholds: What a pair must reach to be listed; see `Result.rethreshold`.
            most_read: Maximum number of pairs scored, the likeliest first.
            why: Find the deciding words of this many pairs of each list.
            stance_model: None uses the shipped one, with the library's adaptation.
            on_progress: Reports pairs scored; those that both stages score count twice.

        Raises:
            QueryError: A side has no passage on the topic, or a date is malformed.
        """
        from compare.comparison.sides import compare_sides

        return compare_sides(
            self, _side(a, since, until), _side(b, since, until), topic=topic,
            thresholds=thresholds, most_read=most_read, why=why, stance_model=stance_model,
            on_progress=on_progress,
        )  # fmt: skip

    def timeline(
        self,
        who: Filters | str,
        *,
        topic: str = "",
        since: PartialDate | str | None = None,
        until: PartialDate | str | None = None,
        thresholds: Thresholds | None = None,
        most_read: int = 20_000,
        why: int = 0,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Result:
        """Find where an actor opposes or repeats earlier statements; side a is the earlier one.

        >>> library.timeline("United States").subject
        'United States over time'

        The arguments and errors are those of `compare`.
        """
        from compare.comparison.sides import compare_sides

        return compare_sides(
            self, _side(who, since, until), None, topic=topic, thresholds=thresholds,
            most_read=most_read, why=why, stance_model=stance_model, on_progress=on_progress,
        )  # fmt: skip

    def positions(
        self,
        proposition: str,
        *,
        by: str = "country",
        filters: Filters | None = None,
        since: PartialDate | str | None = None,
        until: PartialDate | str | None = None,
        thresholds: Thresholds | None = None,
        most_each: int = 24,
        seed: int = 0,
        stance_model: StanceModel | None = None,
        on_progress: Progress | None = None,
    ) -> Positions:
        """Place countries or speakers between opposition to a proposition and agreement with it.

        >>> found = library.positions("China is considering military aid to Russia.")
        >>> [position.name for position in found.placed]
        ['China', 'United States', 'European Union']

        Args:
            proposition: One claim or demand, as a sentence.
            by: "country" or "speaker".
            filters: Which statements. If countries or speakers are named, only they are placed.
            since: First day of the period: "2014", "2014-03" or "2014-03-18".
            until: Last day of the period.
            thresholds: Minimum probability of a side; see `Positions.rethreshold`.
            most_each: Maximum number of similar passages scored per actor.
            seed: Seed of the intervals.
            stance_model: None uses the shipped one, with the library's adaptation.
            on_progress: Reports passages scored; those that both stages score count twice.

        Raises:
            QueryError: The proposition is empty or too long, `by` is invalid, a date is malformed,
                or the filters leave no actor.
        """
        from compare.comparison.positions import positions

        return positions(
            self, proposition, by=by, filters=_side(filters or Filters(), since, until),
            thresholds=thresholds, most_each=most_each, seed=seed, stance_model=stance_model,
            on_progress=on_progress,
        )  # fmt: skip

    def review(self, name: str) -> Review:
        """Open a review of this library; `compare.review.Reviews` creates and lists reviews.

        Raises:
            ReviewError: There is none of that name.
        """
        from compare.review import Reviews

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
