"""The recipes of all training runs: what each learns from, and how.

A recipe starts from a backbone or from the weights of another recipe. `ship.TIERS` names the
recipes that ship; `EXPERIMENTS.md` has the figures of all that were run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.engine import Settings

BACKBONES = ("minilm", "mpnet")


@dataclass(frozen=True, slots=True)
class Mixture:
    """The pairs of a recipe.

    Attributes:
        nli: Number of general inference pairs, after the first `nli_skip` in their order.
        polar: Whether to take only entailment and contradiction.
        argument: Number of pairs of arguments.
        officials: Share of the officials' pairs to take.
        readings: Whether to add the pairs of `readings.tsv`.
        contrasts: Whether to add the made-up pairs of `contrasts.tsv`.
        claims: Whether to add typed claims.
        claims_neither: Share to take of the claims' pairs labelled "neither".
        deep: Whether to add the typed claims' pairs with passages that models rank high.
        rounds: Whether to add the pairs of `claim_readings.tsv`.
        derived: Weight of pairs derived from two labels under one claim; 0 leaves them out.
        framed: Number of pairs with one side in a frame that denies or affirms it.
        pairs_of_claims: Whether to keep a passage's pairs with opposite claims in one batch.
        confidence: Weights of pairs with the reader's confidence 1, 2 and 3.
        prefix_drop: Probability that a side loses its prefix.
        swapped: Whether to swap the sides of officials' pairs at random.
        shorter_first: Whether the shorter side of every pair comes first, as the program reads it.
        teachers: Recipes, or shipped tiers, whose mean probabilities replace all labels except
            those of general pairs.
        hard: Weight of the label; the teachers' probabilities have the rest.
        unlabelled: Number of unlabelled pairs, which the teachers label.
        wide: Number of pairs of a typed claim and one of the passages most similar to it, which
            the teachers label, too.
    """

    nli: int = 0
    nli_skip: int = 0
    polar: bool = False
    argument: int = 0
    officials: float = 0.0
    readings: bool = False
    contrasts: bool = False
    claims: bool = False
    claims_neither: float = 0.5
    deep: bool = False
    rounds: bool = False
    derived: float = 0.0
    framed: int = 0
    pairs_of_claims: bool = False
    confidence: tuple[float, float, float] = (1.0, 1.0, 1.0)
    prefix_drop: float = 0.2
    swapped: bool = True
    shorter_first: bool = False
    teachers: tuple[str, ...] = ()
    hard: float = 0.0
    unlabelled: int = 0
    wide: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """One training run: its purpose, the weights it starts from, its pairs and its settings."""

    name: str
    what: str
    start: str
    mixture: Mixture
    settings: Settings


_GENERAL = Recipe(
    "small-general",
    "general pairs only",
    "minilm",
    Mixture(nli=60_000, argument=10_000, swapped=False),
    Settings(rate=8e-5, frozen_embeddings=False),
)
_BASE = Recipe(
    "small-base",
    "general stage, then officials and claims, half of the claims' neither: the baseline",
    "small-general",
    Mixture(officials=1.0, claims=True),
    Settings(rate=8e-5),
)


def _variant(name: str, what: str, **changes: object) -> Recipe:
    """Return the baseline with one thing changed."""
    mixture = {key: value for key, value in changes.items() if key in Mixture.__slots__}
    settings = {key: value for key, value in changes.items() if key in Settings.__slots__}
    start = changes.get("start", _BASE.start)
    assert len(mixture) + len(settings) + ("start" in changes) == len(changes)
    return Recipe(
        name,
        what,
        str(start),
        replace(_BASE.mixture, **mixture),
        replace(_BASE.settings, **settings),
    )


_SCREENED = (
    _GENERAL,
    _BASE,
    _variant("small-straight", "no general stage", start="minilm"),
    Recipe(
        "small-polar-general",
        "general stage of entailment and contradiction only, no neutral",
        "minilm",
        Mixture(nli=60_000, polar=True, swapped=False),
        Settings(rate=8e-5, frozen_embeddings=False),
    ),
    _variant("small-polar", "after that general stage", start="small-polar-general"),
    _variant("small-no-claims", "officials' pairs alone in the last stage", claims=False),
    _variant("small-all-neither", "all of the claims' neither", claims_neither=1.0),
    _variant("small-mixed", "12,000 general pairs in the last stage", nli=12_000, nli_skip=60_000),
    _variant(
        "small-mixed-polar",
        "8,000 polar general pairs in the last stage",
        nli=8_000,
        nli_skip=60_000,
        polar=True,
    ),
    _variant("small-oppose", "oppose weighs 1.5", class_weights=(1.0, 1.5, 1.0)),
    _variant("small-adjust", "logit adjustment, 0.5 of the log prior", adjust=0.5),
    _variant("small-confidence", "unsure readings weigh less", confidence=(0.4, 0.8, 1.0)),
    _variant("small-prefix", "who and when never dropped", prefix_drop=0.0),
    _variant("small-no-prefix", "who and when always dropped in training", prefix_drop=1.0),
    _variant("small-one-order", "sides never turned round", swapped=False),
    _variant("small-decay", "layer-wise rate decay 0.85", layer_decay=0.85),
    _variant("small-average", "weights of the last 30 % of steps averaged", averaged=True),
    _variant(
        "small-margin",
        "claim and counter-claim of a passage in one batch, polarities 3 apart",
        pairs_of_claims=True,
        margin=3.0,
    ),
    _variant("small-derived", "pairs derived from the claims, at half weight", derived=0.5),
    _variant("small-framed", "5,000 pairs with a side denied or affirmed", framed=5_000),
    _variant(
        "small-readings",
        "and 19,160 more pairs, read where the fast model was unsure",
        readings=True,
    ),
    _variant(
        "small-contrasts", "and 2,161 made-up pairs in sets that differ by little", contrasts=True
    ),
    _variant("small-longer", "3 epochs instead of one", epochs=3),
    _variant("small-half", "half of the officials' pairs", officials=0.5),
    _variant("small-quarter", "a quarter of the officials' pairs", officials=0.25),
    _variant("small-seed-8", "seed 8", seed=8),
    _variant("small-seed-9", "seed 9", seed=9),
    _variant(
        "small-ensemble",
        "learns the mean probabilities of three seeds",
        teachers=("small-base", "small-seed-8", "small-seed-9"),
    ),
    _variant(
        "small-self",
        "learns the baseline's probabilities, of 20,000 unlabelled pairs too",
        teachers=("small-base",),
        unlabelled=20_000,
    ),
)

_LARGE = (
    Recipe(
        "large-general",
        "general pairs only",
        "mpnet",
        Mixture(nli=24_000, argument=10_000, swapped=False),
        Settings(rate=4e-5, layer_decay=0.95),
    ),
    Recipe(
        "large-officials",
        "then officials, claims and some general pairs, 3 epochs: the accurate model",
        "large-general",
        Mixture(nli=5_000, nli_skip=24_000, officials=1.0, claims=True, confidence=(0.5, 0.8, 1.0)),
        Settings(epochs=3, rate=4e-5, layer_decay=0.95, smoothing=0.03),
    ),
    Recipe(
        "large-straight",
        "the last stage alone, one epoch, no general stage",
        "mpnet",
        Mixture(nli=5_000, nli_skip=24_000, officials=1.0, claims=True, confidence=(0.5, 0.8, 1.0)),
        Settings(rate=4e-5, layer_decay=0.95, smoothing=0.03),
    ),
)
_DEEP = Recipe(
    "large-deep",
    "goes on from there with what models rank high for typed claims, one epoch",
    "large-officials",
    Mixture(
        nli=3_000,
        nli_skip=29_000,
        officials=0.5,
        claims=True,
        claims_neither=0.2,
        deep=True,
        rounds=True,
        contrasts=True,
        confidence=(0.5, 0.8, 1.0),
        shorter_first=True,
    ),
    Settings(rate=3e-5, layer_decay=0.95, smoothing=0.03, words=0.3),
)
_STUDENT = Recipe(
    "small-student",
    "learns the accurate tier's probabilities, of 20,000 unlabelled pairs too",
    "small-general",
    Mixture(
        nli=10_000,
        nli_skip=60_000,
        officials=1.0,
        claims=True,
        teachers=("accurate",),
        hard=0.2,
        unlabelled=20_000,
    ),
    Settings(epochs=2, rate=8e-5, smoothing=0.0),
)
_STUDENT_AGAIN = Recipe(
    "small-student-again",
    "goes on from there with 40,000 unlabelled pairs, those 20,000 among them: the fast model",
    "small-student",
    replace(_STUDENT.mixture, nli_skip=70_000, unlabelled=40_000),
    replace(_STUDENT.settings, rate=6e-5),
)

RECIPES = {recipe.name: recipe for recipe in (*_SCREENED, *_LARGE, _DEEP, _STUDENT, _STUDENT_AGAIN)}
"""All recipes by name."""
