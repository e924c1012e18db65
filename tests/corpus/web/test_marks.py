"""What stands between quotation marks, and what only looks so."""

from __future__ import annotations

import pytest

from compare.corpus.web.marks import quotations


def found(text: str) -> list[str]:
    return [
        text[quoted.start : quoted.end] + ("" if quoted.closed else " (open)")
        for quoted in quotations(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay,” she said, “and wait.”", ["We stay,", "and wait."]),
        ('"We stay," she said, "and wait."', ["We stay,", "and wait."]),
        ("« Nous restons », a-t-elle dit.", [" Nous restons "]),
        ("«Wir «bleiben» hier»", ["Wir «bleiben» hier"]),
        ("Sie sagte: »Wir bleiben.«", ["Wir bleiben."]),
        ("Er sagte: „Wir bleiben“, „und warten”.", ["Wir bleiben", "und warten"]),
        ("‘We stay,’ she said.", ["We stay,"]),
        ("“The ‘so-called’ truce,” she said.", ["The ‘so-called’ truce,"]),
        ("‘The “so-called” truce’ it is.", ["The “so-called” truce"]),
        # apostrophes
        ("The ministers’ talks weren’t Lorn’s.", []),
        ("‘The ministers’ talks weren’t hers,’ he said.", ["The ministers’ talks weren’t hers,"]),
        ("He spoke of ‘our rights’ and ‘their duties’ there.", ["our rights", "their duties"]),
        ("In the ‘90s the port’s gates were open.", []),
        ("the sailors' strike and the port's gates", []),
        # no marks at all: inches, and a mark inside of a word
        ('A 12" gun and a 5" gun.', []),
        # marks that are missing
        ("“We stay, she said. “We wait.”", ["We wait."]),
        ("We stay,” she said. “We wait.”", ["We wait."]),
        ("“We stay and wait.", ["We stay and wait. (open)"]),
        ('She said: "We stay and wait.', ["We stay and wait. (open)"]),
        ("", []),
        ("“", []),
        ("‘", []),
        ('"', []),
        ("“”", [""]),
    ],
)  # fmt: skip
def test_what_stands_between_marks(text: str, expected: list[str]) -> None:
    assert found(text) == expected
