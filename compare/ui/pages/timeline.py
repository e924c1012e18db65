"""Timeline: where someone changed position."""

from __future__ import annotations

from compare.ui.components.layout import begin_page, errors_as_sentences
from compare.ui.components.sides import show_timeline

begin_page(
    "Timeline",
    "Choose whose statements, and a topic. Each passage is compared with what was said before on "
    "the same point. If the two oppose each other, the position changed between the two dates.",
)

with errors_as_sentences():
    show_timeline()
