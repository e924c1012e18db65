"""Export a torch model to ONNX and quantise it to 8 bits with little loss.

Weights are 8 bits with a scale for each output channel. Activations get one scale for each text,
and a few outlier channels would waste its range: their size is moved into the weights first
(SmoothQuant, Xiao et al. 2023, equation 4, with the scales multiplied in on the way).
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

SMOOTHING = 0.85
"""Share of an outlier moved to the weights: best of 0.5, 0.75, 0.85, 1.0 on neighbours' recall."""

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
    return program.model_proto


def _weighted(model: onnx.ModelProto) -> dict[str, list[Any]]:
    """Return the matrix products with constant weights, by the activation they share."""
    weights = {entry.name for entry in model.graph.initializer}
    groups: dict[str, list[Any]] = {}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            groups.setdefault(node.input[0], []).append(node)
    return groups


def _largest_activations(
    model: onnx.ModelProto, names: Sequence[str], feeds: Sequence[Feed]
) -> dict[str, NDArray[np.float32]]:
    """Return the largest magnitude of each channel of each named activation over the feeds."""
    import onnx
    import onnxruntime

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session = onnxruntime.InferenceSession(
        watched.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    largest: dict[str, NDArray[np.float32]] = {}
    for feed in feeds:
        for name, value in zip(names, session.run(list(names), dict(feed)), strict=True):
            peak = np.abs(value).reshape(-1, value.shape[-1]).max(0)
            largest[name] = np.maximum(largest[name], peak) if name in largest else peak
    return largest


def smooth(model: onnx.ModelProto, feeds: Sequence[Feed]) -> None:
    """Move outliers of activations into the weights, in place; what the graph computes stays."""
    import onnx

    groups = _weighted(model)
    largest = _largest_activations(model, list(groups), feeds)
    constants = {entry.name: entry for entry in model.graph.initializer}
    for number, (name, nodes) in enumerate(groups.items()):
        weights = [onnx.numpy_helper.to_array(constants[node.input[1]]) for node in nodes]
        strongest = np.max([np.abs(weight).max(1) for weight in weights], axis=0)
        scale = np.maximum(largest[name], 1e-4) ** SMOOTHING
        scale /= np.maximum(strongest, 1e-4) ** (1 - SMOOTHING)
        scale = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
        factor, scaled = f"smooth_{number}", f"smooth_{number}_out"
        model.graph.initializer.append(onnx.numpy_helper.from_array(1 / scale, factor))
        first = min(list(model.graph.node).index(node) for node in nodes)
        model.graph.node.insert(first, onnx.helper.make_node("Mul", [name, factor], [scaled]))
        for node, weight in zip(nodes, weights, strict=True):
            smoothed = onnx.numpy_helper.from_array(weight * scale[:, None], node.input[1])
            constants[node.input[1]].CopyFrom(smoothed)
            node.input[0] = scaled


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
    """Write the graph with 8-bit weights; `tables` says whether its word tables are, too."""
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
