import pytest

from compare.export.words import (
    LIKELIHOOD,
    SIGN,
    VERDICT,
    counted,
    likelihood,
    percent,
)
from compare.models.values import Stance
from compare.statements.statement import PartialDate


@pytest.mark.parametrize(
    ("probability", "words", "number"),
    [
        (1.0, "virtually certain", "100 %"),
        (0.9999, "virtually certain", ">99 %"),
        (0.93, "very likely", "93 %"),
        (0.90, "very likely", "90 %"),
        (0.8999, "likely", "90 %"),
        (0.66, "likely", "66 %"),
        (0.5, "more likely than not", "50 %"),
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
