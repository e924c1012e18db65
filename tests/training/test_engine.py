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


def test_forms_of_a_claim_stand_in_one_batch() -> None:
    alone = [Example("a" * n, "b", (1.0, 0.0, 0.0)) for n in range(1, 40)]
    tied = [
        Example("a" * (n + form), "b", (1.0, 0.0, 0.0), group=n - 20)
        for n in (3, 9, 14, 27)
        for form in range(3)
    ]
    made = engine.batches([*alone, *tied], 8, seed=1)
    assert sorted(len(batch) for batch in made)[-1] <= 8 + 2
    assert sum(map(len, made)) == len(alone) + len(tied)
    for group in {example.group for example in tied}:
        assert len([b for b in made if any(example.group == group for example in b)]) == 1


def test_forms_are_tied_by_what_they_say() -> None:
    same = Example("a", "b", (1.0, 0.0, 0.0), group=1)
    turned = Example("not a", "b", (0.0, 1.0, 0.0), group=1, turned=True)
    agree, oppose = [4.0, 0.0, 0.0], [0.0, 4.0, 0.0]
    told = engine._ties_loss(torch.tensor([agree, oppose]), [same, turned])
    assert told.item() == pytest.approx(0.0, abs=1e-5)
    apart = engine._ties_loss(torch.tensor([agree, agree]), [same, turned])
    assert apart.item() > 0.4
    alone = engine._ties_loss(torch.tensor([agree]), [Example("a", "b", (1.0, 0.0, 0.0))])
    assert alone.item() == 0.0


def test_the_mean_of_two_models_is_kept(origin: Path, tmp_path: Path) -> None:
    train(origin, examples, replace(SETTINGS, epochs=1), tmp_path / "run")
    before, after = weights(origin), weights(tmp_path / "run")
    engine.mix(origin, tmp_path / "run", 0.0)
    name = "classifier.weight"
    assert torch.equal(weights(tmp_path / "run")[name], after[name])
    engine.mix(origin, tmp_path / "run", 0.25)
    mean = 0.25 * before[name] + 0.75 * after[name]
    assert torch.allclose(weights(tmp_path / "run")[name], mean, atol=1e-6)
