from urllib.parse import parse_qs, urlsplit

import pytest

from compare.comparison import NOT_A_SAMPLE
from tests.ui.conftest import behind, cards, press, said, shown, unmarked, well
from tests.ui.test_sides import OPEN, SHUT, facts, look, read

STATEMENTS = [
    said("v1", f"{OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"{OPEN} of the world.", "Valdoria", "2012"),
    said("v3", f"{SHUT} today.", "Valdoria", "2015-03"),
    said("v4", f"{OPEN}, we say.", "Valdoria"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
]
WHO = {"t_countries": "Valdoria"}


@pytest.fixture
def judge(judged):
    return judged(STATEMENTS)


def test_changes_stand_between_two_dates_oldest_first(page, judge):
    app = page("timeline", **WHO)
    assert judge.read == []
    app = press(app, "Find the pairs")
    assert facts(app)["To compare"] == "4 passages"
    assert facts(app)["To be read"] == "3 pairs"
    app = press(app, "Read the pairs")
    html = shown(app)
    assert "Valdoria over time" in html
    assert "Oppos" not in html.replace("oppose each other", "")
    first, second = cards(app)
    assert "Between 1 May 2010 and March 2015" in first + second
    assert "Between 2012 and March 2015" in first + second
    for card in (first, second):
        assert "<strong>Changed</strong>" in card
        before, after = card.split('class="cp-half"')[1:]
        assert "Before" in before
        assert "must be open" in before
        assert "After" in after
        assert "shall not be open" in unmarked(after)


def test_what_was_said_again_is_a_list_of_its_own(page, judge):
    app = look(read(page("timeline", **WHO)), "Said the same again")
    [card] = cards(app)
    assert "<strong>Said the same again</strong>" in card
    assert "Between" not in card


def test_changes_are_ordered_by_the_day_they_were_made_by(judged, page):
    more = said("v5", f"{SHUT} for ever.", "Valdoria", "2011-06-01")
    judged([*STATEMENTS, more])
    app = read(page("timeline", **WHO))
    years = ["June 2011" in card for card in cards(app)]
    assert years[0]
    app.selectbox(key="t_sort").set_value("Newest first")
    assert "March 2015" in cards(well(app.run()))[0]


def test_changes_by_year_and_the_other_views(page, judge):
    app = look(read(page("timeline", **WHO)), "By year")
    html = shown(app)
    assert NOT_A_SAMPLE in html
    assert "n = 3 pairs read, 3 of them labelled agree or oppose." in html
    assert "<td>2015</td><td>0</td><td>2</td><td>2</td>" in html
    assert ">Changed</th>" in html
    menu = behind(app)
    assert menu.options[-1] == "2015: 0 said the same again, 2 changed"
    menu.select_index(len(menu.options) - 1)
    assert ["March 2015" in card for card in cards(well(app.run()))] == [True, True]
    [frame] = look(app, "Table").dataframe
    assert list(frame.value["Verdict"]) == ["Changed", "Changed", "Said the same again"]
    app = look(app, "Check a sample")
    assert list(app.radio[0].options) == ["Said the same again", "Changed", "Neither", "Skip"]


def test_what_was_asked_stands_in_the_link(page, judge):
    app = read(page("timeline", t_topic="canal", t_view="Table", **WHO))
    found = parse_qs(urlsplit(app.code[0].value).query)
    assert found["t_countries"] == ["Valdoria"]
    assert found["t_topic"] == ["canal"]
    assert found["t_view"] == ["Table"]
    assert found["t_sort"] == ["Oldest first"]


def test_one_who_spoke_once_has_no_timeline(page, judge):
    app = press(page("timeline", t_countries="Ostravia"), "Find the pairs")
    assert "similar enough to be on the same point and were said at different times" in shown(app)
    app = press(page("timeline", t_topic="zebra", **WHO), "Find the pairs")
    assert "The statements chosen (Valdoria) cannot be compared" in shown(app)


def test_the_page_opens_on_the_sample_without_reading(page, monkeypatch):
    monkeypatch.setattr("compare.comparison.sides.Comparison", None)
    assert "Nothing is read until you ask for it." in shown(page("timeline"))
