"""Adapt a library's stance model by people's labels, and keep only what is better for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare import __version__
from compare.adapt.enough import enough_for, labels_told, not_tried
from compare.adapt.fitting import FOLDS, fit, folds
from compare.adapt.labels import Gathered, Label, gather
from compare.adapt.measuring import Change, Figures, change, figures
from compare.adapt.trial import Step, Trial
from compare.errors import AdaptError, LibraryError
from compare.evaluate.metrics import Gold, gold_of
from compare.library.index.faiss import Rows
from compare.models.adapted import (
    Adaptation,
    final_reader,
    read_by,
    remove_adaptation,
    write_adaptation,
)
from compare.models.calibration import Inputs, Kind, Layer, inputs_of
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.models.load import Pair, StanceModel
    from compare.models.runtime import Progress

LEAST_LEFT = 0.5
"""The share of the pairs that is to be left to learn from while others are measured."""


def adapt(
    library: Library,
    file: Path | str | None = None,
    *,
    corrections: Path | str | None = None,
    dry_run: bool = False,
    stance_model: StanceModel | None = None,
    on_progress: Progress | None = None,
) -> Trial:
    """Learn from people's labels how the stance model is to be read in this corpus.

    First a scale and a shift for each label's logit; from more labels on also a light head. Each
    is measured on pairs that share no statement with those that it is learned from (ten folds). A
    recalibration is kept where the log loss falls, with all of the 95 % interval of the change, and
    macro-F1 does not; a head where macro-F1 rises and the log loss falls likewise. What is kept is
    learned from all labels, written beside the library (`compare.models.adapted`) and in force from
    then on; where nothing is kept nothing is written.

    Args:
        library: Whose reviews are read; see `compare.adapt.labels.gather`.
        file: More labelled pairs of this corpus.
        corrections: A file of corrections to learn from; nothing is measured on them.
        dry_run: Write nothing.
        stance_model: What is adapted; the shipped one where None.
        on_progress: Told of pairs read.

    Raises:
        AdaptError: There are too few labels, or they hang together too closely to be measured.
        LibraryError: The library is read-only.
    """
    if library.read_only and not dry_run:
        raise LibraryError(
            f"{library.folder} is read-only, so nothing can be kept beside it: build a library of "
            "your own, or only look at the figures (--dry-run)."
        )
    from threadpoolctl import threadpool_limits

    gathered = gather(
        library,
        None if file is None else Path(file),
        corrections=None if corrections is None else Path(corrections),
    )
    tried = enough_for(gathered)
    labels = gathered.labels
    cuts = _cuts(labels)
    reader = final_reader(stance_model or _default_model())
    pairs = [entry.pair for entry in labels]
    scores, read = reader.score_parts(pairs, on_progress)
    gold = gold_of([entry.stance for entry in labels])
    measured = np.array([entry.measured for entry in labels])

    with threadpool_limits(1):  # threads would only wait for each other: the products are small
        steps, kept = _steps(tried, (scores, read, gold, measured), cuts)
    before = figures(scores[measured], gold[measured])
    adaptation = _adaptation(reader, kept, gathered, before, steps) if kept else None
    trial = Trial(gathered, before, tuple(steps), adaptation, not_tried(gathered, tried))
    if adaptation is None or dry_run:
        return trial
    return replace(trial, file=write_adaptation(library.folder, adaptation))


def undo_adaptation(library: Library) -> bool:
    """Go back to the model as it ships; tell whether there was an adaptation.

    Raises:
        ModelError: Its file cannot be removed.
    """
    return remove_adaptation(library.folder)


def _default_model() -> StanceModel:
    from compare.models import load_stance_model

    return load_stance_model()


# -- Measuring -----------------------------------------------------------------------------------

Cuts = list[tuple[Rows, Rows]]
_Read = tuple[NDArray[np.float32], Sequence["Pair"], Gold, NDArray[np.bool_]]
"""Probabilities, what they are of, the right labels, and which of them are measured."""


def _cuts(labels: tuple[Label, ...]) -> Cuts:
    """Return the rows to learn from and those to measure, of each fold.

    Corrections are learned from where they share no statement with what is measured.

    Raises:
        AdaptError: Too little is left to learn from.
    """
    rows = np.flatnonzero([entry.measured for entry in labels])
    others = np.flatnonzero([not entry.measured for entry in labels])
    keys = [labels[row].keys for row in rows.tolist()]
    found: Cuts = []
    for apart, measured in folds(keys):
        if len(apart) < LEAST_LEFT * len(rows):
            raise AdaptError(
                f"The {len(rows)} labelled pairs hang together through the statements they share: "
                f"{len(apart)} share none with {len(measured)} that are measured, too few to learn "
                "from. Label pairs of other statements, or of other quotes, too."
            )
        taken = frozenset().union(*(keys[row] for row in measured.tolist()))
        more = [row for row in others.tolist() if taken.isdisjoint(labels[row].keys)]
        found.append((np.concatenate([rows[apart], np.array(more, np.int64)]), rows[measured]))
    return found


def _steps(tried: Sequence[Kind], of: _Read, cuts: Cuts) -> tuple[list[Step], Layer | None]:
    """Try one kind after the other; return what was tried, and the best layer of all labels."""
    scores, pairs, gold, measured = of
    best, kept = scores, None
    steps: list[Step] = []
    for kind in tried:
        inputs = inputs_of(kind, scores, pairs)
        after = _read_in_folds(kind, inputs, gold, cuts)
        moved = change(best[measured], after[measured], gold[measured])
        found = figures(after[measured], gold[measured])
        steps.append(Step(kind, found, moved, _why_not(kind, moved)))
        if steps[-1].kept:
            best, kept = after, fit(kind, inputs, gold)
    return steps, kept


def _read_in_folds(kind: Kind, inputs: Inputs, gold: Gold, cuts: Cuts) -> NDArray[np.float32]:
    """Return probabilities, float32 [n, 3], each by a layer learned apart from the pair."""
    after = np.zeros((len(gold), len(Stance)), np.float32)
    for learned, measured in cuts:
        after[measured] = fit(kind, inputs[learned], gold[learned]).apply(inputs[measured])
    return after


def _why_not(kind: Kind, moved: Change) -> str:
    """Say why a step is not kept; "" where it is."""
    if moved.log_loss_interval[1] >= 0:
        if moved.log_loss >= 0:
            return "the log loss does not fall"
        return "the log loss falls by no more than chance allows"
    if kind is Kind.HEAD and moved.macro_f1 <= 0:
        return "macro-F1 does not rise"
    if moved.macro_f1 < 0:
        return "macro-F1 falls"
    return ""


def _adaptation(
    reader: StanceModel, layer: Layer, gathered: Gathered, before: Figures, steps: list[Step]
) -> Adaptation:
    learned = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "program": __version__,
        "labels": labels_told(gathered),
        "folds": FOLDS,
        "before": before.to_dict(),
        "steps": [step.to_dict() for step in steps],
        "notes": list(gathered.notes),
    }
    return Adaptation(reader.name, reader.digest, layer, read_by(layer.kind), learned)
