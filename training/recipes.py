"""The recipes of the stance models: what each learns from, and how.

A recipe starts from a backbone or from the weights of another recipe. `ship.TIERS` names the
recipes that ship. `EXPERIMENTS.md` has the figures of all runs, those of removed recipes included.
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
        argument: Number of pairs of arguments.
        officials: Share of the officials' pairs to take.
        readings: Whether to add the pairs of `readings.tsv`.
        readings_neither: Share to take of those labelled "neither".
        contrasts: Whether to add the made-up pairs of `contrasts.tsv`.
        claims: Whether to add typed claims.
        claims_neither: Share to take of the claims' pairs labelled "neither".
        deep: Whether to add the typed claims' pairs with passages that models rank high.
        rounds: The rounds of `claim_readings.tsv` whose pairs to add.
        neither: Share to take of the pairs of `deep` and `rounds` labelled "neither".
        forms: How many other forms a claim's pair that takes a side also comes in.
        edits: Share to take of the real statements with a side edited.
        uses: Whether to add the first round of what other uses than the search list.
        forms_neither: Chance that a claim's pair labelled "neither" also comes in another form.
        confidence: Weights of pairs with the reader's confidence 1, 2 and 3.
        prefix_drop: Probability that a side loses its prefix.
        swapped: Whether to swap the sides of officials' pairs at random.
        shorter_first: Whether the shorter side of every pair comes first, as the program reads it.
        teachers: Recipes, or shipped tiers, whose mean probabilities replace all labels except
            those of general pairs.
        hard: Weight of the label; the teachers' probabilities have the rest. With 1, the teachers
            label only what has no label.
        unlabelled: Number of unlabelled pairs, which the teachers label.
        wide: Number of pairs of a typed claim and one of the passages most similar to it, which
            the teachers label, too.
    """

    nli: int = 0
    nli_skip: int = 0
    argument: int = 0
    officials: float = 0.0
    readings: bool = False
    readings_neither: float = 1.0
    contrasts: bool = False
    claims: bool = False
    claims_neither: float = 0.5
    deep: bool = False
    rounds: tuple[int, ...] = ()
    neither: float = 1.0
    forms: int = 0
    forms_neither: float = 0.0
    edits: float = 0.0
    uses: bool = False
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
    """One training run: its purpose, the weights it starts from, its pairs and its settings.

    `kept` is the share of the starting weights in the mean that the run ends with, which forgets
    less (Wortsman et al. 2022, equation 1).
    """

    name: str
    what: str
    start: str
    mixture: Mixture
    settings: Settings
    kept: float = 0.0


_GENERAL = Recipe(
    "small-general",
    "general pairs only",
    "minilm",
    Mixture(nli=60_000, argument=10_000, swapped=False),
    Settings(rate=8e-5, frozen_embeddings=False),
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
        "then officials, claims and some general pairs, 3 epochs",
        "large-general",
        Mixture(nli=5_000, nli_skip=24_000, officials=1.0, claims=True, confidence=(0.5, 0.8, 1.0)),
        Settings(epochs=3, rate=4e-5, layer_decay=0.95, smoothing=0.03),
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
        rounds=(1,),
        contrasts=True,
        confidence=(0.5, 0.8, 1.0),
        shorter_first=True,
    ),
    Settings(rate=3e-5, layer_decay=0.95, smoothing=0.03, words=0.3),
)
_ROUNDS = Recipe(
    "large-rounds",
    "goes on from there with what that model ranks high, and with readings",
    "large-deep",
    replace(
        _DEEP.mixture,
        nli_skip=32_000,
        officials=0.6,
        rounds=(1, 2),
        readings=True,
        readings_neither=0.15,
    ),
    replace(_DEEP.settings, frozen_layers=4),
)
_LAST = Recipe(
    "large-last",
    "goes on from there with the third round and the contrasts: the accurate model",
    "large-rounds",
    replace(
        _DEEP.mixture,
        nli=2_000,
        nli_skip=35_000,
        officials=0.25,
        claims=False,
        deep=False,
        rounds=(3,),
    ),
    _ROUNDS.settings,
)
_FORMS = Recipe(
    "large-forms",
    "goes on from there with the claims in other forms, tied together",
    "large-last",
    replace(
        _DEEP.mixture,
        nli_skip=37_000,
        officials=0.35,
        claims_neither=0.3,
        rounds=(1, 2, 3, 4),
        neither=0.4,
        forms=1,
        forms_neither=0.3,
    ),
    replace(_ROUNDS.settings, ties=0.5),
)
_USES = Recipe(
    "large-uses",
    "goes on from there with more matters, edited statements and what other uses list",
    "large-forms",
    replace(
        _FORMS.mixture,
        nli=1_000,
        nli_skip=40_000,
        officials=0.12,
        claims=False,
        deep=False,
        rounds=(4, 5),
        neither=0.15,
        forms=2,
        edits=0.3,
        contrasts=False,
        uses=True,
    ),
    replace(_FORMS.settings, frozen_layers=6),
    kept=0.5,
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
    "goes on from there with 40,000 unlabelled pairs, those 20,000 among them",
    "small-student",
    replace(_STUDENT.mixture, nli_skip=70_000, unlabelled=40_000),
    replace(_STUDENT.settings, rate=6e-5),
)

_STUDENT_DEEP = Recipe(
    "small-deep",
    "goes on from there with what models rank high, and 24,000 wide pairs: the fast model",
    "small-student-again",
    replace(
        _DEEP.mixture,
        rounds=(1, 2, 3),
        nli=6_000,
        nli_skip=80_000,
        officials=1.0,
        teachers=("accurate",),
        hard=0.3,
        wide=24_000,
    ),
    Settings(rate=6e-5),
)

_STUDENT_FORMS = Recipe(
    "small-forms",
    "goes on from there with the claims in other forms, tied together, and edited statements",
    "small-deep",
    replace(
        _FORMS.mixture,
        rounds=(1, 2, 3, 4, 5),
        neither=0.3,
        nli=5_000,
        nli_skip=86_000,
        officials=0.5,
        edits=1.0,
        teachers=("accurate",),
        hard=1.0,
        wide=10_000,
    ),
    Settings(rate=6e-5, ties=0.5),
    kept=0.4,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        _GENERAL,
        *_LARGE,
        _DEEP,
        _ROUNDS,
        _LAST,
        _FORMS,
        _USES,
        _STUDENT,
        _STUDENT_AGAIN,
        _STUDENT_DEEP,
        _STUDENT_FORMS,
    )
}
"""All recipes by name."""
