"""Adapt a library's stance model to people's labels, and keep only improvements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare import __version__
from compare.adapt.fitting import FOLDS, fit, folds
from compare.adapt.labels import Label, LabelSet, gather_labels, learnable_kinds, untried_notes
from compare.errors import AdaptError, LibraryError
from compare.evaluate import gold_of, report
from compare.evaluate.metrics import Floats, Gold, Probabilities, macro_f1s
from compare.library.index.base import Rows
from compare.models import Kind
from compare.models.calibration import (
    LEAST,
    Adaptation,
    Layer,
    inputs_of,
    read_by,
    remove_adaptation,
    write_adaptation,
)
from compare.results import Stance, mean_interval, percentile_interval, resampled

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models import InputPair, StanceModel
    from compare.progress import Progress

_LEAST_LEARNED = 0.5
"""Least share of the pairs that must remain to learn from while a fold is measured."""

Interval = tuple[float, float]


# -- Results -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Measured:
    """Metrics on pairs that were not learned from, with bootstrap 95 % intervals.

    Attributes:
        macro_f1: Mean F1 of the three labels, 0 to 1.
        log_loss: Mean of -log p of the right label (natural logarithm); 0 is best.
    """

    macro_f1: float
    macro_f1_interval: Interval
    log_loss: float
    log_loss_interval: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            name: {"low": value[0], "high": value[1]} if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class Figures(_Measured):
    """The metrics of a model; `ece` is its expected calibration error, 0 to 1."""

    ece: float


@dataclass(frozen=True, slots=True)
class Change(_Measured):
    """The change of the metrics on the same pairs, after minus before."""


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of layer that was tried, measured on pairs whose statements it did not learn from.

    Attributes:
        change: Compared with the best model before: the shipped one, or that of an earlier step.
        why_not: Why it is not kept, as the end of a sentence; "" if it is.
    """

    kind: Kind
    figures: Figures
    change: Change
    why_not: str

    @property
    def kept(self) -> bool:
        """Tell whether the layer is better than what was there before."""
        return not self.why_not

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kind": self.kind.value,
            "kept": self.kept,
            "why_not": self.why_not,
            "figures": self.figures.to_dict(),
            "change": self.change.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class AdaptationResult:
    """The layers that were tried, and the one that was kept.

    Attributes:
        before: Metrics of the shipped model.
        adaptation: The layer that was kept; None if none is better.
        not_tried: Sentences that say what more labels would allow.
        file: The file that was written, if any.
    """

    labels: LabelSet
    before: Figures
    steps: tuple[Step, ...]
    adaptation: Adaptation | None
    not_tried: tuple[str, ...]
    file: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kept": self.adaptation.layer.kind.value if self.adaptation else None,
            "written": str(self.file) if self.file else None,
            "labels": self.labels.to_dict(),
            "before": self.before.to_dict(),
            "steps": [step.to_dict() for step in self.steps],
            "adaptation": self.adaptation.to_dict() if self.adaptation else None,
            "notes": [*self.labels.notes, *self.not_tried],
        }


# -- Adapting ------------------------------------------------------------------------------------


def adapt(
    library: Library,
    file: Path | str | None = None,
    *,
    corrections: Path | str | None = None,
    dry_run: bool = False,
    stance_model: StanceModel | None = None,
    on_progress: Progress | None = None,
) -> AdaptationResult:
    """Learn from people's labels how to recalibrate the stance model for this corpus.

    A recalibration (a scale and a shift for each label's logit) is tried first, then, with enough
    labels, a light head. Each is measured in ten folds, on pairs that share no statement with those
    it learned from. A recalibration is kept if the log loss falls, with its whole 95 % interval
    below 0, and macro-F1 does not fall; a head if the log loss falls likewise and macro-F1 rises.
    The kept layer is learned again from all labels, written beside the library
    (`compare.models.calibration`) and used from then on. If none is kept, nothing is written.

    Args:
        library: The library whose reviews are used; see `compare.adapt.labels.gather_labels`.
        file: More labelled pairs of this corpus.
        corrections: A file of corrections to learn from; the model is never measured on them.
        dry_run: Write nothing.
        stance_model: The model to adapt; None for the shipped one.

    Raises:
        AdaptError: There are too few labels, or they share too many statements to be measured.
        LibraryError: The library is read-only.
    """
    if library.read_only and not dry_run:
        raise LibraryError(
            f"{library.backend} is read-only, so nothing can be written beside it: build a library "
            "of your own, or only measure (--dry-run)."
        )
    if not dry_run:
        library.finish_deletion()
    from threadpoolctl import threadpool_limits

    from compare.models import load_stance_model

    label_set = gather_labels(library, file, corrections=corrections)
    tried, labels = learnable_kinds(label_set), label_set.labels
    split = disjoint_folds(labels)
    reader = (stance_model or load_stance_model()).stages[-1]
    scores, parts = reader.score_parts([entry.pair for entry in labels], on_progress)
    gold = gold_of([entry.stance for entry in labels])
    measured = np.array([entry.measured for entry in labels])
    with threadpool_limits(1):  # the matrices are small: threads only cost time
        steps, kept = _steps(tried, scores, parts, gold, measured, split)
    before = figures(scores[measured], gold[measured])
    adaptation = None
    if kept:
        learned = {
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "program": __version__,
            "labels": label_set.to_dict(),
            "folds": FOLDS,
            "before": before.to_dict(),
            "steps": [step.to_dict() for step in steps],
            "notes": list(label_set.notes),
        }
        adaptation = Adaptation(reader.name, reader.digest, kept, read_by(kept.kind), learned)
    result = AdaptationResult(
        label_set, before, tuple(steps), adaptation, untried_notes(label_set, tried)
    )
    if adaptation is None or dry_run:
        return result
    return replace(result, file=write_adaptation(library.backend, adaptation))


def undo_adaptation(library: Library) -> bool:
    """Go back to the shipped model, and tell whether there was an adaptation."""
    library.finish_deletion()
    return remove_adaptation(library.backend)


def disjoint_folds(labels: tuple[Label, ...]) -> list[tuple[Rows, Rows]]:
    """Return the rows to learn from and the rows to measure in each fold.

    Corrections are never measured. A fold learns from those that share no statement with its
    measured rows.

    Raises:
        AdaptError: Too little is left to learn from.
    """
    rows = np.flatnonzero([entry.measured for entry in labels])
    found = list(folds([entry.keys for entry in labels], measured=rows))
    for learned, measured in found:
        if (apart := int(np.isin(learned, rows).sum())) < _LEAST_LEARNED * len(rows):
            raise AdaptError(
                f"The {len(rows)} labelled pairs share too many statements: only {apart} share "
                f"none with {len(measured)} that are measured, too few to learn from. Label pairs "
                "of other statements, or of other quotes, too."
            )
    return found


def _steps(
    tried: Sequence[Kind],
    scores: NDArray[np.float32],
    parts: Sequence[InputPair],
    gold: Gold,
    measured: NDArray[np.bool_],
    split: list[tuple[Rows, Rows]],
) -> tuple[list[Step], Layer | None]:
    """Try one kind after the other; return the steps and the best layer, learned from all labels.

    `scores` are the probabilities of the shipped model on `parts`, [n, 3].
    """
    best, kept = scores, None
    steps: list[Step] = []
    for kind in tried:
        inputs = inputs_of(kind, scores, parts)
        after = np.zeros_like(scores)
        for learned, held_out in split:
            after[held_out] = fit(kind, inputs[learned], gold[learned]).apply(inputs[held_out])
        difference = change(best[measured], after[measured], gold[measured])
        found = figures(after[measured], gold[measured])
        steps.append(Step(kind, found, difference, _why_not(kind, difference)))
        if steps[-1].kept:
            best, kept = after, fit(kind, inputs, gold)
    return steps, kept


def _why_not(kind: Kind, difference: Change) -> str:
    """Return why a step is not kept; "" if it is."""
    if difference.log_loss_interval[1] >= 0:
        if difference.log_loss >= 0:
            return "the log loss does not fall"
        return "the log loss falls by no more than chance allows"
    if kind is Kind.HEAD and difference.macro_f1 <= 0:
        return "macro-F1 does not rise"
    if difference.macro_f1 < 0:
        return "macro-F1 falls"
    return ""


# -- Measuring -----------------------------------------------------------------------------------


def figures(probabilities: Probabilities, gold: Gold) -> Figures:
    """Return the metrics of a model's probabilities, [n, 3]; n at least 1."""
    found, losses = report(probabilities, gold), _losses(probabilities, gold)
    return Figures(
        found.macro_f1,
        found.macro_f1_ci,
        float(losses.mean()),
        mean_interval(losses.tolist()),
        found.ece,
    )


def change(before: Probabilities, after: Probabilities, gold: Gold) -> Change:
    """Return the change of the metrics, with intervals of the difference on the same pairs."""
    losses = _losses(after, gold) - _losses(before, gold)
    cells = np.zeros((len(Stance),) * 3, np.int64)  # right label, label before, label after
    np.add.at(cells, (gold, before.argmax(axis=1), after.argmax(axis=1)), 1)
    return Change(
        float(_macro_f1_rise(cells[None])[0]),
        percentile_interval(_macro_f1_rise(resampled(cells))),
        float(losses.mean()),
        mean_interval(losses.tolist()),
    )


def _losses(probabilities: Probabilities, gold: Gold) -> Floats:
    given = probabilities[np.arange(len(gold)), gold].astype(np.float64)
    return -np.log(np.maximum(given, LEAST))


def _macro_f1_rise(cells: NDArray[np.int64]) -> Floats:
    """Return by how much macro-F1 rises, [draws], in tables [draws, right, before, after]."""
    return macro_f1s(cells.sum(axis=2)) - macro_f1s(cells.sum(axis=3))
