"""Method: what the labels mean, what the model gets wrong, and how to cite.

Every figure is read from the models' own manifests.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from compare import __version__
from compare.comparison.search import READ_AGAIN, READ_AGAIN_WITH_OPPOSITE
from compare.comparison.sides import MOST_READ
from compare.defaults import MOST_OF_SIDE
from compare.export import VERDICT, facts_html, percent, section_html, table_html
from compare.export.report import citation
from compare.export.words import LIKELIHOOD
from compare.facade import Library
from compare.models.stance import shipped_manifests
from compare.results import FILLED_TO, LEAST_UNSURE, OF_PLACEMENTS, Stance, Thresholds
from compare.ui.components.layout import page, show_html
from compare.ui.components.service import choose_library, stance_model


def _show_lists() -> None:
    default = Thresholds()
    show_html(
        "lists",
        READ_AGAIN,
        READ_AGAIN_WITH_OPPOSITE,
        FILLED_TO,
        LEAST_UNSURE,
        MOST_OF_SIDE,
        MOST_READ,
        OF_PLACEMENTS.probability,
    )
    show_html("thresholds", default.probability, default.similarity)
    rows = [(words, f"{percent(floor)} or more") for floor, words in LIKELIHOOD if floor]
    rows.append((LIKELIHOOD[-1][1], f"less than {percent(LIKELIHOOD[-2][0])}"))
    st.html(section_html("Probabilities in words", 3))
    st.html(table_html("Probabilities in words", ("Word", "Probability"), rows))


def _show_mistakes() -> None:
    st.html(section_html("What the model gets wrong"))
    for tier, manifest in shipped_manifests().items():
        figures = manifest["dev"]
        st.html(section_html(f"The {tier} model", 3))
        show_html("measured", figures["pairs"])
        st.html(facts_html(_figures(figures)))
        names = [VERDICT[Stance(name)] for name in manifest["labels"]]
        head = ("Label of both readings", *(f"Model: {name.lower()}" for name in names))
        rows = [
            (name, *(f"{count:,}" for count in row))
            for name, row in zip(names, figures["confusion_rows_gold"], strict=True)
        ]
        caption = f"Labels of both readings against those of the {tier} model"
        st.html(table_html(caption, head, rows))
    show_html("mistakes")


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    low, high = figures["macro_f1_interval_95"]
    return [
        ("Correct labels", percent(figures["accuracy"])),
        ("Macro-F1", f"{figures['macro_f1']:.2f} (95 % interval {low:.2f} to {high:.2f})"),
        *(
            (f"F1 of {VERDICT[Stance(name)].lower()}", f"{value:.2f}")
            for name, value in figures["f1"].items()
        ),
        ("Calibration error", f"{figures['ece']:.3f} (0 is perfect)"),
        ("Agrees against opposes", f"{figures['polarity_auc']:.2f} (AUC)"),
    ]


def _show_sources(library: Library) -> None:
    """Name the models and the library with their digests, and say how to cite them."""
    model, made = stance_model(), library.manifest
    first, *more = model.stages
    facts = [
        ("Program", f"compare {__version__}"),
        ("Stance model", model.name),
        ("Its digest", model.digest),
        *([("First stage", first.name), ("Its digest", first.digest)] if more else []),
        ("Embedding model", made.encoder),
        ("Its digest", made.encoder_digest),
        ("Library", f"{made.statements:,} statements in {made.passages:,} passages"),
        ("Its digest", library.digest),
    ]
    st.html(section_html("What runs here"))
    st.html(facts_html(facts))
    st.html(section_html("How to cite"))
    show_html("how_to_cite")
    text = citation(__version__, model.name, model.digest, library.digest, "<date>")
    st.code(text, language=None, wrap_lines=True)


with page(
    "Method",
    "What the labels mean, how the lists are made, what the model gets wrong, and how to cite what "
    "you found.",
):
    library = choose_library()
    show_html("labels")
    _show_lists()
    _show_mistakes()
    _show_sources(library)
