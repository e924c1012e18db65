"""`compare build`, `show`, `delete` and `info`."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import STATEMENTS, Run
from tests.fakes import HashingEncoder


def test_build_reads_files_and_says_what_it_skipped(run: Run, tmp_path: Path, corpus: Path) -> None:
    more = tmp_path / "more.csv"
    more.write_text("id,text,date\nc,We wait.,2020\nd,We hope.,someday\n")
    folder = tmp_path / "library"
    told = run("build", "--corpus", corpus, more, "--library", folder)
    assert told.code == 0
    assert told.out == f"{folder}: 3 statements, 3 passages.\n"
    assert "Problem: " in told.err
    assert "more.csv" in told.err
    assert "'someday'" in told.err
    assert "1 skipped.\n" in told.err
    data = run("build", "--corpus", corpus, "--corpus", more, "--library", folder, "--json").json
    assert (data["statements"], data["read"]) == (3, 3)
    (problem,) = data["skipped"]
    assert (problem["line"], problem["column"], problem["value"]) == (3, "date", "someday")


def test_strict_building_stops_at_a_bad_row(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("id,text,date\nc,We wait.,someday\n")
    for strict in (["--strict"], []):
        told = run("build", "--corpus", bad, "--library", tmp_path / "library", *strict)
        assert (told.code, "someday" in told.err) == (2, True)
        assert not (tmp_path / "library").exists()


def test_building_over_a_library_drops_nothing_unasked(
    run: Run, tmp_path: Path, corpus: Path
) -> None:
    folder, other = tmp_path / "library", tmp_path / "other.csv"
    other.write_text("id,text\nz,We wait.\n")
    run("build", "--corpus", corpus, "--library", folder)
    told = run("build", "--corpus", other, "--library", folder)
    assert told.code == 2
    assert "holds 2 statements that the corpus does not have (the first is 'a')" in told.err
    assert run("build", "--corpus", other, "--library", folder, "--add").code == 0
    assert run("show", "--library", folder, "--json").json["total"] == 3
    assert run("build", "--corpus", other, "--library", folder, "--force").code == 0
    assert run("show", "--library", folder, "--json").json["total"] == 1


def test_build_maps_columns(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("nr,worte,wer\n1,We wait.,Eve\n")
    folder = tmp_path / "library"
    mapping = ("--map", "worte=text", "--map", "wer=speaker", "--map", "nr=id")
    assert run("build", "--corpus", tmp_path / "own.csv", "--library", folder, *mapping).code == 0
    assert run("show", "1", "--library", folder, "--json").json["statement"]["speaker"] == "Eve"


def test_show_gives_a_statement_with_its_passages(run: Run) -> None:
    data = run("show", "agree-1", "--json").json
    assert data["statement"] == STATEMENTS[1].to_dict()
    assert [passage["text"] for passage in data["passages"]] == [STATEMENTS[1].text]
    assert data["also_said"] == []
    told = run("show", "agree-1")
    assert "country: Ostravia" in told.out
    assert "passage 1 (0-52): We say that the blockade" in told.out
    assert len(run("show", "agree-1", "own", "--json").json) == 2


def test_show_lists_and_finds(run: Run) -> None:
    lines = run("show").out.splitlines()
    assert lines[-1] == "4 of 4 statements."
    assert "agree-1\t2021-06-01\tBren Tal\tOstravia\tWe say that" in run("show").out
    assert run("show", "--find", "timber").out.startswith("other\t")
    data = run("show", "--only-country", "Ostravia", "--limit", "1", "--offset", "1", "--json").json
    assert (data["total"], data["offset"], len(data["statements"])) == (2, 1, 1)


def test_delete_removes_for_good(run: Run, tmp_path: Path, corpus: Path) -> None:
    folder = tmp_path / "library"
    run("build", "--corpus", corpus, "--library", folder)
    told = run("delete", "a", "--library", folder)
    assert told.out == f"{folder}: 1 deleted, 1 statements left.\n"
    assert run("show", "a", "--library", folder).code == 2
    data = run("delete", "b", "--library", folder, "--json").json
    assert data == {"deleted": ["b"], "statements": 0}


def test_info_says_what_the_library_is(run: Run, library: Path) -> None:
    data = run("info", "--verify", "--json").json
    assert (data["statements"], data["verified"]) == (4, True)
    assert data["encoder"] == {
        "name": "hashing",
        "digest": HashingEncoder(256).digest,
        "dim": 256,
    }
    assert data["stance"] == {"name": "judge", "digest": "5" * 64}
    assert f"library: {library}\n" in run("info").out
    assert "verified: no\n" in run("info").out
    assert sum(data["languages"].values()) == 4
    tags = (f"{tag or 'not given'} {n}" for tag, n in data["languages"].items())
    assert f"languages: {', '.join(tags)}\n" in run("info").out


def test_info_finds_damage(run: Run, tmp_path: Path, corpus: Path) -> None:
    folder = tmp_path / "library"
    run("build", "--corpus", corpus, "--library", folder)
    (vectors,) = folder.glob("generations/*/vectors.npy")
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    told = run("info", "--verify", "--library", folder)
    assert (told.code, "The library is damaged" in told.err) == (2, True)
