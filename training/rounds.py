"""Rounds of labels on what a search shows.

    python -m training.rounds draw --data DIR --claims c0450-c0719 --out FILE
    python -m training.rounds draw --data DIR --statements 150 --out FILE
    python -m training.rounds add FILE --round 4 --data DIR

`draw` searches the collection with the shipped models, for claims of `claims.tsv` or for statements
that took a side on one of them, and writes what a reader should label: the passages at the top of
either list, some that are similar to the counter-claim, and one drawn from what was read. Passages
that have a label under the claim are left out, and so are those of a dev set. Labelled pairs of
`claims.deep.tsv` are hidden among them. `add` takes the file with its columns `label` and
`confidence` filled in, and adds the labels to `claim_readings.tsv` if the reader gave `LEAST_SAME`
of the hidden pairs the known label.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judged import open_collection
from compare.facade import Library
from compare.files import write_whole
from compare.models import StanceModel, load_encoder, load_stance_model
from compare.results import Pair, Stance
from compare.statements import Quote
from training.examples import DEEP_FILE
from training.pairs import CLAIM_READINGS, CLAIMS, COUNTER, LABELS, is_claim, rows
from training.run import check
from training.unlabelled import passages_apart

LEAST_SAME = 0.92
COLUMNS = ("pair", "asked", "passage", "who", "text", "label", "confidence")
_TOP_OPPOSE, _TOP_AGREE, _NEAR_COUNTER = 8, 4, 3
_MOST_NEAR_COUNTER = 100
_HIDDEN_EVERY = 12  # one known pair among so many
_SEED = 17


@dataclass(frozen=True, slots=True)
class Asked:
    """What to search for: the id of a claim or of a passage, its words, and the counter-claim."""

    id: str
    quote: Quote
    counter: str = ""

    @property
    def shown(self) -> str:
        """Return the words as a reader sees them, with who said them."""
        said_by = ", ".join(country.name for country in self.quote.country)
        who = ", ".join(filter(None, (said_by, str(self.quote.date or "")[:4])))
        return f"{who}: {self.quote.text}" if who else self.quote.text


# -- Drawing -------------------------------------------------------------------------------------


def claims_between(first: str, last: str) -> list[Asked]:
    """Return the claims between two ids."""
    return [
        Asked(row["id"], Quote(row["claim"]), row["counter"])
        for row in rows(CLAIMS)
        if first <= row["id"] <= last
    ]


def labelled() -> dict[str, set[str]]:
    """Return the passages that have a label, by what was asked."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows(CLAIM_READINGS):
        found[row["claim"]].add(row["passage"])
    return found


def statements_on_a_side(library: Library, allowed: Set[str], count: int) -> list[Asked]:
    """Draw statements that surely agree with a claim or oppose it, one of each claim."""
    read = list(rows(CLAIM_READINGS))
    done = {row["claim"] for row in read}
    by_claim: dict[str, list[str]] = {}
    for row in read:
        sure = row["label"] != "neither" and row["confidence"] == "3" and is_claim(row["claim"])
        if sure and row["passage"] in allowed and row["passage"] not in done:
            by_claim.setdefault(row["claim"].removesuffix(COUNTER), []).append(row["passage"])
    rng = random.Random(_SEED)
    one_each = [rng.choice(held) for held in by_claim.values()]
    rng.shuffle(one_each)
    statements = library.statements(list(dict.fromkeys(one_each))[:count])
    return [Asked(each.id, Quote.from_statement(each)) for each in statements]


def drawn(
    asked: Asked, library: Library, model: StanceModel, allowed: Set[str], rng: random.Random
) -> dict[str, str]:
    """Return ids of the passages to label for a quote, each with why it was drawn."""
    result = library.search(asked.quote, stance_model=model)
    pool = [pair for pair in result.pairs if _id(pair) in allowed]
    found: dict[str, str] = {}

    def add(why: str, ids: Iterable[str], most: int) -> None:
        new = [
            passage_id for passage_id in ids if passage_id in allowed and passage_id not in found
        ]
        found.update(dict.fromkeys(new[:most], why))

    add("acc_oppose", _first(pool, Stance.OPPOSE), _TOP_OPPOSE)
    add("acc_agree", _first(pool, Stance.AGREE), _TOP_AGREE)
    if asked.counter:
        (vector,) = library.encoder.encode([asked.counter])
        near = library.store.nearest(np.asarray([vector]), _MOST_NEAR_COUNTER).rows[0]
        passages = library.passages(near.tolist())
        add("counter", [passage.statement_id for passage in passages], _NEAR_COUNTER)
    add("random", [_id(pair) for pair in rng.sample(pool, len(pool))], 1)
    return found


def _first(pairs: Sequence[Pair], stance: Stance) -> list[str]:
    return [_id(pair) for pair in sorted(pairs, key=lambda pair: -pair.score(stance))]


def _id(pair: Pair) -> str:
    return pair.b.statement.id


def draw(data: Path, claims: str, statements: int, out: Path) -> None:
    """Write the pairs to label, and beside them, in FILE.key, where each comes from."""
    passages = {entry["id"]: entry for entry in passages_apart(data)}
    model, rng = load_stance_model(), random.Random(_SEED)
    library = open_collection(data / "search" / "collection.jsonl.gz", load_encoder())
    first, _, last = claims.partition("-")
    asked = claims_between(first, last or first)
    asked += statements_on_a_side(library, passages.keys(), statements)
    known_by = labelled()
    lines: list[dict[str, Any]] = []
    for done, one in enumerate(asked, start=1):
        allowed = passages.keys() - known_by[one.id]
        for passage_id, why in drawn(one, library, model, allowed, rng).items():
            lines.append(_line(one.shown, passages[passage_id]) | {"id": one.id, "drawn": why})
        print(f"{done} of {len(asked)}: {len(lines):,} pairs", flush=True)
    known = [row for row in rows(data / "pairs" / DEEP_FILE) if row["confidence"] != "1"]
    for row in rng.sample(known, min(len(lines) // _HIDDEN_EVERY, len(known))):
        passage = {"id": row["b_id"], "text": row["b"], "country": row["b_country"]}
        lines.append(_line(row["a"], passage | {"date": row["b_date"]}))
    lines.sort(key=lambda line: line["asked"])
    for number, line in enumerate(lines, start=1):
        line["pair"] = number
    write_whole(out, _tsv(COLUMNS, lines), force=True)
    write_whole(out.with_suffix(".key"), _tsv(("pair", "id", "drawn"), lines), force=True)


def _line(asked: str, passage: Mapping[str, Any]) -> dict[str, Any]:
    who = f"{passage['country'] or '?'}, {str(passage['date'] or '?')[:4]}"
    return {"asked": asked, "passage": passage["id"], "who": who, "text": passage["text"]}


def _tsv(columns: Sequence[str], lines: Sequence[Mapping[str, Any]]) -> bytes:
    body = ["\t".join(str(line.get(name, "")) for name in columns) for line in lines]
    return "\n".join(["\t".join(columns), *body, ""]).encode()


# -- Adding --------------------------------------------------------------------------------------


def add(data: Path, file: Path, number: int) -> None:
    """Add the labels of a file to a round, unless too many of the hidden pairs have another label.

    Raises:
        SystemExit: A label is missing or unknown, or the hidden pairs differ too often.
    """
    known = {(row["a"], row["b_id"]): row["label"] for row in rows(data / "pairs" / DEEP_FILE)}
    key = {row["pair"]: row for row in rows(file.with_suffix(".key"))}
    read, same, hidden = list(rows(CLAIM_READINGS)), 0, 0
    for row in _labelled(file):
        if asked := key[row["pair"]]["id"]:
            drawn_as = key[row["pair"]]["drawn"]
            read.append(row | {"claim": asked, "drawn": drawn_as, "round": str(number)})
        else:
            hidden += 1
            same += known[row["asked"], row["passage"]] == row["label"]
    print(f"{same} of {hidden} hidden pairs got the known label")
    if same < LEAST_SAME * hidden:
        raise SystemExit("Too many differ; nothing was added.")
    read.sort(key=lambda row: (row["claim"], row["passage"]))
    columns = ("claim", "passage", "label", "confidence", "drawn", "round")
    write_whole(CLAIM_READINGS, _tsv(columns, read), force=True)


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
    drawing.add_argument("--claims", default="", help="first and last id: c0001-c0720")
    drawing.add_argument("--statements", type=int, default=0, help="statements to search for")
    drawing.add_argument("--out", type=Path, required=True)
    adding.add_argument("file", type=Path)
    adding.add_argument("--round", type=int, required=True)
    for command in (drawing, adding):
        command.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    check(arguments.data)
    if arguments.command == "add":
        add(arguments.data, arguments.file, arguments.round)
    else:
        draw(arguments.data, arguments.claims, arguments.statements, arguments.out)


if __name__ == "__main__":
    main()
