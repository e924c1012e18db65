"""Adapt the stance model to one corpus, using labels that people gave its pairs.

    result = adapt(Library.open("my-library"))
    for step in result.steps:
        print(step.kind, step.change.log_loss, step.change.macro_f1, step.why_not or "kept")

`labels` gathers the labels, `fitting` learns a layer from them, and `learning` keeps the layer if
it beats the shipped model. `corrections` reads and writes the file of verdicts that users
corrected. `compare.models.calibration` stores and applies the layer.
"""

from compare.adapt.corrections import append_correction, append_typed_correction, corrections_file
from compare.adapt.learning import AdaptationResult, Figures, Step, adapt, undo_adaptation

__all__ = [
    "AdaptationResult",
    "Figures",
    "Step",
    "adapt",
    "append_correction",
    "append_typed_correction",
    "corrections_file",
    "undo_adaptation",
]
