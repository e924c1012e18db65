"""Statements in languages that the stance model does not read: found, shown and not judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compare.comparison.sides import compare_sides
from compare.errors import WatchError
from compare.export.json_files import public_json, result_from_json, result_to_json
from compare.export.markdown import markdown
from compare.export.report import report_html
from compare.facade import Library
from compare.library import Filters
from compare.models.loading import ENCODER
from compare.results import Result, Thresholds
from compare.statements import Quote, TranslatedBy
from tests.fakes import HashingEncoder, WordJudge, statement

ENGLISH = statement(
    "v-1",
    "The blockade of Port Meren must end.",
    speaker="Ada Rell",
    country="Valdoria",
    language="en",
)

RUSSIAN = statement(
    "o-1",
    "Блокада порта Мерен не закончится.",
    speaker="Bren Tal",
    country="Ostravia",
    language="ru",
)
READ = statement(
    "o-2",
    "Блокада порта Мерен законна.",
    speaker="Bren Tal",
    country="Ostravia",
    language="ru",
    translation="The blockade of Port Meren must stay.",
    translation_language="en",
    translated_by=TranslatedBy.PERSON,
)
GERMAN = statement(
    "m-1",
    "Die Blockade von Port Meren muss enden.",
    speaker="Tove Lind",
    country="Morlund",
    language="de",
)
QUOTE = "The blockade of Port Meren must end now."


class TwoLanguages(HashingEncoder):
    """Gives a Russian text the vector of an English one on the blockade."""

    languages = ("en", "ru")

    def encode(self, texts, on_progress=None):  # type: ignore[no-untyped-def]
        english = ["The blockade of Port Meren" if "Блокада" in text else text for text in texts]
        return super().encode(english, on_progress)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.build([ENGLISH, RUSSIAN, READ, GERMAN], tmp_path / "library", TwoLanguages())


def search(library: Library, quote: Quote | str, **more: Any) -> Result:
    return library.search(quote, stance_model=WordJudge(), **more)


def judged(result: Result) -> list[str]:
    return sorted(pair.b.statement.id for pair in result.pairs)


def unjudged(result: Result) -> list[str]:
    return [one.excerpt.statement.id for one in result.unjudged]


def test_what_the_model_cannot_read_is_found_and_not_judged(library: Library) -> None:
    result = search(library, QUOTE)
    assert judged(result) == ["o-2", "v-1"]
    assert unjudged(result) == ["o-1"]  # neither the one with a translation nor the German one
    assert 0.35 < result.unjudged[0].similarity <= 1
    (note,) = [note for note in result.notes if "not judged" in note]
    assert note.startswith("The stance model reads English. What is in German and Russian (2 stat")


def test_a_chosen_language_is_judged_only_where_it_has_a_translation(library: Library) -> None:
    result = search(library, QUOTE, filters=Filters(languages=("rus",)))
    assert (judged(result), unjudged(result)) == (["o-2"], ["o-1"])
    english = search(library, QUOTE, filters=Filters(languages=("en",)))
    assert (judged(english), unjudged(english)) == (["o-2", "v-1"], [])


def test_a_quote_that_the_model_cannot_read_gets_no_verdict(library: Library) -> None:
    result = search(library, "Блокада порта Мерен должна закончиться немедленно.")
    assert not result.pairs
    assert set(unjudged(result)) == {"o-1", "o-2", "v-1", "m-1"}
    assert "The quote looks Russian. The stance model reads English" in result.notes[0]
    assert not search(library, "Die Blockade muss aufhören, und zwar sofort und überall.").unjudged


def test_the_least_similarity_holds_for_them_too(library: Library) -> None:
    result = search(library, QUOTE, thresholds=Thresholds(similarity=1.0))
    assert result.found_unjudged
    assert not result.unjudged
    assert unjudged(result.rethreshold(similarity=0.3)) == ["o-1"]


def test_two_sides_leave_out_what_cannot_be_read(library: Library) -> None:
    result = compare_sides(
        library,
        "The blockade of Port Meren must end.",
        Filters(countries=("Valdoria",)),
        Filters(countries=("Ostravia",), languages=("ru",)),
        stance_model=WordJudge(),
    )
    placed = [pair.b.statement.id for pair in result.placed[1]]
    assert placed == ["o-2"]


def test_they_are_kept_printed_and_reported(library: Library) -> None:
    result = search(library, QUOTE)
    kept = json.loads(json.dumps(result_to_json(result)))
    assert result_from_json(kept) == result
    kept["unjudged"][0]["passage"]["text"] = "Другие слова."
    with pytest.raises(Exception, match="changed after it was written"):
        result_from_json(kept)
    (shown,) = public_json(result)["unjudged"]
    assert shown["statement"]["id"] == "o-1"
    for page in (report_html(result), markdown(result, result.usual_lists)):
        assert "Not judged, in Russian" in page
        assert "Блокада порта Мерен не закончится" in page


RUSSIAN_QUOTE = "Блокада порта Мерен должна закончиться немедленно."


def test_a_quote_without_a_verdict_is_never_said_to_have_been_compared(library: Library) -> None:
    result = search(library, RUSSIAN_QUOTE)
    assert result.quote_language == "ru"
    report, plain = report_html(result), markdown(result, result.usual_lists)
    for page in (report, plain):
        assert "Not judged" in page
        assert "does not read Russian, the language of the quote" in page
        assert "at these thresholds." not in page
    assert "nothing was judged" in report
    assert "Each pair was read by" not in report


def test_an_opposite_that_the_model_does_not_read_is_left_out(library: Library) -> None:
    result = search(library, Quote(QUOTE, opposite=RUSSIAN_QUOTE))
    assert "The opposite looks Russian and was left out" in " ".join(result.notes)
    assert judged(result) == ["o-2", "v-1"]
    assert not result.quote.opposite


def test_a_quote_from_a_statement_in_another_language_is_not_judged(library: Library) -> None:
    result = search(library, Quote.from_statement(RUSSIAN))
    assert (result.quote_language, result.pairs) == ("ru", ())


def test_only_a_quote_that_was_judged_can_be_watched(library: Library) -> None:
    with pytest.raises(WatchError, match="does not read the language of the quote"):
        library.watches.add("blockade", search(library, RUSSIAN_QUOTE))


def test_the_languages_of_the_encoder_are_said(library: Library, tmp_path: Path) -> None:
    assert "What is in German is not found by meaning" in " ".join(search(library, QUOTE).notes)
    english = HashingEncoder()
    english.name, english.languages = ENCODER, ("en",)
    old = Library.build([ENGLISH, RUSSIAN], tmp_path / "old", english)
    result = search(old, QUOTE)
    assert not result.unjudged
    assert "Build the library again with another encoder." in " ".join(result.notes)
