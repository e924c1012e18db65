"""Export a torch model to ONNX and quantise it to 8 bits with little loss.

Weights are 8 bits with a scale for each output channel. Activations get one scale for each text,
and outliers would waste its range. Those of channels are moved into the weights first (SmoothQuant,
Xiao et al. 2023, equation 4, the share chosen for each product by its error); those of tokens are
divided out and multiplied back in behind the product.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.runtime import Feed

if TYPE_CHECKING:
    import onnx
    import torch

SMOOTHINGS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Shares of an outlier moved to the weights that are tried, for each product apart."""

_TRIED_ON = 24
_MAX_LENGTH = 512
_LARGE_TABLE = 100_000


def export_graph(module: torch.nn.Module, inputs: Sequence[str]) -> onnx.ModelProto:
    """Trace a module that takes int64 [1, length] inputs of one common length."""
    import torch

    example = tuple(torch.randint(5, 1000, (1, 17)) for _ in inputs[:1])
    example += tuple(torch.zeros((1, 17), dtype=torch.int64) for _ in inputs[1:])
    length = torch.export.Dim("length", min=2, max=_MAX_LENGTH)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module.eval(),
            example,
            input_names=list(inputs),
            output_names=["out"],
            dynamic_shapes=tuple({1: length} for _ in inputs),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    _fuse_attention(model)
    return model


def _fuse_attention(model: onnx.ModelProto) -> None:
    """Make one node of each layer's attention, in place.

    The mask goes: a text that is its own batch has no padding to hide.
    """
    import onnx

    graph = model.graph
    maker = {output: node for node in graph.node for output in node.output}
    reader = {name: node for node in graph.node for name in node.input}
    constants = {entry.name: entry for entry in graph.initializer}
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        scores = maker[maker[maker[softmax.input[0]].input[0]].input[0]]  # mask, scale, product
        weighted = reader[softmax.output[0]]
        split = [maker[maker[name].input[0]] for name in (*scores.input, weighted.input[1])]
        shape = onnx.numpy_helper.to_array(constants[split[0].input[1]])
        joined = reader[reader[weighted.output[0]].output[0]]
        at = list(graph.node).index(joined)
        graph.node.remove(joined)
        fused = onnx.helper.make_node(
            "MultiHeadAttention",
            [node.input[0] for node in split],
            [joined.output[0]],
            domain="com.microsoft",
            num_heads=int(shape[2]),
        )
        graph.node.insert(at, fused)
    model.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    _drop_unused(model)


def _drop_unused(model: onnx.ModelProto) -> None:
    """Drop nodes and constants that nothing reads, in place."""
    graph = model.graph
    while True:
        read = {name for node in graph.node for name in node.input}
        read |= {output.name for output in graph.output}
        unused = [node for node in graph.node if not read & set(node.output)]
        if not unused:
            break
        for node in unused:
            graph.node.remove(node)
    for entry in [entry for entry in graph.initializer if entry.name not in read]:
        graph.initializer.remove(entry)


def _weighted(model: onnx.ModelProto) -> dict[str, list[Any]]:
    """Return the matrix products with constant weights, by the activation they share."""
    weights = {entry.name for entry in model.graph.initializer}
    groups: dict[str, list[Any]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            groups.setdefault(node.input[0], []).append(node)
    return groups


def narrowing_products(model: onnx.ModelProto) -> list[str]:
    """Return the names of the products behind wide layers, in the order of the layers."""
    shapes = {entry.name: tuple(entry.dims) for entry in model.graph.initializer}
    found = [node for nodes in _weighted(model).values() for node in nodes]
    return [node.name for node in found if shapes[node.input[1]][0] > shapes[node.input[1]][1]]


def _activations(
    model: onnx.ModelProto, names: Sequence[str], feeds: Sequence[Feed]
) -> dict[str, list[NDArray[np.float32]]]:
    """Return each named activation, float32 [tokens, channels], of each feed."""
    import onnx
    import onnxruntime

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for feed in feeds:
        for name, value in zip(names, session.run(list(names), dict(feed)), strict=True):
            found[name].append(value.reshape(-1, value.shape[-1]))
    return found


def _rounded_activation(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round as the runtime does: 8 bits, one scale and zero point for the whole text."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    step = max((high - low) / 255, 1e-12)
    zero = np.rint(-low / step)
    levels = np.clip(np.rint(values / step) + zero, 0, 255)
    return np.asarray((levels - zero) * step, np.float32)


def _rounded_weight(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round as the runtime does: 8 bits, one scale for each output channel."""
    step = np.maximum(np.abs(values).max(0), 1e-12) / 127
    return np.asarray(np.rint(values / step) * step, np.float32)


def _best_scale(
    texts: Sequence[NDArray[np.float32]], weights: Sequence[NDArray[np.float32]], by_token: bool
) -> NDArray[np.float32]:
    """Return the scales of the channels with the least squared error of the rounded products."""
    largest = np.maximum(np.max([np.abs(text).max(0) for text in texts], axis=0), 1e-4)
    strongest = np.maximum(np.max([np.abs(weight).max(1) for weight in weights], axis=0), 1e-4)
    weight = np.concatenate(list(weights), axis=1)
    tried = texts[:: max(len(texts) // _TRIED_ON, 1)]
    exact = [text @ weight for text in tried]
    best, least = np.ones(len(largest), np.float32), np.inf
    for share in SMOOTHINGS:
        scale = largest**share / strongest ** (1 - share)
        scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
        rounded = _rounded_weight(weight * scale[:, None])
        error = 0.0
        for text, product in zip(tried, exact, strict=True):
            loudness = np.abs(text / scale).max(1, keepdims=True) if by_token else 1.0
            even = _rounded_activation(text / scale / loudness)
            error += float(np.square(product - (even @ rounded) * loudness).sum())
        if error < least:
            best, least = scale, error
    return best


def smooth(model: onnx.ModelProto, feeds: Sequence[Feed]) -> None:
    """Even out activations ahead of their rounding, in place; what the graph computes stays.

    Outliers among channels move into the weights. Behind a wide layer, where a few tokens are far
    louder than the others of their text, a token's activation is divided by its largest magnitude
    and the product multiplied by it again.
    """
    import onnx

    groups = _weighted(model)
    activations = _activations(model, list(groups), feeds)
    constants = {entry.name: entry for entry in model.graph.initializer}
    for number, (name, nodes) in enumerate(groups.items()):
        weights = [onnx.numpy_helper.to_array(constants[node.input[1]]) for node in nodes]
        by_token = weights[0].shape[0] > weights[0].shape[1]
        scale = _best_scale(activations[name], weights, by_token)
        graph = _Edit(model, f"smooth_{number}")
        model.graph.initializer.append(onnx.numpy_helper.from_array(1 / scale, graph.name))
        added = [graph.node("Mul", [name, graph.name], "scaled")]
        if by_token:
            added += graph.loudness()
        graph.insert_ahead(nodes, added)
        for node, weight in zip(nodes, weights, strict=True):
            smoothed = onnx.numpy_helper.from_array(weight * scale[:, None], node.input[1])
            constants[node.input[1]].CopyFrom(smoothed)
            node.input[0] = added[-1].output[0]
            if by_token:
                graph.multiply_behind(node)


class _Edit:
    """Additions to a graph around the products that share one activation."""

    def __init__(self, model: onnx.ModelProto, name: str) -> None:
        self._graph = model.graph
        self.name = name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> Any:
        """Make a node whose output bears this edit's name."""
        import onnx

        return onnx.helper.make_node(kind, list(inputs), [f"{self.name}_{output}"], **attributes)

    def loudness(self) -> list[Any]:
        """Make the nodes that divide each token by its largest magnitude."""
        import onnx

        axis = onnx.numpy_helper.from_array(np.array([-1], np.int64), f"{self.name}_axis")
        least = onnx.numpy_helper.from_array(np.array([1e-6], np.float32), f"{self.name}_least")
        self._graph.initializer.extend([axis, least])
        scaled = f"{self.name}_scaled"
        return [
            self.node("Abs", [scaled], "magnitude"),
            self.node("ReduceMax", [f"{self.name}_magnitude", axis.name], "largest"),
            self.node("Max", [f"{self.name}_largest", least.name], "loudness"),
            self.node("Div", [scaled, f"{self.name}_loudness"], "even"),
        ]

    def insert_ahead(self, nodes: Sequence[Any], added: Sequence[Any]) -> None:
        """Insert nodes ahead of the first of the products."""
        at = min(list(self._graph.node).index(node) for node in nodes)
        for offset, node in enumerate(added):
            self._graph.node.insert(at + offset, node)

    def multiply_behind(self, product: Any) -> None:
        """Multiply a product by the loudness its activation was divided by."""
        import onnx

        out = product.output[0]
        product.output[0] = f"{out}_even"
        at = list(self._graph.node).index(product)
        back = onnx.helper.make_node("Mul", [f"{out}_even", f"{self.name}_loudness"], [out])
        self._graph.node.insert(at + 1, back)


def _shrink_tables(model: onnx.ModelProto) -> None:
    """Keep word tables as 8-bit rows with a scale each, in place."""
    import onnx

    graph = model.graph
    tables = {entry.name: entry for entry in graph.initializer}
    for node in [node for node in graph.node if node.op_type == "Gather"]:
        table = tables.get(node.input[0])
        if table is None or len(table.dims) != 2 or np.prod(table.dims) < _LARGE_TABLE:
            continue
        values = onnx.numpy_helper.to_array(table)
        scale = np.maximum(np.abs(values).max(1, keepdims=True), 1e-12) / 127
        rows = np.rint(values / scale).astype(np.int8)
        name, ids, out = table.name, node.input[1], node.output[0]
        graph.initializer.remove(table)
        graph.initializer.append(onnx.numpy_helper.from_array(rows, f"{name}_rows"))
        graph.initializer.append(
            onnx.numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale")
        )
        make = onnx.helper.make_node
        at = list(graph.node).index(node)
        graph.node.remove(node)
        for new in (
            make("Mul", [f"{out}_float", f"{out}_scale"], [out]),
            make("Cast", [f"{out}_rows"], [f"{out}_float"], to=onnx.TensorProto.FLOAT),
            make("Gather", [f"{name}_scale", ids], [f"{out}_scale"]),
            make("Gather", [f"{name}_rows", ids], [f"{out}_rows"]),
        ):
            graph.node.insert(at, new)


def quantize(
    model: onnx.ModelProto, target: Path, *, tables: bool, exact: Sequence[str] = ()
) -> None:
    """Write the graph with 8-bit weights.

    Args:
        model: What to write.
        target: Where to.
        tables: Whether its word tables are in 8 bits, too.
        exact: Names of products to leave in full precision.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    if tables:
        _shrink_tables(model)
    logging.getLogger().addFilter(_no_preprocessing_advice)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        plain = Path(folder) / "model.onnx"
        plain.write_bytes(model.SerializeToString())
        quantize_dynamic(
            plain,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul"],
            nodes_to_exclude=list(exact),
        )
    logging.getLogger().removeFilter(_no_preprocessing_advice)


def _no_preprocessing_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()
