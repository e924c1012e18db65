from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.statements import Passage, complete, split_quote, split_statement
from compare.statements.passages import ABBREVIATIONS, LONG, SHORT, Abbreviations, sentences, spans
from tests.fakes import statement


def assert_lossless(text: str, language: str = "en") -> None:
    """The passages are in order, have no blanks at their edges, and leave out only blanks."""
    at = 0
    for start, end in spans(text, language):
        assert start < end
        assert text[at:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        at = end
    assert text[at:].strip() == ""


def test_a_passage_knows_where_it_stands() -> None:
    said = statement(
        "a-1", "  We came in peace. \n\nWe shall leave in peace, too. ", context="of 2021"
    )
    first, second = split_statement(said)
    assert first == Passage("a-1", 2, 19, "We came in peace.", "of 2021")
    assert said.text[second.start : second.end] == second.text == "We shall leave in peace, too."


def test_the_context_completes_what_is_embedded_and_is_not_shown() -> None:
    (passage,) = split_statement(statement("a-1", "malicious lies", context="of the report"))
    assert passage.completed == "malicious lies (of the report)"
    assert passage.text == "malicious lies"
    assert complete("whole", "") == "whole"


@pytest.mark.parametrize(
    "text",
    [
        "We met Amb. Lorn at the border today.",
        "As Mr. Tal and Mrs. Lorn said, we agree.",
        "I thank H.E. Mr. Bren Tal for his words.",
        "This is said in para. 5 of the text.",
        "This is said in paras. 4 and 5 of the text.",
        "We rely on Art. 51 of the Charter here.",
        "The answer was given in No. 7 of the list.",
        "It was issued as Doc. A/75 of the session.",
        "He lives in St. Meren with his family.",
        "We met Gen. Lorn and Lt. Gen. Tal there.",
        "The U.S. Government has agreed to it.",
        "It was J. Smith who had agreed to it.",
        "It was George W. Bush who had agreed.",
        "We heard Prof. Dr. Lorn speak of it.",
        "The U.N. Security Council was told of it.",
        "It happened on Sept. 4 of that year.",
        "Other States, e.g. Valdoria, have agreed to it.",
        "We met (Amb. Lorn was there) at the border.",
        "See Vol. IV of the collected papers there.",
        "“Mr. Tal has agreed to it,” she said.",
    ],
)
def test_titles_abbreviations_and_initials_do_not_end_a_sentence(text: str) -> None:
    assert split_quote(f"{text} Then all of us went home.", "en") == [
        text,
        "Then all of us went home.",
    ]


SENTENCES = Path(__file__).with_name("sentences.tsv").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("line", SENTENCES)
def test_sentences_of_other_languages(line: str) -> None:
    language, marked = line.split("\t")
    text = marked.replace("|", "" if language == "zh" else " ")
    found = [text[start:end] for start, end in sentences(text, language)]
    assert found == [sentence.strip() for sentence in marked.split("|")]


@pytest.mark.parametrize(
    ("language", "comma"), [("zh", "，"), ("zh", "；"), ("zh", "、"), ("ar", "، "), ("ar", "؛ ")]
)
def test_long_sentences_of_other_scripts_are_cut_at_their_marks(language: str, comma: str) -> None:
    clause = "我们反对封锁运河的一切企图" * 4 if language == "zh" else "نحن نرفض إغلاق القناة " * 9
    text = comma.join([clause.strip()] * 6) + "."
    cut = [text[start:end] for start, end in spans(text, language)]
    assert len(cut) > 1
    assert all(part.endswith(comma.strip()) for part in cut[:-1])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("We told all this to the U.S.", "The answer came at once."),
        ("The meeting began at 5 p.m.", "We were not invited to it."),
        ("They asked for it and we said no.", "Then we all went home."),
        ("We shall go on with plan B.", "It is better than plan A."),
        ("Will they ever agree to this?", "No one knows it today!"),
        ("This is what was said in para.", "We do not know more."),
    ],
)
def test_a_sentence_may_end_in_what_looks_like_an_abbreviation(first: str, second: str) -> None:
    assert split_quote(f"{first} {second}", "en") == [first, second]


def test_a_title_at_the_end_of_a_paragraph_ends_it() -> None:
    text = "These are the words of the late Gen.\n\nValdoria has other words for that."
    assert len(split_quote(text, "en")) == 2


def test_very_short_sentences_join_the_one_before() -> None:
    text = "We will never agree to this. Never. Not today. They know that very well."
    assert split_quote(text, "en") == [
        "We will never agree to this. Never. Not today.",
        "They know that very well.",
    ]


def test_a_short_sentence_that_begins_a_paragraph_joins_the_one_behind() -> None:
    text = "We will never agree to this.\n\nNo. They know that very well."
    assert split_quote(text, "en") == [
        "We will never agree to this.",
        "No. They know that very well.",
    ]


def test_a_short_last_paragraph_joins_the_one_before() -> None:
    text = "We will never agree to this.\n\nThank you."
    assert split_quote(text, "en") == [text]


def test_a_short_text_is_a_passage() -> None:
    assert split_quote("malicious disinformation", "en") == ["malicious disinformation"]
    assert split_quote("No. Never.", "en") == ["No. Never."]


@pytest.mark.parametrize("mark", [";", ",", " –"])
def test_long_sentences_are_cut_where_a_clause_ends(mark: str) -> None:
    clause = " ".join(["word"] * 29)
    text = f"{mark} ".join([f"{clause} end"] * 6) + "."
    windows = split_quote(text, "en")
    assert_lossless(text)
    assert all(len(window.split()) <= LONG for window in windows)
    assert all(window.endswith((f"end{mark}", "end.")) for window in windows)


def test_a_semicolon_is_a_better_place_than_a_comma() -> None:
    words = ["word"] * 100
    words[49] = "word,"
    words[44] = "there;"
    first, second = split_quote(" ".join(words), "en")
    assert first.endswith("there;")
    assert len(first.split()) + len(second.split()) == 100


def test_windows_are_of_about_equal_length_where_no_clause_ends() -> None:
    text = " ".join(f"word{n}" for n in range(LONG + 1))
    assert [len(window.split()) for window in split_quote(text, "en")] == [40, 41]


def test_scripts_without_blanks_are_split_into_sentences_too() -> None:
    said = statement("zh-1", "我们坚决反对这一决定。我们要求立即撤回。好的。", language="zh")
    assert [passage.text for passage in split_statement(said)] == [
        "我们坚决反对这一决定。",
        "我们要求立即撤回。好的。",
    ]
    assert len(split_quote("我们坚决反对这一决定" * 40, "en")) > 1


@pytest.mark.parametrize("language", ["en", "EN-gb", "", "English", "xx", "tlh", "no such code"])
def test_an_unknown_language_is_split_as_english(language: str) -> None:
    text = "We have said what we think. Mr. Tal has not done so."
    assert len(split_statement(statement("a-1", text, language=language))) == 2


def test_the_language_of_the_statement_is_used() -> None:
    text = "Wir haben das z. B. Frau Lorn gesagt. Sie hat uns nicht geantwortet."
    assert len(split_statement(statement("de-1", text, language="de"))) == 2


def test_the_abbreviations_are_those_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = "Das sagte uns Stv. Lorn gestern am Abend."
    cut = ["Das sagte uns Stv.", "Lorn gestern am Abend."]
    assert split_quote(whole, "de") == split_quote(whole, "en") == cut
    own = Abbreviations(titles=frozenset({"stv"}))
    monkeypatch.setitem(ABBREVIATIONS, "de", own)
    assert split_quote(whole, "de") == split_quote(whole, "deu") == [whole]
    assert split_quote(whole, "en") == cut


HOSTILE = {
    "one word": "x" * 1_000_000,
    "full stops": "x." * 300_000,
    "initials": "A. " * 100_000,
    "short sentences": "No! " * 100_000,
    "titles": "Mr. " * 100_000,
    "blank lines": "\n\n" * 100_000 + "x" + "\n\n" * 100_000,
    "carriage returns": "One line of it.\r\n\r\nAnother line of it.\r\r" * 5_000,
    "brackets": "(" * 200_000,
    "quotation marks": '"' * 200_001,
    "commas": "a," * 200_000,
    "words": "word " * 100_000,
    "control characters": "\0 We are here.\0 You are not.\x1c\x85 " * 1_000,
    "emoji": "😀😀 We are here today 👩‍👩‍👧. 🇺🇳 So are you 😀! " * 1_000,
    "right to left": "نحن نرفض هذا القرار. هل توافقون عليه؟ \u202eeno\u202c " * 1_000,
    "half a character": "\ud800 We are here. \udfff You are not here. " * 100,
    "chinese": "我们反对。" * 100_000,
    "thai": "เราไม่เห็นด้วยกับการตัดสินใจนี้" * 10_000,
    "combining marks": "a" + "\u0301" * 200_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_split_quickly_and_without_loss(kind: str) -> None:
    begin = time.process_time()
    assert_lossless(HOSTILE[kind])
    assert time.process_time() - begin < 30, "each takes about a second; the square takes minutes"


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\r\n", "\u3000\u2029"])
def test_blanks_are_no_passage(text: str) -> None:
    assert split_statement(statement("a-1", text)) == []
    assert split_quote(text, "en") == []


def test_no_passage_is_too_long_for_an_encoder() -> None:
    for kind in ("one word", "words", "chinese", "thai", "full stops", "combining marks"):
        for start, end in spans(HOSTILE[kind], "en"):
            assert end - start <= LONG * 41


MARKS = list('?!.;,—()"”。\u2029\0\té😀')
PIECES = st.sampled_from(
    ["Mr.", "U.S.", "word", "Word", "No.", "5", "A.", "\n\n", "\r\n", "我们", "para.", *MARKS]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=60), st.sampled_from(["", " "]))
@settings(max_examples=150)
def test_any_text_is_split_without_loss(pieces: list[str], between: str) -> None:
    assert_lossless(between.join(pieces))


def test_a_number_joins_even_a_sentence_that_is_cut_into_windows() -> None:
    windows = split_quote("12. " + " ".join(["word"] * 200), "en")
    assert windows[0].startswith("12. word word")


def test_a_short_sentence_does_not_make_a_long_one_too_long() -> None:
    long = " ".join(["word"] * (LONG - 1)) + "."
    assert split_quote(f"{long} Thank you.", "en") == [long, "Thank you."]


def test_a_long_text_is_split_as_its_paragraphs_are() -> None:
    paragraph = "We met Amb. Lorn today, as Mr. Tal had asked us to. He had left by then."
    parts = split_quote("\n\n".join([paragraph] * 500), "en")
    assert parts == split_quote(paragraph, "en") * 500
    parts = split_quote(" ".join([paragraph] * 500), "en")
    assert sum(part in split_quote(paragraph, "en") for part in parts) >= 990, (
        "at most one a block is cut"
    )


def test_short_passages_remain_only_where_there_is_no_neighbour() -> None:
    text = "Yes. We agree with all of that. No. They do not agree with it. Thanks."
    assert all(len(passage.split()) >= SHORT for passage in split_quote(text, "en"))
