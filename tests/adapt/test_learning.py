from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from compare.adapt import adapt, undo_adaptation
from compare.adapt.learning import Change, _why_not
from compare.errors import AdaptError, LibraryError
from compare.export.dictionary import schema_of
from compare.library.generations import mark_read_only
from compare.library.library import Library
from compare.models import Kind, ModelInput
from compare.models.calibration import FILE, read_adaptation
from tests.adapt.conftest import LABELS, Scripted, drawn, words, written
from tests.fakes import HashingEncoder


def test_a_model_that_is_too_sure_is_recalibrated(library: Library, tmp_path: Path) -> None:
    rows = drawn(150, wrong=True)
    trial = adapt(library, written(tmp_path / "pairs.tsv", rows))
    (step,) = trial.steps
    assert (step.kind, step.kept, step.why_not) == (Kind.RECALIBRATION, True, "")
    assert step.figures.log_loss < trial.before.log_loss - 0.2
    assert step.change.log_loss_interval[1] < 0
    assert step.figures.macro_f1 >= trial.before.macro_f1
    assert step.figures.ece < trial.before.ece
    adaptation = read_adaptation(library.backend)
    assert adaptation is not None
    weights, shift = np.array(adaptation.layer.weights), np.array(adaptation.layer.shift)
    assert np.count_nonzero(weights - np.diag(np.diag(weights))) == 0
    assert (np.diag(weights) < 0.6).all()
    assert shift[0] < shift[2]
    assert trial.not_tried == (
        "A head was not tried: it needs 200 labelled pairs, and there are 150.",
    )


def test_a_calibrated_model_is_left_alone(library: Library, tmp_path: Path) -> None:
    trial = adapt(library, written(tmp_path / "pairs.tsv", drawn(150, wrong=False, seed=3)))
    (step,) = trial.steps
    assert not step.kept
    assert step.why_not.startswith("the log loss ")
    assert trial.adaptation is None
    assert not (library.folder / FILE).exists()


def test_the_adaptation_file_says_what_it_was_learned_from(
    library: Library, tmp_path: Path
) -> None:
    trial = adapt(library, written(tmp_path / "pairs.tsv", drawn(150, wrong=True)))
    data = json.loads((library.folder / FILE).read_text(encoding="utf-8"))
    assert data["model"] == {"name": "told", "digest": "7" * 64}
    assert data["adapted"]["name"] == "told-adapted"
    assert data["labels"]["pairs"] == data["labels"]["measured"] == 150
    assert sum(data["labels"][label] for label in LABELS) == 150
    assert data["labels"]["sources"] == {"pairs.tsv": 150}
    assert data["labels"]["digest"] == trial.labels.digest
    assert data["steps"][0]["change"]["log_loss"] < 0
    assert trial.adaptation is not None
    assert data["adapted"]["digest"] == trial.adaptation.digest
    schema = schema_of("adaptation")
    assert [found.message for found in Draft202012Validator(schema).iter_errors(data)] == []


def test_the_order_of_labels_changes_nothing(library: Library, tmp_path: Path) -> None:
    rows = drawn(150, wrong=True)
    one = adapt(library, written(tmp_path / "a.tsv", rows), dry_run=True)
    random.Random(1).shuffle(rows)
    swapped = [(b, a, label) for a, b, label in rows]
    other = adapt(library, written(tmp_path / "b.tsv", swapped), dry_run=True)
    assert one.labels.digest == other.labels.digest
    assert one.adaptation is not None
    assert other.adaptation is not None
    assert one.adaptation.layer == other.adaptation.layer


def test_a_dry_run_writes_nothing_and_undoing_goes_back(library: Library, tmp_path: Path) -> None:
    pairs = written(tmp_path / "pairs.tsv", drawn(150, wrong=True))
    trial = adapt(library, pairs, dry_run=True)
    assert trial.adaptation is not None
    assert trial.file is None
    assert not undo_adaptation(library)
    assert adapt(library, pairs).file == str(library.folder / FILE)
    assert undo_adaptation(library)
    assert read_adaptation(library.backend) is None


def test_few_labels_are_one_sentence(library: Library, tmp_path: Path) -> None:
    rows = drawn(49, wrong=True)
    with pytest.raises(AdaptError, match="it needs 50 labelled pairs, and there are 49"):
        adapt(library, written(tmp_path / "few.tsv", rows))
    alike = [(a, b, "agree") for a, b, _ in drawn(60, wrong=True)]
    with pytest.raises(AdaptError, match="5 pairs of each label, and there are 0 oppose and 0 nei"):
        adapt(library, written(tmp_path / "alike.tsv", alike))


def test_pairs_of_one_quote_cannot_be_measured(library: Library, tmp_path: Path) -> None:
    rows = [(a, ModelInput("One quote."), label) for a, _, label in drawn(80, wrong=True)]
    with pytest.raises(AdaptError, match=r"share too many statements: .* other quotes"):
        adapt(library, written(tmp_path / "pairs.tsv", rows))


def test_a_read_only_library_allows_only_a_dry_run(tmp_path: Path, library: Library) -> None:
    own = Library.build(library.statements(), tmp_path / "sample", HashingEncoder(64))
    mark_read_only(own.folder)
    pairs = written(tmp_path / "pairs.tsv", drawn(150, wrong=True))
    with pytest.raises(LibraryError, match="is read-only"):
        adapt(own, pairs)
    assert adapt(own, pairs, dry_run=True).adaptation is not None


@pytest.mark.parametrize(
    ("kind", "f1", "loss", "said"),
    [
        (Kind.RECALIBRATION, 0.0, (-0.2, -0.3, -0.1), ""),
        (Kind.RECALIBRATION, -0.001, (-0.2, -0.3, -0.1), "macro-F1 falls"),
        (Kind.RECALIBRATION, 0.1, (-0.2, -0.5, 0.1), "falls by no more than chance allows"),
        (Kind.RECALIBRATION, 0.1, (0.1, -0.1, 0.3), "the log loss does not fall"),
        (Kind.HEAD, 0.001, (-0.2, -0.3, -0.1), ""),
        (Kind.HEAD, 0.0, (-0.2, -0.3, -0.1), "macro-F1 does not rise"),
        (Kind.HEAD, 0.1, (-0.2, -0.5, 0.1), "falls by no more than chance allows"),
    ],
)
def test_a_step_is_kept_only_if_it_is_better(
    kind: Kind, f1: float, loss: tuple[float, ...], said: str
) -> None:
    why = _why_not(kind, Change(f1, (f1 - 0.1, f1 + 0.1), loss[0], loss[1:]))
    assert why.endswith(said)
    assert bool(why) == bool(said)


# --- the head --------------------------------------------------------------------------------


def near_and_far(size: int) -> list[tuple[ModelInput, ModelInput, str]]:
    """Pairs on which the model cannot tell that those without a common word are neither."""
    source = np.random.default_rng(5)
    rows = []
    for number in range(size):
        sure = 0.55 + 0.4 * source.random()
        side = source.integers(2)
        told = [sure, 1 - sure - 0.02, 0.02] if side == 0 else [1 - sure - 0.02, sure, 0.02]
        a, b = words(number, told)
        near = number % 2 == 0
        other = ModelInput(a.text.removesuffix(".").split(" told ")[0] + " told us.") if near else b
        rows.append((a, other, LABELS[side] if near else "neither"))
    return rows


def test_a_head_is_learned_if_similarity_tells_what_the_model_does_not(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compare.models import calibration as layer

    monkeypatch.setattr(layer, "_encoder", lambda: HashingEncoder(384))
    layer._embed.cache_clear()
    trial = adapt(library, written(tmp_path / "pairs.tsv", near_and_far(240)))
    layer._embed.cache_clear()
    recalibrated, head = trial.steps
    assert head.kept
    assert head.change.macro_f1_interval[0] > 0
    assert head.figures.macro_f1 > recalibrated.figures.macro_f1 + 0.1
    assert trial.adaptation is not None
    assert trial.adaptation.layer.kind is Kind.HEAD
    assert len(trial.adaptation.reads) == 64


def test_a_head_that_is_no_better_is_not_kept(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compare.models import calibration as layer

    monkeypatch.setattr(layer, "_encoder", lambda: HashingEncoder(384))
    layer._embed.cache_clear()
    trial = adapt(library, written(tmp_path / "pairs.tsv", drawn(220, wrong=True)))
    layer._embed.cache_clear()
    assert [step.kept for step in trial.steps] == [True, False]
    assert trial.adaptation is not None
    assert trial.adaptation.layer.kind is Kind.RECALIBRATION


def test_an_earlier_adaptation_is_not_the_baseline(library: Library, tmp_path: Path) -> None:
    pairs = written(tmp_path / "pairs.tsv", drawn(150, wrong=True))
    first, again = adapt(library, pairs), adapt(library, pairs, stance_model=Scripted())
    assert first.before == again.before
    assert first.adaptation is not None
    assert again.adaptation is not None
    assert first.adaptation.digest == again.adaptation.digest
