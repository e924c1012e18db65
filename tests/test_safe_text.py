from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.safe_text import escape_cell, for_terminal, unescape_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-x",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "  =1",
        "\u200b=1",
        "'=1",
        "\ufeff@a",
        "＝1+1",
        "＋1",
        "－x",
        "＠SUM(A1)",
        "\u200b＝1",
    ],
)
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert escape_cell(text) == "'" + text
    assert unescape_cell("'" + text) == text


@pytest.mark.parametrize("text", ["", "peace", "'quoted' words", "1 = 1", "a-b", "'", "''"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert escape_cell(text) == text
    assert unescape_cell(text) == text


@given(st.text(alphabet=st.sampled_from("'=+-@＝＠ \t\r\nab\u200b"), max_size=8) | st.text())
def test_nothing_is_lost(text: str) -> None:
    assert unescape_cell(escape_cell(text)) == text


def test_a_terminal_shows_words_in_their_order() -> None:
    turned = "say \u202eecaep\u202c and \u2067peace\u2069"
    assert for_terminal(turned) == "say �ecaep� and �peace�"
    assert for_terminal("\x1b[2Jשלום, peace\n") == "␛[2Jשלום, peace\n"
