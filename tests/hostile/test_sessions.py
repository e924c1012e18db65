"""Two people in one app: neither sees what the other does, nor fails when it is deleted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.facade import Library
from compare.review import PairSelection, Reviews
from compare.ui import PAGES
from tests.fakes import HashingEncoder, WordJudge
from tests.hostile.conftest import STATEMENTS
from tests.review.conftest import pair
from tests.ui.conftest import components, home, judged, page, press, shown, well

__all__ = ["components", "home", "judged", "page"]  # fixtures

Open = Callable[..., AppTest]
SECRET = "zebrafish"
FILE = f"id,text,speaker\n{SECRET}-1,The {SECRET} must stay.,Ada {SECRET}\n"


@pytest.fixture
def app(
    page: Open,
    judged: Callable[..., WordJudge],
    monkeypatch: pytest.MonkeyPatch,
) -> Open:
    """Open a page of an app with a library of three statements, which a small judge reads."""
    judge = judged(STATEMENTS)
    monkeypatch.setattr("compare.ui.components.service.stance_model", lambda: judge)
    return page


def everything(app: AppTest) -> str:
    """All that a session is shown, and all that the server keeps for it."""
    state = app.session_state._state.filtered_state
    return f"{app.main} {app.sidebar} {shown(app)} {state} {app.query_params}"


def test_what_one_does_is_not_shown_to_the_other(app: Open, home: Path) -> None:
    Library.build(STATEMENTS, home / "library", HashingEncoder(256)).close()
    other, asked = app("search"), f"The {SECRET} must end."
    one = app("search", library="My own", q=asked, speakers=SECRET, words=SECRET)
    added, compared = app("add"), app("proposition", p=asked, compare="Two sides")
    added.file_uploader[0].upload(f"{SECRET}.csv", FILE.encode())
    reviewed = press(app("search", q=asked), "Label these pairs yourself")
    for each in (one, well(added.run()), compared, reviewed):
        assert SECRET in everything(each)
    assert SECRET not in everything(well(other.run()))
    for name in (path.stem for path in PAGES.glob("*.py")):
        assert SECRET not in everything(app(name)), name


def test_a_file_of_the_same_words_keeps_its_own_name(app: Open) -> None:
    for name in (f"{SECRET}.csv", "mine.csv"):
        each = app("add")
        each.file_uploader[0].upload(name, b"id,text\na,We agree.\na,We refuse.\n")
        html = shown(well(each.run()))
        assert f"{name}, line 2" in html
    assert SECRET not in everything(each)


def test_two_who_add_to_no_library_lose_nothing(app: Open, home: Path) -> None:
    both = [app("add"), app("add")]
    for number, each in enumerate(both):
        each.file_uploader[0].upload("a.csv", f"id,text\ns-{number},We agree.\n".encode())
        well(each.run()).button(key="add-go").click()
    for each in both:
        well(each.run())
    assert Library.open(home / "library").store.ids() == {"s-0", "s-1"}


def test_a_review_that_another_deletes_is_missed_in_a_sentence(app: Open, home: Path) -> None:
    reviews = Reviews(home / "judged" / "reviews.sqlite")
    drawn = PairSelection.imported([pair(number) for number in range(3)])
    review = reviews.create("canal", drawn, ["Ada"], order="given")
    one, other = app("review"), app("review")
    one.segmented_control(key="r_view").set_value("Files")
    press(well(one.run()), "Delete it for good")
    button = next(button for button in other.button if button.label == "= Agrees")
    html = shown(well(button.click().run()))
    assert "A new review" in html
    again = reviews.create("canal", drawn, ["Ada"], order="given")
    assert (again.answers("Ada"), again.number != review.number) == ({"Ada": {}}, True)


@pytest.mark.parametrize("name", ["search", "corpus", "proposition", "review", "watch", "add"])
def test_a_library_that_another_deletes_is_missed_in_a_sentence(
    app: Open, home: Path, name: str
) -> None:
    other = app(name)
    shutil.rmtree(home / "judged")
    html = shown(well(other.run()))
    assert 'role="alert"' in html
    assert "There is no library" in html


def test_a_statement_that_another_deletes_is_missed_in_a_sentence(app: Open) -> None:
    one, other = app("corpus", id="own"), app("corpus", id="own")
    well(one.button(key="delete-go").click().run())
    html = shown(well(other.button(key="delete-go").click().run()))
    assert "Statement &#x27;own&#x27; is not in this library" in html
