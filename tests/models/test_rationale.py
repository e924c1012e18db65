import random
import unicodedata
from dataclasses import astuple, replace

import numpy as np
import pytest

from compare.evaluate import read_labelled
from compare.models import LEAST_CALLED, ModelInput, load_stance_model
from compare.models.rationale import SHARE, find_rationale, without, words_of
from compare.models.stance import WEIGHTS, ShippedStance
from compare.results import Stance
from tests.fakes import OneStage
from training.probes import sentences
from training.ship import FAILURE_MODES


class Reader(OneStage):
    """Reads pairs of any length at once."""

    name, digest = "reader", "0" * 64


class NotJudge(Reader):
    """Opposes as surely as the passage says "never" and the quote "must"; else neither."""

    def score(self, pairs, on_progress=None):
        rows = []
        for a, b in pairs:
            oppose = 0.2 + 0.4 * ("never" in b.text) + 0.3 * ("must" in a.text)
            rows.append([0.05, oppose, 0.95 - oppose])
        return np.array(rows, np.float32)


def test_the_words_that_move_the_verdict_are_marked():
    a = ModelInput("The blockade of the port must end")
    b = ModelInput("The blockade of that old port will never end, whatever they say about it")
    verdict, why = find_rationale(NotJudge(), a, b)
    assert verdict.stance is Stance.OPPOSE
    marked = [b.text[span.start : span.end] for span in why.b]
    assert any("never" in words for words in marked)
    assert any("must" in a.text[span.start : span.end] for span in why.a)
    heaviest = max(why.b, key=lambda span: span.weight)
    assert "never" in b.text[heaviest.start : heaviest.end]
    assert heaviest.weight > max(span.weight for span in why.a)


def test_at_most_a_share_of_the_words_is_marked():
    a = ModelInput(" ".join(["It must end."] * 9))
    b = ModelInput("It will never end. " + " ".join(sentences(3)))
    _, why = find_rationale(NotJudge(), a, b)
    marked = sum(
        len(words_of(side.text[span.start : span.end]))
        for side, spans in ((a, why.a), (b, why.b))
        for span in spans
    )
    assert 0 < marked <= round(SHARE * sum(len(words_of(side.text)) for side in (a, b)))


def test_the_last_words_of_a_text_that_is_read_whole_count():
    text = " ".join(f"matter{n}" for n in range(230)) + " we will never end"
    _, why = find_rationale(NotJudge(), ModelInput("It ends"), ModelInput(text))
    heaviest = max(why.b, key=lambda span: span.weight)
    assert "never" in text[heaviest.start : heaviest.end]


def test_readings_are_bounded_whatever_the_length():
    read = []

    class Counts(NotJudge):
        def score(self, pairs, on_progress=None):
            read.append(len(pairs))
            return super().score(pairs)

    text = " ".join(f"matter{n}" for n in range(5000))
    find_rationale(Counts(), ModelInput(text), ModelInput(text))
    assert sum(read) <= 2 + 2 * 256


def test_negations_count_more_than_other_function_words():
    class Reads(Reader):
        def score(self, pairs, on_progress=None):
            rows = []
            for a, _ in pairs:
                oppose = 0.3 + 0.3 * ("not" in a.text) + 0.3 * ("the" in a.text.split())
                rows.append([0.0, oppose, 1 - oppose])
            return np.array(rows, np.float32)

    text = "Ships of ours and of others did not pass by day or night near the port of Meren"
    _, why = find_rationale(Reads(), ModelInput(text), ModelInput("x"))
    heaviest = max(why.a, key=lambda span: span.weight)
    assert "not" in text[heaviest.start : heaviest.end]
    assert heaviest.weight > 2 * sum(s.weight for s in why.a if s is not heaviest)


@pytest.mark.parametrize("text", ["", "…", "one", "🙂", "\x00"])
def test_texts_with_hardly_any_words(text):
    _, why = find_rationale(load_stance_model(), ModelInput(text), ModelInput("We reject the ban."))
    assert all(0 <= span.start < span.end <= len(text) for span in why.a)
    assert why.b


@pytest.mark.parametrize(
    "words",
    [
        ["President", "Erdoğan", "is", "here"],
        ["la", "négociation", "commence"],
        ["Orbán's", "veto", "André’s", "vote"],
        ["हिन्दी", "बोलते", "हैं"],
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_that_are_written_apart_end_no_word(words, form):
    words = [unicodedata.normalize(form, word) for word in words]
    text = f"({', '.join(words)})"
    assert [text[start:end] for start, end in words_of(text)] == words


def test_deciding_words_keep_their_accents():
    class Reads(Reader):
        def score(self, pairs, on_progress=None):
            rows = [[0.0, 0.3 + 0.6 * ("ne\u0301gociation" in b.text)] for _, b in pairs]
            return np.array([[*row, 1 - row[1]] for row in rows], np.float32)

    text = "On a la ne\u0301gociation."
    _, why = find_rationale(Reads(), ModelInput("x"), ModelInput(text))
    heaviest = max(why.b, key=lambda span: span.weight)
    assert text[heaviest.start : heaviest.end].endswith("ne\u0301gociation")


def test_without_closes_the_gap():
    assert without("We will never end it", [(8, 13)]) == "We will end it"
    assert without("one two three", [(8, 13), (0, 3)]) == "two"


def test_of_a_long_pair_words_of_the_sentences_that_decide_are_marked():
    model = load_stance_model("fast")
    a, b = (ModelInput(" ".join(sentences(40, seed=seed))) for seed in (5, 6))
    scores, (read,) = model.score_parts([(a, b)])
    verdict, why = find_rationale(model, a, b)
    assert [verdict.agree, verdict.oppose, verdict.neither] == pytest.approx(scores[0].tolist())
    assert why.a
    assert why.b
    for side, spans, decisive in zip((a, b), (why.a, why.b), read, strict=True):
        assert len(decisive.text) < len(side.text)
        first = side.text.index(decisive.text)
        for span in spans:
            assert first <= span.start < span.end <= first + len(decisive.text)


class ReadsOnly(OneStage):
    """A model that reads one part of side A, and opposes where it rejects."""

    def __init__(self, part):
        self.part = part

    def score_parts(self, pairs):
        return np.zeros((1, 3), np.float32), [(ModelInput(self.part), pairs[0][1])]

    def score(self, pairs):
        rejects = ["reject" in a.text for a, _ in pairs]
        return np.array([[0.1, 0.8, 0.1] if one else [0.4, 0.3, 0.3] for one in rejects])


def test_a_sentence_that_stands_in_another_is_marked_in_its_own_place():
    last = "We reject the ban on mines."
    text = f"They say: {last} Nobody has asked them for it. {last}"
    other = ModelInput("We support it.")

    _, why = find_rationale(ReadsOnly(last), ModelInput(text), other)
    heaviest = max(why.a, key=lambda span: span.weight)
    assert "reject" in text[heaviest.start : heaviest.end]
    assert heaviest.start >= text.rindex(last)


def test_a_piece_of_a_sentence_is_marked_in_its_place():
    piece = "we reject every one of them."
    text = f"The list is long. As to the forty resolutions: {piece}"
    other = ModelInput("It stands.")

    _, why = find_rationale(ReadsOnly(piece), ModelInput(text), other)
    heaviest = max(why.a, key=lambda span: span.weight)
    assert "reject" in text[heaviest.start : heaviest.end]


class Headless(ShippedStance):
    """A shipped model without its head for deciding words, so that words are left out in turn."""

    def mark(self, pair):
        return None


def falls(model, pairs):
    """How far the verdict's probability falls without the marked words, and without drawn ones."""
    rng = random.Random(4)
    marked_out, random_out, columns, full = [], [], [], []
    for a, b in pairs:
        verdict, why = find_rationale(model, a, b)
        columns.append(int(np.argmax(astuple(verdict))))
        full.append(max(verdict.agree, verdict.oppose, verdict.neither))
        cut, chance = [], []
        for side, spans in ((a, why.a), (b, why.b)):
            offsets = [(span.start, span.end) for span in spans]
            marked = sum(len(words_of(side.text[start:end])) for start, end in offsets)
            words = words_of(side.text)
            cut.append(replace(side, text=without(side.text, offsets)))
            drawn = rng.sample(words, min(marked, len(words)))
            chance.append(replace(side, text=without(side.text, drawn)))
        marked_out.append(tuple(cut))
        random_out.append(tuple(chance))
    rows = np.arange(len(pairs))
    cut, chance = (model.score(versions)[rows, columns] for versions in (marked_out, random_out))
    return full - cut, full - chance


@pytest.mark.parametrize(("tier", "count"), [("fast", 100), ("accurate", 25)])
def test_words_that_are_left_out_in_turn_move_the_verdict_more_than_random_ones(tier, count):
    texts = sentences(2 * count, seed=23)
    pairs = [(ModelInput(a), ModelInput(b)) for a, b in zip(texts[::2], texts[1::2], strict=True)]
    marked, drawn = falls(Headless(WEIGHTS / tier), pairs)
    assert len(marked) == count
    assert marked.mean() > 2 * max(drawn.mean(), 0.0)
    assert (marked > drawn).mean() > 0.7


@pytest.mark.parametrize(("tier", "step"), [("fast", 1), ("accurate", 3)])
def test_words_that_the_head_marks_move_the_verdict_more_than_random_ones(tier, step):
    """Of pairs that are called a side: below one half there is no verdict to explain."""
    model = load_stance_model(tier)
    given = [(pair.a, pair.b) for pair in read_labelled(FAILURE_MODES)]
    called = model.score(given)[:, :2].max(axis=1) >= LEAST_CALLED
    pairs = [pair for pair, side in zip(given, called, strict=True) if side][::step]
    marked, drawn = falls(model, pairs)
    assert len(marked) > 20
    assert marked.mean() > 1.2 * drawn.mean() > 0
    assert (marked > drawn).mean() > 0.6
