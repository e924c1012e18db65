"""Compare sides: where two sides agree, and where they oppose each other."""

from __future__ import annotations

from compare.ui.components.layout import begin_page, errors_as_sentences
from compare.ui.components.sides import compare_sides

begin_page(
    "Compare sides",
    "Choose two sides and a topic. Their passages on the same point are paired, and each pair is "
    "labelled: they agree, oppose each other, or neither. You see the number of pairs before any "
    "is read.",
)

with errors_as_sentences():
    compare_sides()
