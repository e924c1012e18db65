"""A library in PostgreSQL, against one in a folder; servers and programs that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import psycopg
import pytest

from compare.errors import LibraryError
from compare.facade import Library
from compare.library import Filters
from compare.library.backend import backend_at
from compare.library.postgres import database, writer
from compare.library.postgres.schema import MIGRATIONS
from compare.review import PairSelection, Reviews
from compare.statements import Statement
from tests.fakes import HashingEncoder, WordJudge, sample_statements, statement
from tests.postgres_server import Server, new_server
from tests.review.conftest import pair

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("statements", "contents", "countries", "passages")


class CountingEncoder(HashingEncoder):
    """Counts the texts that it embeds."""

    embedded = 0

    def encode(self, texts: Sequence[str], on_progress: object = None) -> np.ndarray:
        self.embedded += len(texts)
        return super().encode(texts, on_progress)


@pytest.fixture
def address(postgres: Server, request: pytest.FixtureRequest) -> str:
    """The address of a library of the one test's own."""
    return postgres.address(f"l{zlib.crc32(request.node.name.encode())}")


def many(count: int, begin: int = 0) -> list[Statement]:
    return [
        statement(
            f"s-{n:05}",
            f"Port {n} must stay open. The {n} blockades of Meren must end.",
            country="Valdoria=VLD",
        )
        for n in range(begin, begin + count)
    ]


def rows(address: str, table: str) -> int:
    """How many rows a table of a library holds, visible or not."""
    name = address.rpartition("library=")[2]
    with psycopg.connect(address.partition("&library=")[0]) as connection:
        return connection.execute(f"SELECT count(*) FROM {name}.{table}").fetchone()[0]


def lists(library: Library, quote: str, **options: object) -> list[object]:
    result = library.search(quote, stance_model=WordJudge(either=True), **options)
    return [
        [(pair.b.statement.id, pair.b.passage.text, pair.similarity) for pair in pairs]
        for pairs in (result.agree, result.oppose, result.neither)
    ]


# -- The same as in a folder ---------------------------------------------------------------------


@pytest.mark.parametrize("exact_up_to", [0, 10**6])
def test_a_search_finds_what_it_finds_in_a_folder(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_up_to: int
) -> None:
    monkeypatch.setattr(writer, "EXACT_UP_TO", exact_up_to)
    statements = [*sample_statements(), *many(300)]
    ours = Library.build(statements, address, HashingEncoder(64))
    theirs = Library.build(statements, tmp_path / "folder", HashingEncoder(64))
    assert ours.digest == theirs.digest
    assert ours.statements() == theirs.statements()
    for filters in (Filters(), Filters(countries=("VLD",)), Filters(not_speakers=("Ada Lorn",))):
        for quote in ("The blockades of Meren must end.", "Port 17 must stay open."):
            found = lists(ours, quote, filters=filters, candidates=50)
            assert found == lists(theirs, quote, filters=filters, candidates=50)
    places = [
        each.positions("The blockade must end.", stance_model=WordJudge(either=True)).placed
        for each in (ours, theirs)
    ]
    assert places[0] == places[1]
    sides = [
        each.compare(
            "Valdoria", "Ostravia", "The blockade must end.", stance_model=WordJudge(either=True)
        ).pairs
        for each in (ours, theirs)
    ]
    assert sides[0] == sides[1]


def test_many_vectors_have_an_index_whose_recall_is_measured_and_told(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "EXACT_UP_TO", 1000)
    monkeypatch.setitem(database._SETTINGS, "hnsw.ef_search", "40")  # more would cost more here
    library = Library.build(many(2000), address, HashingEncoder(64))
    assert library.store.nearest_by.startswith("hnsw, recall 0.9") or (
        library.store.nearest_by == "hnsw, recall 1.000"
    )
    result = library.search("Port 17 must stay open.", stance_model=WordJudge(either=True))
    assert result.provenance.settings["nearest_by"] == library.store.nearest_by
    queries = HashingEncoder(64).encode(["Port 17 must stay open.", "blockades"])
    seen: list[str] = []
    asked = library.store._database.all

    def explained(sql: str, parameters: Sequence[object] = (), **more: bool) -> list[object]:
        if "<#>" in sql:
            plan = asked(f"EXPLAIN {sql}", parameters)
            seen.append("hnsw" if any("passages_hnsw" in line for (line,) in plan) else "scan")
        return asked(sql, parameters, **more)

    monkeypatch.setattr(library.store._database, "all", explained)
    near = library.store.nearest(queries, 20)
    assert seen == ["hnsw", "hnsw"]
    # Deep in a narrow filter, the walk of the graph gives up: then everything is compared.
    narrow = library.store.select(Filters(statement_ids=tuple(e.id for e in many(70, 1900))))
    few = library.store.nearest(queries, 140, narrow)
    assert seen[2:] == ["hnsw", "scan"] * 2 or seen[2:] == ["scan"] * 2
    assert np.sort(few.rows).tolist() == [list(range(3800, 3940))] * 2
    exact = library.store.vectors(np.arange(4000)).astype(np.float64) @ queries.T.astype(np.float64)
    best = np.sort(exact, axis=0)[::-1][:20].T
    assert np.mean(np.isclose(near.scores, best, atol=1e-6)) > 0.9


def test_only_new_texts_are_embedded_and_unchanged_statements_are_not_written(
    address: str,
) -> None:
    encoder = CountingEncoder()
    library = Library.build(many(50), address, encoder)
    assert encoder.embedded == 100
    seen: list[tuple[int, int]] = []
    after = Library.open(address, encoder).update(
        [*many(2), statement("new", "Port 3 must stay open. The harbour is closed.")],
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert encoder.embedded == 101
    assert seen[-1] == (2, 2)
    assert (len(library), len(after)) == (50, 51)
    assert rows(address, "passages") == 102
    again = Library.build([*many(50), statement("new", "It rains.")], address, encoder)
    assert encoder.embedded == 102
    assert (len(again), rows(address, "passages")) == (51, 103)


def test_another_encoder_embeds_everything_anew(address: str) -> None:
    Library.build(many(5), address, HashingEncoder(32))
    for other in (CountingEncoder(32, "other"), CountingEncoder(64)):
        with pytest.raises(LibraryError, match="was built with the encoder"):
            Library.open(address, other)
        library = Library.build(many(5), address, other)
        assert other.embedded == 10
        (vector,) = other.encode(["Port 3 must stay open."])
        assert np.allclose(library.store.nearest(vector[None], 1).scores, 1, atol=1e-3)


# -- Generations ---------------------------------------------------------------------------------


def test_a_reader_keeps_its_generation_until_it_is_closed(address: str) -> None:
    before = Library.build(many(3), address, HashingEncoder())
    shown = before.statements()
    after = before.update([statement("s-00001", "It rains.")], remove=["s-00000"])
    last = after.update([statement("s-00001", "It snows.")])
    assert before.statements() == shown
    assert [entry.text for entry in last.statements(["s-00001"])] == ["It snows."]
    assert [g.generation[:7] for g in (before, after, last)] == ["000001-", "000002-", "000003-"]
    assert rows(address, "statements") == 5
    before.close()
    newest = last.update([statement("z", "It hails.")])
    assert rows(address, "statements") == 4, "the first generation is gone"
    assert (len(newest), len(last)) == (3, 2)


def test_what_is_deleted_is_gone_at_once_from_every_table(address: str) -> None:
    library = Library.build(many(3), address, HashingEncoder())
    after = library.delete(["s-00001", "s-00002"])
    assert [entry.id for entry in after.statements()] == ["s-00000"]
    assert [rows(address, table) for table in TABLES] == [1, 1, 1, 2]
    after.verify()
    query = HashingEncoder().encode(["Port 1"])
    for read in (
        lambda: library.store.nearest(query, 6),
        lambda: library.store.vectors(np.arange(4)),
        lambda: library.store.metadata(np.arange(4)),
    ):
        with pytest.raises(LibraryError, match=r"has been written again, .* open it again"):
            read()
    with pytest.raises(LibraryError, match="There is no statement 's-00001'"):
        after.delete(["s-00001"])


def test_damage_is_found(address: str) -> None:
    library = Library.build(many(3), address, HashingEncoder())
    library.verify()
    name = address.rpartition("library=")[2]
    with psycopg.connect(address.partition("&library=")[0]) as connection:
        connection.execute(f"UPDATE {name}.contents SET data = replace(data, 'Port', 'Fort')")
    with pytest.raises(LibraryError, match="is damaged: 3 statements are not as they were written"):
        library.verify()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("'{'", "expecting property name"),
        ("replace(manifest, '\"dim\": 32', '\"dim\": 0')", "dim: .* equal to 1, not 0"),
        ('replace(manifest, \'"dim": 32\', \'"dim": 32, "dim": 32\')', "field 'dim' twice"),
        ("replace(manifest, '\"program\"', '\"programme\"')", "program: Field required"),
    ],
)
def test_a_damaged_manifest_is_one_sentence_and_a_build_repairs_it(
    address: str, edit: str, said: str
) -> None:
    Library.build(many(3), address, HashingEncoder()).close()
    name = address.rpartition("library=")[2]
    with psycopg.connect(address.partition("&library=")[0]) as connection:
        connection.execute(f"UPDATE {name}.generations SET manifest = {edit}")
    for ask in (Library.open, lambda where: Library.open(where).update([])):
        with pytest.raises(LibraryError, match=f"manifest of its generation 1 cannot .*{said}"):
            ask(address)
    assert len(Library.build(many(3), address, HashingEncoder())) == 3


# -- Writers -------------------------------------------------------------------------------------

WRITER = """
import sys, time
from compare.facade import Library
from tests.library.test_postgres import CountingEncoder, many

class Slow(CountingEncoder):
    def encode(self, texts, on_progress=None):
        if self.embedded >= 40:
            print("halfway", flush=True)
            sys.stdin.readline()
        return super().encode(texts, on_progress)

Slow.at_once = 20
Library.build(many(100), sys.argv[1], Slow())
print("done", flush=True)
"""


def start_writer(address: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout.readline() == "halfway\n"
    return process


def test_a_killed_writer_leaves_nothing_that_is_seen_and_its_vectors_are_reused(
    address: str,
) -> None:
    Library.build(many(4), address, HashingEncoder())
    process = start_writer(address)
    assert rows(address, "passages") > 8
    assert len(Library.open(address)) == 4, "nobody sees a generation that is being written"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stdin.close()
    library = Library.open(address, HashingEncoder())
    assert (len(library), len(library.store)) == (4, 8)
    assert "Port 50" not in {entry.text[:7] for entry in library.browse(query="50")[0]}
    encoder = CountingEncoder()
    whole = Library.build(many(100), address, encoder)
    assert len(whole) == 100
    assert encoder.embedded == 200 - 8 - 40
    whole.verify()
    library.close()
    whole.update([statement("z", "It hails.")])
    assert [rows(address, table) for table in TABLES] == [101, 101, 100, 201]


def test_statistics_of_the_server_hold_no_words_that_were_deleted(address: str) -> None:
    words = "Ada Lorn sold the harbour."
    library = Library.build([*many(9), statement("s-x", words)], address, HashingEncoder())

    def held() -> list[tuple[object, ...]]:
        return library.backend._database.all(
            "SELECT tablename FROM pg_stats WHERE schemaname = %s AND "
            "concat(most_common_vals, histogram_bounds, most_common_elems) LIKE '%%Ada Lorn%%'",
            (address.rpartition("library=")[2],),
        )

    assert held()
    library.delete(["s-x"])
    assert not held()


def test_a_writer_that_waited_does_not_replace_what_it_has_not_seen(address: str) -> None:
    process = start_writer(address)
    refused: list[str] = []

    def build() -> None:
        try:
            Library.build(many(3), address, HashingEncoder())
        except LibraryError as error:
            refused.append(str(error))

    second = threading.Thread(target=build)
    second.start()
    time.sleep(0.5)
    assert not refused, "the second waits for the first"
    with pytest.raises(LibraryError, match="There is no library in postgresql:"):
        Library.open(address)
    process.communicate("\n" * 50)
    second.join()
    assert process.returncode == 0
    assert len(refused) == 1
    assert "Another program has changed the library in" in refused[0]
    library = Library.open(address)
    assert library.generation.startswith("000001-")
    assert len(library.update(many(3))) == len(library)
    assert Library.open(address).generation.startswith("000002-")


# -- Beside the library --------------------------------------------------------------------------


def test_a_document_is_kept_in_the_database(address: str) -> None:
    library = Library.build(many(2), address, HashingEncoder())
    assert library.backend.read_document("notes.json") is None
    library.backend.write_document("notes.json", "{}")
    other = Library.open(address).backend
    assert other.place_of("notes.json").endswith("(notes.json)")
    assert other.read_document("notes.json") == "{}"
    assert library.backend.remove_document("notes.json")
    assert not library.backend.remove_document("notes.json")
    with pytest.raises(LibraryError, match="is in a database, not in a folder"):
        _ = library.folder


def test_reviews_are_kept_in_the_database_and_their_history_only_grows(
    address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = Library.build(many(2), address, HashingEncoder())
    assert Reviews.of(library).all() == []
    review = Reviews.of(library).create("canal", PairSelection.imported([pair(0)]), ["Ada"])
    review.answer("Ada", 1, None)
    assert Library.open(address).review("CANAL").history("Ada")
    name = address.rpartition("library=")[2]
    with psycopg.connect(address.partition("&library=")[0], autocommit=True) as connection:
        for command in (
            "UPDATE {}_reviews.events SET who = 'Cor'",
            "DELETE FROM {}_reviews.events",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
                connection.execute(command.format(name))
    monkeypatch.setenv("COMPARE_REVIEWS", str(tmp_path / "mine.sqlite"))
    assert Reviews.of(library).location == str(tmp_path / "mine.sqlite")


# -- What can be wrong ---------------------------------------------------------------------------


def test_an_address_is_shown_without_its_password() -> None:
    for given in (
        "postgresql://ada:secret@host/db?library=un&sslpassword=secret",
        "postgresql://ada:se/cr@t@host/db?oauth_client_secret=secret&library=un",
        "POSTGRES://ada@host/db?password=secret&library=un",
    ):
        assert str(backend_at(given)) == "postgresql://ada@host/db?library=un"
    with pytest.raises(LibraryError, match="cannot be reached") as raised:
        Library.open("postgresql://ada:50%off@host/db?library=un")
    assert "50%off" not in str(raised.value)
    with pytest.raises(LibraryError, match=r"mysql://… is not where a library can be"):
        Library.open("mysql://ada:secret@host/db")


@pytest.mark.parametrize("name", ["Un", "un' DROP TABLE x", "a" * 41, "1st", "", "un_reviews"])
def test_a_name_that_no_library_can_have_is_refused(name: str) -> None:
    with pytest.raises(LibraryError, match="cannot be the name of a library: use up to 40 lower"):
        backend_at(f"postgresql://host/db?library={name}")


def test_nothing_there_is_said_in_a_sentence(address: str, postgres: Server) -> None:
    backend = backend_at(address)
    assert not backend.exists()
    assert not backend.read_only
    with pytest.raises(LibraryError, match=r"There is no library in postgresql:.*compare build"):
        Library.open(address)
    with pytest.raises(LibraryError, match=r"cannot be reached .*nowhere.* does not exist"):
        Library.open(address.replace("/postgres?", "/nowhere?"))
    with pytest.raises(LibraryError, match=r"cannot be reached .* check that the server runs"):
        Library.open(address.replace(str(postgres.folder), "/tmp/no-such-folder"))
    postgres.sql("CREATE DATABASE plain")
    with pytest.raises(LibraryError, match=r"does not have the extension pgvector: install"):
        Library.open(address.replace("/postgres?", "/plain?"))


def test_a_wrong_password_and_a_reader_who_may_not_write(address: str, postgres: Server) -> None:
    name = address.rpartition("library=")[2]
    library = Library.build(many(3), address, HashingEncoder())
    postgres.sql(
        "CREATE ROLE visitor LOGIN PASSWORD 'right'",
        f"GRANT USAGE ON SCHEMA {name} TO visitor",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO visitor",
    )
    rules = postgres.data / "pg_hba.conf"
    open_to_all = rules.read_text(encoding="utf-8")
    rules.write_text(f"local all visitor scram-sha-256\n{open_to_all}", encoding="utf-8")
    postgres.sql("SELECT pg_reload_conf()")
    visitor = address.replace("user=postgres", "user=visitor&password={}")
    with pytest.raises(LibraryError, match="password authentication failed") as raised:
        Library.open(visitor.format("wrong"))
    assert "wrong" not in str(raised.value)
    seen = Library.open(visitor.format("right"), HashingEncoder())
    assert seen.statements() == library.statements()
    assert seen.read_only
    assert lists(seen, "Port 1 must stay open.")
    for write in (lambda: seen.delete(["s-00001"]), lambda: seen.update(many(9))):
        with pytest.raises(LibraryError, match=r"may not do this \(permission denied"):
            write()
    assert len(Library.open(address)) == 3


def test_who_could_read_passages_can_read_their_translations(
    address: str, postgres: Server
) -> None:
    Library.build(many(3), address, HashingEncoder()).close()
    name = address.rpartition("library=")[2]
    postgres.sql(
        f"DROP TABLE {name}.translations",
        f"DELETE FROM {name}.migrations WHERE number = 2",
        "CREATE ROLE guest LOGIN",
        f"GRANT USAGE ON SCHEMA {name} TO guest",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO guest",
    )
    Library.open(address, HashingEncoder()).update([statement("new", "The canal is open.")])
    seen = Library.open(address.replace("user=postgres", "user=guest"), HashingEncoder())
    assert len(lists(seen, "Port 1 must stay open.")) > 0
    assert len(seen) == 4


def test_a_library_of_a_later_version_is_not_read(address: str, postgres: Server) -> None:
    Library.build(many(1), address, HashingEncoder())
    name = address.rpartition("library=")[2]
    postgres.sql(f"INSERT INTO {name}.migrations VALUES (99)")
    reads = f"has format 99, and this program reads {len(MIGRATIONS)}: get a newer"
    with pytest.raises(LibraryError, match=reads):
        Library.open(address)
    with pytest.raises(LibraryError, match="has format 99"):
        Library.build(many(1), address, HashingEncoder())


def test_a_full_disk_is_said_and_nothing_is_lost(address: str, postgres: Server) -> None:
    library = Library.build(many(3), address, HashingEncoder())
    name = address.rpartition("library=")[2]
    # The server raises the error itself, by the code that it has for a full disk.
    postgres.sql(
        f"CREATE FUNCTION {name}.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        f"CREATE TRIGGER no_room BEFORE INSERT ON {name}.passages "
        f"EXECUTE FUNCTION {name}.no_room()",
    )
    with pytest.raises(LibraryError, match=r"No space left on device.*: make room on the server"):
        library.update(many(9))
    assert len(Library.open(address)) == 3
    postgres.sql(f"DROP TRIGGER no_room ON {name}.passages")
    assert len(library.update(many(9))) == 9


def test_an_old_extension_is_refused(address: str, postgres: Server) -> None:
    postgres.sql("CREATE DATABASE old")
    postgres.sql("CREATE EXTENSION vector", database="old")
    postgres.sql("UPDATE pg_extension SET extversion = '0.7.4'", database="old")
    with pytest.raises(LibraryError, match=r"has pgvector 0.7.4, and 0.8 or later is needed: inst"):
        Library.open(address.replace("/postgres?", "/old?"))


def test_an_id_is_checked_as_in_a_folder(address: str) -> None:
    twice = [statement("a", "It rains."), statement("a", "It snows.")]
    with pytest.raises(LibraryError, match="The id 'a' is used twice"):
        Library.build(twice, address, HashingEncoder())
    library = Library.build(many(2), address, HashingEncoder())
    with pytest.raises(LibraryError, match="There is no statement 'nobody' in the library in post"):
        library.update(remove=["nobody"])
    assert library.backend.current() == library.generation


def test_texts_that_a_database_refuses_are_kept(address: str) -> None:
    odd = replace(
        statement("odd", "It \0 rains, 'quoted' %s and \\ all."), speaker="A\0da", venue="%s; --"
    )
    library = Library.build([odd], address, HashingEncoder())
    assert library.statement("odd") == odd
    assert library.browse(Filters(speakers=("A\0da",), venues=("%s; --",)))[1] == 1
    assert library.store.statements(["a\0b", "\ud800"]) == {}
    assert library.browse(query="' OR 1=1 --")[1] == 0
    assert lists(library, "It'; DROP TABLE statements; -- %s")


# -- Servers that are lost -----------------------------------------------------------------------


def test_a_lost_connection_is_made_again_once(address: str, postgres: Server) -> None:
    library = Library.build(many(3), address, HashingEncoder())
    before = library.statements()
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    postgres.sql(ends)
    assert library.statements() == before
    postgres.sql(ends)
    (query,) = HashingEncoder().encode(["Port 1"])
    assert len(library.store.at_least(query, -1.0)[0]) == 6
    postgres.sql(ends)
    assert library.backend.current() == library.generation


def test_a_standby_takes_over_when_the_primary_is_killed(postgres_programs: Path) -> None:
    with new_server(postgres_programs) as first, new_server(postgres_programs) as second:
        first.make()
        first.start("fsync=off", "synchronous_commit=remote_apply", "synchronous_standby_names=*")
        first.sql("SET synchronous_commit = local; CREATE EXTENSION vector")
        second.run(
            "pg_basebackup", "-h", str(first.folder), "-U", "postgres", "-D", str(second.data),
            "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
        )  # fmt: skip
        second.start("fsync=off")
        hosts = {"host": f"{first.folder},{second.folder}"}
        written = first.address(**hosts, target_session_attrs="read-write")
        library = Library.build(many(20), written, HashingEncoder())

        read = Library.open(second.address(), HashingEncoder())
        assert read.statements() == library.statements()
        assert read.read_only
        with pytest.raises(LibraryError, match=r"only reads .*target_session_attrs=read-write"):
            read.delete(["s-00001"])

        first.kill()
        with pytest.raises(LibraryError, match="cannot be reached"):
            library.statements()
        second.run("pg_ctl", "promote", "-D", str(second.data))
        assert library.statements() == read.statements(), "the same address finds the other server"
        after = library.update(many(5, begin=20))
        assert len(after) == 25
        after.verify()


def test_a_server_that_is_killed_while_it_is_written_to_loses_nothing(
    postgres_programs: Path,
) -> None:
    with new_server(postgres_programs) as server:
        server.make()
        server.start()
        server.sql("CREATE EXTENSION vector")
        Library.build(many(4), server.address(), HashingEncoder()).close()

        class Killing(CountingEncoder):
            at_once = 20

            def encode(self, texts: Sequence[str], on_progress: object = None) -> np.ndarray:
                if self.embedded >= 40:
                    server.kill()
                return super().encode(texts, on_progress)

        with pytest.raises(LibraryError, match=r"The connection to .* was lost .*: try again"):
            Library.build(many(100), server.address(), Killing())
        server.start()
        library = Library.open(server.address(), HashingEncoder())
        assert (len(library), len(library.store)) == (4, 8)
        library.verify()
        encoder = CountingEncoder()
        assert len(Library.build(many(100), server.address(), encoder)) == 100
        assert encoder.embedded == 200 - 8 - 40


def test_without_its_extra_one_sentence_names_it(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from compare.cli.program import main\nmain(['info', '--library', 'postgresql://h/d'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "COMPARE_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "'compare-statements[postgres]'`" in done.stderr
    assert len(done.stderr.splitlines()) == 1
