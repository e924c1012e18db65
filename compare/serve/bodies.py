"""What can be asked for: bodies that pydantic checks, each with the function that answers it.

The routes of the HTTP API and the tools of the MCP server take the same bodies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    create_model,
)

from compare.comparison import compare_sides
from compare.comparison.positions import positions
from compare.comparison.search import search
from compare.corpus import read_corpus
from compare.defaults import (
    CANDIDATES,
    CANDIDATES_LIMIT,
    MOST_OF_SIDE,
    MOST_OF_SIDE_LIMIT,
    MOST_PER_ACTOR,
    MOST_PER_ACTOR_LIMIT,
)
from compare.errors import CorpusError, QueryError
from compare.export.json_files import stance_json
from compare.library import FILTERS, Filters
from compare.library.filters import check_order
from compare.models import LEAST_CALLED, ModelInput, Probabilities, signature
from compare.models.rationale import find_rationale
from compare.progress import Progress
from compare.results import OF_PLACEMENTS, Excerpt, Positions, Result, Thresholds
from compare.serve.readings import LibraryPool
from compare.statements import (
    PartialDate,
    Quote,
    Statement,
    check_languages,
    clean_quote,
    parse_countries,
)
from compare.statements.sentence_kinds import SentenceKind
from compare.strict_model import shown_value

MOST_LISTED = 1_000
MOST_ADDED = 1_000
_LONGEST_NAME = 500
_MOST_VALUES = 100

EXAMPLE = "China is considering military aid to Russia."


def _whole_characters(text: str) -> str:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds half a character: send it as UTF-8")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty: give a value, or leave it out")
    return text


Text = Annotated[str, AfterValidator(_whole_characters)]
Value = Annotated[Text, AfterValidator(_not_blank)]
# 400.0 is an integer in JSON Schema.
Whole = Annotated[
    int,
    Strict(),
    BeforeValidator(lambda n: int(n) if isinstance(n, float) and n.is_integer() else n),
]
Number = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]


OPPOSITE = (
    'What someone who disagrees would say, in a sentence, not with a mere "not": passages are '
    "compared with both."
)
SAME_ACTOR = "Weigh each verdict with those on the same actor's other passages."


class Body(BaseModel):
    """A body without unknown fields."""

    model_config = ConfigDict(extra="forbid")


class QuoteFields(Body):
    """Words, with who said them, when, and the context that completes them."""

    text: Text = Field(description="The words.", examples=[EXAMPLE])
    speaker: Text = Field(default="", max_length=_LONGEST_NAME, examples=["Antony Blinken"])
    role: Text = Field(default="", max_length=_LONGEST_NAME)
    country: Text = Field(
        default="", max_length=_LONGEST_NAME, description="Several separated by ';'."
    )
    date: Text = Field(default="", max_length=30, description="YYYY, YYYY-MM or YYYY-MM-DD.")
    context: Text = Field(default="", max_length=2_000)

    def quote(self, name: str = "The quote") -> Quote:
        """Return the quote; `name` is what errors call it.

        Raises:
            QueryError: It is empty or too long, or the date is not one.
        """
        return Quote(
            text=clean_quote(self.text, name),
            speaker=self.speaker,
            role=self.role,
            country=parse_countries(self.country),
            date=read_date("date", self.date),
            context=self.context,
        )

    def model_input(self, name: str) -> ModelInput:
        """Return the words as a stance model reads them; raises as `quote`."""
        quote = self.quote(name)
        return Excerpt.of_quote(quote, quote.text).model_input


_WHOLE_ERRORS = ("int_type", "int_parsing", "int_parsing_size", "int_from_float")
_SAID = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field",
    **dict.fromkeys(("model_attributes_type", "model_type"), "give a JSON object"),
    "dict_type": "give a JSON object",
    **dict.fromkeys(_WHOLE_ERRORS, "give a whole number, not {shown}"),
    **dict.fromkeys(("float_type", "float_parsing"), "give a number, not {shown}"),
    "finite_number": "give a finite number, not {shown}",
    **dict.fromkeys(("bool_type", "bool_parsing"), "give true or false, not {shown}"),
    "string_type": "give a text, not {shown}",
    "list_type": "give a list, not {shown}",
    **dict.fromkeys(("literal_error", "enum"), "give {expected}, not {shown}"),
    "greater_than_equal": "give {ge:g} or more, not {shown}",
    "less_than_equal": "give {le:g} or less, not {shown}",
    "string_too_long": "give at most {max_length} characters",
    "too_long": "give at most {max_length} entries, not {actual_length}",
    "too_short": "give at least {min_length}, not {actual_length}",
}
"""Our own words for pydantic's errors, by their kind."""


def why_wrong(entry: Mapping[str, Any], start: int = 0) -> str:
    """Return an error of pydantic as a part of a sentence: the field, and what is wrong.

    The names of the field begin at `start` in the error's place.
    """
    if entry["type"] == "json_invalid":
        return "The body is not JSON"
    field = ".".join(map(str, entry["loc"][start:])) or "The body"
    said = _SAID.get(entry["type"]) or entry["msg"].removeprefix("Value error, ")
    if entry["type"] in _SAID:
        said = said.format(shown=shown_value(entry["input"]), **entry.get("ctx", {}))
    return f"{field}: {said}"


def read_date(name: str, text: str) -> PartialDate | None:
    """Return a date, None for no text."""
    try:
        return PartialDate(text) if text else None
    except ValueError:
        raise QueryError(
            f"{name}: {text!r} is not a date: write YYYY, YYYY-MM or YYYY-MM-DD."
        ) from None


def _fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, entry in FILTERS.items():
        if entry.takes_values:
            many: Any = Field(default=[], max_length=_MOST_VALUES, description=entry.help)
            fields[name] = (list[Value], many)
        elif name.startswith("date_"):
            fields[name] = (Text, Field(default="", max_length=30, description=entry.help))
        else:
            fields[name] = (Flag, Field(default=False, description=entry.help))
    return fields


if TYPE_CHECKING:
    FilterFields = Body
else:
    FilterFields = create_model(
        "FilterFields", __base__=Body, __doc__="Which statements may be found.", **_fields()
    )


def read_filters(given: Body) -> Filters:
    """Return the filters of a `FilterFields`.

    Raises:
        QueryError: A date is none, or the period ends before it begins.
    """
    values: dict[str, Any] = {
        name: read_date(name, value)
        if name.startswith("date_")
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in given.model_dump().items()
    }
    check_order(values["date_from"], values["date_to"], ("date_from", "date_to"))
    return Filters(**values)


class ThresholdFields(Body):
    """What a pair must reach to be listed."""

    probability: Number = Field(default=Thresholds().probability, ge=LEAST_CALLED, le=1)
    similarity: Number = Field(default=Thresholds().similarity, ge=-1, le=1)
    without_kinds: list[SentenceKind] = Field(default=[])

    def thresholds(self) -> Thresholds:
        """Return the thresholds."""
        return Thresholds(self.probability, self.similarity, tuple(self.without_kinds))


class PlacedThresholdFields(ThresholdFields):
    """What a placed passage, or a pair of two sides, must reach to be listed."""

    probability: Number = Field(default=OF_PLACEMENTS.probability, ge=LEAST_CALLED, le=1)


class SearchRequest(Body):
    """Find who agrees with a quote and who opposes it, with filters and thresholds."""

    quote: QuoteFields
    opposite: Text = Field(default="", description=OPPOSITE)
    filters: FilterFields = FilterFields()
    thresholds: ThresholdFields = ThresholdFields()
    candidates: Whole = Field(default=CANDIDATES, ge=1, le=CANDIDATES_LIMIT)
    why: Flag = Field(default=False, description="Also find the deciding words of what is listed.")
    same_actor: Flag = Field(default=True, description=SAME_ACTOR)

    def read(
        self, pool: LibraryPool, library: str = "", on_progress: Progress | None = None
    ) -> Result:
        """Search a library."""
        return search(
            pool.library(library),
            replace(self.quote.quote(), opposite=self.opposite),
            filters=read_filters(self.filters),
            thresholds=self.thresholds.thresholds(),
            candidates=self.candidates,
            why=self.why,
            stance_model=pool.model(),
            same_actor=self.same_actor,
            on_progress=on_progress,
        )


class StanceRequest(Body):
    """Say how two statements relate: whether they agree, oppose each other or neither."""

    a: QuoteFields
    b: QuoteFields
    why: Flag = Field(default=False, description="Also find the deciding words.")

    def read(self, pool: LibraryPool, on_progress: Progress | None = None) -> dict[str, Any]:
        """Return what `stance --json` prints."""
        pair = self.a.model_input("Statement a"), self.b.model_input("Statement b")
        model = pool.model()
        texts = ("Statement a", pair[0].text), ("Statement b", pair[1].text)
        check_languages(*texts, languages=model.languages)
        scores, (parts,) = model.score_parts([pair], on_progress)
        rationale = find_rationale(model, *pair)[1] if self.why else None
        probabilities = Probabilities(*map(float, scores[0]))
        return stance_json(pair, probabilities, parts, rationale, signature(model))


class _PropositionRequest(Body):
    proposition: Text = Field(examples=["The canal must be open to all ships."])
    opposite: Text = Field(
        default="", description=OPPOSITE, examples=["The canal is ours to close."]
    )
    thresholds: PlacedThresholdFields = PlacedThresholdFields()


class SidesRequest(_PropositionRequest):
    """Find where two sides agree or oppose each other; without b, where a changed position."""

    a: FilterFields
    b: FilterFields | None = None
    most_of_side: Whole = Field(default=MOST_OF_SIDE, ge=1, le=MOST_OF_SIDE_LIMIT)

    def read(
        self, pool: LibraryPool, library: str = "", on_progress: Progress | None = None
    ) -> Result:
        """Compare the sides."""
        return compare_sides(
            pool.library(library),
            self.proposition,
            read_filters(self.a),
            read_filters(self.b) if self.b else None,
            opposite=self.opposite,
            stance_model=pool.model(),
            thresholds=self.thresholds.thresholds(),
            most_of_side=self.most_of_side,
            on_progress=on_progress,
        )


class PositionsRequest(_PropositionRequest):
    """Place countries or speakers on a proposition, from opposed (-1) to agreeing (+1)."""

    by: Literal["country", "speaker"] = "country"
    filters: FilterFields = FilterFields()
    most_each: Whole = Field(default=MOST_PER_ACTOR, ge=1, le=MOST_PER_ACTOR_LIMIT)

    def read(
        self, pool: LibraryPool, library: str = "", on_progress: Progress | None = None
    ) -> Positions:
        """Place the actors."""
        return positions(
            pool.library(library),
            self.proposition,
            opposite=self.opposite,
            by=self.by,
            filters=read_filters(self.filters),
            thresholds=self.thresholds.thresholds(),
            most_each=self.most_each,
            stance_model=pool.model(),
            on_progress=on_progress,
        )


class StatementsRequest(Body):
    """Statements to add, each with the columns of a corpus file; the same id replaces."""

    statements: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=MOST_ADDED,
        examples=[
            [
                {
                    "id": "meren-1",
                    "text": "The blockade must end.",
                    "speaker": "Ada Lorn",
                    "country": "Valdoria",
                    "date": "2021-05",
                    "source": "Meren Gazette",
                }
            ]
        ],
    )

    def read(self) -> tuple[Statement, ...]:
        """Return the statements.

        Raises:
            CorpusError: A row is bad; it is named by its number.
        """
        lines = [_line(number, row) for number, row in enumerate(self.statements, start=1)]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "statements.jsonl"
            path.write_text("\n".join(lines), encoding="utf-8")
            try:
                return read_corpus([path], strict=True).statements
            except CorpusError as error:
                # Each line of the file is a statement, and its columns are fields.
                said = re.sub(rf"{re.escape(str(path))}(, line)?", "statement", str(error))
                said = said.replace(', column "', ', field "')
                said = re.sub("; name one with --map .*", '; name one "text".', said)
                raise CorpusError(said) from None


def _line(number: int, row: dict[str, Any]) -> str:
    """Return a statement as a line of a corpus file; `number` is its own, from 1.

    Raises:
        CorpusError: A field holds an object, or half a character.
    """
    for name, value in row.items():
        if isinstance(value, dict) and name != "extra":
            raise CorpusError(f"statement {number}, field {name!r}: give a text, not an object.")
    line = json.dumps(row, ensure_ascii=False)
    try:
        return _whole_characters(line)
    except ValueError as error:
        raise CorpusError(f"statement {number}: {error}.") from None
