"""A result as one HTML page: pairs side by side, method, limits, citation and references.

The page fetches and runs nothing; a policy in its head forbids both. Method and limits are plain
sentences for the methods section of a paper, made from the result alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from compare.comparison import NOT_A_SAMPLE
from compare.comparison.sensitivity import Sensitivity, by_probability
from compare.export import citations
from compare.export.html import (
    environment,
    list_head,
    listed_card,
    quote_card,
    table_html,
    unjudged_card,
)
from compare.export.words import (
    filters_in_words,
    in_reading_order,
    left_out_note,
    shortened,
    unjudged_note,
    unjudged_title,
    verdict_word,
)
from compare.results import MOST_OF_STATEMENT, Kind, Provenance, Result, Stance
from compare.results.provenance import ADAPTED
from compare.statements import Statement
from compare.statements.languages import language_name

_TITLE_LENGTH = 120
_DIGITS = 12
"""Digits of a digest that a sentence shows; the settings show all."""

_SETTINGS = {
    "by": "positions by",
    "candidates": "nearest passages read",
    "least_similarity": "minimum similarity",
    "most_each": "most passages of each actor",
    "most_of_side": "most passages of a side",
    "nearest_by": "nearest passages found by",
    "read_again_agree": "read again under Agree",
    "read_again_oppose": "read again under Oppose",
    "same_actor": "weight of a country’s other statements",
}
"""Settings of a provenance in words; others are called by their names."""

_KINDS = {
    Kind.SEARCH: "Statements found for a quote",
    Kind.POSITIONS: "Statements on a proposition",
    Kind.SIDES: "Two sides compared",
    Kind.TIMELINE: "One side over time",
}


def report_html(
    result: Result,
    stances: Sequence[Stance] | None = None,
    *,
    title: str = "",
    limit: int | None = None,
    sensitivity: Sensitivity | None = None,
) -> str:
    """Return a result as one HTML page to read, print and pass on.

    Args:
        result: A result of any kind.
        stances: The lists to show; None for the result's usual ones.
        title: The heading; "" for the quote or the sides.
        limit: Most pairs shown of each list; None for all. The method counts them all.
        sensitivity: What other settings give; None for what other minimum probabilities give.
    """
    stances = result.usual_lists if stances is None else stances
    cited = citations.cited(result, stances, limit)
    numbers = {one.statement.id: number for number, one in enumerate(cited, start=1)}
    return (
        environment()
        .get_template("report.html")
        .render(
            result=result,
            heading=_heading(result, title),
            kind=_KINDS[result.kind],
            quote=quote_card(result.quote, result.source) if result.quote else "",
            lists=[_list(result, one, numbers, limit) for one in in_reading_order(result, stances)],
            unjudged=[
                unjudged_card(one, _mark(one.excerpt.statement, numbers))
                for one in result.unjudged[:limit]
            ],
            unjudged_title=unjudged_title(result),
            unjudged_note=unjudged_note(result),
            methods=methods(result),
            limits=limits(result),
            sensitivity=sensitivity_table(sensitivity or by_probability(result)),
            citation=citation_of(result),
            cited=cited,
            settings=settings(result),
        )
    )


def _heading(result: Result, title: str) -> str:
    if title := " ".join(title.split()):
        return title
    if not result.quote:
        return result.subject
    words = shortened(" ".join(result.subject.split()), _TITLE_LENGTH)
    if result.quote_language:
        return f"What is near “{words}”"
    return f"Who agrees with “{words}”, and who opposes it"


def _list(
    result: Result, stance: Stance, numbers: dict[str, int], limit: int | None
) -> tuple[Markup, list[Markup], int]:
    """Return the heading of a list, its pairs as cards, and how many pairs are left out."""
    listed = result.listed(stance)
    cards = [
        listed_card(
            result,
            pair,
            stance,
            (_mark(pair.a.statement, numbers), _mark(pair.b.statement, numbers)),
        )
        for pair in listed[:limit]
    ]
    name, what = ("", "statement") if result.quote else (verdict_word(result, stance), "pair")
    return list_head(stance, len(result.sure(stance)), name, what), cards, len(listed) - len(cards)


def _mark(statement: Statement, numbers: dict[str, int]) -> Markup:
    """Return a link to a statement's reference, if it has one."""
    number = numbers.get(statement.id)
    link = Markup(' <a class="cp-ref" href="#s{0}">[{0}]</a>')
    return link.format(number) if number else Markup()


def sensitivity_table(found: Sensitivity) -> Markup:
    """Return a table: a row for each change."""
    head = (f"By {found.unit}", "agree", "oppose", "same side", "other side")
    rows = [
        (one.what, *(f"{n:,}" for n in (one.agree, one.oppose, one.same, one.other)))
        for one in found.variations
    ]
    return table_html("How firm the counts are", head, rows, figures=True)


# -- Method, limits, citation --------------------------------------------------------------------


def methods(result: Result) -> list[str]:
    """Return paragraphs: what was compared with what, by which models, and at which thresholds."""
    made = result.provenance
    if result.quote_language:
        return [
            f"The quote is in {language_name(result.quote_language)}, which the stance model "
            f"({made.stance_model}) does not read, so that nothing was judged. The statements "
            f"listed are the most similar to it in {_library(made)}, by {_vectors(made)}."
        ]
    chosen = _chosen_for_quote(result) if result.quote else _chosen_from_sides(result)
    agree, oppose, neither = (len(result.sure(stance)) for stance in Stance)
    counts = (
        f"Statements read: {len(result.pairs):,}. Listed: {agree:,} as agreeing, {oppose:,} as "
        f"opposed, {neither:,} as neither.{_unjudged(result)}"
        if result.quote
        else f"Pairs listed at these thresholds: {agree:,} as agreeing, {oppose:,} as opposed."
    )
    return [
        chosen,
        f"{_models(result)} {_thresholds(result)}",
        counts,
    ]


def _unjudged(result: Result) -> str:
    number = len(result.unjudged)
    return f" Found by similarity and not judged: {number}." if number else ""


def limits(result: Result) -> list[str]:
    """Return warnings for a reader who relies on the result, one or two sentences each."""
    sentences = [
        "The lists show what this library holds, not all that was said; a statement that "
        "nobody put into it is not found. Their lengths estimate nothing."
        if result.quote
        else NOT_A_SAMPLE,
        "A label is a reading aid, not a finding about a person, and cannot say which side is "
        "right. Read both statements in their context before you cite a pair.",
        *_accuracy(result.provenance),
        "The stance model knows nothing of the world beyond the two texts, their "
        "contexts, countries and dates. It is worst at denials, quantities, reported "
        "speech, negations, and a shared topic without a common point.",
    ]
    if alone := sum(pair.first_stage_only for _, _, pair in result.ranked()):
        sentences.append(
            f"{alone:,} of the {'statements' if result.quote else 'pairs'} listed were read by the "
            "first, faster model only; each is marked."
        )
    if result.provenance.third_reader:
        sentences.append(
            "The probabilities of pairs that the third reader read are not calibrated: they follow "
            "from the confidence that it gave, by a fixed table."
        )
    return [*sentences, *result.notes]


def citation(version: str, model: str, digest: str, library_digest: str, date: str) -> str:
    """Return a citation of a verdict: the program, the model and the library it comes from."""
    return (
        f"compare {version}, stance model {model} ({digest[:_DIGITS]}), "
        f"library {library_digest[:_DIGITS]}, searched on {date}."
    )


def citation_of(result: Result) -> str:
    """Return a citation of a result's verdicts."""
    made = result.provenance
    return citation(
        made.version, made.stance_model, made.stance_digest, made.library_digest, made.date[:10]
    )


def settings(result: Result) -> list[tuple[str, str]]:
    """Return the names and values of everything that made the result, with full digests."""
    made, minimum = result.provenance, result.thresholds
    return [
        ("Searched on", f"{made.date[:19].replace('T', ' ')} UTC"),
        ("Program", f"compare {made.version}"),
        ("Library", f"{made.statements:,} statements in {made.passages:,} passages"),
        ("Library digest", made.library_digest),
        ("Embedding model", f"{made.encoder} {made.encoder_digest}"),
        ("Stance model", f"{made.stance_model} {made.stance_digest}"),
        ("First model", made.screening),
        ("Third reader", "; ".join(f"{k} {v}" for k, v in made.third_reader.items())),
        ("Read", f"{len(result.pairs):,} {'statements' if result.quote else 'pairs'}"),
        ("Minimum probability", f"{minimum.probability:g}"),
        ("Minimum similarity", f"{minimum.similarity:g}"),
        ("Filters", filters_in_words(made.filters)),
        ("Settings", "; ".join(f"{_SETTINGS.get(k, k)}: {v}" for k, v in made.settings.items())),
    ]


def _library(made: Provenance) -> str:
    return (
        f"a library of {made.statements:,} statements in {made.passages:,} passages "
        f"(sha256 {made.library_digest[:_DIGITS]}…)"
    )


def _vectors(made: Provenance) -> str:
    return f"their embeddings ({made.encoder}, sha256 {made.encoder_digest[:_DIGITS]}…)"


def _similarity_and_filters(made: Provenance) -> str:
    used = filters_in_words(made.filters)
    filters = "" if used == "none" else f" Filters: {used}."
    return f"Similarity only chooses what is read and decides no verdict.{filters}"


def _chosen_for_quote(result: Result) -> str:
    made = result.provenance
    settings, both = made.settings, ""
    if each := settings.get("most_each"):
        read = f"the {each} passages of each {settings.get('by')}"
        more = f"up to {'as' if result.opposite else 'half as'} many more"
    elif each := settings.get("most_of_side"):  # what a side said
        read, more = f"the {each} passages", "up to a quarter as many more"
    else:
        read, more = f"the {settings.get('candidates', '')} passages".replace("  ", " "), "others"
    if result.opposite:
        chosen = "They are near it or" if each else "Half of them were chosen by"
        both = (
            f"{chosen} its opposite, “{result.opposite}”; each was read with both, and has the "
            "mean of the two readings. "
        )
    return (
        f"The quote was compared with {_library(made)} by compare {made.version} on "
        f"{made.date[:10]}. It was read with {read} most similar to it by the cosine of "
        f"{_vectors(made)}, and with {more} that share rare words with it. {both}"
        f"{_similarity_and_filters(made)}"
    )


def _chosen_from_sides(result: Result) -> str:
    made = result.provenance
    most = made.settings.get("most_of_side")
    if not isinstance(most, int):
        return (
            f"{result.subject}: passages of {_library(made)} were paired by compare {made.version} "
            f"on {made.date[:10]}, as older versions did: by similarity to each other. "
            f"{_similarity_and_filters(made)}"
        )
    both = (
        f" or to its opposite, “{result.opposite}”, were compared with both"
        if result.opposite
        else " were compared with it"
    )
    order = (
        " Side a of each pair is the earlier statement; a pair that is opposed may be a change."
        if result.over_time
        else ""
    )
    placed = sum(map(len, result.placed))
    read = len(result.pairs) - int(made.third_reader.get("added", 0))
    return (
        f"{result.subject}: on {made.date[:10]}, compare {made.version} chose from "
        f"{_library(made)}, for each end, up to {most:,} passages of a side by the cosine of "
        f"{_vectors(made)} and up to {most // 4:,} by rare words. The {placed:,} passages most "
        f"similar to the proposition"
        f"{both}. Of the {result.candidates:,} pairs of these passages, the {read:,} "
        "likeliest to agree or to oppose each other by their places were compared with each other; "
        f"their probabilities join both readings.{order} {_similarity_and_filters(made)}"
    )


def _models(result: Result) -> str:
    made = result.provenance
    others = "are left out" if result.kind is Kind.SEARCH else "are marked"
    first = (
        f" {made.screening} read all pairs first; those that only it read {others}."
        if made.screening
        else ""
    )
    adapted = (
        " It is a shipped model with a layer above it, learned from people’s labels of this corpus."
        if made.stance_model.endswith(ADAPTED)
        else ""
    )
    third = (
        f" The first of each list were then read by a third reader, the language model "
        f"{made.third_reader.get('model')} at {made.third_reader.get('host')}, in both orders; "
        "they are marked, and stand first."
        if made.third_reader
        else ""
    )
    if third and result.placed:
        third += (
            " It also read their passages, and those of each side that the models found likeliest "
            "to agree with the proposition or to oppose it, against the proposition, and pairs "
            "that this led to "
            f"({made.third_reader.get('added', 0)} of them new); its verdict on a pair joins both "
            "readings."
        )
    weighed = (
        " Each verdict was adjusted by those on the same country’s other passages; "
        "for a member of a party, and if no country is known, the same speaker’s."
        if made.settings.get("same_actor")
        else ""
    )
    return (
        f"Each pair was read by the stance model {made.stance_model} (sha256 "
        f"{made.stance_digest[:_DIGITS]}…), which gives calibrated probabilities of agree, oppose "
        f"and neither.{first}{weighed}{adapted}{third}"
    )


def _thresholds(result: Result) -> str:
    least = result.thresholds
    unsure = [pair for _, _, pair in result.ranked() if result.is_unsure(pair)]
    filled = (
        f" Unclear ones, below one half, fill short lists and count in no total: {len(unsure)}."
        if unsure
        else ""
    )
    once = (
        " A list holds pairs with the same words once, and no statement in more than "
        f"{MOST_OF_STATEMENT} pairs."
    )
    return (
        "A pair is listed under agree or oppose if that has a probability of "
        f"{least.probability:g} or more and the cosine {least.similarity:g} or more; lists are "
        "ordered by probability times the fourth root of the cosine."
        f"{filled if result.quote else once} {left_out_note(result)}".rstrip()
    )


def _accuracy(made: Provenance) -> list[str]:
    """Say how often a shipped model is right; nothing about any other model."""
    from compare.models.stance import WEIGHTS, model_digest, shipped_manifests

    for tier, manifest in shipped_manifests().items():
        if model_digest(WEIGHTS / tier) == made.stance_digest:
            figures = manifest["dev"]
            low, high = figures["macro_f1_interval_95"]
            each = ", ".join(f"{value:.2f} for {name}" for name, value in figures["f1"].items())
            return [
                f"On {figures['pairs']:,} pairs of officials’ statements that two readings label "
                f"alike, {made.stance_model} has a macro-F1 of {figures['macro_f1']:.2f} (95 % "
                f"interval {low:.2f} to {high:.2f}): F1 {each}. It reads English, and on another "
                "corpus it may do worse."
            ]
    return []
