"""Messages in two languages: pairs, titles without a text, duplicate ids, truncated files."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importing import Import


def message(key: str, name: str, text: str, date: str = "2022-05-10T22:42:11") -> str:
    return (
        f"{{ id: '{key}', name: '{name}', translated: false, russianTimestamp: '', "
        f"speaker: ['Ада Вельд', 'Бо Мосс'], date: '{date}', topics: ['Дощ', 'Вітер'], cities: [], "
        f"text: `{text}`, description: 'x', url: 'https://video.invalid/{key}' }},\n"
    )


def write(folder: Path, name: str, *messages: str, end: str = "]\n\nmodule.exports = s\n") -> None:
    (folder / name).write_text("const s = [\n" + "".join(messages) + end, "utf-8")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write(
        tmp_path,
        "messages.js",
        message("aB-1", "It\\'s a title", "\n**Ми будуємо.**\n\nМи [тут](https://a.invalid).\n"),
        message("b", "Назва без слів", "  Назва без слів "),
    )
    write(
        tmp_path,
        "messages-2.js",
        message("b", "Інша", "Ідуть дощі.", "2022-05-09T10:00:00"),
        message("b", "Інша", "І вітри.", "2022-05-09T11:00:00"),
    )
    write(tmp_path, "messages-en.js", message("aB-1", "A title", "![rain](r.png) We build."))
    return tmp_path


def test_messages_and_their_pairs(corpus: Path) -> None:
    reading = Import([corpus])
    found = {statement.id: statement for statement in reading.statements()}
    assert reading.format.name == "zelensky"
    one, other = "zelensky-aB-1-2022-05-10T22:42:11-uk", "zelensky-aB-1-2022-05-10T22:42:11-en"
    assert list(found) == [
        "zelensky-b-2022-05-09T10:00:00-uk",
        "zelensky-b-2022-05-09T11:00:00-uk",
        other,
        one,
    ]
    statement = found[one]
    assert statement.text == "Ми будуємо.\n\nМи тут."
    assert (statement.title, statement.language) == ("It's a title", "uk")
    assert (statement.speaker, statement.countries) == ("Ада Вельд; Бо Мосс", "Ukraine")
    assert (str(statement.date), statement.url) == ("2022-05-10", "https://video.invalid/aB-1")
    assert statement.extra == {
        "topics": "Дощ; Вітер",
        "other_language": other,
        "source_file": "messages.js",
    }
    assert (found[other].text, found[other].language) == ("We build.", "en")
    assert found[other].extra["other_language"] == one
    assert "other_language" not in found["zelensky-b-2022-05-09T10:00:00-uk"].extra
    account = reading.report.account
    assert account.left_out == {"titles of videos without their words": 1}
    assert account.characters_left_out["marks of bold type"] == 4
    assert account.characters_left_out["images"] == len("![rain](r.png)")
    assert not reading.report.problems


def test_of_a_file_that_is_cut_short_the_words_so_far_are_taken(tmp_path: Path) -> None:
    whole = message("a", "t", "Ми тут.\n")
    write(tmp_path, "messages.js", whole[: whole.index("`, description")], end="")
    reading = Import([tmp_path])
    (statement,) = reading.statements()
    assert statement.text == "Ми тут."
    assert "the file ends inside this message" in str(reading.report.problems[0])


def test_files_that_hold_no_messages_are_told(corpus: Path) -> None:
    (corpus / "quotes.js").write_text("const s = [{ text: `x` }]", "utf-8")
    (corpus / "messages-3.js").write_text("fetch('https://a.invalid')", "utf-8")
    (corpus / "messages-3-en.js").write_bytes(b"\xff")
    reading = Import([corpus])
    assert len(list(reading.statements())) == 4
    assert reading.report.account.files_left_out == {
        "not named like the files of this corpus": 1,
        "unreadable": 2,
    }
    assert [str(problem).partition(": ")[2] for problem in reading.report.problems] == [
        'byte 0 (0xFF) is not UTF-8: save it as UTF-8 (in a spreadsheet program: "CSV UTF-8").',
        "no list is assigned in it; name the files with the messages.",
    ]
