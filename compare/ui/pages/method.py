"""Method: what the labels mean, what the model gets wrong, and how to cite.

Every figure is read from the models' own manifests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from compare import __version__
from compare.comparison.nearest_pairs import LEAST_SIMILARITY
from compare.comparison.search import READ_AGAIN
from compare.comparison.sides import MOST_READ, MOST_READ_AGAIN
from compare.export.html import facts_html, section_html, table_html
from compare.export.report import citation
from compare.export.words import LIKELIHOOD, VERDICT, percent
from compare.library.library import Library
from compare.models.stance import shipped_manifests
from compare.models.values import Stance
from compare.results.result import Thresholds
from compare.ui.components.layout import begin_page, errors_as_sentences, small
from compare.ui.components.service import choose_library, stance_model

_LABELS = """
<section class="cp-section">
<h2>What the labels mean</h2>
<p>A label says how two statements relate, judged by what their words commit the speakers to, given
who spoke and when. It is decided by one specific point that both address; if they share several
points, by the main one.</p>
<h3>Agrees</h3>
<p>Each speaker would sign the other’s position: they make the same claim, ask for the same action,
blame or praise the same actor for the same matter, or one backs what the other asks for. The
wording may differ.</p>
<h3>Opposes</h3>
<p>The two positions cannot both be held: one affirms what the other denies, supports what the
other rejects, or calls lawful what the other calls unlawful; each blames the other; or one accuses
and the other denies or justifies. A denial opposes the accusation that it denies, and a threat
against an act opposes a defence of the act.</p>
<h3>Neither</h3>
<p>The statements are about different matters, or about the same broad topic without a point on
which they agree or clash: background, plain fact, greetings, good wishes that everyone shares.</p>
<p>A speaker who reports a claim and calls it false is committed to its contrary. A speaker can
oppose what the same speaker said at another time.</p>
</section>
"""

_LISTS = f"""
<section class="cp-section">
<h2>How the lists of a search are made</h2>
<ul>
<li>Statements are split into sentences. The words are compared together with the context that
completes them; they are shown as they were quoted, with the context apart.</li>
<li>After the filters are applied, the sentences most similar in meaning to the quote are selected,
and those that share its names and rare words. Similarity, the cosine of two sentences’ vectors,
only selects what is read: sentences that say the opposite are often as similar as sentences that
say the same.</li>
<li>The stance model reads each pair in both orders and takes the mean, so the verdict is the same
whichever comes first. A statement is listed by its strongest sentence.</li>
<li>There are two models. The fast model reads everything that was selected; the accurate model
then reads the sentences near the top of either list again: {READ_AGAIN} of each. “Read by the fast
model only” on a card means that the accurate model did not read it; by rank, such cards come
last.</li>
<li>A list is ordered by <em>probability × ∜similarity</em>: both a sure verdict on a dissimilar
sentence and a faint verdict on a similar one rank low.</li>
<li>The deciding words are found by leaving out one word at a time and measuring how far the
probability of the verdict falls. Function words other than negations and “against” are skipped,
and neighbouring words share the effect.</li>
<li>Compare sides pairs each passage with its twenty nearest, from a similarity of
{LEAST_SIMILARITY} up. It reads at most {MOST_READ:,} pairs unless you ask for more, and
{MOST_READ_AGAIN} of each list again. Positions reads the passages of each actor that are nearest
to the proposition, and again all that may take a side.</li>
</ul>
</section>
"""


def _show_lists() -> None:
    """Explain how a list is made, with the thresholds and the words for probabilities."""
    default = Thresholds()
    st.html(_LISTS)
    small(
        "Unless you move the sliders, a statement is listed as agreeing or opposing if that is its "
        f"likeliest label, with a probability of at least {percent(default.probability)} and a "
        f"similarity of at least {default.similarity:.2f}. Other statements of that similarity are "
        "listed as neither."
    )
    rows = [(words, f"{percent(floor)} or more") for floor, words in LIKELIHOOD if floor]
    rows.append((LIKELIHOOD[-1][1], f"less than {percent(LIKELIHOOD[-2][0])}"))
    st.html(section_html("Probabilities in words", 3))
    st.html(table_html("Probabilities in words", ("Word", "Probability"), rows))


def _show_mistakes() -> None:
    """Say how often the models are wrong."""
    st.html(section_html("What the model gets wrong"))
    for tier, manifest in shipped_manifests().items():
        _show_mistakes_of(tier, manifest)
    small(
        "Expect most errors in conditions and threats, quantities, denials, blame that two share, "
        "and statements about one matter that have no point in common. Irony was not measured. The "
        "model reads English. A verdict is a proposal: read both statements before you rely on it, "
        "and correct it if it is wrong."
    )


def _show_mistakes_of(tier: str, manifest: Mapping[str, Any]) -> None:
    figures = manifest["dev"]
    st.html(section_html(f"The {tier} model", 3))
    small(
        f"Measured on {figures['pairs']:,} pairs of officials’ statements that the model was not "
        "trained on, and that a language model labelled alike in two readings. Recipes and "
        "calibration were chosen on these pairs, so the figures are slightly optimistic."
    )
    st.html(facts_html(_figures(figures)))
    names = [VERDICT[Stance(name)] for name in manifest["labels"]]
    rows: Sequence[Sequence[int]] = figures["confusion_rows_gold"]
    st.html(
        table_html(
            f"Labels of both readings against those of the {tier} model",
            ("Both readings", *(f"Model: {name.lower()}" for name in names)),
            [
                (name, *(f"{count:,}" for count in row))
                for name, row in zip(names, rows, strict=True)
            ],
        )
    )


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    interval = figures.get("macro_f1_interval_95") or ()
    between = f" (95 % interval {interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
    rows = [
        ("Right", percent(float(figures["accuracy"]))),
        ("Macro-F1", f"{float(figures['macro_f1']):.2f}{between}"),
        *(
            (f"F1 of {VERDICT[Stance(name)].lower()}", f"{value:.2f}")
            for name, value in figures.get("f1", {}).items()
        ),
    ]
    if "ece" in figures:
        rows.append(("Calibration error", f"{float(figures['ece']):.3f} (0 is perfect)"))
    if "polarity_auc" in figures:
        rows.append(("Agree told from oppose", f"{float(figures['polarity_auc']):.2f} (AUC)"))
    return rows


def _show_digests(library: Library) -> None:
    """Name the models and the library with their digests."""
    model, made = stance_model(), library.manifest
    first, *more = model.stages
    st.html(section_html("What runs here"))
    st.html(
        facts_html(
            [
                ("Program", f"compare {__version__}"),
                ("Stance model", model.name),
                ("Its digest", model.digest),
                *([("First stage", first.name), ("Its digest", first.digest)] if more else []),
                ("Embedding model", made.encoder),
                ("Its digest", made.encoder_digest),
                ("Library", f"{made.statements:,} statements in {made.passages:,} passages"),
                ("Its digest", library.digest),
            ]
        )
    )


def _show_citation(library: Library) -> None:
    model = stance_model()
    st.html(section_html("How to cite"))
    small(
        "Cite a statement by its own source, which its card names; the exports hold it for every "
        "pair. Cite a verdict as the model’s, never as the speaker’s or a reader’s, together with "
        "the model and the library that it comes from:"
    )
    st.code(
        citation(__version__, model.name, model.digest, library.digest, "<date>"),
        language=None,
        wrap_lines=True,
    )


begin_page(
    "Method",
    "What the labels mean, how the lists are made, what the model gets wrong, and how to cite what "
    "you found.",
)

with errors_as_sentences():
    with st.sidebar:
        _, chosen_library = choose_library()
    st.html(_LABELS)
    _show_lists()
    _show_mistakes()
    _show_digests(chosen_library)
    _show_citation(chosen_library)
