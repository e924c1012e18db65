"""Turn shipped 8-bit weights back into a float32 model that can be trained further.

The graph's products and tables are multiplied by their scales, and the factors that
`quantize.smooth` moved between activations and weights are moved back. What rounding lost stays
lost: the logits differ from the graph's by 0.03 in the mean.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx.numpy_helper import to_array
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    MPNetConfig,
    PretrainedConfig,
    PreTrainedTokenizerFast,
)

from training.engine import WordsHead
from training.pairs import LABELS

_BODY = "whole."
_MARKS = {
    "mpnet": ("<s>", "</s>", "<pad>", "[UNK]", "<mask>"),
    "bert": ("[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"),
}
_HEADS = 12  # of both backbones


def restore(shipped: Path, target: Path) -> None:
    """Write the model of a shipped tier, with its head for deciding words, as float32.

    Args:
        shipped: The folder of the tier: `model.onnx` and `tokenizer.json`.
        target: The folder to write, in the form that `engine.load` reads.
    """
    state = _state(onnx.load(shipped / "model.onnx"))
    words = {
        name.removeprefix("words."): state.pop(name) for name in ("words.weight", "words.bias")
    }
    kind = "mpnet" if any(".mpnet." in name for name in state) else "bert"
    config = _config(kind, state)
    model = AutoModelForSequenceClassification.from_config(config)
    known = {name.removeprefix(_BODY): value for name, value in state.items()}
    missing, unexpected = model.load_state_dict(known, strict=False)
    if unexpected or any(not name.endswith("position_ids") for name in missing):
        raise SystemExit(f"{shipped}: missing {missing}, unexpected {unexpected}")
    target.mkdir(parents=True)
    model.save_pretrained(target)
    torch.save(words, target / WordsHead.FILE)
    first, second, pad, unknown, mask = _MARKS[kind]
    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * (kind == "bert")
    PreTrainedTokenizerFast(
        tokenizer_file=str(shipped / "tokenizer.json"),
        cls_token=first,
        sep_token=second,
        bos_token=first if kind == "mpnet" else None,
        eos_token=second if kind == "mpnet" else None,
        pad_token=pad,
        unk_token=unknown,
        mask_token=mask,
        model_max_length=512,
        model_input_names=names,
    ).save_pretrained(target)


def _config(kind: str, state: dict[str, torch.Tensor]) -> PretrainedConfig:
    """Return the configuration that fits the weights."""
    tables = {
        name.rsplit(".", 2)[-2]: value for name, value in state.items() if "embeddings." in name
    }
    layers = {name.split(".layer.")[1].split(".")[0] for name in state if ".layer." in name}
    width = next(v for name, v in state.items() if name.endswith("intermediate.dense.weight"))
    shape = {
        "vocab_size": len(tables["word_embeddings"]),
        "max_position_embeddings": len(tables["position_embeddings"]),
        "hidden_size": width.shape[1],
        "intermediate_size": width.shape[0],
        "num_hidden_layers": len(layers),
        "num_attention_heads": _HEADS,
        "num_labels": len(LABELS),
    }
    return MPNetConfig(**shape, layer_norm_eps=1e-5) if kind == "mpnet" else BertConfig(**shape)


def _state(model: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Return the graph's weights by the names that the modules have."""
    graph = model.graph
    constants = {entry.name: to_array(entry) for entry in graph.initializer}
    maker = {output: node for node in graph.node for output in node.output}
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    found: dict[str, np.ndarray] = {}
    for name, value in constants.items():
        if name.endswith("_rows"):
            found[name.removesuffix("_rows")] = value * constants[f"{name[:-5]}_scale"]
        elif name.endswith((".weight", ".bias")):
            found[name] = value
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        name = node.input[1].removesuffix("_quantized")
        weight = constants[node.input[1]].astype(np.float32) - constants[
            f"{name}_zero_point"
        ].astype(np.float32)
        weight = weight * constants[f"{name}_scale"]
        weight = _factor(maker[node.input[0]].input[0], maker, constants)[:, None] * weight
        found[_bias(node, readers, constants).removesuffix("bias") + "weight"] = weight.T
    return {name: torch.tensor(np.ascontiguousarray(v, np.float32)) for name, v in found.items()}


def _factor(
    activation: str, maker: dict[str, onnx.NodeProto], constants: dict[str, np.ndarray]
) -> np.ndarray:
    """Return the channel factors that the activation of a product was multiplied by."""
    node = maker.get(activation)
    while node is not None and node.op_type in {"Min", "Sub"}:
        activation = node.input[0]
        node = maker.get(activation)
    if node is not None and node.op_type == "Mul" and node.input[1].endswith("_factor"):
        return constants[node.input[1]]
    return np.ones(1, np.float32)


def _bias(
    node: onnx.NodeProto, readers: dict[str, list[onnx.NodeProto]], constants: dict[str, np.ndarray]
) -> str:
    """Return the name of the bias that is added to a product."""
    while True:
        (node,) = readers[node.output[0]]
        for name in node.input:
            if node.op_type == "Add" and name in constants and name.endswith(".bias"):
                return name
