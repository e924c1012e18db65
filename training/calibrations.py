"""Fit a calibration for each use, and measure each on what it was not fitted on.

A use chooses its pairs in its own way, so that one calibration cannot hold for all. Each is a scale
and a shift for each logit (vector scaling, Guo et al. 2017, section 4.2); on dev pairs, isotonic
regression gained 0.002 in log loss, and has no formula that fits into a manifest. A search also
weighs the verdicts on the same actor's passages, by a weight that is fitted after its calibration,
together with a second one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax
from scipy.special import softmax as normalized
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from compare.comparison.sides import joined, of_both
from compare.models import LEAST_CALLED, SameActor, Use
from compare.models.stance import softmax
from compare.results import OF_PLACEMENTS
from compare.statements import country_key, parse_countries
from training import pairs as pair_files
from training.pairs import FORMS, LABELS, LEARNED, TURNED, LabelledPair

Logits = NDArray[np.float32]
Gold = NDArray[np.int64]
Counts = NDArray[np.float64]
Read = Callable[[Sequence[LabelledPair], Use], Logits]
"""Return the logits of pairs as a model reads them for a use."""

FOLDS = 10
OF_NEITHER = 1.3
"""`Labelled.neither_weight` of typed quotes: of the judged passages near the dev claims, 53 in 100
take no side; of those near other claims, in documents from which no model learned, 82."""

_LEAST = 1e-6  # of a probability, before its logarithm
COUNTER = "counter"  # the column with an opponent's sentence
_WHEN = re.compile(r"(?:(?:^|, )\d{4})?: $")  # what follows the country in a prefix
SPEAKERS = (
    "Malta, 2015",
    "Fiji, 1988",
    "Peru, 2001",
    "Nepal, 1979",
    "Togo, 1995",
    "Iceland, 2008",
)
"""Who is made to say the dev claims, so that a speaker's name alone moves nothing."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scale and a shift for each logit, before the softmax, and how a search weighs actors."""

    scale: tuple[float, float, float]
    shift: tuple[float, float, float]
    same_actor: SameActor | None = None

    def apply(self, logits: Logits) -> NDArray[np.float32]:
        """Return probabilities, float32 [n, 3], without the weight of actors."""
        return softmax(logits, self.scale, self.shift)


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labelled pairs of a use.

    Attributes:
        what: What they are, for the model card.
        pairs: The pairs.
        groups: What the folds must not divide: the claim, the topic or the document of each pair.
        searched: Whether a search reads them, and so weighs the same actor's passages.
        opposites: What someone who disagrees would say, for each pair; () if each is read alone.
        least: The probability from which the program calls a pair agreeing or opposing by default.
        placed_on: The proposition on which both sides of each pair are placed; () if on none.
        neither_weight: How much more a pair that takes no side counts when a calibration is fitted:
            where people search, fewer passages take a side than in these pairs.
        learned: Whether the model learned from each pair; () if from none. Such pairs are fitted
            on, since what it learned hardly shows, but nothing is measured on them.
    """

    what: str
    pairs: Sequence[LabelledPair]
    groups: Sequence[str]
    searched: bool = False
    opposites: Sequence[str] = ()
    placed_on: Sequence[str] = ()
    least: float = LEAST_CALLED
    neither_weight: float = 1.0
    learned: Sequence[bool] = ()


def labelled_by_use(data: Path, *, learned: bool) -> dict[Use, Labelled]:
    """Return the pairs on which the calibration of each use is fitted and measured.

    `learned` tells whether the model learned from the readings that models may learn from.
    """
    claims = [entry for of_form in dev_forms(data).values() for entry in of_form]
    typed, queries = [pair for _, pair in claims], [query for query, _ in claims]
    prefix = {
        query: f"{SPEAKERS[n % len(SPEAKERS)]}: " for n, query in enumerate(dict.fromkeys(queries))
    }
    said = [("claim", q, replace(p, who_a=prefix[q])) for q, p in dev_forms(data)["claim"]]
    rounds = {int(row["round"]) for row in pair_files.rows(pair_files.USE_READINGS)}
    given = pair_files.use_readings(data, rounds)
    known = {asked for _, asked, _ in pair_files.use_readings(data, LEARNED)} if learned else set()
    statements = [entry for entry in given if entry[0] == Use.STATEMENT]
    said += statements
    forms = "the 50 dev claims, as they stand, denied and reworded, over judged passages"
    dev = list(pair_files.rows(data / "pairs" / "officials.dev.tsv"))
    agreed = [row for row in dev if row["label"] == row["second_label"]]
    found = {
        Use.PAIR: Labelled(
            "officials' dev pairs on which two readings agree",
            pair_files.agreed_dev(data / "pairs" / "officials.dev.tsv"),
            [row["a_source"] for row in agreed],
        ),
        Use.CLAIM: Labelled(forms, typed, queries, neither_weight=OF_NEITHER),
        Use.QUOTE: Labelled(forms, typed, queries, searched=True, neither_weight=OF_NEITHER),
        Use.NAMED_QUOTE: Labelled(
            "the dev claims said by a country, and officials' statements, over passages near them",
            [pair for _, _, pair in said],
            [asked for _, asked, _ in said],
            searched=True,
            neither_weight=OF_NEITHER,
            learned=[asked in known for _, asked, _ in said],
        ),
    }
    texts = {row["query_id"]: row for row in pair_files.rows(data / "search" / "forms.dev.tsv")}
    by_claim = dev_forms(data)["claim"]
    found[Use.BOTH_ENDS] = Labelled(
        "the 50 dev claims and an opponent's sentence for each, over judged passages",
        [pair for _, pair in by_claim],
        [query for query, _ in by_claim],
        searched=True,
        neither_weight=OF_NEITHER,
        opposites=[texts[query][COUNTER] for query, _ in by_claim],
    )
    opposites = pair_files.opposites()
    for use in (Use.STATEMENT, Use.PROPOSITION):
        rows = [(asked, pair) for name, asked, pair in given if name == use]
        asked, pairs = [asked for asked, _ in rows], [pair for _, pair in rows]
        found[use] = Labelled(
            "what the program shows for questions of our own, and what comes near",
            pairs,
            asked,
            searched=use is Use.STATEMENT,
            least=LEAST_CALLED if use is Use.STATEMENT else OF_PLACEMENTS.probability,
            learned=[one in known for one in asked],
        )
    placed = found[Use.PROPOSITION]
    found[Use.POLES] = replace(
        placed,
        what="what the program shows for propositions of our own, read against both ends",
        opposites=[opposites[pair.a] for pair in placed.pairs],
    )
    for use in (Use.SIDES, Use.TIMELINE):
        rows = [
            (asked, pair) for name, asked, pair in pair_files.placed_readings(data) if name == use
        ]
        asked = [asked for asked, _ in rows]
        found[use] = Labelled(
            "pairs on propositions of our own; one beside the point counts as neither",
            [pair for _, pair in rows],
            asked,
            opposites=[opposites[pair_files.proposition_of(one)] for one in asked],
            placed_on=[pair_files.proposition_of(one) for one in asked],
            least=OF_PLACEMENTS.probability,
        )
    return found


def dev_forms(data: Path) -> dict[str, list[tuple[str, LabelledPair]]]:
    """Return the judged dev claims with their queries' ids: "claim", and each form."""
    claims = pair_files.judged_claims(data / "search", pair_files.DEEP_JUDGEMENTS)
    texts = {row["query_id"]: row for row in pair_files.rows(data / "search" / "forms.dev.tsv")}
    found = {"claim": claims}
    for form, turned in FORMS.items():
        found[form] = [
            (query, replace(pair, a=texts[query][form], label=label))
            for query, pair in claims
            for label in [TURNED[pair.label] if turned else pair.label]
        ]
    return found


def fit_all(
    by_use: Mapping[Use, Labelled], read: Read
) -> dict[Use, tuple[Calibration, dict[str, Any]]]:
    """Return the calibration of each use and its figures; some rest on those fitted before."""
    found: dict[Use, tuple[Calibration, dict[str, Any]]] = {}
    for use, labelled in by_use.items():
        before = {done: one for done, (one, _) in found.items()}
        found[use] = fit(use, labelled, read, before)
    return found


def fit(
    use: Use, labelled: Labelled, read: Read, before: Mapping[Use, Calibration]
) -> tuple[Calibration, dict[str, Any]]:
    """Return the calibration fitted on all pairs, and the figures in folds that share no group.

    `before` are calibrations of other uses, on which pairs rest that are read more than once.

    The figures are of the pairs that the model did not learn from: their number, the log loss and,
    of those called agreeing and opposing, the number, the mean probability and the share that is
    right.
    """
    if labelled.placed_on:
        logits = _of_placements(labelled, read, before)
    elif labelled.opposites:
        ends = [
            (pair.a, opposite)
            for pair, opposite in zip(labelled.pairs, labelled.opposites, strict=True)
        ]
        logits = _of_both_ends(labelled.pairs, ends, read, before[Use.QUOTE])
    else:
        logits = read(labelled.pairs, use)
    gold = np.asarray([pair.label for pair in labelled.pairs])
    asked = [pair.who_a + pair.a for pair in labelled.pairs]
    actors = actors_of(asked, [pair.who_b for pair in labelled.pairs])

    counts = np.where(gold == LABELS.index("neither"), labelled.neither_weight, 1.0)

    def fitted(rows: NDArray[np.int64]) -> Calibration:
        if labelled.searched:
            return fit_with_actors(logits[rows], gold[rows], actors[rows], counts[rows])
        return vector(logits[rows], gold[rows], counts[rows])

    alone, probabilities = (np.zeros((len(gold), len(LABELS))) for _ in range(2))
    for near, left in GroupKFold(FOLDS).split(logits, gold, labelled.groups):
        found = fitted(near)
        alone[left] = weigh(found.apply(logits[left]), actors[left], None)
        probabilities[left] = weigh(alone[left], actors[left], found.same_actor)
    fresh = ~np.asarray(labelled.learned or np.zeros(len(gold)), bool)
    figures: dict[str, Any] = {
        "fitted_on": labelled.what,
        "fitted_pairs": len(gold),
        "pairs": int(fresh.sum()),
        "groups": len({group for group, one in zip(labelled.groups, fresh, strict=True) if one}),
    }
    gold, probabilities = gold[fresh], probabilities[fresh]
    figures["log_loss"] = round(float(log_loss(gold, probabilities, labels=[0, 1, 2])), 4)
    if labelled.searched:
        by_itself = float(log_loss(gold, alone[fresh], labels=[0, 1, 2]))
        figures["log_loss_by_itself"] = round(by_itself, 4)
    for column, name in enumerate(LABELS[:2]):
        called = probabilities[:, column] >= labelled.least
        figures[name] = {
            "called": int(called.sum()),
            "shown": round(float(probabilities[called, column].mean()), 3)
            if called.any()
            else None,
            "right": round(float((gold[called] == column).mean()), 3) if called.any() else None,
        }
    return fitted(np.arange(len(gold))), figures


def _of_both_ends(
    pairs: Sequence[LabelledPair],
    ends: Sequence[tuple[str, str]],
    read: Read,
    alone: Calibration,
) -> Logits:
    """Return the logarithms of the mean probabilities of side b of each pair against two ends.

    See `comparison.scoring.score_both_ends`.
    """
    both = zip(pairs, ends, strict=True)
    straight, turned = zip(
        *((replace(pair, a=one), replace(pair, a=other)) for pair, (one, other) in both),
        strict=True,
    )
    one, other = (alone.apply(read(pairs, Use.QUOTE)) for pairs in (straight, turned))
    mean = (one + other[:, [*TURNED]]) / 2
    return np.asarray(np.log(np.maximum(mean, 1e-6)), np.float32)


def _of_placements(labelled: Labelled, read: Read, before: Mapping[Use, Calibration]) -> Logits:
    """Return the logarithms of what `comparison.sides` joins: placements, and a direct reading."""
    ends = [*zip(labelled.placed_on, labelled.opposites, strict=True)]
    placed = []
    for side in ("a", "b"):
        passages = [
            LabelledPair("", getattr(pair, side), "", getattr(pair, f"who_{side}"), pair.label)
            for pair in labelled.pairs
        ]
        logits = _of_both_ends(passages, ends, read, before[Use.QUOTE])
        placed.append(before[Use.POLES].apply(logits))
    direct = before[Use.PAIR].apply(read(labelled.pairs, Use.PAIR))
    return np.log(joined(of_both(*placed), direct))


# -- The same actor's other passages ---------------------------------------------------------------


def actors_of(queries: Sequence[str], prefixes: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each query and country; a passage without a country has its own."""
    numbers: dict[tuple[str, ...], int] = {}
    found = []
    for n, (query, prefix) in enumerate(zip(queries, prefixes, strict=True)):
        countries = sorted(map(country_key, parse_countries(_WHEN.sub("", prefix))))
        key = (query, *countries) if countries else (query, "", str(n))
        found.append(numbers.setdefault(key, len(numbers)))
    return np.asarray(found, np.int64)


def weigh(
    probabilities: NDArray[np.floating], actors: NDArray[np.int64], same: SameActor | None
) -> NDArray[np.float64]:
    """Weigh probabilities as a search does: see `compare.comparison.search.weigh_actors`."""
    exact = np.maximum(np.asarray(probabilities, np.float64), _LEAST)
    if same is None:
        return np.asarray(exact / exact.sum(axis=1, keepdims=True))
    scaled = normalized(np.log(exact) * same.scale + same.shift, axis=1)
    polarity = exact[:, 0] - exact[:, 1]
    others = np.bincount(actors, polarity)[actors] - polarity
    by = same.weight * others / np.bincount(actors)[actors]
    moved = scaled * np.exp(np.stack([by, -by, np.zeros_like(by)], axis=1))
    crosses = (exact[:, :2].max(axis=1) >= LEAST_CALLED) & (
        (moved[:, 0] - moved[:, 1]) * polarity < 0
    )
    moved[crosses, :2] = np.sqrt(moved[crosses, :2].prod(axis=1, keepdims=True))
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))


# -- Fitting ---------------------------------------------------------------------------------------


def vector(logits: Logits, gold: Gold, counts: Counts | None = None) -> Calibration:
    """Fit a scale and a shift for each label; `counts` says how much each pair counts."""
    exact, rows = logits.astype(np.float64), np.arange(len(gold))

    def loss(p: NDArray[np.float64]) -> float:
        moved = exact * np.exp(p[:3]) + np.append(p[3:5], 0.0)
        return -float(np.average(log_softmax(moved, axis=1)[rows, gold], weights=counts))

    return _calibration(minimize(loss, np.zeros(5), method="BFGS").x)


def fit_with_actors(
    logits: Logits, gold: Gold, actors: NDArray[np.int64], counts: Counts | None = None
) -> Calibration:
    """Fit a calibration of each passage by itself, and then how a search weighs the others'.

    So probabilities are true with the weight and without it. (Fitting one calibration to both loses
    0.001 less of the log loss, and is true only with the weight.)
    """
    by_itself, rows = vector(logits, gold, counts), np.arange(len(gold))
    alone = by_itself.apply(logits)

    def loss(p: NDArray[np.float64]) -> float:
        found = weigh(alone, actors, _same_actor(p))[rows, gold]
        return -float(np.average(np.log(np.maximum(found, 1e-9)), weights=counts))

    start = np.append(np.zeros(5), 1.0)
    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-3, 3)] * 5 + [(0, 20)])
    return replace(by_itself, same_actor=_same_actor(found.x, 4))


def _same_actor(p: NDArray[np.float64], digits: int = 17) -> SameActor:
    a, b, c = np.round(np.exp(p[:3]), digits).tolist()
    agree, oppose, weight = np.round(p[3:6], digits).tolist()
    return SameActor(weight, (a, b, c), (agree, oppose, 0.0))


def _calibration(p: NDArray[np.float64]) -> Calibration:
    a, b, c = (round(float(np.exp(power)), 4) for power in p[:3])
    return Calibration((a, b, c), (round(float(p[3]), 4), round(float(p[4]), 4), 0.0))
