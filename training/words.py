"""Fit the head that marks deciding words to what a trained classifier already computes."""

from __future__ import annotations

from pathlib import Path

import torch

from training import pairs as pair_files
from training.engine import Example, WordsHead, encode, load, precision, token_marks
from training.examples import CLAIMS_FILE, DEEP_FILE, OFFICIALS_FILE, example

_BATCH = 32
_TOKENS_AT_ONCE = 512
_EPOCHS = 6
_RATE = 1e-3
_DECAY = 0.05
_SEED = 1


def fit_head(folder: Path, data: Path) -> None:
    """Write the head of a trained classifier beside it: a logistic regression on its tokens.

    It reads the input of the last layer, which keeps its weights, for the pairs of
    `deciding_words.tsv`.
    """
    hidden, marked = _tokens(folder, marked_examples(data))
    mean, spread = hidden.mean(0), hidden.std(0) + 1e-6
    hidden = (hidden - mean) / spread
    torch.manual_seed(_SEED)
    head = WordsHead(hidden.shape[1])
    optimizer = torch.optim.AdamW(head.parameters(), lr=_RATE, weight_decay=_DECAY)
    for _ in range(_EPOCHS):
        for part in torch.randperm(len(hidden)).split(_TOKENS_AT_ONCE):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                head(hidden[part])[:, 0], marked[part]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():  # fold the standardisation into the weights
        head.weight /= spread
        head.bias -= head.weight @ mean
    torch.save(head.state_dict(), folder / WordsHead.FILE)


def marked_examples(data: Path) -> list[Example]:
    """Return the pairs with marked words, each once."""
    found: dict[tuple[str, str], Example] = {}
    for name in (OFFICIALS_FILE, CLAIMS_FILE, DEEP_FILE):
        for pair in pair_files.officials(data / "pairs" / name):
            if pair.words is not None:
                found.setdefault((pair.a, pair.b), example(pair))
    return list(found.values())


@torch.inference_mode()
def _tokens(folder: Path, examples: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the input of the last layer for each token of the texts, and whether it is marked."""
    model, tokenizer = load(folder)
    model.to(precision()).eval()
    order = sorted(examples, key=lambda entry: len(entry.a) + len(entry.b))
    hidden, marked = [], []
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        read = encode(tokenizer, [(entry.a, entry.b) for entry in batch], offsets=True)
        inputs = {name: read[name] for name in tokenizer.model_input_names if name in read}
        states = model(**inputs, output_hidden_states=True).hidden_states[-2].float()
        for row, entry in enumerate(batch):
            own, target = token_marks(read, row, entry)
            hidden.append(states[row][own])
            marked.append(target[own])
    return torch.cat(hidden).clone(), torch.cat(marked).clone()
