import errno

import pytest

from compare.errors import CompareError
from compare.statements import is_language, language_of
from compare.statements.languages import language_code, language_name


@pytest.mark.parametrize(
    "text",
    [
        "Valdoria rejects the allegations in the strongest terms.",
        "malicious disinformation",
        "",
        "1,435 — 86 — 201",
        "No es",
        "Ada Lorn, Bren Tal, Cor Vael, Dag Ruun, Eri Sol and Fen Marok",
    ],
)
def test_english_and_what_is_too_short_to_tell(text):
    assert language_of(text) == "en"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Das ist nicht hinnehmbar und wir weisen es zurück.", "de"),
        ("Nous rejetons fermement ces accusations sans fondement.", "fr"),
        ("Мы отвергаем эти обвинения", "ru"),
        ("我们坚决反对这一指控", "zh"),
    ],
)
def test_other_languages_are_named(text, code):
    assert language_of(text) == code
    assert language_of(text, assumed=code) == code


def test_what_is_too_short_is_in_the_language_assumed():
    assert language_of("No es", assumed="es") == "es"
    assert language_of("We reject these accusations as baseless.", assumed="es") == "en"


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        (" EN-gb", "en"),
        ("en_US", "en"),
        ("eng", "en"),
        ("English", "en"),
        ("fre", "fr"),
        ("deu", "de"),
        ("français", "fr"),
        ("Català", "ca"),
        ("Русский", "ru"),
        ("c\u030ceština", "cs"),
        ("tlh", "tlh"),
        ("no such tag", "no such tag"),
        ("", ""),
    ],
)
def test_tags_and_names_of_languages_have_a_code(tag, code):
    assert language_code(tag) == code


def test_a_language_is_one_of_those_asked_for_or_not_known():
    assert is_language("English", "de", "en")
    assert is_language("", "en")
    assert not is_language("fr", "de", "en")
    assert not is_language("British English", "en")
    assert language_name("en") == "English"
    assert language_name("xx") == "xx"


def test_a_full_temporary_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(words: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("py3langid.rank", full)
    with pytest.raises(CompareError, match=r"No space left on device\): make room .* with TMPDIR"):
        language_of("Wir haben gestern gesagt, dass die Schleuse geschlossen werden muss.")
