"""Export a torch model to ONNX and quantise it to 8 bits with little loss.

Weights are 8 bits with a scale for each output channel. Activations get one scale for each run,
and outliers would waste its range. Those of channels are moved into the weights first (SmoothQuant,
Xiao et al. 2023, equation 4, the share chosen for each product by its error); behind wide layers,
where tokens differ more, each token is divided by its largest value instead.
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

from compare.models.runtime import Feed

if TYPE_CHECKING:
    import onnx
    import torch

SMOOTHINGS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Shares of an outlier moved to the weights that are tried, for each product apart."""

_TRIED_ON = 24
_MAX_LENGTH = 512
_LARGE_TABLE = 100_000
_LEAST_LOUDNESS = 0.1


def export_graph(module: torch.nn.Module, inputs: Sequence[str], texts: int = 1) -> onnx.ModelProto:
    """Trace a module that takes int64 [texts, length] inputs, whatever the length."""
    import torch

    example = tuple(torch.randint(5, 1000, (texts, 17)) for _ in inputs[:1])
    example += tuple(torch.zeros((texts, 17), dtype=torch.int64) for _ in inputs[1:])
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
    _forget_sources(model)
    return model


def _forget_sources(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes of the source: paths and lines of where it ran, in place."""
    graph = model.graph
    held = (graph.node, graph.value_info, graph.input, graph.output, graph.initializer)
    for part in (model, graph, *(entry for entries in held for entry in entries)):
        del part.metadata_props[:]


def _fuse_attention(model: onnx.ModelProto) -> None:
    """Make one node of each layer's attention, as `tracing` writes it, in place."""
    import onnx

    graph = model.graph
    maker = {output: node for node in graph.node for output in node.output}
    reader = {name: node for node in graph.node for name in node.input}
    constants = {entry.name: entry for entry in graph.initializer}
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        scores, bias = maker[softmax.input[0]], []
        if scores.op_type == "Add":
            bias = ["", "", scores.input[1]]
            scores = maker[scores.input[0]]
        product = maker[scores.input[0]]
        weighted = reader[softmax.output[0]]
        split = [maker[maker[name].input[0]] for name in (*product.input, weighted.input[1])]
        shape = onnx.numpy_helper.to_array(constants[split[0].input[1]])
        joined = reader[reader[weighted.output[0]].output[0]]
        at = list(graph.node).index(joined)
        graph.node.remove(joined)
        fused = onnx.helper.make_node(
            "MultiHeadAttention",
            [*(node.input[0] for node in split), *bias],
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
    """Round as the runtime does: 8 bits, one scale and zero point for all of a run."""
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
    texts: Sequence[NDArray[np.float32]], weights: Sequence[NDArray[np.float32]]
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
        error = sum(
            float(np.square(product - _rounded_activation(text / scale) @ rounded).sum())
            for text, product in zip(tried, exact, strict=True)
        )
        if error < least:
            best, least = scale, error
    return best


def smooth(model: onnx.ModelProto, feeds: Sequence[Feed]) -> None:
    """Even out activations ahead of their rounding, in place; what the graph computes stays.

    Outliers among channels move into the weights. Behind a wide layer, where a few tokens are far
    louder than the others of their text, a token's activation is divided by its largest value
    instead, and the product multiplied by it again; what such a layer gives is bounded below
    (GELU, ReLU).
    """
    import onnx

    groups = _weighted(model)
    constants = {entry.name: entry for entry in model.graph.initializer}
    weights = {
        name: [onnx.numpy_helper.to_array(constants[node.input[1]]) for node in nodes]
        for name, nodes in groups.items()
    }
    even = [name for name, found in weights.items() if found[0].shape[0] <= found[0].shape[1]]
    activations = _activations(model, even, feeds)
    for number, (name, nodes) in enumerate(groups.items()):
        graph = _Edit(model, f"smooth_{number}")
        if name not in activations:
            graph.divide_tokens(name, nodes)
            continue
        scale = _best_scale(activations[name], weights[name])
        for node in nodes:
            _multiply(constants[node.input[1]], scale[:, None])
        inverse = np.asarray(1 / scale, np.float32)
        if not _scale_values(model, name, inverse):
            graph.multiply_channels(name, nodes, inverse)


def _multiply(constant: Any, factor: NDArray[np.float32]) -> None:
    """Multiply a constant of a graph, in place."""
    import onnx

    product = (onnx.numpy_helper.to_array(constant) * factor).astype(np.float32)
    constant.CopyFrom(onnx.numpy_helper.from_array(product, constant.name))


def _scale_values(model: onnx.ModelProto, name: str, factor: NDArray[np.float32]) -> bool:
    """Scale the channels of what attention gives by scaling the layer that makes its values.

    Returns:
        Whether `name` is what attention gives; else nothing is changed.
    """
    maker = {output: node for node in model.graph.node for output in node.output}
    if name not in maker or maker[name].op_type != "MultiHeadAttention":
        return False
    constants = {entry.name: entry for entry in model.graph.initializer}
    added = maker[maker[name].input[2]]
    bias = next(entry for entry in added.input if entry in constants)
    product = maker[next(entry for entry in added.input if entry not in constants)]
    for entry in (bias, product.input[1]):
        _multiply(constants[entry], factor)
    return True


class _Edit:
    """Additions to a graph around the products that share one activation."""

    def __init__(self, model: onnx.ModelProto, name: str) -> None:
        self._graph = model.graph
        self._name = name

    def multiply_channels(
        self, activation: str, products: Sequence[Any], factor: NDArray[np.float32]
    ) -> None:
        """Multiply the channels of the activation."""
        constant = self._constant(factor, "factor")
        self._insert_ahead(products, [self._node("Mul", [activation, constant], "scaled")])

    def divide_tokens(self, activation: str, products: Sequence[Any]) -> None:
        """Divide each token by its largest value, and multiply the products by it again."""
        axis = self._constant(np.array([-1], np.int64), "axis")
        least = self._constant(np.array([_LEAST_LOUDNESS], np.float32), "least")
        largest = self._node("ReduceMax", [activation, axis], "largest")
        loudness = self._node("Max", [largest.output[0], least], "loudness")
        even = self._node("Div", [activation, loudness.output[0]], "even")
        self._insert_ahead(products, [largest, loudness, even])
        for product in products:
            out = product.output[0]
            product.output[0] = f"{out}_even"
            at = list(self._graph.node).index(product)
            self._graph.node.insert(
                at + 1, _make_node("Mul", [f"{out}_even", loudness.output[0]], out)
            )

    def _constant(self, values: NDArray[Any], name: str) -> str:
        import onnx

        full = f"{self._name}_{name}"
        self._graph.initializer.append(onnx.numpy_helper.from_array(values, full))
        return full

    def _node(self, kind: str, inputs: Sequence[str], output: str) -> Any:
        return _make_node(kind, inputs, f"{self._name}_{output}")

    def _insert_ahead(self, products: Sequence[Any], added: Sequence[Any]) -> None:
        """Insert nodes ahead of the first of the products, which read what the last one gives."""
        at = min(list(self._graph.node).index(product) for product in products)
        for offset, node in enumerate(added):
            self._graph.node.insert(at + offset, node)
        for product in products:
            product.input[0] = added[-1].output[0]


def _make_node(kind: str, inputs: Sequence[str], output: str) -> Any:
    import onnx

    return onnx.helper.make_node(kind, list(inputs), [output])


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


def quantize(model: onnx.ModelProto, target: Path, *, tables: bool) -> None:
    """Write the graph with 8-bit weights.

    Args:
        model: What to write.
        target: Where to.
        tables: Whether its word tables are in 8 bits, too.
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
        )
    logging.getLogger().removeFilter(_no_preprocessing_advice)


def _no_preprocessing_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()
