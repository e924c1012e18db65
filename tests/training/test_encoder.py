"""The shipped encoder can be made again, but only from the published weights."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from compare.files import file_sha256
from compare.models.encoder import WEIGHTS, OnnxEncoder
from compare.models.huggingface import SentenceTransformerEncoder
from training import backbones, encoder
from training.probes import sentences


@pytest.fixture(scope="module")
def graph() -> onnx.ModelProto:
    """The graph in full precision, traced once since that takes longest."""
    return encoder.traced()


@pytest.fixture
def traced(graph: onnx.ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an export begin with a copy of the graph."""
    monkeypatch.setattr(encoder, "traced", lambda: copy.deepcopy(graph))


def test_what_is_made_is_what_ships(traced: None, tmp_path: Path) -> None:
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
    assert manifest["files"]["onnx/model.onnx"] == file_sha256(made / "onnx" / "model.onnx")
    assert manifest["digest"] == OnnxEncoder().digest
    assert manifest["int8_neighbour_recall"] >= encoder.LEAST_RECALL


def test_an_export_that_loses_neighbours_is_not_written(
    traced: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(encoder, "LEAST_RECALL", 1.1)
    monkeypatch.setattr(encoder, "sentences", lambda: sentences(24))
    with pytest.raises(SystemExit, match="does not pass its gate; nothing was written"):
        encoder.ship(tmp_path / "encoder")
    assert list(tmp_path.iterdir()) == []


def test_what_is_traced_is_the_model_in_full_precision(graph: onnx.ModelProto) -> None:
    from compare.models.encoder import token_feeds
    from compare.models.runtime import GraphRunner, load_tokenizer

    source = backbones.folder("minilm")
    words = ["Valdoria rejects the claim."]
    feeds = token_feeds(load_tokenizer(source / "tokenizer.json", encoder.MAX_TOKENS), words)
    vectors = GraphRunner(graph.SerializeToString()).run(feeds)
    exact = SentenceTransformerEncoder(str(source)).encode(words)
    assert float((vectors * exact).sum()) > 0.99999
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_other_weights_than_the_published_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert (
        file_sha256(backbones.folder("minilm") / "model.safetensors")
        == (backbones.DIGESTS["minilm"])
    )
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(backbones, "get_model_path", lambda: tmp_path)
    with pytest.raises(SystemExit, match=r"model\.safetensors has the sha256"):
        encoder.ship(tmp_path / "encoder")
    assert not (tmp_path / "encoder").exists()
