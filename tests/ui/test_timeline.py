from urllib.parse import parse_qs, urlsplit

import pytest

from compare.comparison import NOT_A_SAMPLE
from tests.ui.conftest import cards, said, shown, unmarked, well
from tests.ui.test_sides import CLAIM, OPEN, SHUT, look, read

STATEMENTS = [
    said("v1", f"{OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"{OPEN} of the world.", "Valdoria", "2012"),
    said("v3", f"{SHUT} today.", "Valdoria", "2015-03"),
    said("v4", f"{OPEN}, we say.", "Valdoria"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
]
WHO = {"countries": "Valdoria", "q": CLAIM}


@pytest.fixture
def judge(judged):
    return judged(STATEMENTS)


def test_changes_stand_between_two_dates_oldest_first(page, judge):
    app = page("proposition", compare="Over time", **WHO)
    assert judge.read == []
    app = look(read(app), "May have changed")
    html = shown(app)
    assert "4 passages and 3 pairs of them were read." in html
    assert f"Valdoria over time on “{CLAIM}”" in html
    assert "Oppos" not in html.replace("oppose each other", "")
    first, second = cards(app)
    assert "Between 1 May 2010 and March 2015" in first + second
    assert "Between 2012 and March 2015" in first + second
    for card in (first, second):
        assert "<strong>May have changed</strong>" in card
        before, after = card.split('class="cp-half"')[1:]
        assert "Before" in before
        assert "must be open" in before
        assert "After" in after
        assert "shall not be open" in unmarked(after)


def test_what_was_said_again_is_a_list_of_its_own(page, judge):
    app = look(read(page("proposition", compare="Over time", **WHO)), "Said the same again")
    [card] = cards(app)
    assert "<strong>Said the same again</strong>" in card
    assert "Between" not in card


def test_changes_are_ordered_by_the_day_they_were_made_by(judged, page):
    more = said("v5", f"{SHUT} for ever.", "Valdoria", "2011-06-01")
    judged([*STATEMENTS, more])
    app = look(read(page("proposition", compare="Over time", **WHO)), "May have changed")
    years = ["June 2011" in card for card in cards(app)]
    assert years[0]
    app.selectbox(key="t_sort").set_value("Newest first")
    assert "March 2015" in cards(well(app.run()))[0]


def test_what_they_said_comes_first_then_the_other_views(page, judge):
    app = read(page("proposition", compare="Over time", **WHO))
    [views] = [entry for entry in app.segmented_control if entry.label == "Show"]
    assert views.options == [
        "What they said", "By year", "May have changed", "Said the same again", "Table",
    ]  # fmt: skip
    assert ["shall not" in unmarked(card) for card in cards(app)] == [False] * 3 + [True]
    app = look(app, "By year")
    html = shown(app)
    assert NOT_A_SAMPLE in html
    assert "n = 3 statements read, 3 of them labelled agree or oppose." in html
    assert "<td>2015</td><td>0</td><td>1</td><td>1</td>" in html
    assert "Side A" not in html
    [frame] = look(app, "Table").dataframe
    assert list(frame.value["Verdict"]) == [
        "May have changed",
        "May have changed",
        "Said the same again",
    ]


def test_what_was_asked_stands_in_the_link(page, judge):
    app = read(
        page("proposition", compare="Over time", opposite="It is ours.", t_view="Table", **WHO)
    )
    found = parse_qs(urlsplit(app.code[0].value).query)
    assert found["countries"] == ["Valdoria"]
    assert found["q"] == [CLAIM]
    assert found["opposite"] == ["It is ours."]
    assert found["t_view"] == ["Table"]
    assert found["t_sort"] == ["Oldest first"]


def test_one_who_spoke_once_has_no_timeline(page, judge):
    app = look(
        read(page("proposition", compare="Over time", countries="Ostravia", q=CLAIM)),
        "May have changed",
    )
    assert "No passage read opposes an earlier one at these thresholds." in shown(app)
    app = read(page("proposition", compare="Over time", **{"from": "2030"}, **WHO))
    assert "The statements chosen (Valdoria, from 2030) cannot be compared" in shown(app)


def test_the_page_opens_on_the_sample_without_reading(page, monkeypatch):
    monkeypatch.setattr("compare.ui.components.sides.compare_sides", None)
    assert "Nothing is read until you ask for it." in shown(
        page("proposition", compare="Over time")
    )
