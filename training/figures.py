"""Measure a trained model on the dev sets, and record the figures in EXPERIMENTS.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from compare.evaluate import report
from compare.evaluate.metrics import polarity_auc
from compare.files import write_whole
from compare.models.stance import softmax
from training import pairs as pair_files
from training.engine import predict
from training.examples import NLI_FILE
from training.pairs import LABELS, LabelledPair

FILE = Path(__file__).with_name("EXPERIMENTS.md")

LEAST_RELEVANT = 3
"""Relevant passages that a query needs to enter the means of a list."""

Labels = NDArray[np.int64]
Probabilities = NDArray[np.float32]


def figures(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, data: Path
) -> dict[str, Any]:
    """Return the figures of EXPERIMENTS.md.

    On dev pairs that both readers label alike: accuracy, macro-F1 with its interval, and
    the F1 of each label. On judged typed claims: macro-F1, and the precision at 5 of both lists,
    with all judged passages ranked by probability alone. On held-out general pairs: the AUC of
    p_agree - p_oppose.
    """

    def read(pairs: list[LabelledPair]) -> tuple[Labels, Probabilities]:
        logits = predict(model, tokenizer, [pair.texts(None, 0.0) for pair in pairs])
        return np.asarray([pair.label for pair in pairs]), softmax(logits)

    found = dev_figures(*read(dev_pairs(data)))
    judged = pair_files.judged_claims(data / "search")
    gold, probabilities = read([pair for _, pair in judged])
    found["typed_macro_f1"] = _rounded(f1_score(gold, probabilities.argmax(1), average="macro"))
    queries = [query for query, _ in judged]
    for column, name in enumerate(LABELS[:2]):
        found[f"{name}_p_at_5"] = precision_at_5(queries, gold == column, probabilities[:, column])
    gold, probabilities = read(pair_files.plain_dev(data / "pairs" / NLI_FILE))
    found["plain_polarity_auc"] = _rounded(polarity_auc(probabilities, gold))
    return found


@cache
def dev_pairs(data: Path) -> list[LabelledPair]:
    """Return the dev pairs that both readers label alike."""
    return pair_files.agreed_dev(data / "pairs" / "officials.dev.tsv")


def dev_figures(gold: Labels, probabilities: Probabilities) -> dict[str, Any]:
    """Return the figures on officials' pairs, rounded."""
    found = report(probabilities, gold)
    return {
        "pairs": found.n,
        "accuracy": round(found.accuracy, 3),
        "macro_f1": round(found.macro_f1, 3),
        "macro_f1_interval_95": [round(end, 3) for end in found.macro_f1_ci],
        "f1": {stance.value: round(scores.f1, 3) for stance, scores in found.per_class.items()},
        "ece": round(found.ece, 3),
        "polarity_auc": None if found.polarity_auc is None else round(found.polarity_auc, 3),
        "confusion_rows_gold": [list(row) for row in found.confusion],
    }


def precision_at_5(
    queries: list[str], relevant: NDArray[np.bool_], scores: NDArray[np.float32]
) -> float:
    """Return the mean precision at 5 over the queries with at least three relevant passages."""
    rows = defaultdict(list)
    for n, query in enumerate(queries):
        rows[query].append(n)
    found = []
    for numbers in rows.values():
        held = np.asarray(numbers)
        if relevant[held].sum() >= LEAST_RELEVANT:
            first = held[np.argsort(-scores[held], kind="stable")][:5]
            found.append(relevant[first].mean())
    return _rounded(np.mean(found))


def _rounded(value: Any) -> float:
    return round(float(value), 3)


# -- EXPERIMENTS.md: one row for each run, failures included ---------------------------------------


def row(report: Mapping[str, Any], backbone: str) -> str:
    """Return the row of a run."""
    low, high = report["macro_f1_interval_95"]
    cells = (
        report["name"],
        backbone,
        report["what"],
        f"{report['macro_f1']:.3f} ({low:.3f} to {high:.3f})",
        f"{report['f1']['oppose']:.3f}",
        f"{report['typed_macro_f1']:.3f}",
        f"{report['agree_p_at_5']:.3f}",
        f"{report['oppose_p_at_5']:.3f}",
        f"{report['plain_polarity_auc']:.3f}",
        str(report["minutes"]),
    )
    return f"| {' | '.join(cells)} |\n"


def write_row(report: Mapping[str, Any], backbone: str) -> None:
    """Append a run's row to the table of runs, or replace its old row."""
    lines = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    start = f"| {report['name']} |"
    new = row(report, backbone)
    at = [n for n, line in enumerate(lines) if line.startswith(start)]
    if at:
        lines[at[0]] = new
    else:
        first = next(n for n, line in enumerate(lines) if line.startswith("|"))
        last = next(n for n in range(first, len(lines)) if not lines[n].startswith("|")) - 1
        lines.insert(last + 1, new)
    write_whole(FILE, "".join(lines).encode(), force=True)
