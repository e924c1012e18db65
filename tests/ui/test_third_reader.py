"""The switch of a third reader in the app."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.export.markdown import inert
from tests.fakes import WordJudge
from tests.reader_server import ReaderServer, verdict
from tests.ui.conftest import cards, press, said, shown, well

QUOTE = "China is considering providing military aid to Russia."


@pytest.fixture
def offered(
    page: Callable[..., AppTest],
    reader: ReaderServer,
    model_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., AppTest]:
    """Open a page of the app that offers the server as third reader."""
    monkeypatch.setenv("COMPARE_CACHE", str(model_cache))
    monkeypatch.setattr(
        "compare.comparison.third_reader.writable_cache", lambda: tmp_path / "answers"
    )
    monkeypatch.setenv("COMPARE_THIRD_READER", reader.url)
    monkeypatch.setenv("COMPARE_THIRD_MODEL", "judge")
    return page


def test_no_switch_is_shown_unless_a_reader_is_named(page: Callable[..., AppTest]) -> None:
    app = page(q=QUOTE)
    assert "third" not in [toggle.key for toggle in app.toggle]


def test_nothing_is_sent_until_it_is_switched_on(
    offered: Callable[..., AppTest], reader: ReaderServer
) -> None:
    reader.reply = lambda pair: verdict("oppose", 3, [], ["malicious disinformation"])
    app = offered(q=QUOTE, third="true")  # no address switches it on
    assert app.toggle(key="third").value is False
    assert f"are sent to {reader.host} (this computer), with country and date" in shown(app)
    assert reader.asked == []
    app.toggle(key="third").set_value(True)
    html = shown(well(app.run()))
    count = len(reader.asked)
    assert count > 0
    assert count % 2 == 0
    assert f"A third reader, judge at {reader.host}, read {count // 2} of the" in html
    assert "Read by the third reader" in html
    assert '<mark class="cp-mark">' in html or "<mark" in html
    well(app.run())
    assert len(reader.asked) == count


def test_two_sides_are_placed_anew_and_can_be_asked_again(
    offered: Callable[..., AppTest], reader: ReaderServer, judged: Callable[..., WordJudge]
) -> None:
    judged(
        [
            said("v1", "The canal of Meren must be open.", "Valdoria", "2010"),
            said("o1", "The canal of Meren is ours to close.", "Ostravia", "2011"),
        ]
    )
    address = {"a_countries": "Valdoria", "b_countries": "Ostravia", "compare": "Two sides"}
    app = press(offered("proposition", q="The canal of Meren is open.", **address), "Compare")
    assert "so are passages with the proposition, and up to 40 pairs that its" in shown(app)
    assert reader.asked == []
    reader.reply = lambda pair: 400
    app.toggle(key="third").set_value(True)
    app = well(app.run())
    app.number_input(key="third-others").set_value(20)
    assert "It gave no verdict on" in shown(well(app.run()))
    reader.reply = lambda pair: verdict("oppose" if "ours" in str(pair) else "agree")
    html = shown(press(app, "Ask the third reader again"))
    assert "passages and pairs at the head of the lists, or likeliest to oppose" in html
    assert "It gave no verdict on" not in html
    (card,) = cards(app)
    assert "ours to close" in card
    assert "Read by the third reader" in card


def test_failures_are_told_and_can_be_asked_again(
    offered: Callable[..., AppTest], reader: ReaderServer
) -> None:
    reader.reply = lambda pair: 400
    app = offered(q=QUOTE)
    app.toggle(key="third").set_value(True)
    html = shown(well(app.run()))
    assert "It gave no verdict on" in html
    assert "The third reader gave no answer" in html
    count = len(reader.asked)
    well(app.run())
    assert len(reader.asked) == count
    reader.reply = lambda pair: verdict("agree")
    (button,) = (one for one in app.button if one.label == "Ask the third reader again")
    button.click()
    html = shown(well(app.run()))
    assert "It gave no verdict on" not in html
    assert len(reader.asked) > count


def test_another_machine_needs_a_button(
    offered: Callable[..., AppTest],
    reader: ReaderServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("compare.models.endpoints._THIS_MACHINE", ())
    app = offered(q=QUOTE)
    app.toggle(key="third").set_value(True)
    html = shown(well(app.run()))
    assert f"{reader.host} (not this computer, without encryption)" in html
    assert "A third reader" not in html
    assert reader.asked == []
    app.button(key="third-allow").click()
    assert "A third reader, judge at" in shown(well(app.run()))
    assert json.loads((tmp_path / "settings.json").read_text()) == {
        "allowed_origins": [f"http://{reader.host}"]
    }


def test_an_opposite_is_asked_for_by_a_press_and_used_by_another(
    offered: Callable[..., AppTest], reader: ReaderServer
) -> None:
    said = "China sends no arms to anyone."

    def reply(pair: dict) -> object:
        return verdict("agree") if "B" in pair else 500

    reader.reply = reply
    app = offered(q=QUOTE)
    ask = "Ask judge what someone who disagrees would say"
    assert ask not in [button.label for button in app.button]
    app.toggle(key="third").set_value(True)
    app = well(app.run())
    assert all("B" in pair for pair in reader.pairs)
    assert "offered no opposite: refused (HTTP 500)." in shown(press(app, ask))
    reader.reply = lambda pair: verdict("agree") if "B" in pair else {"opposite": said}
    app = press(app, ask)
    assert ask not in [button.label for button in app.button]
    assert app.text_input(key="opposite").value == ""
    count = len(reader.asked)
    app = press(app, inert(f"“{said}”"))
    assert app.text_input(key="opposite").value == said
    assert all("B" in pair for pair in reader.pairs[count:])
