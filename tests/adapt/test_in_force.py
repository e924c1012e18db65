from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare import Filters
from compare.adapt import adapt
from compare.comparison import compare_sides
from compare.comparison.reproduce import model_again, reproduce
from compare.comparison.scoring import ScoreCache
from compare.errors import ModelError
from compare.export.report import methods
from compare.library.library import Library
from compare.models import Kind, about_adaptation, signature
from compare.models import calibration as layer
from compare.models.calibration import (
    FILE,
    SUFFIX,
    Adaptation,
    AdaptedStance,
    Layer,
    adapted_to,
    read_adaptation,
    read_by,
    write_adaptation,
)
from compare.models.stance import CascadeStance
from tests.adapt.conftest import Scripted, drawn, words, written
from tests.fabricate import PROVENANCE, learned
from tests.fakes import HashingEncoder

SWAPPING = Layer(
    Kind.RECALIBRATION, ((0.5, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0)), (-1.0, 2.0, 0.0)
)
QUOTE = "The locks must be open."


@pytest.fixture
def adapted(library: Library) -> Library:
    """The library with an adaptation that turns agree into oppose."""
    write_adaptation(library.backend, Adaptation("told", "7" * 64, SWAPPING))
    return library


def test_a_library_is_read_as_it_is_adapted(adapted: Library) -> None:
    plain, ours = adapted.search(QUOTE, stance_model=Scripted()), adapted.search(QUOTE)
    assert plain.pairs[0].probabilities.agree > 0.5
    assert ours.pairs[0].probabilities.oppose > 0.5
    assert ours.provenance.stance_model == "told-adapted"
    assert ours.provenance.stance_digest not in ("7" * 64, "")
    learned = "learned from people’s labels of this corpus"
    assert [learned in " ".join(methods(one)) for one in (plain, ours)] == [False, True]
    found = adapted.positions(QUOTE)
    assert found.provenance.stance_digest == ours.provenance.stance_digest
    two = [Filters(countries=(name,)) for name in ("Valdoria", "Ostravia")]
    sides, as_shipped = (
        compare_sides(adapted, QUOTE, *two, stance_model=model) for model in (None, Scripted())
    )
    assert sides.provenance.label_source == ours.provenance.label_source
    assert all(pair.probabilities.oppose > 0.5 for side in sides.placed for pair in side)
    (pair,), (shipped,) = sides.pairs, as_shipped.pairs
    assert pair.probabilities.oppose > shipped.probabilities.oppose


def test_journals_are_not_shared_with_the_model_as_it_ships(
    adapted: Library, tmp_path: Path
) -> None:
    model = adapted.stance_model()
    assert signature(model) != signature(Scripted())
    files = {
        ScoreCache({"library": adapted.generation, "model": signature(of)}, tmp_path)._path
        for of in (model, Scripted())
    }
    assert len(files) == 2


def test_rows_sum_to_1_and_sides_can_be_swapped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "_encoder", lambda: HashingEncoder(384))
    layer._embed.cache_clear()
    source = np.random.default_rng(0)
    weights = tuple(tuple(row) for row in source.normal(0, 1, (6, 3)).tolist())
    head = Adaptation("told", "7" * 64, Layer(Kind.HEAD, weights, (0.1, 0.2, 0.3)), "")
    model = AdaptedStance(Scripted(), head)
    pairs = [words(n, row) for n, row in enumerate(source.dirichlet((1, 1, 1), 40))]
    scores = model.score(pairs)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-6)
    assert (scores == model.score([(b, a) for a, b in pairs])).all()
    assert (scores[7:9] == model.score(pairs[7:9])).all()
    assert model.score([]).shape == (0, 3)
    layer._embed.cache_clear()


def test_an_adaptation_of_another_model_is_ignored_with_a_note(library: Library) -> None:
    write_adaptation(library.backend, Adaptation("told", "8" * 64, SWAPPING))
    model = library.stance_model()
    assert (model.name, model.digest) == ("told", "7" * 64)
    sentence = about_adaptation(model, library.backend)
    assert "is not used: it was learned for told@888888888888" in sentence
    assert "compare adapt --undo" in sentence


def test_a_head_is_ignored_where_its_closeness_is_measured_otherwise(library: Library) -> None:
    head = Layer(Kind.HEAD, ((1.0, 0.0, 0.0),) * 6, (0.0, 0.0, 0.0))
    write_adaptation(library.backend, Adaptation("told", "7" * 64, head, read_by(Kind.HEAD)))
    assert library.stance_model().name == "told-adapted"
    write_adaptation(library.backend, Adaptation("told", "7" * 64, head, "0" * 64))
    assert library.stance_model().name == "told"


def test_the_accurate_model_of_a_cascade_is_adapted(adapted: Library) -> None:
    fast = Scripted("1" * 64)
    model = adapted_to(CascadeStance(fast, Scripted()), adapted.backend)
    first, last = model.stages
    assert first is fast
    assert (last.name, last.languages) == ("told-adapted", fast.languages)
    assert model.name == "told-adapted"
    assert about_adaptation(model, adapted.backend).startswith("Labels are adapted to this corpus")
    assert adapted_to(fast, adapted.backend) is fast


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "format 2, this program reads 1"),
        ({"weights": {}}, "weights.log_p_agree: it is missing"),
        ({"weights": {"log_p_agree": [1, 2, 3]}}, "weights.log_p_agree: Input should be"),
        ({"shift": {"agree": float("nan"), "oppose": 0, "neither": 0}}, "not a finite number"),
        ({"shift": {"agree": "much"}}, "shift.agree: Input should be a valid number"),
        ({"shift": {"agree": 10**400}}, "is too large a number"),
        ({"shift": {"agree": 1.0}}, "shift.oppose: it is missing"),
        ({"kind": "other"}, "kind: Input should be"),
        ({"model": None}, "model: Input should be"),
        ({"reads": 5}, "reads: Input should be"),
        ({"reads": "x"}, "adapted: it is not the name and digest"),
        ({"shift": {"agree": 1.0, "oppose": 0, "neither": 0, "all": 0}}, "shift.'all': there is"),
        ({"shift": {"agree": 1e300, "oppose": 0, "neither": 0}}, "shift.agree: 1e.300 is not betw"),
        ({"more": 1}, "made: Field required"),
    ],
)
def test_a_damaged_file_is_one_sentence(adapted: Library, changes: dict, said: str) -> None:
    path = adapted.folder / FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(ModelError, match=rf"adapted\.json .*{said}.*compare adapt --undo"):
        adapted.stance_model()
    path.write_bytes(b"\xff{")
    with pytest.raises(ModelError, match="no adaptation that can be read"):
        adapted.stance_model()


def test_what_is_written_is_read_again(adapted: Library) -> None:
    kept = Adaptation("told", "7" * 64, SWAPPING, learned=learned(3))
    write_adaptation(adapted.backend, kept)
    again = read_adaptation(adapted.backend)
    assert again == kept
    assert again is not None
    assert again.digest == kept.digest != Adaptation("told", "8" * 64, SWAPPING).digest


def test_a_rebuild_leaves_it_there(tmp_path: Path, library: Library) -> None:
    own = Library.build(library.statements(), tmp_path / "own", HashingEncoder(64))
    write_adaptation(own.backend, Adaptation("told", "7" * 64, SWAPPING))
    own.delete(["k1"])
    assert own.stance_model().name == "told-adapted"


def test_a_result_is_made_again_with_the_adaptation_and_told_from_one_without(
    library: Library, tmp_path: Path
) -> None:
    plain = library.search(QUOTE)
    adapt(library, written(tmp_path / "pairs.tsv", drawn(150, wrong=True)))
    kept = library.search(QUOTE)
    assert kept.provenance.stance_model.endswith(SUFFIX)
    assert reproduce(kept, library).same
    assert reproduce(plain, library).same
    (library.folder / FILE).unlink()
    again = reproduce(kept, library)
    assert not again.same
    assert [entry.what for entry in again.differences] == ["stance model"]


def test_the_name_of_an_adapted_model_leads_to_what_it_was_made_of(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "compare.models.load_stance_model", lambda name=None: asked.append(name) or Scripted()
    )
    made = replace(PROVENANCE, stance_model=f"compare-stance-accurate{SUFFIX}")
    assert model_again(made, library).name == "told"
    assert asked == ["accurate"]
