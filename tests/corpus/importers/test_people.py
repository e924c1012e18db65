"""Names and roles: separated if the words allow it, and never guessed."""

from __future__ import annotations

import pytest

from compare.corpus.importers.people import (
    country_behind,
    country_in,
    find_full_name,
    spelling_in,
    split_role,
)


@pytest.mark.parametrize(
    ("text", "role", "name"),
    [
        ("Press Secretary Ada Roe-Veld", "Press Secretary", "Ada Roe-Veld"),
        ("President of Norway Per Lund", "President of Norway", "Per Lund"),
        ("President Per J. Lund, Jr.", "President", "Per J. Lund"),
        ("the Advisor for Cyber and Emerging Technology Dr. Ada Veld",
         "Advisor for Cyber and Emerging Technology", "Ada Veld"),
        ("Chancellor Ada von der Veld", "Chancellor", "Ada von der Veld"),
        ("Ada Veld", "", "Ada Veld"),
        ("Director of the Old Roads Ada Veld", "Director of the Old Roads Ada Veld", ""),
        ("President Lund", "President Lund", ""),
        ("the President", "the President", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_a_role_is_split_from_a_name(text: str, role: str, name: str) -> None:
    assert split_role(text) == (role, name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Remarks by Foreign Minister Ada Veld’s Press Secretary Per Lund",
         ("Ada Veld", "Foreign Minister")),
        ("Per Lund and Chair of the Council Dr. Ada Veld, Bergen",
         ("Ada Veld", "Chair of the Council")),
        ("Here is Ada Veld. Ada Veld!", ("Ada Veld", "")),
        ("Here are Ada Veld and Ida Veld.", None),
        ("Minister of Roads and Bridges Ada Veld", None),
        ("Thank you, Minister Veld. It’s Veld.", None),
        ("Remarks with Judge Ada Mary Veld", ("Ada Mary Veld", "Judge")),
        ("", None),
    ],
)  # fmt: skip
def test_the_one_full_name_in_a_text(text: str, found: tuple[str, str] | None) -> None:
    assert find_full_name(text, "VELD") == found


def test_how_a_text_spells_a_label() -> None:
    assert spelling_in("MR. MCLUND: Thank you, Mr. McLund.", "MR. MCLUND") == "Mr. McLund"
    assert spelling_in("Mr. McLundberg", "MR. MCLUND") == "MR. MCLUND"


def test_countries_behind_a_name_and_in_a_role() -> None:
    title = "Remarks by President Lund of the Kingdom of Norway Before Rain, and Ada Veld of Rain"
    assert country_behind(title, "Lund") == "Kingdom of Norway"
    assert country_behind(title, "Ada Veld") == ""
    assert country_in("Vice President of the Republic of Iceland") == "Republic of Iceland"
    assert country_in("Minister of Rain") == ""
