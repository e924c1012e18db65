"""The fields of the file that says how a library's stance model is adapted."""

from __future__ import annotations

from compare.export.dictionary.fields import (
    Field,
    Kind,
    Table,
    count,
    flag,
    mapping,
    part,
    several,
    text,
)


def _number(
    name: str, meaning: str, least: float | None = None, most: float | None = None
) -> Field:
    return Field(name, Kind.NUMBER, meaning, least=least, most=most)


_RECALIBRATION = "of a recalibration"
_KINDS = ("recalibration", "head")

INTERVAL = Table(
    "interval",
    "A bootstrap 95 % interval, over pairs.",
    (_number("low", "its lower end"), _number("high", "its upper end")),
)
FIGURES = Table(
    "adapted figures",
    "How well probabilities fit people’s labels of pairs that were not learned from.",
    (
        _number("macro_f1", "mean F1 of the three labels", 0, 1),
        part("macro_f1_interval", "interval", "of it"),
        _number("log_loss", "mean of -ln p of the right label; less is better", 0),
        part("log_loss_interval", "interval", "of it"),
        _number("ece", "expected calibration error", 0, 1),
    ),
)
CHANGE = Table(
    "adapted change",
    "What became of the figures of the same pairs: after less before.",
    (
        _number("macro_f1", "a rise is above 0", -1, 1),
        part("macro_f1_interval", "interval", "of it"),
        _number("log_loss", "a fall is below 0"),
        part("log_loss_interval", "interval", "of it"),
    ),
)
STEP = Table(
    "adapted step",
    "Something that was tried.",
    (
        text("kind", "what was learned", values=_KINDS),
        flag("kept", "it is better than what was kept before it"),
        text("why_not", "why it is not kept", "where it is"),
        part("figures", "adapted figures", "with it"),
        part("change", "adapted change", "against what was kept before it"),
    ),
)
LABELS = Table(
    "adapted labels",
    "The labels that it was learned from.",
    (
        count("pairs", "labelled pairs"),
        count("measured", "those of them that figures were taken on: all but corrections"),
        *(count(label, f"those of them that people say {label}") for label in
          ("agree", "oppose", "neither")),
        mapping("sources", "number of pairs by where they come from"),
        text("digest", "sha256 of the pairs and their labels"),
    ),
)  # fmt: skip
ADAPTATION = Table(
    "adaptation",
    "`adapted.json` beside a library’s generations, written by `compare adapt`. The logits of a "
    "pair are the sum of its inputs, each times its weights, and the shift; their softmax are the "
    "probabilities. `adapt --json` prints it as `adaptation`.",
    (
        Field("format", Kind.INTEGER, "of the file", least=1, most=1),
        text("kind", "what was learned", values=_KINDS),
        part("model", "model", "that it belongs to; with another one it is not used"),
        part("adapted", "model", "name and digest of the model as adapted, as results have them"),
        mapping(
            "weights",
            "of each input, by label. Inputs are the natural logarithms of the model’s "
            "probabilities and, of a head, the cosine and the two logits of the first pass",
        ),
        mapping("shift", "by label"),
        text("reads", "sha256 of what a head’s closeness is measured with", _RECALIBRATION),
        Field("made", Kind.TIME, "when it was learned"),
        text("program", "version of the program that learned it"),
        part("labels", "adapted labels", "that it was learned from"),
        count("folds", "in which it was measured; none shares a statement with what it was "
              "learned from", 1),
        part("before", "adapted figures", "of the model as it ships"),
        several("steps", "adapted step", "what was tried, in order"),
        several("notes", "text", "labels that were left out", "where there are none"),
    ),
)  # fmt: skip

TABLES = (ADAPTATION, LABELS, STEP, FIGURES, CHANGE, INTERVAL)
"""In the order of the documentation."""
