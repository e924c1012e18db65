"""Models that read on all machines of a Ray cluster (the extra `ray`).

The work is cut into parts of some dozen texts or pairs. Any free core reads a part; if its process
or machine ends, another one reads it again. The numbers of the shipped models do not depend on what
they read at once, so results are the same, byte for byte, as on one machine with such processors.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from compare.errors import CompareError, ModelError, not_installed
from compare.models.loading import load_encoder, load_stance_model
from compare.models.protocols import Encoder, StanceModel
from compare.models.stance import CascadeStance
from compare.progress import Progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from compare.models.values import InputPair, Use

    Floats = NDArray[np.float32]

LOCAL = "local"
"""The address of a cluster that is started on this machine and ends with the program."""

_TEXTS, _PAIRS = 128, 32  # in a part: a third of a second of the encoder, or of the fast model
_PARTS_PER_CORE = 4
_WAIT = 30  # seconds between two looks at whether there are machines
_MOST_RETRIES = 10  # of a part whose process or machine ended


class Cluster:
    """A connection to a Ray cluster; a process has one."""

    def __init__(self, address: str) -> None:
        """Connect to the cluster at an address, such as "auto" or "host:6379", or start one.

        Raises:
            CompareError: The extra is not installed, or nothing answers at the address.
        """
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        if (
            address != LOCAL and _has_token()
        ):  # Ray itself looks for one only as it starts a cluster
            os.environ.setdefault("RAY_AUTH_MODE", "token")
        if find_spec("ray") is None:
            raise CompareError(not_installed("Ray", "ray"))
        try:
            _knock(address)
        except (OSError, ValueError) as error:
            raise _no_cluster(address, error) from error
        import ray  # reads its variables once

        self._ray: Any = ray
        self.address = address
        self._remote: dict[Callable[..., Any], Any] = {}
        if ray.is_initialized():
            return
        more: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {}
        try:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **more)
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            raise _no_cluster(address, error) from error
        # Ray prints on standard output that a machine was lost, even so.
        ray._private.worker.print_to_stdstream = lambda *_, **__: None

    @property
    def cores(self) -> int:
        """Return how many parts are read at the same time, 0 if no machine is left."""
        return int(self._ray.cluster_resources().get("CPU", 0))

    def map(
        self,
        work: Callable[..., Any],
        fixed: Sequence[Any],
        items: Sequence[Any],
        size: int,
        on_progress: Progress | None = None,
    ) -> list[Any]:
        """Return what `work` returns for the fixed arguments and each part of the items, in order.

        Raises:
            CompareError: `work` raised it, or the cluster was lost.
        """
        parts = [items[start : start + size] for start in range(0, len(items), size)]
        if work not in self._remote:
            options = {"num_cpus": 1, "max_retries": _MOST_RETRIES}
            self._remote[work] = self._ray.remote(**options)(work)
        submit = self._remote[work]
        results: list[Any] = [None] * len(parts)
        reading: dict[Any, int] = {}
        begun = done = 0
        try:
            while begun < len(parts) or reading:
                while begun < len(parts) and len(reading) < _PARTS_PER_CORE * max(1, self.cores):
                    reading[submit.remote(*fixed, parts[begun])] = begun
                    begun += 1
                for ready in self._wait_for_some([*reading]):
                    number = reading.pop(ready)
                    results[number] = self._ray.get(ready)
                    done += len(parts[number])
                if on_progress:
                    on_progress(done, len(items))
        except self._ray.exceptions.RayError as error:
            raise self._plain(error) from error
        finally:
            for left in reading:
                self._ray.cancel(left)
        return results

    def _wait_for_some(self, reading: list[Any]) -> list[Any]:
        """Return those that are ready, maybe none yet."""
        ready: list[Any] = self._ray.wait(reading, num_returns=1, timeout=_WAIT)[0]
        if not ready and not self.cores:
            raise CompareError(
                f"The Ray cluster at {self.address} has no cores left: start a machine, then the "
                "command again; it goes on where it ended."
            )
        return ready

    def _plain(self, error: Exception) -> CompareError:
        """Return an error of Ray as one sentence."""
        cause = getattr(error, "cause", None)
        if isinstance(cause, CompareError):
            return cause
        if isinstance(error, self._ray.exceptions.RayTaskError):
            return CompareError(
                f"A machine of the Ray cluster failed ({_first_line(cause or error)}): install the "
                "same version of the program on all."
            )
        return CompareError(
            f"The Ray cluster at {self.address} did not finish ({type(error).__name__}): start the "
            "command again, and it goes on where it ended."
        )


class RayEncoder(Encoder):
    """An encoder on the cores of a cluster."""

    def __init__(self, name: str | None, cluster: Cluster) -> None:
        """Take what `load_encoder` takes; every machine of the cluster has the model.

        Raises:
            ModelError: The model is not on this machine.
        """
        encoder = load_encoder(name)
        self.name, self.digest, self.dim = encoder.name, encoder.digest, encoder.dim
        self.languages = encoder.languages
        self.at_once = _TEXTS * _PARTS_PER_CORE * max(1, cluster.cores)
        self._cluster = cluster
        self._fixed = (_absolute(name), self.digest)

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Floats:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        return np.concatenate(self._cluster.map(_encode, self._fixed, texts, _TEXTS, on_progress))


class RayStance(StanceModel):
    """One stage of a stance model on the cores of a cluster; `mark` runs on this machine."""

    def __init__(self, stage: StanceModel, name: str | None, number: int, cluster: Cluster) -> None:
        """Take a stage, the name for `load_stance_model`, and the stage's number there."""
        self.name, self.digest, self.languages = stage.name, stage.digest, stage.languages
        self.use, self.same_actor = stage.use, stage.same_actor
        self.at_once = _PAIRS * _PARTS_PER_CORE * max(1, cluster.cores)
        self._stage, self._cluster = stage, cluster
        self._fixed = (_absolute(name), number, self.digest, self.use)

    def for_use(self, use: Use) -> RayStance:
        name, number, *_ = self._fixed
        return RayStance(self._stage.for_use(use), name, number, self._cluster)

    def score_parts(
        self, pairs: Sequence[InputPair], on_progress: Progress | None = None
    ) -> tuple[Floats, list[InputPair]]:
        if not pairs:
            return np.zeros((0, 3), np.float32), []
        found = self._cluster.map(_score, self._fixed, pairs, _PAIRS, on_progress)
        return (
            np.concatenate([scores for scores, _ in found]),
            [part for _, parts in found for part in parts],
        )

    def calibrate(self, mean: Floats) -> Floats:
        return self._stage.calibrate(mean)

    def mark(self, pair: InputPair) -> tuple[Floats, Floats] | None:
        return self._stage.mark(pair)


def stance_on(cluster: Cluster, name: str | None = None) -> StanceModel:
    """Return the stance model of a name, as `load_stance_model` takes it, on a cluster."""
    model = load_stance_model(name)
    stages = [RayStance(each, name, n, cluster) for n, each in enumerate(model.stages)]
    return CascadeStance(*stages) if len(stages) > 1 else stages[0]


def _first_line(error: BaseException) -> str:
    words = error.strerror if isinstance(error, OSError) else None
    lines = str(words or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _absolute(name: str | None) -> str | None:
    """Return the name of a model as workers find it: a folder by its whole path."""
    return str(Path(name).resolve()) if name and Path(name).is_dir() else name


def _has_token() -> bool:
    """Tell whether there is a token for clusters that ask for one."""
    named = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    return bool(named) or (Path.home() / ".ray" / "auth_token").is_file()


def _no_cluster(address: str, why: Exception) -> CompareError:
    return CompareError(
        f"There is no Ray cluster at {address} that lets this program in ({_first_line(why)}): "
        f"start one with `ray start --head`, copy its token, or write {LOCAL}."
    )


def _knock(address: str) -> None:
    """Raise OSError or ValueError if nothing listens at an address; Ray would try for minutes."""
    if address in ("auto", LOCAL):
        return
    host, _, port = address.rpartition(":")
    if not (host and port.isascii() and port.isdigit()):
        raise ValueError("an address is HOST:PORT or auto")
    socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()


# -- On a worker ---------------------------------------------------------------------------------


def _encode(name: str | None, digest: str, texts: Sequence[str]) -> Floats:
    return _same(_encoder(name), digest).encode(texts)


def _score(
    name: str | None, number: int, digest: str, use: Use | None, pairs: Sequence[InputPair]
) -> tuple[Floats, list[InputPair]]:
    stage = _same(_model(name).stages[number], digest)
    return (stage.for_use(use) if use else stage).score_parts(pairs)


@lru_cache(maxsize=1)
def _encoder(name: str | None) -> Encoder:
    os.environ.setdefault("COMPARE_THREADS", "1")  # each core runs a process of its own
    return load_encoder(name)


@lru_cache(maxsize=1)
def _model(name: str | None) -> StanceModel:
    os.environ.setdefault("COMPARE_THREADS", "1")
    return load_stance_model(name)


Model = TypeVar("Model", Encoder, StanceModel)


def _same(model: Model, digest: str) -> Model:
    """Return the model if it is the one that the program reads with."""
    if model.digest != digest:
        raise ModelError(
            f"A machine of the cluster has another {model.name}: install the same version of the "
            "program on all."
        )
    return model
