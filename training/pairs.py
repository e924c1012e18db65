"""Read labelled pairs in the form that the stance model reads.

A side's *prefix* says who spoke and when ("Country, year: "). `readings.tsv`,
`claim_readings.tsv` and `contrasts.tsv` beside this module hold pairs that were labelled, or made
up, for this project.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from compare.models.model_input import who_when_prefix

Spans = tuple[tuple[int, int], ...]
"""Offsets of some words of a text."""

LABELS = ("agree", "oppose", "neither")
NLI_LABELS = {"entailment": "agree", "contradiction": "oppose", "neutral": "neither"}
CAPTION_SOURCES = ("snli", "cad_nli", "esxnli")
HELD_APART = 600
"""Pairs of MNLI (no neutral ones) that no stage trains on: do models still read plain English?"""

DEEP_JUDGEMENTS = "qrels.dev.deep.tsv"
"""Judgements of the dev claims over deep pools, most of them read twice."""

FORMS_FILE = "claim_forms.tsv"
READINGS = Path(__file__).parent / "readings.tsv"
CLAIMS = Path(__file__).parent / "claims.tsv"
CLAIM_READINGS = Path(__file__).parent / "claim_readings.tsv"
USE_READINGS = Path(__file__).parent / "use_readings.tsv"
LEARNED = (1,)
"""The rounds of `use_readings.tsv` that models may learn from."""
OPPOSITES = Path(__file__).parent / "opposites.tsv"
"""What someone who disagrees would say to the propositions of `use_readings.tsv`."""
STATEMENT_EDITS = Path(__file__).parent / "statement_edits.tsv"
DECIDING_WORDS = Path(__file__).parent / "deciding_words.tsv"
CONTRASTS = Path(__file__).parent / "contrasts.tsv"
CLAIM = "claim:"
WITHOUT = "-"
"""Ends the id of a passage that was labelled without its prefix, as if it were typed."""

COUNTER = "-"
"""Ends the id of a claim whose counter-claim was labelled."""

_SURE_OF_MADE_UP = 2  # the confidence of made-up pairs

_ORDER = 99  # seed of the one order in which general pairs are drawn


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two texts, the prefix of each, and the index of the label.

    `confidence` is the reader's, 1 to 3. `words` are the offsets of the deciding words, if they
    were marked. Pairs of one `group`, unless 0, are forms of one pair: see `in_forms`.
    """

    a: str
    b: str
    who_a: str
    who_b: str
    label: int
    confidence: int = 3
    words: tuple[Spans, Spans] | None = None
    group: int = 0
    turned: bool = False

    def texts(self, rng: random.Random | None, drop: float) -> tuple[str, str]:
        """Return the texts as the model reads them; each prefix is dropped with chance `drop`."""
        keep_a = rng is None or rng.random() >= drop
        keep_b = rng is None or rng.random() >= drop
        return (self.who_a if keep_a else "") + self.a, (self.who_b if keep_b else "") + self.b


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a TSV file, in which quotes are ordinary characters."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE)


def officials(path: Path) -> list[LabelledPair]:
    """Read pairs of officials' statements, or of typed claims and statements."""
    return [labelled(row, int(row["confidence"])) for row in rows(path)]


def labelled(row: Mapping[str, str], confidence: int) -> LabelledPair:
    """Return the pair of a row, with the deciding words that `deciding_words.tsv` has for it."""
    return LabelledPair(
        row["a"],
        row["b"],
        who_when_prefix(row.get("a_country", ""), row.get("a_date", "")),
        who_when_prefix(row["b_country"], row["b_date"]),
        LABELS.index(row["label"]),
        confidence,
        deciding_words().get(_digest_of(row["a"], row["b"])),
    )


@cache
def deciding_words() -> dict[str, tuple[Spans, Spans]]:
    """Return the offsets of the words that readers marked, by a digest of the pair's texts."""
    return {
        row["pair"]: (_spans(row["words_a"]), _spans(row["words_b"]))
        for row in rows(DECIDING_WORDS)
    }


def _digest_of(a: str, b: str) -> str:
    return hashlib.sha256(f"{a}\n{b}".encode()).hexdigest()[:12]


def _spans(cell: str) -> Spans:
    ends = (part.split("-") for part in cell.split())
    return tuple((int(start), int(end)) for start, end in ends)


def agreed_dev(path: Path) -> list[LabelledPair]:
    """Read the dev pairs that both readers label alike."""
    kept = {n for n, row in enumerate(rows(path)) if row["label"] == row["second_label"]}
    return [pair for n, pair in enumerate(officials(path)) if n in kept]


def collection(folder: Path) -> Iterator[dict[str, str | None]]:
    """Yield the passages of the search collection."""
    with gzip.open(folder / "collection.jsonl.gz", "rt", encoding="utf-8") as handle:
        yield from map(json.loads, handle)


def who_said(passage: Mapping[str, str | None]) -> str:
    """Return the prefix of a passage of the collection."""
    return who_when_prefix(passage["country"] or "", passage["date"] or "")


def judged_claims(
    folder: Path, judgements: str = "qrels.dev.tsv"
) -> list[tuple[str, LabelledPair]]:
    """Read the judged dev queries as pairs of a query and a passage, each with the query's id.

    Judgements on which two readers differ are left out.
    """
    queries = {row["query_id"]: row["query"] for row in rows(folder / "queries.dev.tsv")}
    judged = [
        row
        for row in rows(folder / judgements)
        if row.get("second_label", "") in ("", row["label"])
    ]
    wanted = {row["passage_id"] for row in judged}
    passages = {entry["id"]: entry for entry in collection(folder) if entry["id"] in wanted}
    found = []
    for row in judged:
        passage = passages[row["passage_id"]]
        label = LABELS.index(row["label"])
        who = who_said(passage)
        pair = LabelledPair(queries[row["query_id"]], passage["text"], "", who, label)
        found.append((row["query_id"], pair))
    return found


def plain_dev(nli: Path) -> list[LabelledPair]:
    """Return the held-out general pairs."""
    return [_general_pair(row) for row in _general_rows(nli)[0]]


def drawn(path: Path, count: int, skip: int = 0) -> list[LabelledPair]:
    """Draw general pairs without image captions, always in the same order.

    Args:
        path: A file of premises and hypotheses.
        count: How many to draw.
        skip: How many to skip first.
    """
    return [_general_pair(row) for row in _drawn(path, count, skip)]


def sources(path: Path, count: int, skip: int = 0) -> Counter[str]:
    """Count the sources of the pairs that `drawn` returns."""
    return Counter(row["source"].split(".")[0] for row in _drawn(path, count, skip))


def _drawn(path: Path, count: int, skip: int) -> list[dict[str, str]]:
    return _general_rows(path)[1][skip : skip + count]


@cache
def _general_rows(path: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the held-out rows and the others, shuffled."""
    pool = [row for row in rows(path) if not row["source"].startswith(CAPTION_SOURCES)]
    random.Random(_ORDER).shuffle(pool)
    apart = [row for row in pool if row["source"].startswith("mnli") and row["label"] != "neutral"][
        :HELD_APART
    ]
    identities = {id(row) for row in apart}
    return apart, [row for row in pool if id(row) not in identities]


def _general_pair(row: dict[str, str]) -> LabelledPair:
    label = LABELS.index(NLI_LABELS[row["label"]])
    return LabelledPair(row["premise"], row["hypothesis"], "", "", label)


# -- A claim in several forms ----------------------------------------------------------------------


FORMS = {"neg_not": True, "neg_words": True, "same_words": False}
"""The forms of a claim, and whether each says the opposite: a plain negation, the opposite in other
words, and the same position in other grammar."""

TURNED = (1, 0, 2)
"""The label of a pair whose claim has been turned round."""


def claim_forms(data: Path) -> dict[str, dict[str, str]]:
    """Return the forms of the claims that have them, by the claim's words."""
    given = rows(data / "pairs" / FORMS_FILE)
    own = (row for row in rows(CLAIMS) if row["neg_not"])
    return {row["claim"]: {form: row[form] for form in FORMS} for row in (*given, *own)}


def in_forms(
    pairs: Sequence[LabelledPair],
    forms: Mapping[str, Mapping[str, str]],
    polar: int,
    neither: float,
    rng: random.Random,
) -> list[LabelledPair]:
    """Return pairs of claims, each followed by the same pair with the claim in other forms.

    Args:
        pairs: Pairs whose side a is a claim.
        forms: The forms of some claims: see `claim_forms`.
        polar: How many other forms a pair that agrees or opposes also comes in.
        neither: The chance that another pair also comes in one other form.
        rng: Draws the forms.
    """
    found = []
    for group, pair in enumerate(pairs, 1):
        is_polar = LABELS[pair.label] != "neither"
        count = polar if is_polar else int(rng.random() < neither)
        if pair.a not in forms or not count:
            found.append(pair)
            continue
        found.append(replace(pair, group=group))
        for form in rng.sample(sorted(FORMS), count):
            turned = FORMS[form]
            label = TURNED[pair.label] if turned else pair.label
            other = replace(pair, a=forms[pair.a][form], label=label, words=None)
            found.append(replace(other, group=group, turned=turned))
    return found


def edited_statements(data: Path) -> list[LabelledPair]:
    """Return pairs of real statements, each followed by the same pair with one side edited.

    `statement_edits.tsv` has the edits as offsets and new words, since the statements are others':
    `turned` makes a side say the opposite on the point that the pair shares, `same` says the same
    in other grammar.
    """
    edits: dict[str, list[dict[str, str]]] = {}
    for row in rows(STATEMENT_EDITS):
        edits.setdefault(row["pair"], []).append(row)
    known = officials(data / "pairs" / "officials.train.tsv")
    known += [pair for pair in claim_readings(data, (3,)) if pair.who_a]
    found: list[LabelledPair] = []
    for group, pair in enumerate(known, 1):
        for n, row in enumerate(edits.get(_digest_of(pair.a, pair.b), ())):
            if not n:
                found.append(replace(pair, group=-group))
            turned = row["form"] == "turned"
            label = TURNED[pair.label] if turned else pair.label
            said = edited(pair.a if row["side"] == "a" else pair.b, json.loads(row["edits"]))
            other = replace(pair, **{row["side"]: said}, label=label, words=None)
            found.append(replace(other, group=-group, turned=turned))
    return found


def edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """Return a text with the words from each start to each end replaced."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return " ".join(text.split())


# -- Translations ----------------------------------------------------------------------------------


TRANSLATIONS = Path(__file__).parent / "translations"
"""The project's own texts in other languages, as a large language model translated them."""


def text_id(english: str) -> str:
    """Return the id of an English text in `translations/`."""
    return hashlib.sha256(english.encode()).hexdigest()[:16]


def on_one_line(text: str) -> str:
    """Return a text with single blanks, as it was translated."""
    return " ".join(text.split())


def own_texts() -> dict[str, str]:
    """Return the claims and made-up statements of this project, by id."""
    claims = (row[key] for row in rows(CLAIMS) for key in ("claim", "counter"))
    made_up = (row[side] for row in rows(CONTRASTS) for side in ("a", "b"))
    return {text_id(text): text for text in map(on_one_line, (*claims, *made_up))}


def translations(data: Path) -> dict[str, dict[str, str]]:
    """Return the translations of training texts: by language, then by the English text.

    `translations/LANGUAGE.tsv` in this folder has those of the project's own texts, by id; the file
    of the same name in the data has labelled passages and claims (english, translation).
    """
    texts, found = own_texts(), {}
    for language in ("ar", "es", "fr", "ru", "zh"):
        own = TRANSLATIONS / f"{language}.tsv"
        others = data / "translations" / f"{language}.tsv"
        of_own = rows(own) if own.exists() else ()
        of_others = rows(others) if others.exists() else ()
        found[language] = {
            **{texts[row["text"]]: row["translation"] for row in of_own},
            **{row["english"]: row["translation"] for row in of_others},
        }
    return found


# -- Pairs labelled or made up for this project ----------------------------------------------------


def claim_id(words: str) -> str:
    """Return the id of a typed claim in `readings.tsv`."""
    return CLAIM + hashlib.sha256(words.encode()).hexdigest()[:12]


def readings(data: Path) -> list[LabelledPair]:
    """Return the pairs of `readings.tsv` with their texts.

    The file has no texts: its sides are ids of passages of the search collection, or digests of
    typed claims of the training set.

    Raises:
        SystemExit: The data lack a passage or claim that was labelled.
    """
    read = list(rows(READINGS))
    passages = {entry["id"]: entry for entry in collection(data / "search")}
    claims = {claim_id(row["a"]): row["a"] for row in rows(data / "pairs" / "claims.train.tsv")}
    return [
        LabelledPair(
            *(_words(row[side], passages, claims) for side in ("a", "b")),
            *(_who(row[side], passages) for side in ("a", "b")),
            LABELS.index(row["label"]),
            int(row["confidence"]),
        )
        for row in read
    ]


def _words(
    side: str, passages: Mapping[str, Mapping[str, str | None]], claims: Mapping[str, str]
) -> str:
    try:
        if side.startswith(CLAIM):
            return claims[side]
        return str(passages[side.removesuffix(WITHOUT)]["text"])
    except KeyError:
        raise SystemExit(
            f"{READINGS.name}: {side} is not in the data, so these are not the labelled ones."
        ) from None


def _who(side: str, passages: Mapping[str, Mapping[str, str | None]]) -> str:
    if side.startswith(CLAIM) or side.endswith(WITHOUT):
        return ""
    return who_said(passages[side])


def claim_readings(data: Path, rounds: Collection[int]) -> list[LabelledPair]:
    """Return the pairs of these rounds in `claim_readings.tsv`: a claim or passage, and a passage.

    An id of a claim that ends with `COUNTER` stands for its counter-claim.
    """
    written = list(rows(CLAIMS))
    claims = {row["id"]: row["claim"] for row in written}
    claims |= {row["id"] + COUNTER: row["counter"] for row in written}
    passages = {entry["id"]: entry for entry in collection(data / "search")}
    return [
        LabelledPair(
            claims[row["claim"]] if is_claim(row["claim"]) else _text(passages[row["claim"]]),
            _text(passages[row["passage"]]),
            "" if is_claim(row["claim"]) else who_said(passages[row["claim"]]),
            who_said(passages[row["passage"]]),
            LABELS.index(row["label"]),
            int(row["confidence"]),
        )
        for row in rows(CLAIM_READINGS)
        if int(row["round"]) in rounds
    ]


def opposites() -> dict[str, str]:
    """Return what someone who disagrees would say, by the proposition."""
    return {row["proposition"]: row["opposite"] for row in rows(OPPOSITES)}


_ALL_ROUNDS = range(1, 10)


def use_readings(data: Path, rounds: Collection[int]) -> list[tuple[str, str, LabelledPair]]:
    """Return the pairs of these rounds of `use_readings.tsv`, with their use and what was asked.

    A round asks other questions than those before it. Models may learn from the first alone, so
    that the others are left for their calibrations. The sides are ids of passages; side a of a
    proposition is what was asked.
    """
    passages = {entry["id"]: entry for entry in collection(data / "search")}
    found = []
    for row in rows(USE_READINGS):
        if int(row["round"]) not in rounds:
            continue
        a, b = passages.get(row["a"]), passages[row["b"]]
        pair = LabelledPair(
            _text(a) if a else row["asked"],
            _text(b),
            who_said(a) if a else "",
            who_said(b),
            LABELS.index(row["label"]),
            int(row["confidence"]),
        )
        found.append((row["use"], row["asked"], pair))
    return found


def placed_readings(data: Path) -> list[tuple[str, str, LabelledPair]]:
    """Return the pairs of two sides and of timelines that were asked for on a proposition.

    What was asked ends in the proposition, which has an opposite. A pair that is not on the point
    asked for counts as neither.
    """
    known, neither = opposites(), LABELS.index("neither")
    read = zip(rows(USE_READINGS), use_readings(data, _ALL_ROUNDS), strict=True)
    return [
        (use, asked, pair if row["on_point"] == "yes" else replace(pair, label=neither))
        for row, (use, asked, pair) in read
        if " | " in asked and proposition_of(asked) in known
    ]


def proposition_of(asked: str) -> str:
    """Return the proposition on which two sides, or one over time, were compared."""
    return asked.rpartition(" | ")[2]


def digest_of_rounds(path: Path, rounds: Collection[int]) -> str:
    """Return the sha256 of a file's rows of these rounds, so that a later one changes no model."""
    read = [[*row.values()] for row in rows(path) if int(row["round"]) in rounds]
    return hashlib.sha256(repr(read).encode()).hexdigest()


def is_claim(identifier: str) -> bool:
    """Tell whether an id in `claim_readings.tsv` is of a claim or counter-claim."""
    return identifier.startswith("c")


def _text(passage: Mapping[str, str | None]) -> str:
    return str(passage["text"])


def contrasts() -> list[LabelledPair]:
    """Return the made-up pairs of `contrasts.tsv`, in sets that differ in few words."""
    return [labelled(row, _SURE_OF_MADE_UP) for row in rows(CONTRASTS)]
