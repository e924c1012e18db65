"""Pair classifiers of Hugging Face's format that take no time to make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

NLI = ["entailment", "neutral", "contradiction"]


def tiny_classifier(folder: Path, labels: Sequence[str]) -> str:
    """Write a classifier whose bias alone prefers the label that opposes."""
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "we", "reject", "welcome", "mines"]
    (folder / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        for n, label in enumerate(labels):
            model.classifier.bias[n] = {"contradiction": 2, "oppose": 2, "neutral": 1}.get(
                label.lower(), 0
            )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
