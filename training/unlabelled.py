"""Draw pairs from the search collection for teachers to label."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.library.locations import cache_dir
from compare.models import load_encoder
from training import pairs as pair_files
from training.pairs import CLAIMS, LabelledPair

_SEED = 11
_NEAREST = 40
_AT_ONCE = 64
_MOST_TRIES = 20
_TOO_FEW = "The search collection has too few passages to draw so many unlabelled pairs."
_CLAIM_WORDS = (6, 20)
_RANKS = ((0, 60), (60, 300), (300, 1_500))
"""Ranges of ranks by similarity from which a claim's passages are drawn."""
_SHARES = {"passages": 0.45, "claims": 0.3, "sentences as claims": 0.25}


def unlabelled_pairs(data: Path, count: int) -> list[LabelledPair]:
    """Draw pairs on one topic, always the same ones; their label, 2, is a placeholder.

    A pair is two similar passages by different speakers; a typed claim of the training set and a
    similar passage that was not labelled under it; or a short sentence without its prefix, as if it
    were typed, and a similar passage. Sentences of the dev pairs, the dev queries and the passages
    judged for them are left out.

    Raises:
        SystemExit: There are too few passages for so many pairs.
    """
    if not count:
        return []
    passages = passages_apart(data)
    vectors = vectors_of([passage["text"] for passage in passages])
    rng = random.Random(_SEED)
    claims, read = _claims(data)
    claim_vectors = vectors_of(claims)
    short = [n for n, entry in enumerate(passages) if _is_short(entry["text"])]
    if len(passages) <= _NEAREST or not short or not claims:
        raise SystemExit(_TOO_FEW)
    found: dict[tuple[str, str], LabelledPair] = {}
    tries = 0
    while len(found) < count:
        tries += _AT_ONCE
        if tries > _MOST_TRIES * count + _AT_ONCE:
            raise SystemExit(_TOO_FEW)
        drawn: list[tuple[str, int, int]] = []
        for _ in range(_AT_ONCE):
            kind = rng.choices(list(_SHARES), list(_SHARES.values()))[0]
            if kind == "sentences as claims":
                at = rng.choice(short)
            else:
                at = rng.randrange(len(claims if kind == "claims" else passages))
            drawn.append((kind, at, rng.randrange(_NEAREST)))
        asked = [(claim_vectors if kind == "claims" else vectors)[at] for kind, at, _ in drawn]
        near = _nearest(vectors, np.stack(asked))
        for (kind, at, place), nearest in zip(drawn, near, strict=True):
            other = passages[int(nearest[place])]
            a = claims[at] if kind == "claims" else passages[at]["text"]
            b = other["text"]
            same = kind != "claims" and other["speaker"] == passages[at]["speaker"]
            if a == b or same or (a, b) in read:
                continue
            who_a = pair_files.who_said(passages[at]) if kind == "passages" else ""
            found.setdefault((a, b), LabelledPair(a, b, who_a, pair_files.who_said(other), 2))
    return list(found.values())[:count]


def wide_pairs(data: Path, count: int, *, forms: bool = False) -> list[LabelledPair]:
    """Draw pairs of a claim and one of the passages most similar to it, always the same ones.

    The claims are those of the training set and those of `claims.tsv` with their counter-claims,
    and with `forms` their other forms, too. As many passages are drawn of each range of ranks in
    `_RANKS`. The label, 2, is a placeholder.
    """
    if not count:
        return []
    passages = passages_apart(data)
    vectors = vectors_of([passage["text"] for passage in passages])
    claims, _ = _claims(data)
    claims += [row[side] for row in pair_files.rows(CLAIMS) for side in ("claim", "counter")]
    if forms:
        claims += [text for of in pair_files.claim_forms(data).values() for text in of.values()]
    rng = random.Random(_SEED)
    each = -(-count // (len(claims) * len(_RANKS)))
    found = []
    for claim, vector in zip(claims, vectors_of(claims), strict=True):
        nearest = np.argsort(-(vectors @ vector), kind="stable")
        for low, high in _RANKS:
            for row in rng.sample(nearest[low:high].tolist(), each):
                who = pair_files.who_said(passages[row])
                found.append(LabelledPair(claim, passages[row]["text"], "", who, 2))
    rng.shuffle(found)
    return found[:count]


def passages_apart(data: Path) -> list[Mapping[str, Any]]:
    """Return the passages of the collection that are in no dev set."""
    dev = pair_files.rows(data / "pairs" / "officials.dev.tsv")
    apart = {row[side] for row in dev for side in ("a", "b")}
    judged = {
        row["passage_id"]
        for name in ("qrels.dev.tsv", "qrels.dev.deep.tsv")
        for row in pair_files.rows(data / "search" / name)
    }
    return [
        entry
        for entry in pair_files.collection(data / "search")
        if entry["text"] not in apart and entry["id"] not in judged
    ]


def _claims(data: Path) -> tuple[list[str], set[tuple[str, str]]]:
    pairs = pair_files.officials(data / "pairs" / "claims.train.tsv")
    return list(dict.fromkeys(pair.a for pair in pairs)), {(pair.a, pair.b) for pair in pairs}


def _is_short(text: str) -> bool:
    least, most = _CLAIM_WORDS
    return least <= len(text.split()) <= most


def _nearest(vectors: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the rows of the vectors nearest to each query, int64 [queries, nearest]."""
    return np.argpartition(-(asked @ vectors.T), _NEAREST, axis=1)[:, :_NEAREST]


def vectors_of(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the vectors of texts, from the cache if possible."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    encoder = load_encoder()
    kept = cache_dir() / "training" / f"{digest}-{encoder.digest[:8]}.npy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".tmp.npy")
        np.save(unfinished, encoder.encode(texts))
        unfinished.replace(kept)
    return np.load(kept)
