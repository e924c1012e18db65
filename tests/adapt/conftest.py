"""Labelled pairs of made-up envoys, and a model whose probabilities are written in the texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.library.library import Library
from compare.models import ModelInput
from compare.models.stance import softmax
from compare.results import Stance
from tests.fakes import HashingEncoder, OneStage, Ran, runner, statement

LABELS = [stance.value for stance in Stance]
_TOLD = re.compile(r"\d\.\d{6}")
STATEMENTS = [
    statement("v1", "The locks of the canal must be open.", country="Valdoria=VLD"),
    statement("o1", "The locks of the canal will not be open.", country="Ostravia"),
    statement("k1", "The locks of the canal are old.", country="Karsenia"),
]


class Scripted(OneStage):
    """Returns the probabilities written in a pair's texts, otherwise fixed ones."""

    name = "told"

    def __init__(self, digest: str = "7" * 64) -> None:
        self.digest = digest

    def score(self, pairs: Sequence, on_progress: object = None) -> NDArray[np.float32]:
        rows = []
        for a, b in pairs:
            found = _TOLD.findall(f"{a.text} {b.text}")
            rows.append([float(part) for part in found] or [0.6, 0.3, 0.1])
        return np.array(rows, np.float32).reshape(-1, 3)

    def score_parts(
        self, pairs: Sequence, on_progress: object = None
    ) -> tuple[NDArray[np.float32], list]:
        return self.score(pairs), list(pairs)


def words(number: int, told: Sequence[float]) -> tuple[ModelInput, ModelInput]:
    """A pair with unique words, for which `Scripted` returns the given probabilities."""
    said = " ".join(f"{p:.6f}" for p in told)
    return (
        ModelInput(f"Envoy {number} of Valdoria told us {said}.", country="Valdoria"),
        ModelInput(f"Envoy {number} of Ostravia did not.", country="Ostravia"),
    )


def drawn(size: int, *, wrong: bool, seed: int = 0) -> list[tuple[ModelInput, ModelInput, str]]:
    """Pairs with labels drawn from true probabilities; if `wrong`, the model is far too sure."""
    source = np.random.default_rng(seed)
    logits = source.normal(0, 1.2, (size, 3))
    truth = softmax(logits)
    told = softmax(logits, 3.0, (1.5, 0.0, -1.5)) if wrong else truth
    rows = []
    for number, (odds, said) in enumerate(zip(truth.astype(float), told, strict=True)):
        label = LABELS[source.choice(3, p=odds / odds.sum())]
        rows.append((*words(number, said), label))
    return rows


def written(path: Path, rows: Sequence[tuple[ModelInput, ModelInput, str]]) -> Path:
    """Write labelled pairs as a TSV."""
    lines = ["a\tb\tlabel\ta_country\tb_country"]
    lines += [f"{a.text}\t{b.text}\t{label}\t{a.country}\t{b.country}" for a, b, label in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adapting") / "library"
    Library.build(STATEMENTS, folder, HashingEncoder(64)).close()
    return folder


@pytest.fixture
def library(built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Library:
    """A library without an adaptation, scored by `Scripted`."""
    monkeypatch.delenv("COMPARE_REVIEWS", raising=False)
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: Scripted())
    for name in ("adapted.json", "reviews.sqlite"):
        (built / name).unlink(missing_ok=True)
    return Library.open(built, HashingEncoder(64))


@pytest.fixture
def run(
    library: Library, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Run a command on the library."""
    monkeypatch.setattr("compare.library.library.encoder_of", lambda *_: HashingEncoder(64))
    monkeypatch.setenv("COMPARE_LIBRARY", str(library.folder))
    return runner(capfd)
