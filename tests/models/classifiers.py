"""Pairs to score, and tiny models in the formats of Hugging Face and sentence-transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

from compare.models import ModelInput

PAIRS = [
    (
        ModelInput("Valdoria supports the ban on mines.", country="Valdoria", date="2021-03"),
        ModelInput("We reject the ban on mines.", country="Ostravia", date="1999"),
    ),
    (
        ModelInput("We welcome the treaty."),
        ModelInput("The treaty is welcome to us, and we will sign it."),
    ),
    (ModelInput("malicious disinformation", "the report of mines"), ModelInput("Mines were laid.")),
    (ModelInput(""), ModelInput("Rain fell on the harbour. " * 300)),
    (ModelInput("\x00 🙂 مرحبا \ud800"), ModelInput("a" * 50_000)),
]

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


def tiny_encoder(folder: Path) -> str:
    """Write a model of sentence-transformers with random weights."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    body = folder.with_name(f"{folder.name}-body")
    body.mkdir(parents=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "canal", "mines", "a", "##b", "longer"]
    (body / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(body)
    BertTokenizerFast(vocab=str(body / "vocab.txt")).save_pretrained(body)
    read = Transformer(str(body), max_seq_length=128)
    modules = [read, Pooling(config.hidden_size), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder))
    return str(folder)
