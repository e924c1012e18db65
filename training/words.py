"""Fit the head that marks deciding words to what a trained classifier already computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from training import pairs as pair_files
from training.engine import Example, WordsHead, encode, load, precision, token_marks
from training.examples import CLAIMS_FILE, DEEP_FILE, OFFICIALS_FILE, example

_BATCH = 32
_INVERSE_OF_PENALTY = 0.1


def fit_head(folder: Path, examples: list[Example]) -> None:
    """Write the head of a trained classifier beside it: a logistic regression on its tokens.

    It reads the input of the last layer; the classifier stays as it is.
    """
    hidden, marked = _tokens(folder, examples)
    scaler = StandardScaler()
    fitted = LogisticRegression(C=_INVERSE_OF_PENALTY, max_iter=300)
    fitted.fit(scaler.fit_transform(hidden), marked)
    weight = fitted.coef_ / scaler.scale_  # the scaling becomes part of the weights
    head = WordsHead(hidden.shape[1])
    head.weight.data = torch.tensor(weight, dtype=torch.float32)
    head.bias.data = torch.tensor(fitted.intercept_ - weight @ scaler.mean_, dtype=torch.float32)
    torch.save(head.state_dict(), folder / WordsHead.FILE)


def marked_examples(data: Path) -> list[Example]:
    """Return the pairs of `deciding_words.tsv`, each once."""
    found: dict[tuple[str, str], Example] = {}
    for name in (OFFICIALS_FILE, CLAIMS_FILE, DEEP_FILE):
        for pair in pair_files.officials(data / "pairs" / name):
            if pair.words is not None:
                found.setdefault((pair.a, pair.b), example(pair))
    return list(found.values())


@torch.inference_mode()
def _tokens(
    folder: Path, examples: list[Example]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
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
    return torch.cat(hidden).numpy(), torch.cat(marked).numpy()
