"""The graph that is exported computes what the trained classifier computes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    BertForSequenceClassification,
    MPNetConfig,
    MPNetForSequenceClassification,
)

from compare.models.runtime import Feed, GraphRunner
from training.quantize import export_graph, quantize, smooth
from training.ship import Scorer, put_in_place

SHAPE = {
    "vocab_size": 1200,
    "hidden_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 192,
    "num_labels": 3,
}


def tiny_classifier(folder: Path, kind: str) -> Path:
    torch.manual_seed(3)
    if kind == "bert":
        BertForSequenceClassification(BertConfig(**SHAPE)).save_pretrained(folder)
    else:
        MPNetForSequenceClassification(MPNetConfig(**SHAPE)).save_pretrained(folder)
    return folder


Exported = Callable[[str], tuple[Path, onnx.ModelProto]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return the folder of a tiny classifier of a kind and its graph, which is exported once."""

    @cache
    def export(kind: str) -> tuple[Path, onnx.ModelProto]:
        folder = tiny_classifier(tmp_path_factory.mktemp(kind), kind)
        return folder, export_graph(Scorer(folder), inputs(kind))

    return export


def inputs(kind: str) -> tuple[str, ...]:
    return ("input_ids", "token_type_ids") if kind == "bert" else ("input_ids",)


def some_feeds(kind: str, count: int = 12) -> list[Feed]:
    rng = np.random.default_rng(4)
    feeds: list[Feed] = []
    for length in rng.integers(4, 40, count):
        halves = (np.arange(length) > length // 2).astype(np.int64)
        both = {"input_ids": rng.integers(5, 1200, (1, length)), "token_type_ids": halves[None]}
        feeds.append({name: both[name] for name in inputs(kind)})
    return feeds


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_a_last_layer_of_one_token_changes_no_logit(exported: Exported, kind: str) -> None:
    folder, graph = exported(kind)
    whole = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    feeds = some_feeds(kind)
    assert "Softmax" not in {node.op_type for node in graph.graph.node}
    found = GraphRunner(graph.SerializeToString()).run(feeds)
    with torch.no_grad():
        wanted = [
            whole(**{name: torch.from_numpy(values) for name, values in feed.items()}).logits[0]
            for feed in feeds
        ]
    np.testing.assert_allclose(found, torch.stack(wanted).numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_evening_out_outliers_leaves_what_the_graph_computes(
    exported: Exported, tmp_path: Path, kind: str
) -> None:
    model = copy.deepcopy(exported(kind)[1])
    feeds = some_feeds(kind)
    before = GraphRunner(model.SerializeToString()).run(feeds)
    smooth(model, feeds)
    after = GraphRunner(model.SerializeToString()).run(feeds)
    np.testing.assert_allclose(after, before, atol=1e-5)
    quantize(model, tmp_path / "model.onnx", tables=True)
    rounded = GraphRunner(tmp_path / "model.onnx").run(feeds)
    assert 0 < np.abs(rounded - before).max() < 0.1 * np.abs(before).max()


def test_a_graph_says_nothing_of_where_it_was_made(exported: Exported) -> None:
    _, graph = exported("mpnet")
    assert b".py" not in graph.SerializeToString()


def test_what_cannot_be_put_in_place_leaves_what_was_there(tmp_path: Path) -> None:
    old, new, target = (tmp_path / name for name in ("old", "new", "target"))
    target.mkdir()
    (target / "weights").write_text("former")
    with pytest.raises(FileNotFoundError):
        put_in_place(new, target, old)
    assert (target / "weights").read_text() == "former"
    new.mkdir()
    put_in_place(new, target, old)
    assert list(target.iterdir()) == []
    assert (old / "weights").read_text() == "former"
