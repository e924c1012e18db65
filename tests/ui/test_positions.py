import csv
import io
from urllib.parse import parse_qs, urlsplit

import pytest

from compare.comparison import NOT_A_SAMPLE
from compare.ui.components.positions import rows_beside
from tests.fabricate_positions import made, table_of
from tests.ui.conftest import ROOT, cards, press, said, shown, well

PLACES = {
    "<Valdoria>": [0.8, 0.7, 0.9],
    "Ostravia": [-0.8, -0.7, -0.6],
    "Karsenia": [-0.8, 0.7, 0.6],
    "Marenia": [0.8],
}
ASKED = "The canal of Meren must be open to all ships"
OPEN, SHUT = ASKED, "The canal of Meren shall not be open to all ships"
FEES = "All ships of the canal of Meren shall pay"


STATEMENTS = [
    said("v1", f"Our friends know it. {OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"{OPEN} of the world <b>now</b>.", "Valdoria", "2012", url="javascript:alert(1)"),
    said("v3", f"{OPEN} for ever.", "Valdoria", "2021"),
    said("v4", f"{OPEN} in summer.", "Valdoria", "2022"),
    said("v5", f"{OPEN} in winter.", "Valdoria", "2023"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
    said("o2", f"{OPEN}, perhaps.", "Ostravia", "2019"),
    said("k1", "The canal of Meren and all ships of Karsenia.", "Karsenia", "2016"),
    said("t1", "Trade in timber has doubled since the spring.", "Marenia"),
]


@pytest.fixture
def judge(judged, monkeypatch):
    judge = judged(STATEMENTS)
    monkeypatch.setattr("compare.ui.components.service.stance_model", lambda: judge)
    score = judge.score

    def hears_the_passage(pairs, on_progress=None):  # not the proposition, which says "must"
        return score([(b, b) for _, b in pairs], on_progress)

    monkeypatch.setattr(judge, "score", hears_the_passage)
    return judge


def place(page, asked=ASKED, **address):
    return press(page("proposition", q=asked, **address), "Compare")


def look(app, view):
    next(entry for entry in app.segmented_control if entry.label == "Show").set_value(view)
    return well(app.run())


def choose(app, name):
    menu = next(entry for entry in app.selectbox if entry.label == "The passages of")
    menu.set_value(name)
    return well(app.run())


def files(app):
    return {button.proto.label for button in app.get("download_button")}


def test_nothing_is_read_until_it_is_asked_for(page, judge):
    app = page("proposition", q=ASKED)
    assert "Nothing is read until you ask for it" in shown(app)
    assert judge.read == []
    app = press(app, "Compare")
    assert judge.read
    assert "2 countries placed by 7 passages that take a side." in shown(app)


def test_places_stand_on_what_is_said_and_the_silent_are_named(page, judge):
    app = place(page)
    html = shown(app)
    assert "n = 7 passages of 2 actors, in brackets by actor; 1 with too few" in html
    assert NOT_A_SAMPLE in html
    assert "On the point, but taking no side (1)" in html
    assert "Karsenia (1)" in html
    assert "Silent: statements, but none on the point (1)" in html
    assert "Marenia (1)" in html
    [chart] = app.get("vega_lite_chart")
    assert chart.proto.alt.startswith("2 positions between opposed and agreeing")
    assert {"Download the numbers", "Download SVG", "Download the positions"} <= files(app)


def test_a_party_leads_to_its_passages(page, judge):
    app = place(page)
    assert cards(app) == []
    menu = next(entry for entry in app.selectbox if entry.label == "The passages of")
    assert menu.options == ["Ostravia (2)", "Valdoria (5)", "Karsenia (takes no side)"]
    app = choose(app, "Ostravia")
    agree, opposed = cards(app)
    assert "cp-agree" in agree
    assert f"{SHUT}." in opposed
    assert "Ostravia Gazette" in opposed
    assert (
        "Position +0.00 (fewer than 5 speeches: no interval) from 2 passages in 2 speeches, of 2 "
        in shown(app)
    )
    app = choose(app, "Valdoria")
    assert "No passage of Valdoria that was read opposes the proposition." in shown(app)
    assert "Position +1.00 (95 % interval -0.04 to +1.00) from 5 passages" in shown(app)
    assert "&lt;b&gt;now&lt;/b&gt;" in shown(app)
    assert "javascript" not in "".join(cards(app))
    app = choose(app, "Karsenia")
    assert "but none that takes a side" in shown(app)
    assert len(cards(app)) == 1


def test_other_thresholds_place_anew_and_read_nothing(page, judge):
    app = place(page)
    before = len(judge.read)
    app.slider(key="o_p").set_value(0.75)
    app = well(app.run())
    assert "1 country placed by 1 passage that takes a side." in shown(app)
    app.slider(key="o_p").set_value(0.9)
    assert "No passage read takes a side" in shown(well(app.run()))
    assert len(judge.read) == before


def test_periods_are_small_charts_with_their_numbers(page, judge):
    app = look(place(page), "By period")
    charts = app.get("vega_lite_chart")
    assert [chart.proto.alt for chart in charts] == [
        "Positions of Ostravia by period. 2010: +0.00, 2 passages.",
        "Positions of Valdoria by period. 2010: +1.00, 2 passages; 2020: +1.00, 3 passages.",
    ]
    next(e for e in app.segmented_control if e.label == "Length of a period").set_value("1 year")
    assert "2011: -1.00, 1 passage" in well(app.run()).get("vega_lite_chart")[0].proto.alt


def test_a_table_has_everybody(page, judge):
    [frame] = look(place(page), "Table").dataframe
    assert list(frame.value["Actor"]) == ["Ostravia", "Valdoria", "Karsenia", "Marenia"]
    assert list(frame.value["Standing"]) == ["placed", "placed", "no side", "silent"]


def test_several_propositions_are_compared(page, judge):
    app = place(page, f"{ASKED}\n\n{FEES}\n{ASKED}")
    menu = next(entry for entry in app.selectbox if entry.label == "Proposition")
    assert menu.options == [ASKED, FEES]
    app = look(app, "All propositions")
    [frame] = app.dataframe
    assert list(frame.value[ASKED]) == ["+0.00 (2)", "+1.00 (5)", "–", "silent"]
    assert {"Download the table", "Download the positions 1", "Download the positions 2"} <= files(
        app
    )
    app = look(app, "Agreement between actors")
    assert "n in a cell, of 2" in shown(app)
    assert "<td>Ostravia and Valdoria</td>" in shown(app)
    assert "too few" in shown(app)


def test_who_takes_no_side_is_told_from_who_is_silent():
    table = table_of({"A": [0.8], "B": [0.1], "C": []}, {"A": [0.7], "B": [0.8], "C": [-0.9]})
    told = [[*row.values()] for row in rows_beside(table)]
    assert told == [
        ["A", "+1.00 (1)", "+1.00 (1)"], ["B", "–", "+1.00 (1)"], ["C", "silent", "-1.00 (1)"]
    ]  # fmt: skip


def test_speakers_and_filters_and_the_link(page, judge):
    address = {"compare": "Speakers", "countries": "Valdoria", "from": "2011", "each": "5"}
    app = place(page, **address)
    assert "1 speaker placed by 4 passages" in shown(app)
    found = parse_qs(urlsplit(app.code[0].value).query)
    for key, value in {**address, "q": ASKED}.items():
        assert found[key] == [value]
    assert "another library" in shown(page("proposition", digest="000000000000"))


@pytest.mark.parametrize(
    ("asked", "address", "sentence"),
    [
        (" ", {}, "Type a proposition"),
        (ASKED, {"from": "2031"}, "No country can be placed"),
    ],
)
def test_what_cannot_be_placed_is_one_sentence(page, judge, asked, address, sentence):
    app = place(page, asked, **address)
    assert sentence in shown(app)
    assert 'role="alert"' in shown(app)
    assert judge.read == []


def test_values_beyond_the_bounds_are_not_taken(page, judge):
    app = place(page, each="-5", o_view="?", o_sort="?", compare="?", o_p="9", o_years="?")
    assert "placed by" in shown(app)


def test_the_map_names_who_is_not_on_it_and_speakers_have_none(page, judge):
    app = look(place(page), "Map")
    assert "Nobody who takes a side is on the map: Ostravia, Valdoria." in shown(app)
    assert "Silent: statements, but none on the point" in shown(app)
    choose(app, "Valdoria")
    assert cards(app)
    app = place(page, compare="Speakers", o_view="Map")
    views = next(entry for entry in app.segmented_control if entry.label == "Show")
    assert "Map" not in views.options


def test_the_passages_of_a_party_can_be_taken_away(page, judge):
    from compare.export.formats import export_bytes

    app = choose(place(page), "Ostravia")
    assert "Download these passages" in files(app)
    data = export_bytes(made(PLACES).result(), "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert {row["a_text"] for row in rows} == {"Open it."}
    assert len(rows) == 10


def test_a_proposition_is_read_against_its_opposite(page, judge):
    app = place(page, opposite=SHUT)
    assert f"Opposite: “{SHUT}”" in shown(app)
    wrong = place(page, asked=f"{ASKED}\n{FEES}", opposite=SHUT)
    assert "There are 2 propositions and 1 that disagree" in shown(wrong)


# -- One form for every comparison ---------------------------------------------------------------


def test_the_question_stays_when_others_are_compared(page, judge):
    app = place(page, opposite=SHUT, countries="Valdoria")
    for who in ("Over time", "Two sides", "Speakers"):
        next(e for e in app.segmented_control if e.label == "Compare").set_value(who)
        app = well(app.run())
        assert app.text_area(key="q").value == ASKED
        assert app.text_area(key="opposite").value == SHUT
    next(e for e in app.segmented_control if e.label == "Compare").set_value("Countries")
    assert "placed by" in shown(well(app.run()))  # what was read before


def test_two_sides_are_compared_on_one_proposition(page, judge):
    app = page("proposition", q=f"{ASKED}\n{FEES}", compare="Two sides")
    assert "There are 2 propositions, one on each line" in shown(press(app, "Compare"))
    assert judge.read == []


def test_a_search_is_taken_along_to_the_page_of_a_proposition(page):
    address = {"opposite": "They must stay.", "from": "1990", "countries": "China"}
    app = page(q="Sanctions must be lifted.", **address)
    app.switch_page(str(ROOT / "compare" / "ui" / "pages" / "proposition.py"))
    app.query_params.clear()
    app = well(app.run())
    asked = {key: app.session_state[key] for key in ("q", *address)}
    assert asked == {"q": "Sanctions must be lifted.", **address, "countries": ["China"]}


def test_a_search_and_a_comparison_keep_their_own_questions_and_share_filters(page, judge):
    def go(name):
        app.switch_page(str(ROOT / "compare" / "ui" / "pages" / f"{name}.py"))
        app.query_params.clear()
        return well(app.run())

    app = page(q=ASKED, by="Ada Lorn", words="canal")
    app = go("proposition")
    assert (app.session_state["q"], app.session_state["words"]) == (ASKED, "canal")
    app.text_area(key="q").set_value(FEES)
    app = go("search") if press(app, "Compare") else app
    assert (app.session_state["q"], app.session_state["words"]) == (ASKED, "canal")
    assert app.session_state["by"] == "Ada Lorn"
    app = go("proposition")
    assert app.session_state["q"] == FEES


def test_a_first_search_takes_one_proposition_but_not_several(page, judge):
    for asked, taken in ((FEES, FEES), (f"{ASKED}\n{FEES}", "")):
        app = press(page("proposition", q=asked, library="My own"), "Compare")
        app.switch_page(str(ROOT / "compare" / "ui" / "pages" / "search.py"))
        app.query_params.clear()
        app = well(app.run())
        assert (app.session_state["q"], app.session_state["by"]) == (taken, "")


def test_two_sides_have_to_be_chosen(page, judge):
    app = press(page("proposition", q=ASKED, compare="Two sides"), "Compare")
    assert "Choose whom to compare" in shown(app)
    assert judge.read == []
