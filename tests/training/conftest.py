"""A tiny classifier with a few words."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

WORDS = ["open", "shut", "the", "canal", "must", "not", "be", "we", "say", "ships"]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "backbone"
    torch.manual_seed(0)
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = folder.parent / "vocab.txt"
    words.write_text("\n".join([*marks, *WORDS]))
    config = BertConfig(
        vocab_size=len(marks) + len(WORDS), hidden_size=16, num_hidden_layers=2, num_labels=3,
        num_attention_heads=2, intermediate_size=32, max_position_embeddings=256,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(words)).save_pretrained(folder)
    return folder
