"""Run ONNX graphs on one text, or one pair of texts, at a time, with one thread per core.

Without padding, a result does not depend on its batch or the number of threads, and each run can
quantise activations with its own scale. This is also faster than padded batches.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compare.errors import ModelError
from compare.files import file_sha256
from compare.models.values import Stance
from compare.progress import Progress
from compare.safe_text import one_line
from compare.strict_json import read_json
from compare.strict_model import check, fields

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Feed = Mapping[str, NDArray[np.int64]]
MANIFEST = "manifest.json"
"""File next to shipped weights: file digests, and how the weights were made and measured."""

_REPORT_EVERY = 64
_SURROGATES = re.compile("[\ud800-\udfff]")
# On a CPU these fused kernels are slower than the separate ones: a pair takes 25 % longer.
_SLOW_FUSIONS = ["SkipLayerNormFusion", "BiasGeluFusion"]


def thread_count() -> int:
    """Return the number of threads: `COMPARE_THREADS`, else the cores available to the process."""
    given = os.environ.get("COMPARE_THREADS", "")
    if given.isdecimal() and int(given) > 0:
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_manifest(folder: Path, table: str = "model manifest") -> Mapping[str, Any]:
    """Return the manifest of shipped weights.

    Args:
        folder: The folder of the weights.
        table: The table of `dictionary.tsv` with the fields that are needed. The others,
            which say how the weights were made and measured, are not checked.

    Raises:
        ModelError: It cannot be read, or a field is missing, of another type or out of its range.
    """
    path = folder / MANIFEST
    try:
        manifest = read_json(path.read_bytes())
        if not isinstance(manifest, dict):
            raise ValueError("it is not an object")
        needed = [field.name for field in fields(table)]
        check(table, {name: manifest[name] for name in needed if name in manifest})
        calibrations = manifest["calibrations"] if "calibrations" in needed else {}
        for use, calibration in calibrations.items():
            for of in filter(None, (calibration, calibration["same_actor"])):
                for part in ("scale", "shift"):
                    if (count := len(of[part])) != len(Stance):
                        raise ValueError(
                            f"calibrations.{use}.{part}: it has {count} numbers, not 3"
                        )
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path}: the model's manifest cannot be read ({error}): install the program again."
        ) from error
    return manifest


def check_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raise ModelError if a file of shipped weights is missing or differs from the manifest."""
    for name, digest in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path} is missing: install the program again.")
        if (found := file_sha256(path)) != digest:
            raise ModelError(
                f"{path} has the sha256 {found[:12]}…, not {digest[:12]}… as its manifest says: "
                "install the program again."
            )


def clean_text(text: str) -> str:
    """Replace lone surrogates, which tokenizers reject."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def load_tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    """Load a `tokenizer.json`, truncating at `max_tokens` without padding.

    Raises:
        ModelError: It cannot be read.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises no other class
        raise ModelError(
            f"{path} cannot be loaded ({one_line(str(error))}): install the program again."
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    tokenizer.encode_special_tokens = True  # a "</s>" in an untrusted text is read as words
    return tokenizer


@cache
def _saturates(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether sums of signed 8-bit products can saturate: on x86-64 without VNNI.

    Only Linux lists the processor's flags; elsewhere the probes of `make test` would show it.
    """
    try:
        flags = cpuinfo.read_text(encoding="utf-8").split()
    except OSError:
        return False
    return "avx2" in flags and not any(flag.endswith("vnni") for flag in flags)


class GraphRunner:
    """An ONNX graph on the CPU, run on small feeds by a pool of threads."""

    def __init__(self, graph: Path | bytes) -> None:
        """Load the graph.

        Raises:
            ModelError: The runtime cannot read it.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        if _saturates():
            # Unsigned weights are exact on such a processor, at about half the speed.
            options.add_session_config_entry("session.x64quantprecision", "1")
        source = graph if isinstance(graph, bytes) else str(graph)
        try:
            self._session = onnxruntime.InferenceSession(
                source,
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOW_FUSIONS,
            )
        except Exception as error:  # the runtime's errors have no common base class
            where = "the exported graph" if isinstance(graph, bytes) else str(graph)
            raise ModelError(
                f"{where} cannot be loaded ({error}): install the program again."
            ) from error
        self.inputs = tuple(entry.name for entry in self._session.get_inputs())
        self.outputs = tuple(entry.name for entry in self._session.get_outputs())

    def output(self, name: str, feed: Feed) -> NDArray[np.float32]:
        """Return a named output of one feed."""
        return np.asarray(self._session.run([name], dict(feed))[0], np.float32)

    def run(
        self, feeds: Sequence[Feed], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """Return the first output of each feed, of one text or pair: float32 [feeds, width]."""
        # The longest first, so that no thread ends with a long one while the others are idle.
        order = sorted(range(len(feeds)), key=lambda n: -_length(feeds[n]))
        found: list[NDArray[np.float32] | None] = [None] * len(feeds)
        with ThreadPoolExecutor(thread_count()) as pool:
            results = pool.map(lambda n: self.output(self.outputs[0], feeds[n]), order)
            try:
                for done, (n, row) in enumerate(zip(order, results, strict=True), start=1):
                    found[n] = row[0]
                    if on_progress and (done % _REPORT_EVERY == 0 or done == len(feeds)):
                        on_progress(done, len(feeds))
            except BaseException:  # such as an interruption that `on_progress` raises
                pool.shutdown(cancel_futures=True)
                raise
        return np.asarray(found, np.float32)


def _length(feed: Feed) -> int:
    return int(next(iter(feed.values())).shape[1])
