"""The head for deciding words learns which words readers marked."""

from __future__ import annotations

from pathlib import Path

import torch

from tests.training.conftest import WORDS
from training.engine import Example, Settings, WordsHead, encode, load, train
from training.words import fit_head

MARKED = "not"


def examples() -> list[Example]:
    """Return pairs in which each "not" is marked."""
    found = []
    labels = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    for n, word in enumerate([word for word in WORDS if word != MARKED] * 4):
        a, b = f"we say {word} {MARKED} the canal", f"{word} must {MARKED} be"
        words = tuple(((text.index(MARKED), text.index(MARKED) + len(MARKED)),) for text in (a, b))
        found.append(Example(a, b, labels[n % 3], words=words))
    return found


def marks_the_words(folder: Path) -> bool:
    """Tell whether the head marks each "not" and no other word."""
    model, tokenizer = load(folder)
    head = WordsHead.load(folder, model.config.hidden_size)
    read = encode(tokenizer, [("we say ships not the canal", "ships must not be")])
    model.eval()
    with torch.inference_mode():
        states = model(**read, output_hidden_states=True).hidden_states[-2]
        marked = head(states)[0, :, 0] > 0
    wanted = read["input_ids"][0] == tokenizer.convert_tokens_to_ids(MARKED)
    words = read["input_ids"][0] >= len(tokenizer.all_special_ids)
    return bool((marked[words] == wanted[words]).all())


def test_a_head_is_fitted_to_a_trained_classifier(origin: Path, tmp_path: Path) -> None:
    model, tokenizer = load(origin)
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert not marks_the_words(tmp_path)
    fit_head(tmp_path, examples() * 20)
    assert marks_the_words(tmp_path)


def test_a_head_is_learned_beside_the_label(origin: Path, tmp_path: Path) -> None:
    settings = Settings(rate=2e-3, batch=8, epochs=15, words=1.0, frozen_embeddings=False)
    train(origin, lambda _: examples() * 4, settings, tmp_path / "run")
    assert marks_the_words(tmp_path / "run")
