"""Do verdicts follow the words? The dev claims said otherwise, read and as shown.

    python -m benchmarks.verdicts --data DIR [--read] [--shown] [--out FILE.json]

Each of the 50 dev claims is also asked as its plain negation, as its opposite in other words, as
the same position in other grammar, and as an opponent would say it; its passages keep their labels,
or exchange agree and oppose. `--read` gives, of the passages that take a side, the share that each
model reads rightly and on the wrong side, by the likeliest label and as called. `--shown` searches
the collection with each form, with each claim as a country's statement, and with each claim and its
opposite (an opponent's sentence, or its denial), and gives the figures of `benchmarks.judged`
and how much of what is called agreeing or opposing is on the other side; calibrations are fitted on
the same claims. Intervals draw claims again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judged import (
    DEPTH,
    SearchReport,
    evaluate_search,
    open_collection,
    read_judgements,
)
from compare.models import (
    LEAST_CALLED,
    StanceModel,
    Use,
    load_encoder,
    load_stance_model,
)
from compare.models.stance import TIERS
from compare.results import Figure, Stance, clustered_share
from compare.statements import PartialDate, Quote, parse_countries
from training.calibrations import COUNTER, SPEAKERS, dev_forms
from training.pairs import FORMS, LABELS, TURNED, rows
from training.run import inputs

JUDGED_HERE = Path(__file__).parents[1] / "training" / "dev_judgements.tsv"
SIDES = (Stance.AGREE, Stance.OPPOSE)


def queries(data: Path) -> dict[str, dict[str, str]]:
    """Return the dev claims and their other forms: texts by form and query id."""
    found = {"claim": {r["query_id"]: r["query"] for r in rows(data / "search/queries.dev.tsv")}}
    forms = [*rows(data / "search" / "forms.dev.tsv")]
    for form in ("same_words", "neg_not", "neg_words", COUNTER):
        found[form] = {row["query_id"]: row[form] for row in forms}
    return found


def is_turned(form: str) -> bool:
    """Tell whether a form says the opposite of the claim."""
    return form == COUNTER or FORMS.get(form, False)


# -- Read ------------------------------------------------------------------------------------------


def read(data: Path, model: StanceModel) -> dict[str, dict[str, Any]]:
    """Return, by form, how often a model reads a passage that takes a side rightly and wrongly."""
    texts, found = queries(data), {}
    claims = [(query, pair) for query, pair in dev_forms(data)["claim"] if pair.label < 2]
    for form in texts:
        names = [query for query, _ in claims]
        gold = [TURNED[pair.label] if is_turned(form) else pair.label for _, pair in claims]
        pairs = [inputs(replace(pair, a=texts[form][query])) for query, pair in claims]
        scores = model.for_use(Use.CLAIM).score(pairs)
        of_side, of_other = (
            scores[np.arange(len(gold)), labels]
            for labels in (gold, [TURNED[label] for label in gold])
        )
        top = scores.max(axis=1)
        found[form] = {
            "passages": len(gold),
            "likeliest_right": by_claim(names, of_side == top),
            "likeliest_wrong_side": by_claim(names, of_other == top),
            "called_right": by_claim(names, of_side >= LEAST_CALLED),
            "called_wrong_side": by_claim(names, of_other >= LEAST_CALLED),
        }
    return found


def by_claim(names: Sequence[str], hits: np.ndarray) -> list[float]:
    """Return a share and its interval."""
    parts, wholes = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for name, hit in zip(names, hits.tolist(), strict=True):
        parts[name] += hit
        wholes[name] += 1
    return _rounded(clustered_share([*parts.values()], [*wholes.values()])) or []


# -- As shown --------------------------------------------------------------------------------------


def shown(data: Path, model: StanceModel) -> dict[str, dict[str, Any]]:
    """Return, by form, the figures of both lists as a search shows them."""
    library = open_collection(data / "search" / "collection.jsonl.gz", load_encoder())
    texts, found = queries(data), {}
    judged = read_judgements([data / "search" / "qrels.dev.deep.tsv", JUDGED_HERE], texts["claim"])
    asked: dict[str, Mapping[str, str | Quote]] = {**texts}
    asked["said by a country"] = {
        query: _said_by(text, SPEAKERS[n % len(SPEAKERS)])
        for n, (query, text) in enumerate(texts["claim"].items())
    }
    for form, what in ((COUNTER, "with an opponent's sentence"), ("neg_not", "with its denial")):
        asked[what] = {
            query: Quote(text, opposite=texts[form][query])
            for query, text in texts["claim"].items()
        }
    for form, quotes in asked.items():
        labels = {
            query: {name: _turned(label, form) for name, label in of.items()}
            for query, of in judged.items()
        }
        report = evaluate_search(library, quotes, labels, model)
        found[form] = {side.value: _figures(report, side) for side in SIDES}
        print(form, json.dumps(found[form]), flush=True)
    return found


def _said_by(text: str, who: str) -> Quote:
    country, year = who.split(", ")
    return Quote(text, country=parse_countries(country), date=PartialDate(year))


def _turned(label: Stance, form: str) -> Stance:
    return Stance(LABELS[TURNED[LABELS.index(label)]]) if is_turned(form) else label


def _figures(report: SearchReport, side: Stance) -> dict[str, Any]:
    """Return the figures of a list; what is listed and not judged is left out of the shares."""
    of = report.lists[side]
    other = Stance.OPPOSE if side is Stance.AGREE else Stance.AGREE
    lists = [query[side] for query in report.queries.values()]
    first = [[one for one in each.sure[:DEPTH] if one.label] for each in lists]
    wholes = [len(each) for each in first]
    shares = {}
    for name, wanted in (("right", side), ("other_side", other)):
        parts = [sum(one.label is wanted for one in each) for each in first]
        shares[f"first_ten_{name}"] = _rounded(clustered_share(parts, wholes))
    return {
        "p_at_5": _rounded(of.p_at_5),
        "recall_at_10": _rounded(of.recall_at_10),
        "with_right": f"{of.claims_with_right} of {of.claims}",
        "listed": of.listed,
        "not_judged": of.listed - of.judged,
        "right_of_judged": _rounded(of.right_of_judged),
        "shown": _rounded(of.probability),
        **shares,
    }


def _rounded(figure: Figure) -> list[float] | None:
    if figure.value is None:
        return None
    return [round(v, 3) for v in (figure.value, figure.low, figure.high) if v is not None]


def main() -> None:
    """Print what is asked for, or both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--shown", action="store_true")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    both = given.read == given.shown
    found: dict[str, Any] = {}
    if both or given.read:
        for tier in reversed(TIERS):
            found[f"read by the {tier} model"] = read(given.data, load_stance_model(tier))
            print(tier, json.dumps(found[f"read by the {tier} model"]), flush=True)
    if both or given.shown:
        found["shown"] = shown(given.data, load_stance_model())
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
