"""Calibration: what is fitted is better than nothing, and the choice follows the folds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import log_loss

from compare.models.stance import softmax
from training.ship import chosen, fold_losses, temperature, vector


@pytest.fixture(scope="module")
def drawn():
    """Labels drawn from known probabilities, and logits three times as sure."""
    rng = np.random.default_rng(6)
    logits = rng.normal(0, 1, (3000, 3)).astype(np.float32)
    gold = np.array([rng.choice(3, p=row / row.sum()) for row in softmax(logits).astype(float)])
    return logits * 3, gold


def test_a_temperature_undoes_what_made_the_logits_too_sure(drawn):
    logits, gold = drawn
    found = temperature(logits, gold)
    assert found.scale == pytest.approx((1 / 3,) * 3, abs=0.03)
    assert found.shift == (0.0, 0.0, 0.0)
    before, after = (log_loss(gold, p) for p in (softmax(logits), found.apply(logits)))
    assert after < before


def test_a_shift_of_one_label_is_found_by_vector_scaling_alone(drawn):
    logits, gold = drawn
    moved = logits + np.array([0, 3, 0], np.float32)
    found = vector(moved, gold)
    relative = found.shift[1] - (found.shift[0] + found.shift[2]) / 2
    assert relative == pytest.approx(-1.0, abs=0.15)
    losses = fold_losses(moved, gold)
    assert losses["vector"] < losses["temperature"] < losses["none"]
    assert chosen(losses, moved, gold).kind == "vector"


def test_the_simpler_way_is_taken_where_it_is_as_good(drawn):
    losses = {"temperature": 0.5, "vector": 0.5}
    assert chosen(losses, *drawn).kind == "temperature"
