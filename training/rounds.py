"""Rounds of labels on what a search shows for the claims of `claims.tsv`.

    python -m training.rounds draw --data DIR --claims c0450-c0719 --out FILE
    python -m training.rounds add FILE --data DIR

`draw` searches the collection with the shipped models and writes what a reader should label: the
passages at the top of either list, some that are similar to the counter-claim, and one drawn from
the candidates. No passage of a dev set is drawn. Labelled pairs of `claims.deep.tsv` are hidden
among them. `add` takes the file with its columns `label` and `confidence` filled in, and adds the
labels to `claim_readings.tsv` if the reader gave `LEAST_SAME` of the hidden pairs the known label.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from compare.comparison.search import scored_pool
from compare.evaluate.searching import open_collection
from compare.files import write_whole
from compare.library.library import Library
from compare.models import StanceModel, load_encoder, load_stance_model
from compare.results import Pair, Stance
from training.examples import DEEP_FILE
from training.pairs import CLAIM_READINGS, CLAIMS, COUNTER, LABELS, rows
from training.run import check
from training.unlabelled import passages_apart

LEAST_SAME = 0.92
COLUMNS = ("pair", "claim", "passage", "who", "text", "label", "confidence")
_READINGS = ("claim", "passage", "label", "confidence", "drawn")
_TOP_OPPOSE, _TOP_AGREE, _UNREAD, _NEAR_COUNTER = 8, 4, 2, 3
_HIDDEN_EVERY = 12  # one known pair among so many
_SEED = 17


# -- Drawing -------------------------------------------------------------------------------------


def drawn(
    claim: Mapping[str, str],
    library: Library,
    model: StanceModel,
    allowed: set[str],
    rng: random.Random,
) -> dict[str, str]:
    """Return ids of the passages to label for a claim, each with why it was drawn."""
    pool = [pair for pair in scored_pool(library, claim["claim"], model) if _id(pair) in allowed]
    read = [pair for pair in pool if not pair.first_stage_only]
    unread = [pair for pair in pool if pair.first_stage_only]
    (vector,) = library.encoder.encode([claim["counter"]])
    near = library.store.nearest(np.asarray([vector]), 4 * _NEAR_COUNTER).rows[0]
    counter = [passage.statement_id for passage in library.passages(near.tolist())]
    found: dict[str, str] = {}
    for why, ids in (
        ("acc_oppose", _first(read, Stance.OPPOSE)[:_TOP_OPPOSE]),
        ("acc_agree", _first(read, Stance.AGREE)[:_TOP_AGREE]),
        ("fast_oppose", _first(unread, Stance.OPPOSE)[:_UNREAD]),
        ("counter", [i for i in counter if i in allowed and i not in found][:_NEAR_COUNTER]),
        ("random", [_id(pair) for pair in rng.sample(pool, min(1, len(pool)))]),
    ):
        for passage_id in ids:
            found.setdefault(passage_id, why)
    return found


def _first(pairs: Sequence[Pair], stance: Stance) -> list[str]:
    return [_id(pair) for pair in sorted(pairs, key=lambda pair: -pair.score(stance))]


def _id(pair: Pair) -> str:
    return pair.b.statement.id


def draw(data: Path, first: str, last: str, out: Path) -> None:
    """Write the pairs to label, and beside them, in FILE.key, why each was drawn."""
    passages = {entry["id"]: entry for entry in passages_apart(data)}
    known = [row for row in rows(data / "pairs" / DEEP_FILE) if row["confidence"] != "1"]
    model, rng = load_stance_model(), random.Random(_SEED)
    library = open_collection(data / "search" / "collection.jsonl.gz", load_encoder())
    done = {row["claim"] for row in rows(CLAIM_READINGS)}
    lines: list[dict[str, Any]] = []
    for claim in rows(CLAIMS):
        if not first <= claim["id"] <= last or claim["id"] in done:
            continue
        for passage_id, why in drawn(claim, library, model, passages.keys(), rng).items():
            lines.append(_line(claim["claim"], passages[passage_id]) | {"drawn": why})
        print(f"{claim['id']}: {len(lines):,} pairs", flush=True)
    for row in rng.sample(known, min(len(lines) // _HIDDEN_EVERY, len(known))):
        passage = {"id": row["b_id"], "text": row["b"], "country": row["b_country"]}
        lines.append(_line(row["a"], passage | {"date": row["b_date"]}) | {"drawn": ""})
    lines.sort(key=lambda line: line["claim"])
    for number, line in enumerate(lines, start=1):
        line["pair"] = number
    write_whole(out, _tsv(COLUMNS, lines), force=True)
    write_whole(out.with_suffix(".key"), _tsv(("pair", "drawn"), lines), force=True)


def _line(claim: str, passage: Mapping[str, Any]) -> dict[str, Any]:
    who = f"{passage['country'] or '?'}, {str(passage['date'] or '?')[:4]}"
    return {"claim": claim, "passage": passage["id"], "who": who, "text": passage["text"]}


def _tsv(columns: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> bytes:
    body = ["\t".join(str(line.get(name, "")) for name in columns) for line in lines]
    return "\n".join(["\t".join(columns), *body, ""]).encode()


# -- Adding --------------------------------------------------------------------------------------


def add(data: Path, file: Path) -> None:
    """Add the labels of a file, unless too many of the hidden pairs have another label.

    Raises:
        SystemExit: A label is missing or unknown, or the hidden pairs differ too often.
    """
    written = list(rows(CLAIMS))
    ids = {row["claim"]: row["id"] for row in written}
    ids |= {row["counter"]: row["id"] + COUNTER for row in written}
    known = {(row["a"], row["b_id"]): row["label"] for row in rows(data / "pairs" / DEEP_FILE)}
    why = {row["pair"]: row["drawn"] for row in rows(file.with_suffix(".key"))}
    new, same, hidden = list(rows(CLAIM_READINGS)), 0, 0
    for row in _labelled(file):
        if row["claim"] in ids:
            read = {**row, "claim": ids[row["claim"]], "drawn": why[row["pair"]]}
            new.append({name: read[name] for name in _READINGS})
        else:
            hidden += 1
            same += known[row["claim"], row["passage"]] == row["label"]
    print(f"{same} of {hidden} hidden pairs got the known label")
    if same < LEAST_SAME * hidden:
        raise SystemExit("Too many differ; nothing was added.")
    new.sort(key=lambda row: (row["claim"], row["passage"]))
    write_whole(CLAIM_READINGS, _tsv(_READINGS, new), force=True)


def _labelled(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["label"] not in LABELS or row["confidence"] not in {"1", "2", "3"}:
                raise SystemExit(f"{file}: pair {row['pair']} has no label and confidence.")
            yield row


def main() -> None:
    """Draw pairs or add labels, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    drawing, adding = commands.add_parser("draw"), commands.add_parser("add")
    drawing.add_argument("--claims", required=True, help="first and last id: c0001-c0720")
    drawing.add_argument("--out", type=Path, required=True)
    adding.add_argument("file", type=Path)
    for command in (drawing, adding):
        command.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    check(arguments.data)
    if arguments.command == "add":
        add(arguments.data, arguments.file)
    else:
        first, _, last = arguments.claims.partition("-")
        draw(arguments.data, first, last or first, arguments.out)


if __name__ == "__main__":
    main()
