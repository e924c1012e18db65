"""Libraries whose statements have translations, in files and in a database."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compare.comparison.retrieval import with_readable_languages
from compare.errors import LibraryError
from compare.export.json_files import result_from_json, result_to_json
from compare.facade import Library
from compare.library import Filters
from compare.library.postgres.database import Database
from compare.results import Excerpt
from compare.statements import Quote, TranslatedBy, WordsRead, split_statement
from tests.fakes import HashingEncoder, WordJudge, all_vectors, sample_statements, statement

TRANSLATED = statement(
    "ostrava-9",
    "Блокада порта Мерен не закончится. Вальдория заложила там мины.",
    speaker="Bren Tal",
    country="Ostravia",
    language="ru",
    translation="The blockade of Port Meren will not end. Valdoria laid mines there.",
    translation_language="en",
    translated_by=TranslatedBy.OFFICIAL,
)
FRENCH = replace(
    TRANSLATED,
    id="ostrava-8",
    translation="Le blocus ne finira pas. La Valdorie y a mis des mines.",
    translation_language="fr",
)
STATEMENTS = [*sample_statements(), TRANSLATED, FRENCH]

Place = Callable[[str], str]


@pytest.fixture(params=["files", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "files":
        return lambda name: str(tmp_path / name)
    server = request.getfixturevalue("postgres")
    prefix = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:8]
    return lambda name: server.address(f"t_{prefix}_{name}")


@pytest.fixture
def library(place: Place) -> Library:
    return Library.build(STATEMENTS, place("one"), HashingEncoder())


def passages(library: Library, name: str) -> list:
    return library.passages(library.statement_rows(name))


def test_passages_keep_words_and_translation(library: Library) -> None:
    first, second = passages(library, "ostrava-9")
    assert (first.text, first.read) == (
        "Блокада порта Мерен не закончится.",
        "The blockade of Port Meren will not end.",
    )
    assert second.translation == second.read == "Valdoria laid mines there."
    assert library.statement("ostrava-9") == TRANSLATED
    assert second.reads_translation is True
    french = passages(library, "ostrava-8")[1]
    assert (french.read, french.translation) == (french.text, "La Valdorie y a mis des mines.")


def test_what_is_read_is_embedded(library: Library, place: Place) -> None:
    rows = library.statement_rows("ostrava-9")
    encoded = HashingEncoder().encode([one.read for one in passages(library, "ostrava-9")])
    assert np.allclose(library.store.vectors(np.array(rows)), encoded, atol=1e-3)
    originals = Library.build(STATEMENTS, place("two"), HashingEncoder(), read=WordsRead.ORIGINALS)
    first, second = passages(originals, "ostrava-9")
    assert (first.read, second.translation) == (first.text, "Valdoria laid mines there.")
    assert (originals.manifest.read, library.manifest.read) == ("originals", "translations")
    assert originals.digest == library.digest
    encoded = HashingEncoder().encode([first.text])
    assert np.allclose(originals.store.vectors(np.array(rows[:1])), encoded, atol=1e-3)


def test_a_build_that_reads_something_else_writes_it_anew(library: Library, place: Place) -> None:
    again = Library.build(STATEMENTS, place("one"), HashingEncoder(), read="originals")
    assert not any(one.reads_translation for one in passages(again, "ostrava-9"))
    more = again.update([statement("new", "We agree.")])
    assert more.manifest.read == "originals"
    assert not any(one.reads_translation for one in passages(more, "ostrava-9"))
    with pytest.raises(ValueError, match="others"):
        Library.build(STATEMENTS, place("two"), HashingEncoder(), read="others")


def test_words_of_both_are_found(library: Library) -> None:
    rows = [*library.statement_rows("ostrava-9")]
    assert rows[1] in library.store.ranked_by_words("mines", 9)
    assert rows[1] in library.store.ranked_by_words("мины", 9)
    for words in ("мины", '"laid mines"'):
        found, _ = library.browse(Filters(words=(words,)))
        assert "ostrava-9" in [one.id for one in found]
    assert [one.id for one in library.browse(query="закончится finira")[0]] == ["ostrava-8"]


def test_a_translation_makes_a_language_readable(library: Library, place: Place) -> None:
    counts = library.store.languages()
    assert counts["ru"] == 1
    filters, (note,) = with_readable_languages(library.store, Filters(), ("en",))
    assert "(2 statements) is not judged" in note
    found, _ = library.browse(filters)
    assert "ostrava-9" in [one.id for one in found]
    assert "ostrava-8" not in [one.id for one in found]
    assert len(library.store.select(filters)) > 0
    assert [one.id for one in library.browse(Filters(languages=("ru",)))[0]] == [
        "ostrava-8", "ostrava-9",
    ]  # fmt: skip
    originals = Library.build(STATEMENTS, place("two"), HashingEncoder(), read="originals")
    assert originals.store.languages()["ru"] == 2


def test_models_read_the_translation(library: Library) -> None:
    judge = WordJudge()
    result = library.search("The blockade of Port Meren must end.", stance_model=judge, why=False)
    texts = {side.text for pair in judge.read for side in pair}
    assert "The blockade of Port Meren will not end." in texts
    assert not any("порта" in text for text in texts)
    (pair,) = [p for p in result.oppose if p.b.statement.id == "ostrava-9"]
    assert pair.b.text.startswith("Блокада")
    assert pair.b.read.startswith("The blockade")
    assert result_from_json(json.loads(json.dumps(result_to_json(result)))) == result


def test_deleted_translations_are_gone(library: Library, place: Place, tmp_path: Path) -> None:
    library.delete(["ostrava-9"]).close()
    library.close()
    if (tmp_path / "one").exists():
        files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
        assert not any(b"Port Meren will not end" in path.read_bytes() for path in files)
    else:
        rows = Database(place("one")).all("SELECT text FROM translations ORDER BY 1")
        assert [text for (text,) in rows] == [
            "La Valdorie y a mis des mines.",
            "Le blocus ne finira pas.",
        ]


# -- Libraries of older versions -----------------------------------------------------------------


def test_a_library_in_files_of_an_older_version_is_read(tmp_path: Path) -> None:
    new = Library.build(sample_statements(), tmp_path / "one", HashingEncoder())
    vectors, digest, folder = all_vectors(new), new.digest, new.folder
    path = folder / "generations" / new.generation
    new.close()
    with closing(sqlite3.connect(path / "library.sqlite")) as database:
        database.execute("DROP TABLE translations")
        database.execute("VACUUM")
        database.commit()
    data = json.loads((path / "manifest.json").read_text())
    del data["read"]
    content = (path / "library.sqlite").read_bytes()
    sizes = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    data |= {"format": 4, "files": data["files"] | {"library.sqlite": sizes}}
    written = json.dumps(data).encode()
    (path / "manifest.json").write_bytes(written)
    name = f"000001-{hashlib.sha256(written).hexdigest()[:16]}"
    path.rename(path.with_name(name))
    (folder / "CURRENT").write_text(name)
    old = Library.open(folder, HashingEncoder())
    old.verify()
    assert old.digest == digest
    assert np.array_equal(all_vectors(old), vectors)
    assert old.statements() == sorted(sample_statements(), key=lambda one: one.id)
    assert old.store.languages()
    assert old.manifest.read == "translations"
    assert len(old.browse(Filters(languages=("en",)))[0]) == 2
    added = old.update([TRANSLATED])
    assert passages(added, "ostrava-9")[0].reads_translation
    assert added.manifest.format == 5


def test_a_library_in_a_database_of_an_older_version_is_read(postgres, tmp_path: Path) -> None:
    address = postgres.address("older")
    Library.build(sample_statements(), address, HashingEncoder()).close()
    database = Database(address)
    with database.transaction() as connection:
        connection.execute("DROP TABLE translations")
        connection.execute("DELETE FROM migrations WHERE number = 2")
        connection.execute(
            "UPDATE generations SET manifest = ((manifest::jsonb - 'read') || "
            "'{\"format\": 1}')::text"
        )
    old = Library.open(address, HashingEncoder())
    old.verify()
    assert old.statements() == sorted(sample_statements(), key=lambda one: one.id)
    assert len(old.browse(Filters(languages=("en",)))[0]) == 2
    assert old.passages([int(old.statement_rows("valdoria-1")[0])])[0].translation == ""
    added = old.update([TRANSLATED])
    assert passages(added, "ostrava-9")[0].reads_translation


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    library = Library.build(sample_statements(), tmp_path / "one", HashingEncoder())
    path = library.folder / "generations" / library.generation / "manifest.json"
    path.write_text(json.dumps({"format": 6, "program": "9"}))
    with pytest.raises(LibraryError, match="this one reads format 5"):
        Library.open(library.folder)


def test_a_sentence_of_a_translation_is_shown_as_the_quote() -> None:
    said = Quote("Valdoria laid mines there.")
    side = Excerpt.of_quote(said, said.text, TRANSLATED)
    assert side.text == side.read == said.text
    assert side.statement.text == TRANSLATED.translation
    assert (side.statement.language, side.statement.translation) == ("en", "")
    own = Excerpt.of_quote(said, "Вальдория заложила там мины.", TRANSLATED)
    assert own.statement == TRANSLATED


def test_a_passage_without_a_part_shares_that_of_its_neighbour() -> None:
    more = "Дамы и господа, добрый день.\n\n{}\n\nСпасибо вам всем за ваше внимание."
    parts = split_statement(replace(TRANSLATED, text=more.format(TRANSLATED.text)))
    assert len(parts) > len(split_statement(TRANSLATED))
    assert all(passage.translation and passage.reads_translation for passage in parts)


def test_blanks_are_no_translation() -> None:
    (passage, *_) = split_statement(replace(TRANSLATED, translation=" \n "))
    assert (passage.translation, passage.reads_translation) == ("", False)


def test_a_region_only_means_itself(library: Library) -> None:
    found, _ = library.browse(Filters(languages=("en-GB",)))
    assert TRANSLATED.id not in {one.id for one in found}


def test_building_again_keeps_what_models_read(place: Place) -> None:
    originals = Library.build(STATEMENTS, place("kept"), HashingEncoder(), read="originals")
    originals.close()
    again = Library.build(STATEMENTS, place("kept"), HashingEncoder())
    assert again.manifest.read is WordsRead.ORIGINALS
