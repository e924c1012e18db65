"""Models on a Ray cluster: the same numbers, whatever process or machine ends on the way."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from compare.errors import CompareError, ModelError
from compare.facade import Library
from compare.models import ModelInput, load_encoder, load_stance_model
from compare.models.on_ray import Cluster, RayEncoder, stance_on
from compare.results import Result
from tests.fakes import statement

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [f"Port {n} of Meren must stay open for all." for n in range(150)]  # two parts
PAIRS = [(ModelInput(one), ModelInput(other)) for one, other in pairwise(TEXTS[:41])]


def slow_squares(folder: str, numbers: Sequence[int]) -> list[int]:
    """Some work that takes a while, and notes which process did it."""
    time.sleep(0.4)
    (Path(folder) / str(os.getpid())).touch()
    return [number**2 for number in numbers]


def refused(_: Sequence[int]) -> None:
    raise ModelError("The model is not here.")


class Nodes:
    """Two nodes of a cluster on this machine, with one core each."""

    def __init__(self) -> None:
        # The paths of Ray's sockets may have 107 characters.
        self.folder = tempfile.mkdtemp(prefix="ray-")
        self.started: list[subprocess.Popen[bytes]] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        common = ("--node-ip-address=127.0.0.1", "--num-cpus=1", "--disable-usage-stats", "--block")
        small = ("--object-store-memory=100000000",)
        node = subprocess.Popen(
            [Path(sys.executable).parent / "ray", "start", *arguments, *common, *small],
            env={**os.environ, "RAY_TMPDIR": self.folder, "PYTHONPATH": str(ROOT)},
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.started.append(node)
        return node

    def wait_for_head(self) -> None:
        """Wait until the first node listens."""
        for _ in range(300):
            address = ("127.0.0.1", self.port)
            with suppress(OSError), socket.create_connection(address, timeout=1):
                return
            time.sleep(0.1)

    def end(self, node: subprocess.Popen[bytes], how: signal.Signals) -> None:
        """End a node with all its processes."""
        for pid in [*descendants(node.pid), node.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        node.wait()
        node.stdout.close()

    def close(self) -> None:
        for node in self.started:
            if node.returncode is None:
                self.end(node, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def descendants(pid: int) -> list[int]:
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += [*descendants(int(child)), int(child)]
    return found


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    nodes = Nodes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", "a-token-of-many-letters-and-digits-1234567890")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        import ray  # reads these variables

        try:
            nodes.start("--head", f"--port={nodes.port}", "--include-dashboard=false")
            nodes.wait_for_head()
            nodes.start(f"--address={nodes.address}")
            yield nodes
        finally:
            ray.shutdown()
            nodes.close()


@pytest.fixture(scope="module")
def cluster(nodes: Nodes) -> Cluster:
    for _ in range(60):
        try:
            found = Cluster(nodes.address)
        except CompareError:
            time.sleep(0.5)
            continue
        if found.cores == 2:
            return found
        time.sleep(0.5)
    raise RuntimeError("the cluster did not start")


def test_vectors_and_scores_are_the_same_as_on_one_machine(cluster: Cluster) -> None:
    seen: list[tuple[int, int]] = []
    encoder = RayEncoder(None, cluster)
    vectors = encoder.encode(TEXTS, lambda done, total: seen.append((done, total)))
    here = load_encoder()
    assert (encoder.name, encoder.digest, encoder.dim) == (here.name, here.digest, here.dim)
    np.testing.assert_array_equal(vectors, here.encode(TEXTS))
    assert seen[-1] == (len(TEXTS), len(TEXTS))
    assert encoder.encode([]).shape == (0, 384)
    model, known = stance_on(cluster), load_stance_model()
    assert (model.name, model.digest) == (known.name, known.digest)
    for stage, same in zip(model.stages, known.stages, strict=True):
        scores, parts = stage.score_parts(PAIRS)
        expected, expected_parts = same.score_parts(PAIRS)
        np.testing.assert_array_equal(scores, expected)
        assert parts == expected_parts
        assert (stage.name, stage.digest) == (same.name, same.digest)


def test_hostile_texts_are_read_as_on_one_machine(cluster: Cluster) -> None:
    odd = ["\x00 🙂 مرحبا \ud800 \u202e", "a." * 10_000, "", "{{7*7}} __reduce__", "\n" * 999]
    vectors = RayEncoder(None, cluster).encode(odd)
    np.testing.assert_array_equal(vectors, load_encoder().encode(odd))
    pairs = [(ModelInput(one), ModelInput(other)) for one, other in pairwise(odd)]
    (scores, parts), (expected, same) = (
        model.stages[0].score_parts(pairs) for model in (stance_on(cluster), load_stance_model())
    )
    np.testing.assert_array_equal(scores, expected)
    assert parts == same


def test_a_library_is_the_same_file_for_file(cluster: Cluster, tmp_path: Path) -> None:
    statements = [statement(f"s{n}", text) for n, text in enumerate(TEXTS)]
    ours = Library.build(statements, tmp_path / "ours", RayEncoder(None, cluster))
    theirs = Library.build(statements, tmp_path / "theirs", load_encoder())
    assert ours.manifest.files == theirs.manifest.files
    assert ours.generation == theirs.generation


def test_what_a_worker_refuses_is_said_here(cluster: Cluster) -> None:
    with pytest.raises(ModelError, match="The model is not here"):
        cluster.map(refused, (), range(4), 2)
    encoder = RayEncoder(None, cluster)
    encoder._fixed = (None, "another digest")
    told = r"has another all-MiniLM-L6-v2\+languages: install the same version"
    with pytest.raises(ModelError, match=told):
        encoder.encode(["A text."])


def test_a_killed_process_costs_its_part_only(cluster: Cluster, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill() -> None:
        while not (found := [int(path.name) for path in tmp_path.iterdir()]):
            time.sleep(0.05)
        os.kill(found[0], signal.SIGKILL)
        killed.append(found[0])

    killing = threading.Thread(target=kill)
    killing.start()
    found = cluster.map(slow_squares, (str(tmp_path),), range(40), 4)
    killing.join()
    assert [number for part in found for number in part] == [n**2 for n in range(40)]
    assert killed
    assert {int(path.name) for path in tmp_path.iterdir()} > set(killed)


def test_a_killed_machine_costs_its_parts_only(
    cluster: Cluster, nodes: Nodes, tmp_path: Path
) -> None:
    ending = threading.Timer(1, nodes.end, (nodes.started[1], signal.SIGKILL))
    ending.start()
    found = cluster.map(slow_squares, (str(tmp_path),), range(40), 4)
    ending.join()
    assert [number for part in found for number in part] == [n**2 for n in range(40)]


BUILD = """
import sys
from compare.cli.program import main
main(["build", "--corpus", sys.argv[1], "--library", sys.argv[2], "--ray", sys.argv[3]])
"""


def test_a_build_whose_program_is_killed_goes_on(cluster: Cluster, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.csv"
    # More than is encoded at once.
    lines = [f"s{n},Lock {n} of the canal of Meren must be open to all." for n in range(1500)]
    corpus.write_text("\n".join(["id,text", *lines]), encoding="utf-8")
    command = [sys.executable, "-c", "from compare.library import sqlite_writer\n"
               f"sqlite_writer._SAVED_EVERY = 0.0\n{BUILD}"]  # fmt: skip
    arguments = [*command, str(corpus), str(tmp_path / "ours"), cluster.address]
    first = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.PIPE)
    unfinished = tmp_path / "ours" / "generations" / ".unfinished" / "unfinished.json"
    while not unfinished.exists():
        assert first.poll() is None, first.stderr.read()
        time.sleep(0.05)
    first.kill()
    first.communicate()
    assert unfinished.exists()
    again = subprocess.run(arguments, cwd=ROOT, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr
    assert again.stdout.decode() == f"{tmp_path / 'ours'}: 1,500 statements, 1,500 passages.\n"
    alone = [*arguments[:4], str(tmp_path / "alone")]
    alone[2] = alone[2].replace(', "--ray", sys.argv[3]', "")
    subprocess.run(alone, cwd=ROOT, check=True, capture_output=True)
    generations = {Library.open(tmp_path / name).generation for name in ("ours", "alone")}
    assert len(generations) == 1


def test_a_command_prints_and_keeps_the_same(cluster: Cluster, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "compare", "sides", "China gives aid.", "--json"]
    sides = ["--a", "country=China", "--b", "country=United States"]
    printed, read = [], []
    for more in ([], ["--ray", cluster.address]):
        environment = {**os.environ, "COMPARE_CACHE": str(tmp_path / f"cache{len(more)}")}
        kept = tmp_path / f"kept{len(more)}.json"
        done = subprocess.run(
            [*command, *sides, *more, "--out", str(kept)],
            cwd=ROOT, env=environment, capture_output=True, check=True,
        )  # fmt: skip
        result = Result.load(kept)
        assert result.pairs
        read.append((result.pairs, result.placed))
        printed.append(re.sub(rb'"(date|searched_on)": "20[^"]*T[^"]*"', b"", done.stdout))
    assert printed[0] == printed[1]
    assert read[0] == read[1]


def test_no_cluster_and_no_ray_are_said_in_a_sentence(tmp_path: Path) -> None:
    script = "import sys; {}\nfrom compare.cli.program import main\nmain(sys.argv[1:])"
    arguments = ("search", "The port must be open.", "--ray", "127.0.0.1:1")
    for before, said in (
        ("sys.modules['ray'] = None", "'compare-statements[ray]'`"),
        ("pass", "There is no Ray cluster at 127.0.0.1:1"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", script.format(before), *arguments], cwd=ROOT, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
