import pytest

from compare.statements.languages import foreign_language


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
    assert foreign_language(text) is None


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
    assert foreign_language(text) == code
