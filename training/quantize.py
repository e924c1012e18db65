"""Export a torch model to ONNX and quantise it to 8 bits with little loss.

The traced module is small: texts of one length, no mask, no cache (`read_tokens`). Weights get 8
bits with a scale for each output channel, activations one scale for each run. Outliers would waste
its range. Outlier channels are therefore moved into the weights first (SmoothQuant, Xiao et al.
2023, equation 4, with the exponent that gives a product the least error). Before and after wide
layers, where some tokens are outliers, each token is also divided by its largest value. Weights are
rounded channel by channel, and later channels make up for the error of earlier ones (GPTQ, Frantar
et al. 2023, algorithm 1).
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx.helper import make_empty_tensor_value_info, make_node, make_opsetid
from onnx.numpy_helper import from_array, to_array
from onnxruntime.quantization import QuantType, quantize_dynamic

from compare.models.runtime import Feed

SMOOTHINGS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
"""Exponents tried for each product: the share of an outlier that moves into the weights."""

_TRIED_ON = 24
_MAX_LENGTH = 512
_LARGE_TABLE = 100_000
_LEAST_LOUDNESS = 0.1
_DAMPING = 0.01
_BLOCK = 128

Floats = NDArray[np.float32]


# -- The traced module ---------------------------------------------------------------------------


def read_tokens(
    body: Any,
    input_ids: torch.Tensor,
    token_type_ids: torch.Tensor | None = None,
    *,
    first_only: bool = False,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the last layer's output and its input, float32 [texts, tokens, width].

    It computes the same as a transformers `BertModel` or `MPNetModel`, with their modules.

    Args:
        body: The model.
        input_ids: int64 [texts, tokens].
        token_type_ids: int64 [texts, tokens], if the model has them.
        first_only: Whether to compute the last layer only for the first token: [texts, 1, width].
    """
    if hasattr(body.encoder, "compute_position_bias"):
        first = body.embeddings.padding_idx + 1
        places = torch.arange(input_ids.shape[1])[None] + first
        hidden = body.embeddings(input_ids=input_ids, position_ids=places)
        bias = body.encoder.compute_position_bias(hidden)
    else:
        hidden = body.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        bias = None
    *layers, last = body.encoder.layer
    for layer in layers:
        hidden = _layer(layer, hidden, hidden, bias)
    if not first_only:
        return _layer(last, hidden, hidden, bias), hidden
    of_first = bias if bias is None else bias[:, :, :1]
    return _layer(last, hidden[:, :1], hidden, of_first), hidden


class _Attention(NamedTuple):
    """The parts of a layer's attention, whatever the architecture calls them."""

    query: Any
    key: Any
    value: Any
    out: Any
    norm: Any
    heads: int
    width: int


def _attention(layer: Any) -> _Attention:
    if hasattr(layer.attention, "attn"):
        read, norm = layer.attention.attn, layer.attention.LayerNorm
        parts = read.q, read.k, read.v, read.o, norm
    else:
        read, out = layer.attention.self, layer.attention.output
        parts = read.query, read.key, read.value, out.dense, out.LayerNorm
    return _Attention(*parts, read.num_attention_heads, read.attention_head_size)


def _layer(
    layer: Any, asked: torch.Tensor, hidden: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """Return a layer's output for the tokens `asked`, which attend to all of `hidden`."""
    parts = _attention(layer)
    texts = asked.shape[0]

    def heads(values: torch.Tensor) -> torch.Tensor:
        return values.reshape(texts, -1, parts.heads, parts.width).transpose(1, 2)

    query, key, value = parts.query(asked), parts.key(hidden), parts.value(hidden)
    scores = heads(query) @ heads(key).transpose(2, 3) * parts.width**-0.5
    shares = torch.softmax(scores if bias is None else scores + bias, dim=-1)
    read = (shares @ heads(value)).transpose(1, 2).reshape(texts, -1, parts.heads * parts.width)
    attended = parts.norm(parts.out(read) + asked)
    return layer.output(layer.intermediate(attended), attended)


# -- The export ----------------------------------------------------------------------------------


def export_graph(
    module: torch.nn.Module,
    inputs: Sequence[str],
    outputs: Sequence[str] = ("out",),
) -> onnx.ModelProto:
    """Trace a module that takes int64 [1, length] inputs of any length."""
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
            output_names=list(outputs),
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
    """Remove the paths and line numbers that the exporter records, in place."""
    graph = model.graph
    held = (graph.node, graph.value_info, graph.input, graph.output, graph.initializer)
    for part in (model, graph, *(entry for entries in held for entry in entries)):
        del part.metadata_props[:]


def _makers(model: onnx.ModelProto) -> dict[str, Any]:
    """Return the node that computes each value."""
    return {output: node for node in model.graph.node for output in node.output}


def _constants(model: onnx.ModelProto) -> dict[str, Any]:
    return {entry.name: entry for entry in model.graph.initializer}


def _fuse_attention(model: onnx.ModelProto) -> None:
    """Fuse each layer's attention, as `read_tokens` writes it, into one node, in place."""
    graph = model.graph
    maker, constants = _makers(model), _constants(model)
    reader = {name: node for node in graph.node for name in node.input}
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        scores, bias = maker[softmax.input[0]], []
        if scores.op_type == "Add":
            bias = ["", "", scores.input[1]]
            scores = maker[scores.input[0]]
        product = maker[scores.input[0]]
        weighted = reader[softmax.output[0]]
        split = [maker[maker[name].input[0]] for name in (*product.input, weighted.input[1])]
        shape = to_array(constants[split[0].input[1]])
        joined = reader[reader[weighted.output[0]].output[0]]
        at = list(graph.node).index(joined)
        graph.node.remove(joined)
        fused = make_node(
            "MultiHeadAttention",
            [*(node.input[0] for node in split), *bias],
            [joined.output[0]],
            domain="com.microsoft",
            num_heads=int(shape[2]),
        )
        graph.node.insert(at, fused)
    model.opset_import.append(make_opsetid("com.microsoft", 1))
    _drop_unused(model)


def _drop_unused(model: onnx.ModelProto) -> None:
    """Remove unused nodes and constants, in place."""
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


# -- Outliers ------------------------------------------------------------------------------------


def smooth(model: onnx.ModelProto, feeds: Sequence[Feed]) -> None:
    """Even out activations before they are rounded, and round the weights, in place.

    Outlier channels move into the weights. Before and after a wide layer, where a few tokens have
    far larger values than the others of their text, a token is also divided by its largest value,
    and the product multiplied by it again.
    """
    constants = _constants(model)
    groups = _weighted_products(model)
    weights = {
        name: [to_array(constants[node.input[1]]) for node in nodes]
        for name, nodes in groups.items()
    }
    shapes = {name: found[0].shape for name, found in weights.items()}
    divided = [name for name, (rows, columns) in shapes.items() if rows != columns]
    activations = _activations(model, [*groups], feeds)
    for name in divided:
        activations[name] = [_divided(text) for text in activations[name]]
    for number, (name, nodes) in enumerate(groups.items()):
        edit = _Edit(model, f"smooth_{number}")
        texts = activations.pop(name)
        scale = _best_scale(texts, weights[name])
        carry = _carry(np.concatenate(texts) / scale)
        for node, weight in zip(nodes, weights[name], strict=True):
            rounded = _round_with_carry(weight * scale[:, None], carry)
            constants[node.input[1]].CopyFrom(from_array(rounded, node.input[1]))
        inverse = np.asarray(1 / scale, np.float32)
        if name in divided:
            edit.divide_tokens(name, nodes)
            edit.multiply_channels(nodes[0].input[0], nodes, inverse)
        elif not _scale_values(model, name, inverse):
            edit.multiply_channels(name, nodes, inverse)


def _divided(text: Floats) -> Floats:
    """Divide each token by its largest value in size, as `_Edit.divide_tokens` does."""
    return text / np.maximum(np.abs(text).max(1, keepdims=True), _LEAST_LOUDNESS)


def _weighted_products(model: onnx.ModelProto) -> dict[str, list[Any]]:
    """Return the matrix products with constant weights, grouped by their activation."""
    weights = _constants(model)
    groups: dict[str, list[Any]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            groups.setdefault(node.input[0], []).append(node)
    return groups


def _activations(
    model: onnx.ModelProto, names: Sequence[str], feeds: Sequence[Feed]
) -> dict[str, list[Floats]]:
    """Return each named activation for each feed, float32 [tokens, channels]."""
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: dict[str, list[Floats]] = {name: [] for name in names}
    for feed in feeds:
        for name, value in zip(names, session.run(list(names), dict(feed)), strict=True):
            found[name].append(value.reshape(-1, value.shape[-1]))
    return found


def _best_scale(texts: Sequence[Floats], weights: Sequence[Floats]) -> Floats:
    """Return the channel scales that give the rounded products the least squared error."""
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


def _rounded_activation(values: Floats) -> Floats:
    """Round as the runtime does: 8 bits, one scale and one zero point for a run."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    step = max((high - low) / 255, 1e-12)
    zero = np.rint(-low / step)
    levels = np.clip(np.rint(values / step) + zero, 0, 255)
    return np.asarray((levels - zero) * step, np.float32)


def _rounded_weight(values: Floats) -> Floats:
    """Round as the runtime does: 8 bits, one scale for each output channel."""
    step = np.maximum(np.abs(values).max(0), 1e-12) / 127
    return np.asarray(np.rint(values / step) * step, np.float32)


def _carry(activations: Floats) -> Floats:
    """Return how a channel's rounding error is spread over later channels: upper triangular.

    It is the Cholesky factor of the inverse of the channels' products, damped for stability.
    """
    products = (activations.T @ activations).astype(np.float64)
    products += np.eye(len(products)) * _DAMPING * np.diag(products).mean()
    return np.asarray(np.linalg.cholesky(np.linalg.inv(products)).T, np.float32)


def _round_with_carry(weight: Floats, carry: Floats) -> Floats:
    """Round as `_rounded_weight` does, channel by channel, each making up for those before it."""
    left = weight.copy()
    strongest = np.abs(weight).argmax(0), np.arange(weight.shape[1])
    step = np.maximum(np.abs(weight).max(0), 1e-12) / 127
    rounded = np.zeros_like(weight)
    for start in range(0, len(weight), _BLOCK):
        end = min(start + _BLOCK, len(weight))
        errors = np.zeros((end - start, weight.shape[1]), np.float32)
        for row in range(start, end):
            rounded[row] = np.clip(np.rint(left[row] / step), -127, 127) * step
            errors[row - start] = (left[row] - rounded[row]) / carry[row, row]
            left[row + 1 : end] -= np.outer(carry[row, row + 1 : end], errors[row - start])
        left[end:] -= carry[start:end, end:].T @ errors
    # The runtime takes its step from the largest weight, which therefore stays.
    rounded[strongest] = weight[strongest]
    return rounded


def _multiply(constant: Any, factor: Floats) -> None:
    """Multiply a constant of a graph, in place."""
    product = (to_array(constant) * factor).astype(np.float32)
    constant.CopyFrom(from_array(product, constant.name))


def _scale_values(model: onnx.ModelProto, name: str, factor: Floats) -> bool:
    """Scale the channels of an attention's output in the layer that computes its values, in place.

    Returns:
        Whether `name` is an attention's output; if not, nothing is changed.
    """
    maker, constants = _makers(model), _constants(model)
    if name not in maker or maker[name].op_type != "MultiHeadAttention":
        return False
    added = maker[maker[name].input[2]]
    bias = next(entry for entry in added.input if entry in constants)
    product = maker[next(entry for entry in added.input if entry not in constants)]
    for entry in (bias, product.input[1]):
        _multiply(constants[entry], factor)
    return True


class _Edit:
    """Adds nodes to a graph around the products that share one activation."""

    def __init__(self, model: onnx.ModelProto, name: str) -> None:
        self._graph = model.graph
        self._name = name

    def multiply_channels(self, activation: str, products: Sequence[Any], factor: Floats) -> None:
        """Multiply the channels of the activation."""
        constant = self._constant(factor, "factor")
        self._insert_ahead(products, [self._node("Mul", [activation, constant], "scaled")])

    def divide_tokens(self, activation: str, products: Sequence[Any]) -> None:
        """Divide each token by its largest value in size, and multiply the products by it again."""
        axis = self._constant(np.array([-1], np.int64), "axis")
        least = self._constant(np.array([_LEAST_LOUDNESS], np.float32), "least")
        size = self._node("Abs", [activation], "size")
        largest = self._node("ReduceMax", [size.output[0], axis], "largest")
        loudness = self._node("Max", [largest.output[0], least], "loudness")
        even = self._node("Div", [activation, loudness.output[0]], "even")
        self._insert_ahead(products, [size, largest, loudness, even])
        for product in products:
            out = product.output[0]
            product.output[0] = f"{out}_even"
            at = list(self._graph.node).index(product)
            again = make_node("Mul", [f"{out}_even", loudness.output[0]], [out])
            self._graph.node.insert(at + 1, again)

    def _constant(self, values: NDArray[Any], name: str) -> str:
        full = f"{self._name}_{name}"
        self._graph.initializer.append(from_array(values, full))
        return full

    def _node(self, kind: str, inputs: Sequence[str], output: str) -> Any:
        name = f"{self._name}_{output}"
        return make_node(kind, list(inputs), [name], name=name)

    def _insert_ahead(self, products: Sequence[Any], added: Sequence[Any]) -> None:
        """Insert nodes before the first of the products, which then read their output."""
        at = min(list(self._graph.node).index(product) for product in products)
        for offset, node in enumerate(added):
            self._graph.node.insert(at + offset, node)
        for product in products:
            product.input[0] = added[-1].output[0]


# -- Rounding ------------------------------------------------------------------------------------


def quantize(model: onnx.ModelProto, target: Path, *, tables: bool) -> None:
    """Write the graph with 8-bit weights.

    Args:
        model: The graph.
        target: The file to write.
        tables: Whether to store its embedding tables in 8 bits, too.
    """
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


def _shrink_tables(model: onnx.ModelProto) -> None:
    """Store large embedding tables as 8-bit rows with a scale each, in place."""
    graph, tables = model.graph, _constants(model)
    for node in [node for node in graph.node if node.op_type == "Gather"]:
        table = tables.get(node.input[0])
        if table is None or len(table.dims) != 2 or np.prod(table.dims) < _LARGE_TABLE:
            continue
        values = to_array(table)
        scale = np.maximum(np.abs(values).max(1, keepdims=True), 1e-12) / 127
        rows = np.rint(values / scale).astype(np.int8)
        name, ids, out = table.name, node.input[1], node.output[0]
        graph.initializer.remove(table)
        graph.initializer.append(from_array(rows, f"{name}_rows"))
        graph.initializer.append(from_array(scale.astype(np.float32), f"{name}_scale"))
        at = list(graph.node).index(node)
        graph.node.remove(node)
        for new in (
            make_node("Mul", [f"{out}_float", f"{out}_scale"], [out]),
            make_node("Cast", [f"{out}_rows"], [f"{out}_float"], to=onnx.TensorProto.FLOAT),
            make_node("Gather", [f"{name}_scale", ids], [f"{out}_scale"]),
            make_node("Gather", [f"{name}_rows", ids], [f"{out}_rows"]),
        ):
            graph.node.insert(at, new)
