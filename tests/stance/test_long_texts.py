"""Pairs longer than the window are read sentence by sentence."""

import numpy as np
import pytest

from compare.results import Side
from compare.stance import load_stance_model
from compare.stance.long_texts import MOST_PAIRS, read_in_parts, sentence_pairs

FILLER = (
    "The delegation thanked its hosts for the warm welcome in the old town hall. "
    "Rain fell on the harbour of Meren for most of the afternoon. "
    "The orchestra of the academy played two pieces by local composers. "
)
BLOCKADE = "We condemn the blockade of Port Meren, which must end today."
LAWFUL = "The blockade of Port Meren is lawful and will not end."


OTHER_FILLER = (
    "Our ministry opened its library to students this spring. "
    "Forty new trees stand along the avenue by the river. "
    "The museum showed coins and maps of the northern provinces. "
)


def long_side(sentence, country="Valdoria", filler=FILLER):
    return Side(filler * 6 + sentence + " " + filler * 6, country=country, date="2021")


@pytest.fixture(scope="module")
def model():
    return load_stance_model("fast")


def test_the_verdict_is_that_of_the_strongest_pair_of_sentences_and_says_which(model):
    a, b = long_side(BLOCKADE), long_side(LAWFUL, "Ostravia", OTHER_FILLER)
    scores, [(part_a, part_b)] = model.score_parts([(a, b)])
    assert (part_a.text, part_b.text) == (BLOCKADE, LAWFUL)
    assert (part_a.country, part_b.country) == ("Valdoria", "Ostravia")
    assert np.array_equal(scores, model.score([(part_a, part_b)]))
    assert np.array_equal(scores, model.score([(a, b)]))


def test_a_pair_that_fits_is_read_whole(model):
    pair = Side(BLOCKADE), Side(LAWFUL)
    _, [read] = model.score_parts([pair])
    assert read == pair


def test_swapping_long_sides_changes_nothing(model):
    pairs = [(long_side(BLOCKADE), long_side(LAWFUL)), (long_side(BLOCKADE), Side(LAWFUL))]
    assert np.array_equal(model.score(pairs), model.score([(b, a) for a, b in pairs]))


def test_progress_counts_pairs_not_their_sentences(model):
    seen = []
    model.score([(long_side(BLOCKADE), Side(LAWFUL))] * 2, lambda *told: seen.append(told))
    assert seen[-1] == (2, 2)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_few_pairs_of_sentences_are_read_of_texts_of_any_length():
    a, b = (Side(" ".join(f"The {word} {n} is closed." for n in range(3000))) for word in "xy")
    found = sentence_pairs(a, b)
    assert MOST_PAIRS <= len(found) <= MOST_PAIRS + 200
    assert {(y.text, x.text) for x, y in sentence_pairs(b, a)} == {
        (x.text, y.text) for x, y in found
    }


def test_the_strongest_is_by_agree_or_oppose_not_by_neither():
    first, second = FILLER.split(". ", maxsplit=1)[0] + ".", BLOCKADE
    table = {first: (0.1, 0.0, 0.9), second: (0.2, 0.5, 0.3)}

    def score(pairs):
        return np.array([table[a.text] for a, _ in pairs], np.float32)

    rows, chosen = read_in_parts([(Side(f"{first} {second}"), Side("x"))], lambda _: False, score)
    assert rows.tolist() == [pytest.approx([0.2, 0.5, 0.3])]
    assert chosen == [(Side(second), Side("x"))]


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "🙂" * 3000, "مرحبا " * 2000, "a" * 1_000_000, "word " * 200_000]
)
def test_hostile_texts_are_read(model, text):
    scores = model.score([(Side(text), Side(LAWFUL))])
    assert scores.shape == (1, 3)
    assert scores.sum() == pytest.approx(1, abs=1e-5)
