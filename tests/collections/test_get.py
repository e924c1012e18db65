"""`compare get`, and building a library from a collection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compare.collections import accept_licence, get_collection, named_collection
from compare.facade import Library
from compare.progress import Progress
from tests.collections.conftest import Service
from tests.fakes import HashingEncoder, Ran, runner

Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setattr("compare.models.load_encoder", lambda name=None: HashingEncoder(256))
    return runner(capfd)


def test_the_list_says_what_each_collection_is(run: Run, registry: Path) -> None:
    told: Ran = run("get")
    assert told.code == 0
    for words in ("un-general-debate\n", "CC0 1.0", "10.7910/DVN/KGVSYH", "Jankin", "1946 to 2024"):
        assert words in told.out
    assert "The download has not been tried yet." in told.out
    assert [one["name"] for one in run("get", "--json").json][-1] == "tables"


def test_get_asks_for_the_licence_once_then_fetches_and_builds(
    run: Run, canals: dict[str, bytes], service: Service, tmp_path: Path
) -> None:
    where = tmp_path / "library"
    told: Ran = run("get", "canals", "--library", where)
    assert told.code == 2
    assert "The licence of Debates on canals is CC0 1.0, and by its service CC0 1.0" in told.err
    assert "accept it with --accept-licence" in told.err
    assert not where.exists()
    assert service.asked == []
    told = run("get", "canals", "--library", where, "--accept-licence")
    assert told.code == 0, told.err
    assert f"{where}: 1 statement, 1 passage.\n" in told.out
    assert "Cite: Ada Made-Up, Debates on canals." in told.out
    service.asked.clear()
    data = run("get", "canals", "--library", where, "--json").json
    assert (data["statements"], data["read"]["format"]) == (1, "ungdc")
    assert service.asked == []
    shown = run("show", "--library", where, "--json").json["statements"][0]
    assert shown["speaker"] == "Ada Made-Up"


def test_a_library_that_exists_keeps_its_statements(
    run: Run, canals: dict[str, bytes], tmp_path: Path
) -> None:
    corpus, where = tmp_path / "own.csv", tmp_path / "library"
    corpus.write_text("id,text\nown,We wait.\n")
    run("build", "--corpus", corpus, "--library", where)
    run("get", "canals", "--library", where, "--accept-licence")
    assert Library.open(where).store.ids() == {"own", "ungdc-ISL-76-2021"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such"], "There is no collection 'no-such': choose one of"),
        (["canals", "--since", "2020"], "canals is fetched as a whole: leave --since"),
        (["canals", "--library", "a;b"], "a;b"),
    ],
)
def test_bad_requests_are_one_sentence(
    run: Run, canals: dict[str, bytes], arguments: list[str], message: str
) -> None:
    told: Ran = run("get", *arguments, "--accept-licence")
    assert told.code == 2
    assert message in told.err
    assert "Traceback" not in told.err


def test_each_step_shows_its_progress(canals: dict[str, bytes], tmp_path: Path) -> None:
    seen: dict[str, list[tuple[int, int]]] = {}

    @contextmanager
    def steps(does: str, counts: str) -> Iterator[Progress]:
        calls = seen.setdefault(f"{does}: {counts}", [])
        yield lambda done, total: calls.append((done, total))

    collection = named_collection("canals")
    accept_licence(collection)
    library, report = get_collection(
        collection, tmp_path / "library", encoder=HashingEncoder(64), steps=steps
    )
    assert (len(library), report.account.written) == (1, 1)
    assert list(seen) == [
        "Downloading: bytes", "Reading statements: statements read", "Embedding: passages read"
    ]  # fmt: skip
    assert seen["Embedding: passages read"][-1] == (1, 1)
