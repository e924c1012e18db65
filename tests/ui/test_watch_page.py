"""The page of watches, and the button that saves a search."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.facade import Library
from compare.library import Filters
from compare.results import Thresholds
from compare.statements import Country, PartialDate, Quote
from compare.ui.components.watching import run_in_words, search_address
from compare.watch import Run, Watch
from compare.watch.document import FILE
from tests.fakes import HashingEncoder, WordJudge
from tests.ui.conftest import cards, press, shown
from tests.watch.conftest import FIRST, LATER, run, said, watching


@pytest.fixture
def place(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the library that the app opens, read by a small judge."""
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "watched"))
    monkeypatch.setattr("compare.library.library.encoder_of", lambda *_: HashingEncoder(256))
    for module in ("service", "watching"):
        monkeypatch.setattr(f"compare.ui.components.{module}.stance_model", WordJudge)
    return home / "watched"


def test_without_a_watch_the_page_says_where_to_add_one(page, place):
    Library.build(FIRST, place, HashingEncoder(256)).close()
    assert "This library has no watches" in shown(page("watch"))


def test_a_run_shows_what_is_new(page, place):
    library = watching(place)
    changed = said("agree-1", "The blockade of Port Meren shall not end, <b>we</b> say.")
    library.update([LATER, changed]).close()
    app = page("watch")
    assert "changed" in shown(app)
    assert "It has not been run yet." in shown(app)
    assert "none since it was saved, 2" in shown(app)
    app = press(app, "Run now")
    assert "2 statements are new or changed. New entries: canal (2)." in shown(app)
    found = "".join(cards(app))
    assert "must end at once" in found
    assert "&lt;b&gt;we" in found
    app = press(app, "Run now")
    assert "the library has not changed" in shown(app)
    labels = [button.label for button in app.get("download_button")]
    assert labels == ["Download Atom", "Download CSV"]


def test_a_run_that_found_nothing_says_what_it_read():
    run = Run("", "", 2, (), {"canal": ()})
    assert run_in_words(run) == "2 statements are new or changed. No watch lists any of them."


def test_a_watch_is_removed(page, place):
    watching(place, "canal", "<i>x</i>")
    app = page("watch", watch="<i>x</i>")
    assert "&lt;i&gt;x" in shown(app)
    app = press(app, "Remove it for good")
    assert "was removed" in shown(app)
    assert [watch.name for watch in Library.open(place).watches] == ["canal"]


def test_damaged_watches_are_one_sentence(page, place):
    watching(place)
    (place / FILE).write_text("{")
    assert "cannot be read" in shown(page("watch"))


def test_a_read_only_app_shows_watches_and_runs_none(page, place, monkeypatch):
    run(watching(place).update([LATER]))
    monkeypatch.setenv("COMPARE_READ_ONLY", "1")
    app = page("watch")
    assert "must end at once" in shown(app)
    assert "this app is read-only" in shown(app)
    assert not {button.label for button in app.button} & {"Run now", "Remove it for good"}


def _with_button():
    import streamlit as st

    from compare.facade import Library
    from compare.ui.components.watching import watch_button
    from tests.fakes import WordJudge

    library = Library.open(st.session_state["place"])
    st.session_state["library"] = "watched"
    quote = "The blockade of Port Meren must end"
    watch_button(library, library.search(quote, stance_model=WordJudge()))


@pytest.fixture
def button(place: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr("compare.ui.components.watching.library_link", lambda *_, **__: None)
    Library.build(FIRST, place, HashingEncoder(256)).close()
    app = AppTest.from_function(_with_button, default_timeout=60)
    app.session_state["place"] = str(place)
    return app


def test_a_search_is_saved_from_its_result(button, place):
    app = button.run()
    app.text_input[0].input("port")
    app = press(app, "Save the watch")
    assert "“port” is watched. The 2 statements listed now" in shown(app)
    assert [watch.name for watch in Library.open(place).watches] == ["port"]
    app = press(app, "Save the watch")
    assert "There is a watch" in shown(app)


def test_a_name_that_cannot_be_used_is_one_sentence(button):
    app = button.run()
    app.text_input[0].input(" ")
    assert "visible characters" in shown(press(app, "Save the watch"))


def test_there_is_no_button_where_nothing_can_be_saved(button, place, monkeypatch):
    monkeypatch.setenv("COMPARE_READ_ONLY", "1")
    assert [one.disabled for one in button.run().button] == [True]
    monkeypatch.delenv("COMPARE_READ_ONLY")
    (place / "READ_ONLY").touch()
    assert [one.disabled for one in button.run().button] == [True]


def test_a_link_opens_the_search(place):
    library = Library.build(FIRST, place, HashingEncoder(256))
    quote = Quote("It must end.", "Ada", "Envoy", (Country("Valdoria"),), PartialDate("2021"), "c")
    filters = Filters(
        speakers=("Cor Vael",),
        date_from=PartialDate("2020"),
        not_own_country=True,
        words=("canal OR port", '"open sea"'),
    )
    watch = Watch("x", quote, filters, Thresholds(0.5, 0.3), 400, "2024-01-01T00:00:00+00:00")
    assert search_address(watch, library.facets()) == {
        "q": "It must end.", "by": "Ada", "role": "Envoy", "country": "Valdoria", "date": "2021",
        "context": "c", "from": "2020", "other_country": "true", "p": "0.5", "s": "0.3",
        "speakers": ["Cor Vael"], "words": 'canal OR port "open sea"',
    }  # fmt: skip
