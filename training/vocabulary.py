"""Leave out the words that statements in English hardly use: a word costs a row of the model."""

from __future__ import annotations

import json
import string
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer

from training import pairs as pair_files

_GENERAL_WEIGHT = 0.25
"""What a token's share of general pairs weighs beside its share of officials' sentences."""

_BATCH = 2000


def trim(source: Path, target: Path, data: Path, size: int) -> None:
    """Write a model folder whose tokenizer knows the `size` most used tokens and no other.

    A word that is left out is read as the pieces it is made of. Kept besides are special tokens
    and, whole and as pieces, the letters, digits and marks of ASCII.
    """
    settings = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    ids: dict[str, int] = settings["model"]["vocab"]
    kept = {entry["content"] for entry in settings["added_tokens"]}
    kept |= {mark for mark in string.printable.strip() if mark in ids}
    kept |= {f"##{mark}" for mark in string.printable.strip() if f"##{mark}" in ids}
    for token in _by_use(source, data):
        if len(kept) >= size:
            break
        kept.add(token)
    order = sorted(kept, key=ids.__getitem__)
    tokenizer, model = AutoTokenizer.from_pretrained(source), AutoModel.from_pretrained(source)
    rows = torch.tensor([ids[token] for token in order])
    with torch.no_grad():
        words = model.get_input_embeddings().weight[rows].clone()
    model.resize_token_embeddings(len(order))
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(words)
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    new = {token: n for n, token in enumerate(order)}
    settings["model"]["vocab"] = new
    for entry in settings["added_tokens"]:
        entry["id"] = new[entry["content"]]
    text = json.dumps(settings, ensure_ascii=False)
    (target / "tokenizer.json").write_text(text, encoding="utf-8")


def _by_use(source: Path, data: Path) -> Iterator[str]:
    """Yield the tokens of the model, those used most first."""
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    score: dict[str, float] = defaultdict(float)
    general = data / "pairs" / "nli.tsv.gz", data / "pairs" / "argument_stance.tsv.gz"
    texts = [(_sentences(data), 1.0), *((_premises(path), _GENERAL_WEIGHT) for path in general)]
    for source_texts, weight in texts:
        counts = _counts(tokenizer, source_texts)
        whole = counts.total()
        for token, count in counts.items():
            score[token] += weight * count / whole
    yield from (token for token, _ in sorted(score.items(), key=lambda item: (-item[1], item[0])))


def _counts(tokenizer: Tokenizer, texts: Iterator[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
                counts.update(encoding.tokens)
            batch = []
    for encoding in tokenizer.encode_batch(batch, add_special_tokens=False):
        counts.update(encoding.tokens)
    return counts


def _sentences(data: Path) -> Iterator[str]:
    for entry in pair_files.collection(data / "search"):
        yield pair_files.who_said(entry) + entry["text"]


def _premises(path: Path) -> Iterator[str]:
    for row in pair_files.rows(path):
        yield f"{row['premise']} {row['hypothesis']}"
