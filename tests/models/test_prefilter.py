"""The prefilter estimates verdicts from vectors and chooses which pairs are scored."""

import numpy as np
import pytest

from compare.comparison.sides import Comparison
from compare.library.filters import Filters
from compare.library.library import Library
from compare.models.encoder import OnnxEncoder, Prefilter, load_prefilter, opposition_first
from tests.fakes import HashingEncoder, WordJudge, statement

pytestmark = pytest.mark.usefixtures("cache")


def test_two_for_opposition_and_one_for_agreement():
    logits = np.array([[9, 0], [0, 9], [8, 0], [0, 8], [7, 0], [0, 7], [0, 6]], np.float32)
    assert opposition_first(logits).tolist() == [0, 1, 3, 2, 5, 6, 4]


def test_it_reads_the_vectors_of_the_encoder_that_ships():
    assert load_prefilter().encoder == OnnxEncoder().digest


def test_the_form_is_as_its_docstring_says_and_the_same_both_ways():
    form = load_prefilter()
    vectors = np.random.default_rng(0).standard_normal((4, OnnxEncoder().dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    a, b = np.array([0, 1]), np.array([2, 3])
    u, v = vectors[a], vectors[b]
    by_hand = (
        (u * v) @ form.product
        + np.abs(u - v) @ form.difference
        + ((u @ form.basis) * (v @ form.basis)) @ form.form
        + form.bias
    )
    assert form.logits(vectors.__getitem__, a, b) == pytest.approx(by_hand, abs=1e-5)
    assert form.logits(vectors.__getitem__, b, a) == pytest.approx(by_hand, abs=1e-5)


def test_what_is_likeliest_is_read_where_not_all_is(tmp_path, monkeypatch):
    encoder = HashingEncoder(64)
    encoder.digest = load_prefilter().encoder
    made = [
        statement(f"v{n}", f"The canal of Meren number {n} must be open.", country="Valdoria")
        for n in range(3)
    ]
    made.append(statement("o", "The canal of Meren shall not be open.", country="Ostravia"))
    library = Library.build(made, tmp_path / "library", encoder)
    likely = {"v0": (0, 1), "v1": (0, 30), "v2": (20, 0)}

    def logits(self, vectors, a, b):
        ids = [library.passages([row])[0].statement_id for row in a.tolist()]
        return np.array([likely[name] for name in ids], np.float32)

    monkeypatch.setattr(Prefilter, "logits", logits)
    sides = [Filters(countries=(name,)) for name in ("Valdoria", "Ostravia")]
    for most, read in ((1, {"v1"}), (2, {"v1", "v2"}), (3, {"v0", "v1", "v2"})):
        judge = WordJudge(either=True)
        table = Comparison(library, *sides, stance_model=judge, most_read=most).run()
        assert {pair.a.statement.id for pair in table.pairs} == read
        assert any("likeliest" in note for note in table.notes) == (most < 3)
