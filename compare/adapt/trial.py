"""What came of trying to adapt: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compare.adapt.enough import labels_told
from compare.adapt.labels import Gathered
from compare.adapt.measuring import Change, Figures
from compare.models.adapted import Adaptation
from compare.models.calibration import Kind


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was tried, on pairs that share no statement with those it was learned from.

    Attributes:
        figures: Of the model with it.
        change: Against what was kept before it: the model as it ships, or the step before.
        why_not: Why it is not kept, as the end of a sentence; "" where it is.
    """

    kind: Kind
    figures: Figures
    change: Change
    why_not: str

    @property
    def kept(self) -> bool:
        """Tell whether it is better."""
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
class Trial:
    """What came of trying to adapt.

    Attributes:
        labels: People's, each pair once.
        before: Figures of the model as it ships.
        steps: In the order in which they were tried.
        adaptation: What is kept, None where nothing is better.
        not_tried: What else more labels would allow, in sentences.
        file: What was written, None where nothing was.
    """

    labels: Gathered
    before: Figures
    steps: tuple[Step, ...]
    adaptation: Adaptation | None
    not_tried: tuple[str, ...]
    file: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kept": self.adaptation.layer.kind.value if self.adaptation else None,
            "written": str(self.file) if self.file else None,
            "labels": labels_told(self.labels),
            "before": self.before.to_dict(),
            "steps": [step.to_dict() for step in self.steps],
            "adaptation": self.adaptation.to_dict() if self.adaptation else None,
            "notes": [*self.labels.notes, *self.not_tried],
        }
