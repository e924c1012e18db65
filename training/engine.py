"""Fine-tune a pair classifier on a CPU, in bf16 if the processor multiplies it fast.

Processors with AMX or AVX512-BF16 multiply bf16 faster than float32. There, forward and backward
run in bf16, and AdamW keeps float32 copies of the parameters (`Masters`). A run writes a checkpoint
every few minutes; the same call resumes from it.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from compare.files import file_sha256
from compare.models.model_input import reading_order
from training.pairs import LABELS, Spans

MAX_TOKENS = 192
CHECKPOINT_SECONDS = 300
MADE_OF = "made_of"
SEED = 7

_BUCKET = 64
_WARM_UP = 0.06
_HEAD_RATE = 1e-3
_PAD_TO = 8
"""Lengths are padded to multiples of this, so that few kernels have to be compiled."""

Target = tuple[float, float, float]
"""Probabilities of agree, oppose and neither."""


@dataclass(frozen=True, slots=True)
class Example:
    """Two texts as the model reads them, the probabilities to learn, and a weight.

    `words` are the deciding words of both texts, if a reader marked them. Examples with the same
    `group`, unless 0, are one claim in several forms over one passage; `turned` marks a form that
    says the opposite of the group's first.
    """

    a: str
    b: str
    target: Target
    weight: float = 1.0
    words: tuple[Spans, Spans] | None = None
    group: int = 0
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train; see `recipes`.

    `frozen_layers` counts the lowest layers that learn nothing, which saves time. `words` is the
    weight of the loss of the deciding words; with 0, no head for them is learned. `ties` is the
    weight of the loss that holds a claim's forms together: see `_ties_loss`.
    """

    epochs: int = 1
    rate: float = 3e-5
    layer_decay: float = 1.0
    dropout: float = 0.1
    batch: int = 32
    smoothing: float = 0.02
    frozen_embeddings: bool = True
    frozen_layers: int = 0
    words: float = 0.0
    ties: float = 0.0


# -- The model -------------------------------------------------------------------------------------


class SharedDropout(torch.nn.Module):
    """Dropout with one mask for all tokens of a text, which needs far fewer random numbers."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.p = share  # as `torch.nn.Dropout` calls it

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.p:
            return values
        shape = (values.shape[0], *[1] * (values.dim() - 2), values.shape[-1])
        kept = (torch.rand(shape) >= self.p).to(values.dtype)
        return values * (kept / (1 - self.p))


def _share_dropout(module: torch.nn.Module, share: float) -> None:
    for name, child in module.named_children():
        if isinstance(child, torch.nn.Dropout):
            setattr(module, name, SharedDropout(share if child.p else 0.0))
        else:
            _share_dropout(child, share)


def precision() -> torch.dtype:
    """Return bf16 if the processor multiplies it fast, else float32."""
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


class WordsHead(torch.nn.Linear):
    """Logits of whether each token decides, from the output of the last layer but one.

    That layer computes all tokens in any case; the last computes only the first.
    """

    FILE = "words.pt"

    def __init__(self, width: int) -> None:
        super().__init__(width, 1)
        torch.nn.init.zeros_(self.weight)
        torch.nn.init.constant_(self.bias, -1.0)  # about as few words as readers mark

    @classmethod
    def load(cls, origin: Path, width: int) -> WordsHead:
        """Return the head of a trained classifier, or a new one."""
        head = cls(width)
        if (origin / cls.FILE).exists():
            head.load_state_dict(torch.load(origin / cls.FILE, weights_only=True))
        return head


def load(origin: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a backbone or a trained classifier, in float32."""
    tokenizer = AutoTokenizer.from_pretrained(origin)
    model = AutoModelForSequenceClassification.from_pretrained(
        origin,
        id2label=dict(enumerate(LABELS)),
        label2id={name: n for n, name in enumerate(LABELS)},
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    return model, tokenizer


def encode(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[tuple[str, str]],
    *,
    offsets: bool = False,
) -> Any:
    """Return a padded batch, with `offset_mapping` if wanted."""
    return tokenizer(
        [a for a, _ in texts],
        [b for _, b in texts],
        truncation=True,
        max_length=MAX_TOKENS,
        padding=True,
        pad_to_multiple_of=_PAD_TO,
        return_tensors="pt",
        return_offsets_mapping=offsets,
    )


@torch.inference_mode()
def predict(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[tuple[str, str]],
    *,
    batch: int = 64,
) -> NDArray[np.float32]:
    """Return logits, float32 [len(texts), 3]; the shorter side of each pair comes first."""
    was = model.training
    model.eval()
    order = sorted(range(len(texts)), key=lambda n: len(texts[n][0]) + len(texts[n][1]))
    logits = np.zeros((len(texts), len(LABELS)), np.float32)
    for start in range(0, len(order), batch):
        part = order[start : start + batch]
        read = encode(tokenizer, [reading_order(*texts[n]) for n in part])
        logits[part] = model(**read).logits.float().numpy()
    model.train(was)
    return logits


# -- Batches ---------------------------------------------------------------------------------------


def batches(examples: Sequence[Example], size: int, seed: int) -> list[list[Example]]:
    """Return an epoch's batches: shuffled, each of similar lengths; groups stay whole.

    A batch is as large as `size`, or larger by less than a group.
    """
    rng = random.Random(seed)
    groups: dict[tuple[int, int], list[Example]] = {}
    for n, example in enumerate(examples):
        alone = 0 if example.group else n + 1
        groups.setdefault((example.group, alone), []).append(example)
    shuffled = list(groups.values())
    rng.shuffle(shuffled)
    cut: list[list[Example]] = []
    step = size * _BUCKET
    for start in range(0, len(shuffled), step):
        batch: list[Example] = []
        for group in sorted(shuffled[start : start + step], key=_length):
            batch += group
            if len(batch) >= size:
                cut.append(batch)
                batch = []
        cut += [batch] if batch else []
    rng.shuffle(cut)
    return cut


def _length(group: Sequence[Example]) -> int:
    return max(len(example.a) + len(example.b) for example in group)


# -- The optimizer ---------------------------------------------------------------------------------


class Masters:
    """AdamW on float32 copies of the learned parameters; lower layers learn more slowly."""

    def __init__(
        self, model: PreTrainedModel, settings: Settings, head: WordsHead | None = None
    ) -> None:
        groups = _groups(model, settings)
        if head is not None:
            groups.append(([*head.parameters()], _HEAD_RATE))
        self.parameters = [entry for members, _ in groups for entry in members]
        copies = [[entry.detach().float().clone() for entry in members] for members, _ in groups]
        self.copies = [entry for members in copies for entry in members]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": members, "lr": rate, "peak": rate}
                for members, (_, rate) in zip(copies, groups, strict=True)
            ],
            weight_decay=0.01,
            fused=True,
        )

    def step(self, factor: float) -> None:
        for parameter, copy in zip(self.parameters, self.copies, strict=True):
            copy.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(self.copies, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        self.optimizer.step()
        for copy in self.copies:
            copy.grad = None
        self.write()

    @torch.no_grad()
    def write(self) -> None:
        """Copy the masters into the model."""
        for parameter, copy in zip(self.parameters, self.copies, strict=True):
            parameter.copy_(copy)

    def state(self) -> dict[str, Any]:
        return {"copies": self.copies, "optimizer": self.optimizer.state_dict()}

    @torch.no_grad()
    def load_state(self, state: dict[str, Any]) -> None:
        for copy, value in zip(self.copies, state["copies"], strict=True):
            copy.copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.write()


def _groups(
    model: PreTrainedModel, settings: Settings
) -> list[tuple[list[torch.nn.Parameter], float]]:
    """Return the learned parameters with their peak rates: lower layers learn more slowly."""
    body, peak = model.base_model, settings.rate
    layers = list(body.encoder.layer)
    lowest = peak * settings.layer_decay ** len(layers)
    frozen = layers[: settings.frozen_layers]
    for part in ([body.embeddings] if settings.frozen_embeddings else []) + frozen:
        part.requires_grad_(False)
    groups = [([*body.embeddings.parameters()], lowest)]
    groups += [
        ([*layer.parameters()], peak * settings.layer_decay ** (len(layers) - 1 - n))
        for n, layer in enumerate(layers)
    ]
    held = {id(entry) for members, _ in groups for entry in members}
    groups.append(([entry for entry in model.parameters() if id(entry) not in held], peak))
    kept = [([p for p in members if p.requires_grad], rate) for members, rate in groups]
    return [(members, rate) for members, rate in kept if members]


# -- Training --------------------------------------------------------------------------------------


def _loss(logits: torch.Tensor, batch: Sequence[Example], smoothing: float) -> torch.Tensor:
    """Return the weighted mean of the cross entropy with the smoothed targets."""
    target = torch.tensor([example.target for example in batch])
    target = target * (1 - smoothing) + smoothing / len(LABELS)
    weight = torch.tensor([example.weight for example in batch])
    scores = torch.log_softmax(logits, dim=1)
    return (-(target * scores).sum(1) * weight).sum() / weight.sum()


def _ties_loss(logits: torch.Tensor, batch: Sequence[Example]) -> torch.Tensor:
    """Return how far the forms of a claim are read apart.

    That is the Jensen-Shannon divergence of the probabilities in each group, with agree and oppose
    exchanged for forms that say the opposite; the mean over groups.
    """
    groups: dict[int, list[int]] = {}
    for row, example in enumerate(batch):
        if example.group:
            groups.setdefault(example.group, []).append(row)
    rows = [members for members in groups.values() if len(members) > 1]
    if not rows:
        return logits.sum() * 0.0
    turned = torch.tensor([example.turned for example in batch])[:, None]
    aligned = torch.log_softmax(torch.where(turned, logits[:, [1, 0, 2]], logits), dim=1)
    losses = []
    for members in rows:
        each = aligned[members]
        mean = each.exp().mean(0, keepdim=True).clamp_min(1e-6)
        losses.append((each.exp() * (each - mean.log())).sum(1).mean())
    return torch.stack(losses).mean()


def token_marks(read: Any, row: int, example: Example) -> tuple[torch.Tensor, torch.Tensor]:
    """Return which tokens of a row belong to the texts, and which of all are deciding, 0 or 1."""
    sides, spans = read.sequence_ids(row), example.words or ((), ())
    marked = [
        side is not None and any(start < last and first < end for start, end in spans[side])
        for side, (first, last) in zip(sides, read["offset_mapping"][row].tolist(), strict=True)
    ]
    own = torch.tensor([side is not None for side in sides])
    return own, torch.tensor(marked, dtype=torch.float32)


def _words_loss(logits: torch.Tensor, read: Any, batch: Sequence[Example]) -> torch.Tensor:
    """Return the binary cross entropy of the tokens of the examples with marked words."""
    losses = []
    for row, example in enumerate(batch):
        if example.words is not None:
            own, target = token_marks(read, row, example)
            losses.append(
                torch.nn.functional.binary_cross_entropy_with_logits(logits[row][own], target[own])
            )
    return torch.stack(losses).mean() if losses else logits.sum() * 0.0


def train(
    origin: Path,
    epochs: Callable[[int], Sequence[Example]],
    settings: Settings,
    target: Path,
    after_epoch: Callable[[PreTrainedModel, PreTrainedTokenizerBase], str] | None = None,
    *,
    made_of: str = "",
) -> None:
    """Train a model and write it to `target`, with the minutes it took and `made_of`.

    Args:
        origin: The folder of the weights to start from.
        epochs: Returns the examples of an epoch, the same for the same number, so that a run can
            be resumed.
        settings: How to train.
        target: The folder to write; during training, the checkpoint is beside it.
        after_epoch: Returns what to print after each epoch.
        made_of: Identifies the run for the caller.
    """
    torch.manual_seed(SEED)
    model, tokenizer = load(origin)
    _share_dropout(model, settings.dropout)
    model.to(precision()).train()
    head = None
    if settings.words:
        head = WordsHead.load(origin, model.config.hidden_size).to(precision())
    masters = Masters(model, settings, head)
    plan = [batches(epochs(n), settings.batch, 1000 * SEED + n) for n in range(settings.epochs)]
    ends = set(np.cumsum([len(epoch) for epoch in plan]).tolist())
    steps = [batch for epoch in plan for batch in epoch]
    checkpoint = target.with_suffix(".checkpoint.pt")
    done, spent = 0, 0.0
    of_this = _fingerprint(origin, settings, steps)
    state = torch.load(checkpoint, weights_only=True) if checkpoint.exists() else {}
    if state.get("of") == of_this:
        masters.load_state(state["masters"])
        done, spent = state["done"], state["spent"]
        torch.set_rng_state(state["random"])
    began = saved = time.monotonic()
    seen, running = 0, 0.0
    for step in range(done, len(steps)):
        batch = steps[step]
        texts = [(entry.a, entry.b) for entry in batch]
        with_words = head is not None and any(entry.words for entry in batch)
        read = encode(tokenizer, texts, offsets=with_words)
        inputs = {name: read[name] for name in tokenizer.model_input_names if name in read}
        out = model(**inputs, output_hidden_states=with_words)
        loss = _loss(out.logits.float(), batch, settings.smoothing)
        if settings.ties:
            loss = loss + settings.ties * _ties_loss(out.logits.float(), batch)
        if head is not None and with_words:
            words = head(out.hidden_states[-2])[..., 0].float()
            loss = loss + settings.words * _words_loss(words, read, batch)
        loss.backward()
        masters.step(_schedule(step, len(steps)))
        seen += len(batch)
        running = 0.98 * running + 0.02 * loss.item() if step > done else loss.item()
        if step % 50 == 0:
            pace = seen / (time.monotonic() - began)
            print(
                f"{target.name}: step {step} of {len(steps)}, loss {running:.3f}, "
                f"{pace:.0f} pairs/s",
                flush=True,
            )
        if after_epoch and step + 1 in ends and step + 1 < len(steps):
            print(f"{target.name}: after step {step + 1}: {after_epoch(model, tokenizer)}")
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            saved = time.monotonic()
            _save(
                checkpoint,
                {
                    "masters": masters.state(),
                    "done": step + 1,
                    "spent": spent + saved - began,
                    "random": torch.get_rng_state(),
                    "of": of_this,
                },
            )
    unfinished = target.with_suffix(".unfinished")
    _write(origin, model, masters, tokenizer, unfinished)
    if head is not None:
        torch.save(head.float().state_dict(), unfinished / WordsHead.FILE)
    minutes = round((spent + time.monotonic() - began) / 60)
    (unfinished / "minutes.json").write_text(json.dumps(minutes), encoding="utf-8")
    (unfinished / MADE_OF).write_text(made_of, encoding="utf-8")
    unfinished.replace(target)
    checkpoint.unlink(missing_ok=True)


def mix(origin: Path, folder: Path, kept: float) -> None:
    """Replace the weights in a folder by their mean with those of `origin`, which weigh `kept`."""
    if not kept:
        return
    before, after = (load_file(one / "model.safetensors") for one in (origin, folder))
    mean = {name: torch.lerp(value, before[name], kept) for name, value in after.items()}
    save_file(mean, folder / "model.safetensors", metadata={"format": "pt"})


def _fingerprint(origin: Path, settings: Settings, steps: Sequence[Sequence[Example]]) -> str:
    """Return a digest of the starting weights, the settings and the examples."""
    begins = file_sha256(origin / "model.safetensors")
    digest = hashlib.sha256(f"{begins} {settings}".encode())
    for batch in steps:
        for example in batch:
            digest.update(repr(example).encode())
    return digest.hexdigest()


def _schedule(step: int, steps: int) -> float:
    """Return the rate as a share of its peak: it rises linearly, then falls linearly."""
    rise = max(1, int(_WARM_UP * steps))
    return (step + 1) / rise if step < rise else (steps - step) / max(1, steps - rise)


def _save(path: Path, state: dict[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    temporary.replace(path)


def _write(
    origin: Path,
    model: PreTrainedModel,
    masters: Masters,
    tokenizer: PreTrainedTokenizerBase,
    target: Path,
) -> None:
    """Write the float32 masters; parameters that were not learned are as in `origin`."""
    exact, _ = load(origin)
    by_identity = {
        id(parameter): copy
        for parameter, copy in zip(masters.parameters, masters.copies, strict=True)
    }
    with torch.no_grad():
        for (_, kept), (_, parameter) in zip(
            exact.named_parameters(), model.named_parameters(), strict=True
        ):
            if id(parameter) in by_identity:
                kept.copy_(by_identity[id(parameter)])
    exact.save_pretrained(target)
    tokenizer.save_pretrained(target)
