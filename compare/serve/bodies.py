"""The bodies of requests, checked by pydantic, and the values read from them."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from compare.comparison.retrieval import CANDIDATES, MOST_PER_ACTOR
from compare.corpus import read_corpus
from compare.errors import CorpusError, QueryError
from compare.library import FILTERS, Filters
from compare.models import ModelInput
from compare.results import Excerpt, Thresholds
from compare.statements import PartialDate, Quote, Statement, clean_quote, parse_countries

MOST_LISTED = 1_000
MOST_CANDIDATES = 2_000
MOST_READ = 20_000
MOST_ADDED = 1_000
_LONGEST_NAME = 500
_MOST_VALUES = 100

EXAMPLE = "China is considering military aid to Russia."


def _whole_characters(text: str) -> str:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds half a character: send it as UTF-8")
    return text


Text = Annotated[str, AfterValidator(_whole_characters)]


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

    def quote(self) -> Quote:
        """Return the quote.

        Raises:
            QueryError: It is empty or too long, or the date is not one.
        """
        return Quote(
            text=clean_quote(self.text),
            speaker=self.speaker,
            role=self.role,
            country=parse_countries(self.country),
            date=read_date("date", self.date),
            context=self.context,
        )

    def model_input(self) -> ModelInput:
        """Return the words as a stance model reads them; raises as `quote`."""
        quote = self.quote()
        return Excerpt.of_quote(quote, quote.text).model_input


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
        if entry.attribute:
            many: Any = Field(default=[], max_length=_MOST_VALUES, description=entry.help)
            fields[name] = (list[Text], many)
        elif name.startswith("date_"):
            fields[name] = (Text, Field(default="", max_length=30, description=entry.help))
        else:
            fields[name] = (bool, Field(default=False, description=entry.help))
    return fields


if TYPE_CHECKING:
    FilterFields = Body
else:
    FilterFields = create_model(
        "FilterFields", __base__=Body, __doc__="Which statements may be found.", **_fields()
    )


def read_filters(given: Body) -> Filters:
    """Return the filters of a `FilterFields`."""
    values: dict[str, Any] = {
        name: read_date(name, value)
        if name.startswith("date_")
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in given.model_dump().items()
    }
    return Filters(**values)


class ThresholdFields(Body):
    """What a pair must reach to be listed."""

    probability: float = Field(default=Thresholds().probability, ge=0, le=1)
    similarity: float = Field(default=Thresholds().similarity, ge=-1, le=1)

    def thresholds(self) -> Thresholds:
        """Return the thresholds."""
        return Thresholds(self.probability, self.similarity)


class SearchRequest(Body):
    """Who agrees with a quote, and who opposes it."""

    quote: QuoteFields
    filters: FilterFields = FilterFields()
    thresholds: ThresholdFields = ThresholdFields()
    candidates: int = Field(default=CANDIDATES, ge=1, le=MOST_CANDIDATES)
    why: bool = Field(default=False, description="Also find the deciding words of what is listed.")


class StanceRequest(Body):
    """How two statements relate."""

    a: QuoteFields
    b: QuoteFields
    why: bool = False


class PairsRequest(Body):
    """Where two sides agree or oppose each other; without `b`, side a over time."""

    a: FilterFields
    b: FilterFields | None = None
    topic: Text = Field(default="", max_length=_LONGEST_NAME)
    most_read: int = Field(default=2_000, ge=1, le=MOST_READ)
    thresholds: ThresholdFields = ThresholdFields()


class PositionsRequest(Body):
    """Places countries or speakers on a proposition."""

    proposition: Text = Field(examples=["The canal must be open to all ships."])
    by: Text = Field(default="country", pattern="^(country|speaker)$")
    filters: FilterFields = FilterFields()
    thresholds: ThresholdFields = ThresholdFields()
    most_each: int = Field(default=MOST_PER_ACTOR, ge=1, le=200)


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
        lines = [json.dumps(row, ensure_ascii=False) for row in self.statements]
        with TemporaryDirectory() as folder:
            path = Path(folder) / "statements.jsonl"
            path.write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
            try:
                return read_corpus([path], strict=True).statements
            except CorpusError as error:
                raise CorpusError(str(error).replace(str(path), path.name)) from None
