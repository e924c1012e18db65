"""Shipped weights become a float32 model again that computes nearly the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from compare.models.stance import TIERS, WEIGHTS
from training.engine import WordsHead, load, predict
from training.pairs import LabelledPair
from training.probes import probe_pairs
from training.restore import restore
from training.ship import feeds, logits_of

_MOST_APART = {"fast": 0.05, "accurate": 0.2}


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_becomes_a_model_that_can_be_trained(tier: str, tmp_path: Path) -> None:
    restore(WEIGHTS / tier, tmp_path / "model")
    model, tokenizer = load(tmp_path / "model")
    sides = [(a.text, b.text) for a, b in probe_pairs()[:12]]
    pairs = [LabelledPair(a, b, "", "", 2) for a, b in sides]
    exact = predict(model, tokenizer, sides)
    rounded = logits_of(WEIGHTS / tier / "model.onnx", feeds(tokenizer, pairs))
    assert np.abs(exact - rounded).mean() < _MOST_APART[tier]
    assert exact.std() > 0.5
    head = WordsHead.load(tmp_path / "model", model.config.hidden_size)
    assert not torch.equal(head.weight, torch.zeros_like(head.weight))
