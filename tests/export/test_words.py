from dataclasses import replace

import pytest

from compare.export import VERDICT, counted, percent
from compare.export.words import (
    LIKELIHOOD,
    SIGN,
    attribution,
    below_note,
    in_reading_order,
    likelihood,
    list_note,
    marked_pieces,
    read_of,
    shortened,
)
from compare.results import Span, Stance
from compare.statements import PartialDate, Statement
from tests.fabricate import OPPOSED, UNRELATED, a_search, found_pair, two_sides


@pytest.mark.parametrize(
    ("probability", "words", "number"),
    [
        (1.0, "virtually certain", "100 %"),
        (0.9999, "virtually certain", ">99 %"),
        (0.93, "very likely", "93 %"),
        (0.90, "very likely", "90 %"),
        (0.8999, "likely", "90 %"),
        (0.66, "likely", "66 %"),
        (0.504, "about as likely as not", "50 %"),
        (0.506, "more likely than not", "51 %"),
        (0.4, "about as likely as not", "40 %"),
        (0.2, "unlikely", "20 %"),
        (0.05, "very unlikely", "5 %"),
        (0.001, "exceptionally unlikely", "<1 %"),
        (0.0, "exceptionally unlikely", "0 %"),
    ],
)
def test_a_probability_in_words_and_number(probability, words, number):
    assert likelihood(probability) == words
    assert percent(probability).replace("\N{NO-BREAK SPACE}", " ") == number


def test_the_scale_falls_and_reaches_zero():
    floors = [floor for floor, _ in LIKELIHOOD]
    assert floors == sorted(floors, reverse=True)
    assert floors[-1] == 0.0


@pytest.mark.parametrize(
    ("iso", "words"),
    [("2022-03-18", "18 March 2022"), ("2022-03", "March 2022"), ("2022", "2022")],
)
def test_a_date_is_written_out_as_far_as_it_is_known(iso, words):
    assert PartialDate(iso).in_words == words


def test_every_stance_has_its_own_word_and_sign():
    assert len(set(VERDICT.values())) == len(set(SIGN.values())) == len(Stance)


def test_counted():
    assert counted(1, "statement") == "1 statement"
    assert counted(1204, "statement") == "1,204 statements"
    assert counted(0, "row was", "rows were") == "0 rows were"


def test_marked_pieces_are_the_text_and_overlapping_spans_are_cut():
    spans = (Span(4, 7, 0.3), Span(0, 2, 0.1), Span(6, 9, 0.2), Span(20, 99, 0.1))
    pieces = list(marked_pieces("ab <d>f&h", spans))
    assert "".join(piece for piece, _ in pieces) == "ab <d>f&h"
    assert [piece for piece, marked in pieces if marked] == ["ab", "d>f", "&h"]
    assert list(marked_pieces("ab", ())) == [("ab", False)]


def test_a_long_text_is_shortened_between_words():
    assert shortened("one two three", 20) == "one two three"
    assert shortened("one two three", 9) == "one two …"
    assert shortened("w" * 30, 5) == "wwwww …"


def test_attribution_leaves_out_what_is_not_known():
    assert attribution(Statement("s", "Words.")) == []
    assert attribution(OPPOSED)[-1] == "2019-04"
    assert attribution(UNRELATED) == ["Statistics Office", "reported, not quoted"]


def test_of_two_sides_what_opposes_is_read_first():
    stances = [Stance.AGREE, Stance.OPPOSE]
    assert in_reading_order(a_search(), stances) == [Stance.AGREE, Stance.OPPOSE]
    assert in_reading_order(two_sides(), stances) == [Stance.OPPOSE, Stance.AGREE]


def of_search(*probabilities):
    """A search that found a statement with each probability to oppose."""
    pairs = [
        found_pair(Statement(f"s{n}", f"Words {n}."), (0.0, oppose, 1 - oppose))
        for n, oppose in enumerate(probabilities)
    ]
    return replace(a_search(*pairs), passages_read=90)


@pytest.mark.parametrize(
    ("probabilities", "least", "said"),
    [
        ((0.9,) * 5, None, ""),
        ((0.9,), None, ""),
        ((0.9, 0.3), None, "The verdict on 1 of these 2 is unclear."),
        ((0.9, 0.3, 0.3), None, "The verdict on 2 of these 3 is unclear."),
        ((0.3, 0.3), None, "The verdict on both of these is unclear."),
        ((0.3,) * 3, None, "The verdict on all of these is unclear."),
        ((0.3,), None, "The verdict on this one is unclear."),
        ((0.1,), None, "None opposes the quote at these thresholds, and none comes near."),
        ((0.7,), 0.9, "None opposes the quote at these thresholds; 1 comes near:"),
        ((0.95, 0.7, 0.3), 0.9, "2 more come near:"),
    ],
)
def test_a_short_list_says_how_sure_the_model_is(probabilities, least, said):
    note = list_note(of_search(*probabilities).rethreshold(probability=least), Stance.OPPOSE)
    assert note == (f"Read 90 of 4 passages, with filters. {said}" if said else "")


@pytest.mark.parametrize(
    ("probabilities", "similarity", "said"),
    [
        ((0.9, 0.8), 0.2, ""),
        ((0.9, 0.2), 0.95, "1 opposes below the minimum similarity of 0.95."),
        ((0.9, 0.8, 0.2), 0.95, "2 oppose below the minimum similarity of 0.95."),
    ],
)
def test_what_the_minimum_similarity_hides_is_said(probabilities, similarity, said):
    result = of_search(*probabilities).rethreshold(similarity=similarity)
    assert below_note(result, Stance.OPPOSE) == said
    assert below_note(result, Stance.AGREE) == ""
    assert list_note(result, Stance.OPPOSE).endswith(said)


def test_more_below_the_minimum_similarity_than_are_listed():
    near, far = (
        replace(one, similarity=s)
        for one, s in zip(of_search(0.9, 0.9).pairs, (0.9, 0.1), strict=True)
    )
    result = replace(of_search(), pairs=(near, far))
    assert below_note(result, Stance.OPPOSE) == (
        f"1 more opposes below the minimum similarity of {result.thresholds.similarity:g}."
    )


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({}, "Read 90 of 4 passages"),
        ({"languages": ["en", "", "en-GB"]}, "Read 90 of 4 passages, those in English"),
        (
            {"languages": ["en", "ru"], "countries": ["Ostmark"]},
            "Read 90 of 4 passages, those in English or Russian, with filters",
        ),
    ],
)
def test_what_was_read_names_languages_and_filters(filters, said):
    result = of_search(0.9)
    made = replace(result.provenance, filters=filters)
    assert read_of(replace(result, provenance=made)) == said
