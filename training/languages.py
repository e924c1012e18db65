"""Teach the backbone of six languages the space of the English encoder, and ship it in 8 bits.

    python -m training.languages distill DIR --data DIR
    python -m training.languages ship DIR --data DIR

The student reads a sentence in another language and learns the vector that the English encoder
gives to its translation (Reimers and Gurevych 2020). English passages keep the vectors that they
have, and one index serves all languages. Beside the data of the other models, the folder of the
data holds `parallel.tsv.gz` (language, english, text, source): aligned sentences of NTREX-128,
XQuAD and the Parallel Universal Dependencies (all CC BY-SA 4.0 or 3.0) and TICO-19 (CC0). The
project's own claims and made-up pairs were translated by a large language model
(`translations/`); `translations/` in the data has labelled passages in the same form.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoTokenizer, BertModel

from compare.files import file_sha256
from compare.models.encoder import OnnxEncoder, token_feeds
from compare.models.loading import ENCODER
from compare.models.runtime import MANIFEST, GraphRunner, load_tokenizer
from training import backbones, multilingual
from training import pairs as pair_files
from training.engine import CHECKPOINT_SECONDS, SEED
from training.probes import neighbour_recall
from training.quantize import export_graph, quantize, read_tokens, smooth
from training.run import RUNS
from training.ship import put_in_place

WEIGHTS = Path(__file__).parents[1] / "compare" / "models" / "weights" / "languages"
PARALLEL = "parallel.tsv.gz"
HEAD = "head.pt"
SCHEME = "int8-7"
MAX_TOKENS = 256
LEAST_RECALL = 0.9
MOST_BYTES = 60_000_000

_BATCH = 64
_BUCKET = 40
_TEMPERATURE = 0.05
_TRAINED_TOKENS = 128
_ENGLISH = 8_000
_SMOOTHED_ON = 400

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text and the English text that has its meaning."""

    language: str
    english: str
    text: str


def aligned(data: Path) -> Iterator[Aligned]:
    """Yield all aligned texts but those of the evaluation set."""
    for row in pair_files.rows(data / PARALLEL):
        yield Aligned(row["language"], row["english"], row["text"])
    for language, texts in pair_files.translations(data).items():
        for english, text in texts.items():
            yield Aligned(language, english, text)


def backbone(data: Path) -> Path:
    """Return the folder of the backbone; it is written first unless it is there."""
    folder = RUNS / f"e5-{multilingual.VOCABULARY}"
    if not folder.exists():
        multilingual.write(folder, data)
    return folder


def english_sentences(data: Path, count: int) -> list[str]:
    """Draw officials' sentences, always in the same order."""
    texts = [str(entry["text"]) for entry in pair_files.collection(data / "search")]
    random.Random(SEED).shuffle(texts)
    return texts[:count]


# -- Training --------------------------------------------------------------------------------------


class Student(torch.nn.Module):
    """The backbone with mean pooling and a linear map into the English encoder's space."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.body = BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=0.0,
            attn_implementation="eager",  # half as fast again on a processor
        )
        width = self.body.config.hidden_size
        self.head = torch.nn.Linear(width, width)
        if (folder / HEAD).exists():
            self.head.load_state_dict(torch.load(folder / HEAD, weights_only=True))

    def pooled(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[..., None].to(hidden.dtype)
        return (hidden * mask).sum(1) / mask.sum(1)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Return unit vectors of texts of one length: what is exported."""
        return torch.nn.functional.normalize(
            self.head(read_tokens(self.body, input_ids)[0].mean(1)), dim=1
        )

    def save(self, folder: Path, tokenizer: Any) -> None:
        self.body.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        torch.save(self.head.state_dict(), folder / HEAD)


def taught(english: Sequence[str]) -> Floats:
    """Return the English encoder's vectors, float32 [texts, 384]."""
    return OnnxEncoder().encode(list(english), _progress("English vectors"))


def _progress(what: str) -> Any:
    def show(done: int, whole: int) -> None:
        if done % 8192 == 0 or done == whole:
            print(f"{what}: {done:,} of {whole:,}", flush=True)

    return show


def distill(
    start: Path, target: Path, data: Path, *, epochs: int, rate: float, english: int = _ENGLISH
) -> None:
    """Train the student and write it to `target`; an interrupted run resumes.

    Its loss is the cosine distance from the English vector, and the cross entropy of finding that
    vector among those of the batch.
    """
    torch.manual_seed(SEED)
    examples = [*aligned(data)]
    examples += [Aligned("en", text, text) for text in english_sentences(data, english)]
    distinct = {text: n for n, text in enumerate(dict.fromkeys(one.english for one in examples))}
    vectors = torch.tensor(taught([*distinct]))
    tokenizer = AutoTokenizer.from_pretrained(start)
    student = Student(start)
    student.body.embeddings.word_embeddings.requires_grad_(False)
    if not (start / HEAD).exists():
        _fit_head(student, tokenizer, examples, vectors, distinct)
    learned = [parameter for parameter in student.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=0.01, fused=True)
    steps = [batch for epoch in range(epochs) for batch in _batches(examples, epoch)]
    checkpoint, done = target.with_suffix(".checkpoint.pt"), 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        student.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        done = state["done"]
    print(f"{len(examples):,} texts, {len(steps):,} steps, begins at {done:,}", flush=True)
    student.train()
    saved = began = time.monotonic()
    running, seen = 0.0, 0
    for step in range(done, len(steps)):
        batch = steps[step]
        read = tokenizer(
            [one.text for one in batch],
            truncation=True,
            max_length=_TRAINED_TOKENS,
            padding=True,
            pad_to_multiple_of=8,
            return_tensors="pt",
        )
        wanted = vectors[[distinct[one.english] for one in batch]]
        with torch.autocast("cpu", torch.bfloat16):
            pooled = student.pooled(read["input_ids"], read["attention_mask"])
        found = torch.nn.functional.normalize(student.head(pooled.float()), dim=1)
        loss = (1 - (found * wanted).sum(1)).mean()
        running = 0.98 * running + 0.02 * loss.item() if seen else loss.item()
        loss = loss + 0.1 * _ranking(found, wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        for group in optimizer.param_groups:
            group["lr"] = rate * min((step + 1) / 200, (len(steps) - step) / len(steps))
        optimizer.step()
        optimizer.zero_grad()
        seen += len(batch)
        if step % 50 == 0:
            pace = seen / (time.monotonic() - began)
            print(f"step {step} of {len(steps)}, distance {running:.4f}, {pace:.0f}/s", flush=True)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            saved = time.monotonic()
            state = {"model": student.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(state | {"done": step + 1}, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)
    student.save(target, tokenizer)
    checkpoint.unlink(missing_ok=True)


def _ranking(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return the cross entropy of each text's own vector among the others of the batch."""
    scores = found @ wanted.T / _TEMPERATURE
    twins = (wanted @ wanted.T > 1 - 1e-4) & ~torch.eye(len(wanted), dtype=torch.bool)
    return torch.nn.functional.cross_entropy(
        scores.masked_fill(twins, -torch.inf), torch.arange(len(wanted))
    )


def _batches(examples: Sequence[Aligned], epoch: int) -> list[list[Aligned]]:
    """Return an epoch's batches: shuffled, each of similar lengths."""
    rng = random.Random(1000 * SEED + epoch)
    shuffled = [*examples]
    rng.shuffle(shuffled)
    cut = []
    for start in range(0, len(shuffled), _BATCH * _BUCKET):
        part = sorted(shuffled[start : start + _BATCH * _BUCKET], key=lambda one: len(one.text))
        cut += [part[n : n + _BATCH] for n in range(0, len(part), _BATCH)]
    rng.shuffle(cut)
    return cut


@torch.inference_mode()
def _fit_head(
    student: Student,
    tokenizer: Any,
    examples: Sequence[Aligned],
    vectors: torch.Tensor,
    distinct: dict[str, int],
    count: int = 6_000,
) -> None:
    """Begin with the linear map of least squares from the backbone's vectors."""
    drawn = random.Random(SEED).sample([*examples], min(count, len(examples)))
    drawn.sort(key=lambda one: len(one.text))
    student.eval()
    pooled = []
    for start in range(0, len(drawn), _BATCH):
        read = tokenizer(
            [one.text for one in drawn[start : start + _BATCH]],
            truncation=True,
            max_length=_TRAINED_TOKENS,
            padding=True,
            pad_to_multiple_of=8,
            return_tensors="pt",
        )
        with torch.autocast("cpu", torch.bfloat16):
            pooled.append(student.pooled(read["input_ids"], read["attention_mask"]).float())
    inputs = torch.cat(pooled)
    inputs = torch.cat([inputs, torch.ones(len(inputs), 1)], dim=1)
    wanted = vectors[[distinct[one.english] for one in drawn]]
    products = inputs.T @ inputs + 0.1 * torch.eye(inputs.shape[1])
    solved = torch.linalg.solve(products, inputs.T @ wanted)
    student.head.weight.copy_(solved[:-1].T)
    student.head.bias.copy_(solved[-1])


# -- Shipping --------------------------------------------------------------------------------------


def ship(source: Path, data: Path, target: Path = WEIGHTS) -> None:
    """Write the encoder's folder, or stop if it is too large or too far from full precision.

    Raises:
        SystemExit: The 8-bit graph misses too many neighbours, or is too large.
    """
    model = export_graph(Student(source), ["input_ids"])
    rng = random.Random(SEED)
    drawn = [one.text for one in rng.sample([*aligned(data)], 3 * _SMOOTHED_ON)]
    feeds = token_feeds(load_tokenizer(source / "tokenizer.json", MAX_TOKENS), drawn)
    exact = GraphRunner(model.SerializeToString()).run(feeds[_SMOOTHED_ON:])
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch) / "languages"
        (folder / "onnx").mkdir(parents=True)
        if target.exists():
            for name in ("README.md", "LICENSE"):
                shutil.copyfile(target / name, folder / name)
        _write_tokenizer(source / "tokenizer.json", folder / "tokenizer.json")
        smooth(model, feeds[:_SMOOTHED_ON])
        quantize(model, folder / "onnx" / "model.onnx", tables=True)
        rounded = GraphRunner(folder / "onnx" / "model.onnx").run(feeds[_SMOOTHED_ON:])
        recall = neighbour_recall(exact, rounded)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        print(f"8 bits against full precision: {recall:.4f} of ten neighbours; {size:,} bytes")
        if recall < LEAST_RECALL or size > MOST_BYTES:
            raise SystemExit("The export does not pass its gate; nothing was written.")
        files = {
            path.relative_to(folder).as_posix(): file_sha256(path)
            for path in (folder / "onnx" / "model.onnx", folder / "tokenizer.json")
        }
        manifest = {
            "name": f"{ENCODER}+languages",
            "digest": hashlib.sha256(f"{sorted(files.items())} {SCHEME}".encode()).hexdigest(),
            "dim": rounded.shape[1],
            "max_tokens": MAX_TOKENS,
            "files": files,
            "backbone": {
                "name": backbones.NAMES["e5"],
                "licence": backbones.LICENCES["e5"],
                "sha256": backbones.DIGESTS["e5"],
            },
            "scheme": SCHEME,
            "int8_neighbour_recall": round(recall, 4),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        put_in_place(folder, target, Path(scratch) / "old")


def _write_tokenizer(source: Path, target: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(target), pretty=False)


def main() -> None:
    """Do what is named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=("distill", "ship"))
    parser.add_argument("folder", type=Path, help="the student: written, or shipped")
    parser.add_argument("--start", type=Path, help="a student to go on from; else the backbone")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--target", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    folder, data = arguments.folder, arguments.data
    if arguments.step == "ship":
        ship(folder, data, arguments.target)
    else:
        start = arguments.start or backbone(data)
        distill(start, folder, data, epochs=arguments.epochs, rate=arguments.rate)


if __name__ == "__main__":
    main()
