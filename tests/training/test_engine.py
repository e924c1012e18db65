"""An interrupted training resumes from its checkpoint, but only if it is the same training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.training.conftest import WORDS
from training import engine
from training.engine import Example, Masters, Settings, train

SETTINGS = Settings(rate=1e-2, batch=4, epochs=2)


def examples(epoch: int) -> list[Example]:
    sides = [(f"we say {word} the canal", f"{word} must not be") for word in WORDS * 4]
    targets = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    return [Example(a, b, targets[(n + epoch) % 3]) for n, (a, b) in enumerate(sides)]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch):
    """A training that dies at its twelfth step, having kept every step before."""
    monkeypatch.setattr(engine, "CHECKPOINT_SECONDS", -1.0)
    step, done = Masters.step, []

    def die(self: Masters, factor: float) -> None:
        done.append(factor)
        if len(done) == 12:
            raise KeyboardInterrupt
        step(self, factor)

    monkeypatch.setattr(Masters, "step", die)
    return done


def test_what_was_cut_off_goes_on_where_it_was(origin: Path, tmp_path: Path, dying) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(origin, examples, SETTINGS, tmp_path / "cut")
    assert not (tmp_path / "cut").exists()
    train(origin, examples, SETTINGS, tmp_path / "cut")
    assert len(dying) == 12 + 20 - 11
    train(origin, examples, SETTINGS, tmp_path / "whole")
    cut, whole = weights(tmp_path / "cut"), weights(tmp_path / "whole")
    assert cut.keys() == whole.keys()
    assert all(torch.allclose(cut[name], whole[name], atol=1e-6) for name in whole)
    assert not torch.allclose(whole["classifier.weight"], weights(origin)["classifier.weight"])
    assert list(tmp_path.glob("*.pt")) == []


def test_another_training_begins_at_its_beginning(origin: Path, tmp_path: Path, dying) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(origin, examples, SETTINGS, tmp_path / "run")
    train(origin, examples, replace(SETTINGS, rate=2e-2), tmp_path / "run")
    assert len(dying) == 12 + 20
