"""The Method page's sections. Every figure is read from the model's own manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from compare import __version__
from compare.comparison.same_point import LEAST_SIMILARITY
from compare.comparison.sides import MOST_READ, MOST_READ_AGAIN
from compare.export.cards import text_html
from compare.export.methods import citation
from compare.export.pieces import facts_html, table_html
from compare.export.words import LIKELIHOOD, VERDICT, percent
from compare.library.library import Library
from compare.models.cascade import READ_AGAIN, CascadeStance
from compare.models.runtime import read_manifest
from compare.models.shipped import WEIGHTS, shipped_tiers
from compare.results.result import Stance, Thresholds
from compare.ui.components.layout import small
from compare.ui.components.service import stance_model

_LABELS = """
<section class="cp-section">
<h2>What the labels mean</h2>
<p>A label says how two statements relate, judged by what their words commit the speakers to, in
the light of who spoke and when. One specific point that both address decides it; where they share
several, the main one.</p>
<h3>Agrees</h3>
<p>One speaker would sign the other’s position: they assert the same claim, ask for the same
action, blame or praise the same party for the same matter, or one backs what the other asks for.
Wording may differ.</p>
<h3>Opposes</h3>
<p>The two positions cannot both be held: one affirms what the other denies, supports what the
other rejects, or calls lawful what the other calls unlawful; each blames the other side; one
accuses and the other denies or justifies. A denial opposes the accusation that it denies, and a
threat against an act opposes a defence of the act.</p>
<h3>Neither</h3>
<p>Another matter, or the same broad topic without a point on which the two agree or clash:
background, plain fact, greetings, good wishes that everyone shares.</p>
<p>Whoever reports a claim and calls it false is committed to its contrary. A speaker can oppose
what the same speaker said at another time.</p>
</section>
"""

_READING = f"""
<section class="cp-section">
<h2>How a search’s lists come about</h2>
<ul>
<li>Statements are cut into sentences. What is compared is the words with the context that
completes them; what is shown is the words as they were quoted, and the context apart.</li>
<li>The sentences closest in meaning to the quote, and those that share its names and rare words,
are chosen after the filters were applied. Closeness, the cosine of two sentences’ vectors, only
chooses what is read: sentences that say the opposite are often as close as sentences that say the
same.</li>
<li>The stance model reads each pair in both orders and takes the mean, so that the verdict is the
same whichever comes first. A statement stands by its strongest sentence.</li>
<li>There are two models. The fast one reads all that was chosen, the accurate one reads again what
stands near the top of either list: {READ_AGAIN} sentences of each. Where a card says “Read by the
fast model only”, the accurate one did not come to it; in the order of rank such cards stand below
the others.</li>
<li>A list is ordered by <em>probability × ∜closeness</em>: a sure verdict on a distant sentence
and a faint one on a near sentence both rank low.</li>
<li>The deciding words are found by leaving out the words, one at a time, and seeing how far the
probability of the verdict falls; function words other than negations and “against” are passed
over, and neighbours share.</li>
<li>The page Compare sides pairs the twenty nearest of each passage, from a closeness of
{LEAST_SIMILARITY} on, reads {MOST_READ:,} pairs at most unless you ask for more, and again
{MOST_READ_AGAIN} of each list. Positions reads the nearest passages of each party, and again all
that may take a side.</li>
</ul>
</section>
"""


def labels() -> None:
    """Say what the three labels mean."""
    st.html(_LABELS)


def reading() -> None:
    """Say how a list comes about, with the thresholds and the words for probabilities."""
    least = Thresholds()
    st.html(_READING)
    small(
        f"Unless you move the sliders, a statement is listed as agreeing or opposing if that is "
        f"the likeliest label, from a probability of {percent(least.probability)} and a closeness "
        f"of {least.similarity:.2f} on; what else is as close is listed as neither."
    )
    rows = [(words, f"{percent(floor)} or more") for floor, words in LIKELIHOOD if floor]
    rows.append((LIKELIHOOD[-1][1], f"less than {percent(LIKELIHOOD[-2][0])}"))
    st.html(_heading("Probabilities in words", 3))
    st.html(table_html("Probabilities in words", ("Said as", "From"), rows))


def mistakes() -> None:
    """Say how often the models are wrong, by the figures in their manifests."""
    st.html(_heading("What the model gets wrong"))
    for tier in shipped_tiers():
        _mistakes_of(tier, read_manifest(WEIGHTS / tier))
    small(
        "Expect most errors in conditions and threats, quantities, denials, blame that two share, "
        "and where two statements are about one matter without a common point. Irony was not "
        "measured. It reads English. A verdict is a proposal: read the two statements before you "
        "rely on it, and keep a correction where it is wrong."
    )


def _mistakes_of(tier: str, manifest: Mapping[str, Any]) -> None:
    figures = manifest["dev"]
    st.html(_heading(f"The {tier} model", 3))
    small(
        f"Measured on {figures['pairs']:,} pairs of officials’ statements that two readings of a "
        "language model label alike and that the model was not trained on. Recipes and calibration "
        "were chosen on them, so the figures flatter a little."
    )
    st.html(facts_html(_figures(figures)))
    names = [VERDICT[Stance(name)] for name in manifest["labels"]]
    st.html(
        table_html(
            f"Labels of both readings against those of the {tier} model",
            ("Both readings", *(f"Model: {name.lower()}" for name in names)),
            _confusion(names, figures["confusion_rows_gold"]),
        )
    )


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    each = figures.get("f1", {})
    interval = figures.get("macro_f1_interval_95") or ()
    between = f" (95 % interval {interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
    rows = [
        ("Right", percent(float(figures["accuracy"]))),
        ("Macro-F1", f"{float(figures['macro_f1']):.2f}{between}"),
        *(
            (f"F1 of {VERDICT[Stance(name)].lower()}", f"{value:.2f}")
            for name, value in each.items()
        ),
    ]
    if "ece" in figures:
        rows.append(("Calibration error", f"{float(figures['ece']):.3f} (0 is perfect)"))
    if "polarity_auc" in figures:
        rows.append(("Agree told from oppose", f"{float(figures['polarity_auc']):.2f} (AUC)"))
    return rows


def _confusion(names: Sequence[str], rows: Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
    return [(name, *(f"{count:,}" for count in row)) for name, row in zip(names, rows, strict=True)]


def digests(library: Library) -> None:
    """Name the models and the library with their digests."""
    model, made = stance_model(), library.manifest
    fast = model.fast if isinstance(model, CascadeStance) else None
    st.html(_heading("What runs here"))
    st.html(
        facts_html(
            [
                ("Program", f"compare {__version__}"),
                ("Stance model", model.name),
                ("Its digest", model.digest),
                *([("Ahead of it", fast.name), ("Its digest", fast.digest)] if fast else []),
                ("Embedding model", made.encoder),
                ("Its digest", made.encoder_digest),
                ("Library", f"{made.statements:,} statements in {made.passages:,} passages"),
                ("Its digest", library.digest),
            ]
        )
    )


def cite(library: Library) -> None:
    """Say how to cite a statement, a verdict and the program."""
    model = stance_model()
    st.html(_heading("How to cite"))
    small(
        "Cite a statement by its own source, which each card names; the exports hold it for every "
        "pair. Cite a verdict as the model’s, never as the speaker’s or a reader’s, with the model "
        "and the library it comes from:"
    )
    st.code(
        citation(__version__, model.name, model.digest, library.digest, "<date>"),
        language=None,
        wrap_lines=True,
    )


def _heading(text: str, level: int = 2) -> str:
    return f'<div class="cp-section"><h{level}>{text_html(text)}</h{level}></div>'
