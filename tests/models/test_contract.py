"""The contract of every encoder and stance model, also of the stand-ins of other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import numpy as np
import pytest

from compare.cli.options import stance_model_name
from compare.comparison.reproduce import model_name
from compare.models import (
    Encoder,
    ModelInput,
    StanceModel,
    load_encoder,
    load_stance_model,
    signature,
)
from compare.models.endpoints import Endpoint
from compare.models.loading import STANCE_MODELS
from compare.models.stance import CascadeStance
from compare.models.third_reader import ThirdReader
from compare.results.provenance import screening
from compare.statements.languages import language_code
from tests.fabricate import PROVENANCE
from tests.fakes import HashingEncoder, WordJudge
from tests.models.classifiers import NLI, tiny_classifier, tiny_encoder
from tests.reader_server import reader_server
from training.probes import sentences

TEXTS = [*sentences(8), "", "🙂 مرحبا \x00 \ud800", "Rain fell on the harbour. " * 200]
PAIRS = [
    (
        ModelInput("Valdoria must ban mines.", country="Valdoria", date="2021-03"),
        ModelInput("We do not ban mines.", country="Ostravia", date="1999"),
    ),
    (ModelInput("malicious disinformation", "the report of mines"), ModelInput("Mines were laid.")),
    (ModelInput(""), ModelInput("Rain fell on the harbour. " * 60)),
    (ModelInput("\x00 🙂 مرحبا \ud800"), ModelInput("a" * 5_000)),
]

ENCODERS: dict[str, Callable[[Path], Encoder]] = {
    "shipped": lambda _: load_encoder(),
    "sentence-transformers": lambda folder: load_encoder(tiny_encoder(folder / "a")),
    "fake": lambda _: HashingEncoder(),
}


@pytest.fixture(scope="module", params=ENCODERS)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return ENCODERS[request.param](tmp_path_factory.mktemp("encoder"))


def test_a_vector_is_of_unit_length_and_depends_on_its_text_alone(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), encoder.dim), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(encoder.encode(TEXTS[::-1]), vectors[::-1])
    assert np.array_equal(encoder.encode(TEXTS[3:4]), vectors[3:4])
    empty = encoder.encode([])
    assert (empty.shape, empty.dtype) == ((0, encoder.dim), np.float32)


def test_an_encoder_is_named_by_its_weights(encoder: Encoder) -> None:
    assert encoder.name
    assert len(encoder.digest) == 64
    int(encoder.digest, 16)


def test_progress_of_encoding_ends_with_all_texts(encoder: Encoder) -> None:
    told: list[tuple[int, int]] = []
    encoder.encode(TEXTS, lambda done, total: told.append((done, total)))
    assert told[-1] == (len(TEXTS), len(TEXTS))


class Multilingual(WordJudge):
    languages = ()


MODELS: dict[str, Callable[[], StanceModel]] = {
    **{name: partial(load_stance_model, name) for name in STANCE_MODELS},
    "fake": lambda: WordJudge(either=True),
    "reads any language": lambda: Multilingual(either=True),
    "cascade of fakes": lambda: CascadeStance(WordJudge(either=True), WordJudge(either=True)),
}


@pytest.fixture(scope="module", params=[*MODELS, "hugging face", "third reader"])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StanceModel]:
    if request.param in MODELS:
        yield MODELS[request.param]()
    elif request.param == "hugging face":
        yield load_stance_model(tiny_classifier(tmp_path_factory.mktemp("model") / "a", NLI))
    else:
        with reader_server() as served:
            yield ThirdReader(Endpoint.of(served.url), "judge")


@pytest.fixture(scope="module")
def scores(model: StanceModel) -> np.ndarray:
    """The model's rows for the pairs, scored together."""
    return model.score(PAIRS)


def test_rows_are_probabilities_and_the_sides_can_be_swapped(
    model: StanceModel, scores: np.ndarray
) -> None:
    assert (scores.shape, scores.dtype) == ((len(PAIRS), 3), np.float32)
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)
    assert (scores >= 0).all()
    assert np.array_equal(model.score([(b, a) for a, b in PAIRS]), scores)
    empty = model.score([])
    assert (empty.shape, empty.dtype) == ((0, 3), np.float32)


def test_a_row_does_not_depend_on_the_other_pairs(model: StanceModel, scores: np.ndarray) -> None:
    alone = np.concatenate([model.score([pair]) for pair in PAIRS])
    assert np.allclose(scores, alone, atol=1e-5)


def test_the_parts_give_the_probabilities_of_the_whole(
    model: StanceModel, scores: np.ndarray
) -> None:
    found, parts = model.score_parts(PAIRS)
    assert np.array_equal(found, scores)
    assert np.allclose(model.score(parts), scores, atol=1e-5)
    assert parts[:2] == PAIRS[:2]
    for part, whole in zip(parts, PAIRS, strict=True):
        for read, side in zip(part, whole, strict=True):
            assert read.text in side.text
            assert (read.context, read.country) == (side.context, side.country)


def test_progress_of_scoring_ends_with_all_pairs(model: StanceModel) -> None:
    told: list[tuple[int, int]] = []
    short = PAIRS[:2] * 30  # the others are very long
    model.score(short, lambda done, total: told.append((done, total)))
    assert told[-1] == (60, 60)


def test_the_last_stage_decides(model: StanceModel, scores: np.ndarray) -> None:
    assert 1 <= len(model.stages) <= 2
    assert all(stage.stages == (stage,) for stage in model.stages)
    last = model.stages[-1]
    assert (model.name, model.digest) == (last.name, last.digest)
    assert model.languages == last.languages
    assert tuple(map(language_code, model.languages)) == model.languages
    assert np.array_equal(scores, last.score(PAIRS))
    first = signature(model.stages[0]) if len(model.stages) == 2 else ""
    assert screening(model) == first
    assert len(model.digest) == 64


@pytest.mark.parametrize("name", STANCE_MODELS)
def test_a_result_of_a_registered_model_names_it(name: str) -> None:
    model = load_stance_model(name)
    made = replace(PROVENANCE, stance_model=model.name, screening=screening(model))
    assert model_name(made) == name


def test_a_registered_model_is_loaded_and_found_again_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(STANCE_MODELS, "judge", "tests.fakes:WordJudge")
    assert isinstance(load_stance_model("judge"), WordJudge)
    assert model_name(replace(PROVENANCE, stance_model="judge", screening="first@1")) == "judge"


def test_the_shipped_models_read_english_and_both_are_used_unless_one_is_named() -> None:
    model = load_stance_model()
    assert (model.digest, len(model.stages)) == (load_stance_model("cascade").digest, 2)
    assert [stage.languages for stage in (model, *model.stages)] == [("en",)] * 3


def test_the_help_lists_the_registered_models() -> None:
    command = stance_model_name(click.Command("search"))
    (option,) = (each for each in command.params if each.name == "stance_model")
    assert isinstance(option, click.Option)
    assert str(option.help).startswith(", ".join(STANCE_MODELS))
