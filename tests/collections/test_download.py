"""Lists of files and downloads, from a local service that fails in every way it can."""

from __future__ import annotations

import json
import resource
import threading
from pathlib import Path

import pytest

from compare.collections import (
    Collection,
    accept_licence,
    fetch_collection,
    is_accepted,
    list_files,
    named_collection,
)
from compare.collections.registry import is_safe_address
from compare.errors import CorpusError
from tests.collections.conftest import Service

BY_HAND = r"or download it by hand from https://example\.org/canals and use `compare build "


@pytest.fixture
def collection(canals: dict[str, bytes]) -> Collection:
    """The collection `canals`, whose licence is accepted."""
    found = named_collection("canals")
    accept_licence(found)
    return found


def fetched(collection: Collection, folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in fetch_collection(collection, folder)}


def wanted(canals: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in canals.items() if name != "README.txt"}


def test_files_are_listed_checked_and_kept(
    collection: Collection, canals: dict[str, bytes], service: Service, tmp_path: Path
) -> None:
    listing = list_files(collection)
    assert [file.name for file in listing.files] == ["UNGDC_2021.tgz", "Speakers_by_session.xlsx"]
    assert listing.licence == "CC0 1.0"
    assert listing.size == sum(map(len, wanted(canals).values()))
    seen: list[tuple[int, int]] = []
    paths = fetch_collection(
        collection, tmp_path / "kept", on_progress=lambda done, total: seen.append((done, total))
    )
    assert {path.name: path.read_bytes() for path in paths} == wanted(canals)
    assert seen[-1] == (listing.size, listing.size)
    service.asked.clear()
    assert fetched(collection, tmp_path / "kept") == wanted(canals)
    assert service.asked == []
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == sorted(wanted(canals))


def test_a_table_is_fetched_as_it_was_uploaded(
    service: Service, registry: Path, tmp_path: Path
) -> None:
    registry.write_text(registry.read_text().replace('["UNGDC_*.tgz",', '["*.tsv",'))
    service.publish({"data/speaker.tsv": b"a\tb\n1\t2\n"})
    collection = named_collection("canals")
    accept_licence(collection)
    (path,) = fetch_collection(collection, tmp_path / "kept")
    assert path == tmp_path / "kept" / "data" / "speaker.tsv"
    assert service.asked == [("/api/access/datafile/1?format=original", "")]


def test_a_download_that_breaks_off_continues_where_it_was(
    collection: Collection, canals: dict[str, bytes], service: Service, tmp_path: Path
) -> None:
    service.cut = [100, 0, 20]
    assert fetched(collection, tmp_path) == wanted(canals)
    ranges = [asked for path, asked in service.asked if path == service.asked[0][0]]
    assert ranges == ["", "bytes=100-", "bytes=100-", "bytes=120-"]


def test_what_was_interrupted_for_good_is_kept_and_continued_later(
    collection: Collection, canals: dict[str, bytes], service: Service, tmp_path: Path
) -> None:
    service.cut = [100, 0, 0, 0, 0, 0, 0]
    with pytest.raises(CorpusError, match=r"\(the connection broke off\).*continues after 0\.0 MB"):
        fetch_collection(collection, tmp_path)
    service.cut = []
    service.asked.clear()
    assert fetched(collection, tmp_path) == wanted(canals)
    assert service.asked[0][1] == "bytes=100-"


def test_a_server_without_ranges_sends_the_file_again(
    collection: Collection, canals: dict[str, bytes], service: Service, tmp_path: Path
) -> None:
    service.ranges, service.cut = False, [100]
    assert fetched(collection, tmp_path) == wanted(canals)


def test_an_overloaded_server_is_asked_again(
    collection: Collection, canals: dict[str, bytes], service: Service, tmp_path: Path
) -> None:
    service.statuses = [503, 429, 200]
    assert fetched(collection, tmp_path) == wanted(canals)
    service.statuses = [503] * 5
    with pytest.raises(CorpusError, match=r"\(it answered with 503 Service Unavailable\)"):
        fetch_collection(collection, tmp_path / "again")


def test_a_server_that_stalls_is_given_up(
    collection: Collection, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.collections.services.STALLED_AFTER", 0.05)
    monkeypatch.setattr("compare.collections.download.ATTEMPTS", 2)
    service.pause = 0.5
    with pytest.raises(CorpusError, match=r"\(it sent nothing for 0\.05 seconds\): check the"):
        fetch_collection(collection, tmp_path)


def test_a_wrong_file_is_not_kept(collection: Collection, service: Service, tmp_path: Path) -> None:
    path = "/api/access/datafile/2"
    service.files[path] = bytes(len(service.files[path]))
    with pytest.raises(CorpusError, match=f"its MD5 differs; nothing is kept.*{BY_HAND}"):
        fetch_collection(collection, tmp_path)
    assert list(tmp_path.glob("UNGDC*")) == []


def test_a_longer_file_than_listed_is_refused(
    collection: Collection, service: Service, tmp_path: Path
) -> None:
    service.files["/api/access/datafile/2"] += b"more"
    with pytest.raises(CorpusError, match=r"is longer than https://example\.org/canals says"):
        fetch_collection(collection, tmp_path)


def test_a_partial_file_of_another_version_is_dropped(
    collection: Collection, canals: dict[str, bytes], tmp_path: Path
) -> None:
    whole = canals["UNGDC_2021.tgz"]
    (tmp_path / "UNGDC_2021.tgz.part").write_bytes(b"x" * (len(whole) - 5))
    assert fetched(collection, tmp_path) == wanted(canals)
    (tmp_path / "UNGDC_2021.tgz").write_bytes(b"damaged")
    assert fetched(collection, tmp_path) == wanted(canals)


def test_a_missing_file_or_dataset_says_how_to_go_on(
    collection: Collection, service: Service, tmp_path: Path
) -> None:
    del service.files["/api/access/datafile/2"]
    with pytest.raises(CorpusError, match=f"was answered with 404 Not Found: .*{BY_HAND}"):
        fetch_collection(collection, tmp_path)
    service.lists.clear()
    with pytest.raises(CorpusError, match=f"was answered with 404 Not Found: .*{BY_HAND}"):
        list_files(collection)
    service.server.server_close()
    service.server.shutdown()
    with pytest.raises(CorpusError, match=f"cannot be reached .Connection refused.*{BY_HAND}"):
        list_files(collection)


def test_a_redirect_leaves_tls_to_nowhere(
    collection: Collection, service: Service, tmp_path: Path
) -> None:
    service.redirect = "http://example.org/file"
    with pytest.raises(CorpusError, match=r"which is not behind https://: nothing was fetched"):
        fetch_collection(collection, tmp_path)
    service.redirect = "file:///etc/passwd"
    with pytest.raises(CorpusError, match=f"was answered with 302 Found: .*{BY_HAND}"):
        fetch_collection(collection, tmp_path)


def test_a_full_disk_is_said(
    collection: Collection, canals: dict[str, bytes], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150, before[1]))
    try:
        with pytest.raises(CorpusError, match=r"There is no room for UNGDC_2021\.tgz .*COMPARE_"):
            fetch_collection(collection, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert fetched(collection, tmp_path) == wanted(canals)
    no_room = type("Usage", (), {"free": 10})
    monkeypatch.setattr("compare.collections.download.shutil.disk_usage", lambda path: no_room)
    with pytest.raises(CorpusError, match=r"There is no room for UNGDC_2021\.tgz"):
        fetch_collection(collection, tmp_path / "other")


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>Log in to the hotel's network</html>",
        b"[]",
        b'{"data": {"latestVersion": {"files": "none"}}}',
        b'{"data": {"latestVersion": {"files": [{"dataFile": {}}]}}}',
        b"[" * 100_000,
        b'{"data": null}',
    ],
)
def test_an_answer_that_is_no_list_is_refused(
    collection: Collection, service: Service, answer: bytes
) -> None:
    service.lists["/api/datasets/:persistentId/"] = answer
    with pytest.raises(
        CorpusError, match=f"answered with something else than a list of files: .*{BY_HAND}"
    ):
        list_files(collection)


@pytest.mark.parametrize("name", ["../UNGDC_x.tgz", "/tmp/UNGDC_x.tgz", "a/../../UNGDC_x.tgz"])
def test_a_file_reaches_no_other_folder(
    collection: Collection, service: Service, name: str
) -> None:
    about = {"id": 1, "filename": name, "filesize": 1}
    service.list_files([{"label": "x", "restricted": False, "dataFile": about}])
    with pytest.raises(CorpusError, match="answered with something else than a list of files"):
        list_files(collection)


def test_restricted_and_renamed_files_are_said(collection: Collection, service: Service) -> None:
    about = {"id": 1, "filename": "UNGDC_x.tgz", "filesize": 1}
    service.list_files([{"label": "x", "restricted": True, "dataFile": about}])
    with pytest.raises(CorpusError, match=r"UNGDC_x\.tgz of canals is restricted: ask for access"):
        list_files(collection)
    service.list_files([{"label": "x", "restricted": False, "dataFile": about | {"filename": "y"}}])
    with pytest.raises(CorpusError, match=r"has no file named UNGDC_\*\.tgz, .* but y: it has cha"):
        list_files(collection)
    with pytest.raises(CorpusError, match=r"canals is fetched as a whole: leave --since"):
        list_files(collection, since=2020)


def test_a_page_of_links_gives_the_latest_version_of_each_day(
    service: Service, registry: Path, tmp_path: Path
) -> None:
    names = [
        "debates2030-12-31a.xml", "debates2031-01-01a.xml", "debates2031-01-01c.xml",
        "debates2031-01-01b.xml", "debates2031-01-02a.xml", "debates2031-01-02.xml", "x.xml",
    ]  # fmt: skip
    links = "".join(f'<a href="{name}">{name}</a>' for name in names)
    service.lists["/days/"] = f"<html>{links}<a>no link</a></html>".encode()
    collection = named_collection("days")
    assert [file.name for file in list_files(collection).files] == [
        "debates2031-01-01c.xml",
        "debates2031-01-02a.xml",
    ]
    (first,) = list_files(collection, 2030, 2030).files
    assert first.url == f"{service.url}/days/debates2030-12-31a.xml"
    with pytest.raises(CorpusError, match="links to no file of days from 1990 to 1991: choose"):
        list_files(collection, 1990, 1991)
    for name in names:
        service.files[f"/days/{name}"] = name.encode()
    accept_licence(collection)
    seen: list[tuple[int, int]] = []
    fetch_collection(
        collection, tmp_path / "kept", on_progress=lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (len("debates2031-01-01c.xml") + len("debates2031-01-02a.xml"), 0)


def test_a_link_to_elsewhere_needs_tls(service: Service, registry: Path) -> None:
    service.lists["/days/"] = b'<a href="http://example.org/debates2031-01-01a.xml">day</a>'
    with pytest.raises(CorpusError, match="answered with something else than a list of files"):
        list_files(named_collection("days"))


def test_a_record_of_zenodo_is_checked(service: Service, registry: Path, tmp_path: Path) -> None:
    entry = {
        "key": "mod_x.csv",
        "size": 3,
        "checksum": "md5:900150983cd24fb0d6963f7d28e17f72",
        "links": {"self": f"{service.url}/api/records/7/files/mod_x.csv/content"},
    }
    record = {"metadata": {"license": {"id": "cc-by-4.0"}}, "files": [entry]}
    service.lists["/api/records/7"] = json.dumps(record).encode()
    service.files["/api/records/7/files/mod_x.csv/content"] = b"abc"
    collection = named_collection("tables")
    assert list_files(collection).licence == "cc-by-4.0"
    accept_licence(collection)
    assert fetched(collection, tmp_path / "kept") == {"mod_x.csv": b"abc"}


def test_a_file_without_a_published_checksum_is_resumed_only_if_unchanged(
    service: Service, registry: Path, tmp_path: Path
) -> None:
    service.files["/notes.csv"] = bytes(range(256)) * 4
    collection = named_collection("notes")
    accept_licence(collection)
    service.cut = [300, 0, 0, 0, 0, 0]
    with pytest.raises(CorpusError, match="the connection broke off"):
        fetch_collection(collection, tmp_path / "kept")
    service.files["/notes.csv"] = b"changed" * 100
    service.cut = []
    assert fetched(collection, tmp_path / "kept") == {"speeches.csv": b"changed" * 100}


def test_a_licence_is_accepted_once(canals: dict[str, bytes], tmp_path: Path) -> None:
    collection = named_collection("canals")
    with pytest.raises(CorpusError, match=r"\(CC0 1\.0\) has not been accepted: read it at http"):
        fetch_collection(collection, tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    accept_licence(collection)
    assert is_accepted(collection)
    (tmp_path / "config" / "licences.json").write_text("[")
    assert not is_accepted(collection)


# -- Odd answers, and two at once ---------------------------------------------------------------


def test_two_at_once_take_turns(collection: Collection, service: Service, tmp_path: Path) -> None:
    service.pause = 0.1
    found: list[list[Path]] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(fetch_collection(collection, tmp_path / "kept"))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert len(service.asked) == 2  # each file once


def test_a_page_that_asks_to_log_in_is_no_file(
    service: Service, registry: Path, tmp_path: Path
) -> None:
    service.lists["/notes.csv"] = b"<html>Log in</html>"
    service.kind = "text/html"
    collection = named_collection("notes")
    accept_licence(collection)
    with pytest.raises(CorpusError, match=r"with a web page and not with speeches\.csv"):
        fetch_collection(collection, tmp_path / "kept")
    service.kind, service.lists["/notes.csv"] = "text/csv", b""
    with pytest.raises(CorpusError, match=r"\(it sent an empty file\)"):
        fetch_collection(collection, tmp_path / "kept")
    service.lists["/notes.csv"] = b"words"
    assert fetched(collection, tmp_path / "kept") == {"speeches.csv": b"words"}


def test_what_arrives_before_a_stall_is_kept(
    collection: Collection, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.cut = [30] * 40  # far less than a block
    paths = fetch_collection(collection, tmp_path)
    assert len(paths) == 2
    assert len({asked for path, asked in service.asked if path == service.asked[0][0]}) > 3


def test_files_that_are_not_wanted_do_not_matter(collection: Collection, service: Service) -> None:
    good = {"label": "x", "dataFile": {"id": 1, "filename": "UNGDC_1.tgz", "filesize": -1}}
    others = [
        {"label": "x", "restricted": True, "dataFile": {"id": 2, "filename": "codebook.pdf"}},
        {"label": "x", "dataFile": {"id": 3, "filename": "Read: me.txt", "filesize": 1e999}},
        {"label": "x", "dataFile": {"id": 4, "originalFileFormat": "text/tsv"}},
    ]
    service.list_files([good, *others])
    (file,) = list_files(collection).files
    assert (file.name, file.size) == ("UNGDC_1.tgz", None)
    service.list_files([{**good, "dataFile": {**good["dataFile"], "filesize": 1e999}}])
    with pytest.raises(CorpusError, match="answered with something else than a list of files"):
        list_files(collection)


@pytest.mark.parametrize("folder", ["", "ungdc_1.TGZ"])
def test_two_files_of_one_name_are_refused(
    collection: Collection, service: Service, folder: str
) -> None:
    about = {"id": 1, "filename": "UNGDC_1.tgz", "filesize": 1}
    service.list_files([{"dataFile": about}, {"directoryLabel": folder, "dataFile": about}])
    with pytest.raises(
        CorpusError, match=r"has two files named (ungdc_1\.TGZ/)?UNGDC_1\.tgz: down"
    ):
        list_files(collection)


def test_a_redirect_to_no_address_is_one_sentence(
    collection: Collection, service: Service, tmp_path: Path
) -> None:
    service.redirect = "https://a..b/x"
    with pytest.raises(CorpusError, match=BY_HAND):
        fetch_collection(collection, tmp_path)


def test_no_service_elsewhere_sends_the_program_to_this_machine() -> None:
    here = "http://127.0.0.1:8501/"
    assert is_safe_address(here, local=True)
    assert not is_safe_address(here, local=False)
    assert not is_safe_address(here.replace("http", "https"), local=False)
    assert is_safe_address("https://example.org", local=False)
