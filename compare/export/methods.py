"""How a result was made and what it cannot show, in sentences for a paper's methods section.

All is taken from the result itself: its provenance, thresholds and counts. Plain text.
"""

from __future__ import annotations

from compare.comparison.counts import NOT_A_SAMPLE
from compare.export.words import filters_in_words
from compare.models.calibration import SUFFIX
from compare.models.prefilter import load_prefilter
from compare.models.values import Stance
from compare.results.provenance import Provenance
from compare.results.result import MOST_OF_STATEMENT, Result

_DIGITS = 12
"""Of a digest that a sentence shows; the settings behind it have all of them."""


def methods(result: Result) -> list[str]:
    """Return paragraphs that say what was compared with what, by which models, and cut where."""
    return [_chosen(result), f"{_read(result.provenance)} {_cut(result)}", _counted(result)]


def limits(result: Result) -> list[str]:
    """Return what a reader has to know ahead of relying on the result, a sentence or two each."""
    found = "statements" if result.quote else "pairs"
    told = [
        "The lists show what this library holds, not all that was said; a statement that "
        "nobody put into it is not found. Their lengths estimate nothing."
        if result.quote
        else NOT_A_SAMPLE,
        "A label is a reading aid, not a finding about a person, and cannot say which side is "
        "right. Read both statements in their context before you cite a pair.",
        *_accuracy(result.provenance),
        "The stance model reads English and knows nothing of the world beyond the two texts, their "
        "contexts, countries and dates. It reads conditions and threats, quantities, denials, "
        "shared blame, and a shared topic without a common point worst.",
    ]
    alone = _read_by_the_first_only(result)
    if alone:
        told.append(
            f"{alone:,} of the {found} listed were read by the first, faster model only; each "
            "is marked."
        )
    return [*told, *result.notes]


def citation(version: str, model: str, digest: str, library_digest: str, date: str) -> str:
    """Return how to cite a verdict: by the program, the model and the library it comes from."""
    return (
        f"compare {version}, stance model {model} ({digest[:_DIGITS]}), "
        f"library {library_digest[:_DIGITS]}, searched on {date}."
    )


def citation_of(result: Result) -> str:
    """Return how to cite a result."""
    made = result.provenance
    return citation(
        made.version, made.stance_model, made.stance_digest, made.library_digest, made.date[:10]
    )


def settings(result: Result) -> list[tuple[str, str]]:
    """Return all that the result was made with, a name and a value each; digests are whole."""
    made, least = result.provenance, result.thresholds
    return [
        ("Searched on", f"{made.date[:19].replace('T', ' ')} UTC"),
        ("Program", f"compare {made.version}"),
        ("Library", f"{made.statements:,} statements in {made.passages:,} passages"),
        ("Library digest", made.library_digest),
        ("Embedding model", f"{made.encoder} {made.encoder_digest}"),
        ("Stance model", f"{made.stance_model} {made.stance_digest}"),
        ("Read ahead of it", made.screening),
        ("Read", f"{len(result.pairs):,} {'statements' if result.quote else 'pairs'}"),
        ("Least probability", f"{least.probability:g}"),
        ("Least closeness", f"{least.similarity:g}"),
        ("Filters", filters_in_words(made.filters)),
        ("Settings", "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in made.settings.items())),
    ]


def _chosen(result: Result) -> str:
    """Say what was searched, and how what was read was chosen from it."""
    made = result.provenance
    library = (
        f"a library of {made.statements:,} statements in {made.passages:,} passages "
        f"(sha256 {made.library_digest[:_DIGITS]}…)"
    )
    by = f"by compare {made.version} on {made.date[:10]}"
    vectors = f"their embeddings ({made.encoder}, sha256 {made.encoder_digest[:_DIGITS]}…)"
    nothing = "Closeness only chooses what is read and decides no verdict."
    used = filters_in_words(made.filters)
    filters = "" if used == "none" else f" Filters: {used}."
    if result.quote:
        number = made.settings.get("candidates")
        near = f"the {number} passages" if number else "the passages"
        if each := made.settings.get("most_each"):
            near = f"the {each} passages of each {made.settings.get('by')}"
        return (
            f"The quote was compared with {library} {by}. Read with it were {near} nearest to it "
            f"by the cosine of {vectors}, and up to half as many more that share rare words with "
            f"it. {nothing}{filters}"
        )
    least = made.settings.get("least_similarity")
    floor = f" of {least:g} or more" if isinstance(least, int | float) else ""
    most = made.settings.get("most_read")
    limit = f" (at most {most:,})" if isinstance(most, int) else ""
    guessed = made.encoder_digest == load_prefilter().encoder
    which = "likeliest to agree or to oppose by those" if guessed else "nearest"
    order = (
        " Side a of each pair is the earlier statement; a pair that is opposed is called a change."
        if result.over_time
        else ""
    )
    return (
        f"{result.subject}: passages of {library} were paired {by} where the cosine of {vectors} "
        f"is among the nearest{floor}{_between(made)}. Of {result.candidates:,} such pairs the "
        f"{len(result.pairs):,} {which} were read{limit}. "
        f"{nothing}{order}{filters}"
    )


def _between(made: Provenance) -> str:
    kind = made.settings.get("between")
    several = {"country": "countries", "speaker": "speakers"}
    return f", of passages of two different {several.get(kind, kind)} alone" if kind else ""


def _read(made: Provenance) -> str:
    first = (
        f" {made.screening} read all of them first, and it alone read what is marked so."
        if made.screening
        else ""
    )
    adapted = (
        " It is the model as it ships with a layer above it that was learned from people’s labels "
        "of this corpus."
        if made.stance_model.endswith(SUFFIX)
        else ""
    )
    return (
        f"Each pair was read in both orders by the stance model {made.stance_model} (sha256 "
        f"{made.stance_digest[:_DIGITS]}…), which gives calibrated probabilities of agree, oppose "
        f"and neither.{first}{adapted}"
    )


def _cut(result: Result) -> str:
    least = result.thresholds
    once = (
        f" In a list the same words stand once, and no statement in more than {MOST_OF_STATEMENT} "
        "pairs."
        if not result.quote
        else ""
    )
    return (
        "A pair is listed as agreeing or as opposed where that is the likeliest of the three with "
        f"a probability of {least.probability:g} or more and the cosine is {least.similarity:g} or "
        f"more; lists are ordered by probability times the fourth root of the cosine.{once}"
    )


def _counted(result: Result) -> str:
    agree, oppose = (len(result.listed(stance)) for stance in (Stance.AGREE, Stance.OPPOSE))
    if not result.quote:
        return f"Pairs listed so: {agree:,} as agreeing, {oppose:,} as opposed."
    return (
        f"Statements read: {len(result.pairs):,}. Listed: {agree:,} as agreeing, {oppose:,} as "
        f"opposed, {len(result.neither):,} as neither."
    )


def _read_by_the_first_only(result: Result) -> int:
    return sum(pair.first_stage_only for _, _, pair in result.ranked())


def _accuracy(made: Provenance) -> list[str]:
    """Say how often a shipped model is right; nothing of one whose figures are not at hand."""
    from compare.models.stance import WEIGHTS, model_digest, shipped_manifests

    for tier, manifest in shipped_manifests().items():
        if model_digest(WEIGHTS / tier) == made.stance_digest:
            figures = manifest["dev"]
            low, high = figures["macro_f1_interval_95"]
            each = ", ".join(f"{value:.2f} for {name}" for name, value in figures["f1"].items())
            return [
                f"On {figures['pairs']:,} pairs of officials’ statements that two readings label "
                f"alike, {made.stance_model} has a macro-F1 of {figures['macro_f1']:.2f} (95 % "
                f"interval {low:.2f} to {high:.2f}): F1 {each}. On another corpus it may do worse."
            ]
    return []
