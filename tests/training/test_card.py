"""The model card says what the manifests beside it say."""

from __future__ import annotations

from training import card


def test_the_card_is_that_of_the_weights_that_ship() -> None:
    assert card.CARD.read_text(encoding="utf-8") == card.card()


def test_an_interval_is_exact() -> None:
    # 8 of 10: the shares of which 8 or more, or 8 or fewer, have a probability of 0.025
    dev = {"pairs": 10, "confusion_rows_gold": [[5, 1, 0], [0, 2, 1], [0, 0, 1]]}
    assert card._interval(dev) == "0.444 to 0.975"


def test_a_mode_that_a_tier_was_not_measured_on_is_said_to_be() -> None:
    known = {"failure_modes": {"denial": {"macro_f1": 0.5}}}
    assert card._of_mode(known, "denial") == "0.50"
    assert card._of_mode(known, "irony") == "not measured"
