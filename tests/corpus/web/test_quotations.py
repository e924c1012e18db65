"""Quotations of a page, their sentences, and the statements of those that a person confirms."""

from __future__ import annotations

import gc
import random
import time
from dataclasses import replace
from datetime import date

import pytest

from compare.corpus.web import Confirmed, Page, confirmed_row, propose, statements_of
from compare.corpus.web.quotations import quotations
from compare.errors import CorpusError
from compare.statements import Quotation

WORDS = "We will not accept this blockade"
PAGE = Page(
    title="Valdoria rejects the blockade",
    site="The Meren Post",
    date="2021-05-03",
    url="https://post.example/a/1",
    language="en",
    paragraphs=(
        "Envoy Ada Lorn called the plan “an insult to every sailor of ours”, and left.",
        "“The sea is ours to share,” she said.",
    ),
)


def page(*paragraphs: str) -> Page:
    return replace(PAGE, paragraphs=paragraphs)


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (f"“{WORDS},” said Ada Lorn, the foreign minister of Valdoria.", [WORDS]),
        (f'"{WORDS}," Ada Lorn told reporters in Port Meren.', [WORDS]),
        (f"«{WORDS}» — Bren Tal, permanent representative of Ostravia.", [WORDS]),
        ("“We will not,” said Foreign Minister Ada Lorn, “accept this blockade of our port.”",
         ["We will not accept this blockade of our port."]),
        ('"The harbour," Bren Tal told the Assembly, "belongs to all of us."',
         ["The harbour belongs to all of us."]),
        ("“The harbour is open,” said Bren Tal. “No ship will be turned away.”",
         ["The harbour is open", "No ship will be turned away."]),
        ("“The blockade must end,” said Ada Lorn, while Bren Tal said, “it will not end soon”.",
         ["The blockade must end", "it will not end soon"]),
        ("“The blockade must end,” while Bren Tal said, “it will not end soon”.",
         ["The blockade must end", "it will not end soon"]),
        ("Minister Ada Lorn called the plan “dead on arrival”.", []),
        ("Minister Ada Lorn said that the blockade was unlawful.", []),
    ],
)  # fmt: skip
def test_what_is_quoted(paragraph: str, expected: list[str]) -> None:
    assert [found.text for found in propose(page(paragraph))] == expected


def test_a_quotation_goes_on_over_paragraphs() -> None:
    told = propose(
        page(
            "Envoy Bren Tal said: “The harbour is open to all.",
            "“It will stay open for a year.",
            "“Nobody will close it again.” The talks go on.",
        )
    )
    assert [(found.paragraph, found.text) for found in told] == [
        (0, "The harbour is open to all."),
        (1, "It will stay open for a year."),
        (2, "Nobody will close it again."),
    ]
    assert propose(page("Envoy Bren Tal said: “The harbour is open to all.", "So it is.")) == []


def test_places_in_the_paragraph() -> None:
    text = "Envoy Bren Tal was glad. “We will stay,” he said, “and wait for you.” That was all."
    shown = page("A first paragraph.", text)
    (told,) = propose(shown)
    assert told.paragraph == 1
    assert told.text == "We will stay and wait for you."
    assert text[told.start : told.end] == "We will stay,” he said, “and wait for you."
    assert told.context == "“We will stay,” he said, “and wait for you.”"
    assert told.around(shown) == text
    (told,) = propose(shown := page(f"{'So. ' * 200}“{WORDS}.” {'So. ' * 200}"))
    assert len(told.around(shown)) == 2 + len(WORDS) + 1 + 800


# -- confirmed quotations --------------------------------------------------------------------------


def test_rows_of_confirmed_quotations() -> None:
    first, second = propose(PAGE)
    row = confirmed_row(Confirmed(PAGE, first, "Ada Lorn", "Envoy"), date(2022, 1, 2))
    assert (row.file, row.place, row.line) == ("https://post.example/a/1", "paragraph", 1)
    assert row.cells == {
        "text": "an insult to every sailor of ours",
        "context": "Envoy Ada Lorn called the plan “…”, and left.",
        "speaker": "Ada Lorn",
        "role": "Envoy",
        "country": "",
        "date": "2021-05-03",
        "title": "Valdoria rejects the blockade",
        "source": "The Meren Post",
        "url": "https://post.example/a/1",
        "language": "en",
        "quotation": "direct",
        "confirmed_on": "2022-01-02",
    }
    (statement,) = statements_of([Confirmed(PAGE, second, "Ada Lorn", "Envoy", "Valdoria")])
    assert (statement.text, statement.speaker) == ("The sea is ours to share", "Ada Lorn")
    assert (statement.role, statement.countries) == ("Envoy", "Valdoria")
    assert statement.quotation is Quotation.DIRECT
    assert list(statement.extra) == ["confirmed_on"]


@pytest.mark.parametrize("speaker", ["", "  "])
def test_nothing_is_taken_without_a_speaker(speaker: str) -> None:
    with pytest.raises(CorpusError, match=r"paragraph 2, .*: say who said these words"):
        statements_of([Confirmed(PAGE, propose(PAGE)[1], speaker)])


@pytest.mark.parametrize(
    ("sentence", "context"),
    [
        ("Lorn denied that “Valdoria has ever sold arms”.", "Lorn denied that “…”."),
        ("Lorn never said that “Valdoria must give in now”.", "Lorn never said that “…”."),
        ("Lorn called reports that “Valdoria sells its arms” a lie.",
         "Lorn called reports that “…” a lie."),
        ("“Valdoria has sold its arms,” is a lie, Lorn said.", "“…,” is a lie, Lorn said."),
        ("If Lorn says “Valdoria must give in now”, we go.", "If Lorn says “…”, we go."),
        ("“Valdoria has never sold arms,” Lorn said.", ""),
        ("Lorn said: “Valdoria has never sold arms.”", ""),
        ("Lorn said, “Valdoria has never sold arms.”", ""),
        ("“Valdoria has never sold arms.”", ""),
    ],
)  # fmt: skip
def test_what_a_sentence_denies_is_not_said_without_it(sentence: str, context: str) -> None:
    shown = page(sentence)
    (proposal,) = propose(shown)
    assert confirmed_row(Confirmed(shown, proposal, "Lorn")).cells["context"] == context


# -- any text ------------------------------------------------------------------------------------

_PIECES = [
    *'“”"‘’«»,.?:—()',
    *("’s", "said", "told", "saying", "according", "to", "and", "who", "that", "the", "a", "of"),
    *("in", "Lorn", "Ada", "she", "not", "Mr.", "U.S.", "é", "中", "1", "\u2028", " "),
    "“one two three four”",
]


def test_any_text_gives_spans_of_itself_and_the_same_each_time() -> None:
    chance = random.Random(7)
    for _ in range(500):
        joint = chance.choice(["", " "])
        paragraphs = [joint.join(chance.choices(_PIECES, k=40)) for _ in range(3)]
        found = propose(page(*paragraphs))
        assert found == propose(page(*paragraphs))
        for proposal in found:
            span = paragraphs[proposal.paragraph][proposal.start : proposal.end]
            assert span.startswith(proposal.text[:3])
            assert span.endswith(proposal.text[-3:])
            assert span in proposal.context


def _seconds(*paragraphs: str) -> float:
    """Time it, without what the collector of other tests' garbage takes."""
    gc.disable()
    try:
        began = time.process_time()
        propose(page(*paragraphs))
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "piece",
    [
        *("“", "“a ", '"', '"a b c d" ', "‘", "‘as’ ", "‘a b s’ ", "«", "«a »", "“‘«„\"’”»", ","),
        *("Ada, ", "said ", "“a b c d,” said Lorn, ", "A.B.", "a-", "a’", "— ", "A"),
    ],
)  # fmt: skip
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    few, many = (piece * (size // len(piece)) for size in (12_000, 192_000))
    assert _seconds(many) < 64 * max(_seconds(few), 0.02)  # 256 times if it grew by the square


# -- quotation marks -----------------------------------------------------------------------------


def marked(text: str) -> list[str]:
    return [
        text[quoted.start : quoted.end] + ("" if quoted.closed else " (open)")
        for quoted in quotations(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay,” she said, “and wait.”", ["We stay,", "and wait."]),
        ('"We stay," she said, "and wait."', ["We stay,", "and wait."]),
        ("« Nous restons », a-t-elle dit.", [" Nous restons "]),
        ("«Wir «bleiben» hier»", ["Wir «bleiben» hier"]),
        ("Sie sagte: »Wir bleiben.«", ["Wir bleiben."]),
        ("Er sagte: „Wir bleiben“, „und warten”.", ["Wir bleiben", "und warten"]),
        ("‘We stay,’ she said.", ["We stay,"]),
        ("“The ‘so-called’ truce,” she said.", ["The ‘so-called’ truce,"]),
        ("‘The “so-called” truce’ it is.", ["The “so-called” truce"]),
        # apostrophes
        ("The ministers’ talks weren’t Lorn’s.", []),
        ("‘The ministers’ talks weren’t hers,’ he said.", ["The ministers’ talks weren’t hers,"]),
        ("He spoke of ‘our rights’ and ‘their duties’ there.", ["our rights", "their duties"]),
        ("In the ‘90s the port’s gates were open.", []),
        ("the sailors' strike and the port's gates", []),
        # no marks at all: inches, and a mark inside of a word
        ('A 12" gun and a 5" gun.', []),
        # marks that are missing
        ("“We stay, she said. “We wait.”", ["We wait."]),
        ("We stay,” she said. “We wait.”", ["We wait."]),
        ("“We stay and wait.", ["We stay and wait. (open)"]),
        ('She said: "We stay and wait.', ["We stay and wait. (open)"]),
        ("", []),
        ("“", []),
        ("‘", []),
        ('"', []),
        ("“”", [""]),
    ],
)  # fmt: skip
def test_what_stands_between_marks(text: str, expected: list[str]) -> None:
    assert marked(text) == expected
