import csv
import io
import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from compare.comparison.counts import NOT_A_SAMPLE
from compare.ui.charts.figures import COLOURS
from compare.ui.charts.position_charts import (
    KINDS,
    agreement_spec,
    kind,
    period_spec,
    places_spec,
)
from compare.ui.charts.position_figures import agreement_svg, periods_svg, places_svg
from compare.ui.components.position_tables import beside_rows
from tests.fabricate_positions import made, table_of
from tests.ui.conftest import cards, press, said, shown, well

ASKED = "The canal of Meren must be open to all ships"
OPEN, SHUT = ASKED, "The canal of Meren shall not be open to all ships"
FEES = "All ships of the canal of Meren shall pay"


STATEMENTS = [
    said("v1", f"Our friends know it. {OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"{OPEN} of the world <b>now</b>.", "Valdoria", "2012", url="javascript:alert(1)"),
    said("v3", f"{OPEN} for ever.", "Valdoria", "2021"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
    said("o2", f"{OPEN}, perhaps.", "Ostravia", "2019"),
    said("k1", "The canal of Meren and all ships of Karsenia.", "Karsenia", "2016"),
    said("t1", "Trade in timber has doubled since the spring.", "Marenia"),
]


@pytest.fixture
def judge(judged, monkeypatch):
    judge = judged(STATEMENTS)
    monkeypatch.setattr("compare.ui.components.positions.stance_model", lambda: judge)
    score = judge.score

    def hears_the_passage(pairs, on_progress=None):  # not the proposition, which says "must"
        return score([(b, b) for _, b in pairs], on_progress)

    monkeypatch.setattr(judge, "score", hears_the_passage)
    return judge


def place(page, asked=ASKED, **address):
    return press(page("positions", o_q=asked, **address), "Place them")


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
    app = page("positions", o_q=ASKED)
    assert "Nothing is read until you ask for it" in shown(app)
    assert judge.read == []
    app = press(app, "Place them")
    assert judge.read
    assert "2 countries placed by 5 passages that take a side." in shown(app)


def test_places_stand_on_what_is_said_and_the_silent_are_named(page, judge):
    app = place(page)
    html = shown(app)
    assert "n = 5 passages of 2 parties, in brackets by party; 1 with too few" in html
    assert NOT_A_SAMPLE in html
    assert "Near, but taking no side (1)" in html
    assert "Karsenia (1)" in html
    assert "Silent: statements, but none near the proposition (1)" in html
    assert "Marenia (1)" in html
    [chart] = app.get("vega_lite_chart")
    assert chart.proto.alt.startswith("2 places between opposed and agreeing")
    assert {"Download the numbers", "Download SVG", "Download the places"} <= files(app)


def test_a_party_leads_to_its_passages(page, judge):
    app = place(page)
    assert cards(app) == []
    menu = next(entry for entry in app.selectbox if entry.label == "The passages of")
    assert menu.options == ["Ostravia (2)", "Valdoria (3)", "Karsenia (takes no side)"]
    app = choose(app, "Ostravia")
    agree, opposed = cards(app)
    assert "cp-agree" in agree
    assert f"{SHUT}." in opposed
    assert "Ostravia Gazette" in opposed
    assert (
        "Place -0.05 (fewer than 3 passages: no interval) by 2 passages of 2 statements"
        in shown(app)
    )
    app = choose(app, "Valdoria")
    assert "Nothing that was read of Valdoria opposes the proposition." in shown(app)
    assert "95 % interval +0.60 to +0.60" in shown(app)
    assert "&lt;b&gt;now&lt;/b&gt;" in shown(app)
    assert "javascript" not in "".join(cards(app))
    app = choose(app, "Karsenia")
    assert "nothing that takes a side" in shown(app)
    assert len(cards(app)) == 1


def test_other_thresholds_place_anew_and_read_nothing(page, judge):
    app = place(page)
    before = len(judge.read)
    app.slider(key="o_p").set_value(0.75)
    app = well(app.run())
    assert "1 country placed by 1 passage that take a side." in shown(app)
    app.slider(key="o_p").set_value(0.9)
    assert "Nothing of what was read takes a side" in shown(well(app.run()))
    assert len(judge.read) == before


def test_periods_are_small_charts_with_their_numbers(page, judge):
    app = look(place(page), "By period")
    charts = app.get("vega_lite_chart")
    assert [chart.proto.alt for chart in charts] == [
        "Places of Ostravia by period. 2010: -0.05, 2 passages.",
        "Places of Valdoria by period. 2010: +0.60, 2 passages; 2020: +0.60, 1 passage.",
    ]
    next(e for e in app.segmented_control if e.label == "Length of a period").set_value("1 year")
    assert "2011: -0.70, 1 passage" in well(app.run()).get("vega_lite_chart")[0].proto.alt


def test_a_table_has_everybody(page, judge):
    [frame] = look(place(page), "Table").dataframe
    assert list(frame.value["Party"]) == ["Ostravia", "Valdoria", "Karsenia", "Marenia"]
    assert list(frame.value["Standing"]) == ["placed", "placed", "no side", "silent"]


def test_several_propositions_are_compared(page, judge):
    app = place(page, f"{ASKED}\n\n{FEES}\n{ASKED}")
    menu = next(entry for entry in app.selectbox if entry.label == "Proposition")
    assert menu.options == [ASKED, FEES]
    app = look(app, "All propositions")
    [frame] = app.dataframe
    assert list(frame.value[ASKED]) == ["-0.05 (2)", "+0.60 (3)", "–", "silent"]
    assert {"Download the table", "Download the places 1", "Download the places 2"} <= files(app)
    app = look(app, "Who stands near whom")
    assert "n in a cell, of 2" in shown(app)
    assert "<td>Ostravia and Valdoria</td>" in shown(app)
    assert "too few" in shown(app)


def test_who_takes_no_side_is_told_from_who_is_silent():
    table = table_of({"A": [0.8], "B": [0.1], "C": []}, {"A": [0.7], "B": [0.8], "C": [-0.9]})
    told = [[*row.values()] for row in beside_rows(table)]
    assert told == [
        ["A", "+0.80 (1)", "+0.70 (1)"], ["B", "–", "+0.80 (1)"], ["C", "silent", "-0.90 (1)"]
    ]  # fmt: skip


def test_speakers_and_filters_and_the_link(page, judge):
    address = {"o_by": "Speakers", "o_countries": "Valdoria", "o_from": "2011", "o_most": "5"}
    app = place(page, **address)
    assert "1 speaker placed by 2 passages" in shown(app)
    found = parse_qs(urlsplit(app.code[0].value).query)
    for key, value in {**address, "o_q": ASKED}.items():
        assert found[key] == [value]
    assert "another library" in shown(page("positions", digest="000000000000"))


@pytest.mark.parametrize(
    ("asked", "address", "sentence"),
    [
        (" ", {}, "Type a proposition"),
        (ASKED, {"o_from": "2031"}, "No country can be placed"),
    ],
)
def test_what_cannot_be_placed_is_one_sentence(page, judge, asked, address, sentence):
    app = place(page, asked, **address)
    assert sentence in shown(app)
    assert 'role="alert"' in shown(app)
    assert judge.read == []


def test_values_beyond_the_bounds_are_not_taken(page, judge):
    app = place(page, o_most="-5", o_view="?", o_sort="?", o_by="?", o_p="9", o_years="?")
    assert "placed by" in shown(app)


# -- Charts --------------------------------------------------------------------------------------

PLACES = {
    "<Valdoria>": [0.8, 0.7, 0.9],
    "Ostravia": [-0.8, -0.7, -0.6],
    "Karsenia": [-0.8, 0.7, 0.6],
    "Marenia": [0.8],
}


def test_shape_and_colour_and_word_tell_what_a_place_shows():
    positions = made(PLACES).placed
    assert {one.name: kind(one.place) for one in positions} == {
        "<Valdoria>": KINDS[0], "Ostravia": KINDS[1], "Karsenia": KINDS[2], "Marenia": KINDS[3]
    }  # fmt: skip
    spec = places_spec(positions, COLOURS["light"])
    values = {value["party"]: value for value in spec["data"]["values"]}
    assert values["Karsenia"]["label"] == "Karsenia (3)"
    assert values["Marenia"]["low"] is None
    long = {"The United Islands of Valdoria and Ostravia": [0.8] * 12}
    [label] = places_spec(made(long).placed, COLOURS["light"])["encoding"]["y"]["sort"]
    assert label == "The United Islands of V… (12)"
    dots = spec["layer"][-1]["encoding"]
    assert dots["shape"]["scale"]["domain"] == dots["color"]["scale"]["domain"] == list(KINDS)
    assert len(set(dots["shape"]["scale"]["range"])) == len(KINDS)


def test_a_period_and_a_cell_hold_their_numbers():
    places = [one for one in made(PLACES).by_period(1) if one.voice.name == "Ostravia"]
    spec = period_spec(places, range(2000, 2005), COLOURS["dark"])
    assert spec["encoding"]["x"]["scale"]["domain"][0] == "2000"
    values = spec["data"]["values"]
    assert [(value["period"], value["place"]) for value in values] == [
        ("2001", -0.8), ("2002", -0.7), ("2003", -0.6)
    ]  # fmt: skip
    matrix = table_of({"A": [0.8], "B": [0.6]}, {"A": [0.5], "C": [0.5]}).agreement()
    cells = agreement_spec(matrix, ["A", "B"], COLOURS["light"])["data"]["values"]
    assert [(cell["agreement"], cell["number"]) for cell in cells] == [
        (pytest.approx(0.9), "n 1")
    ] * 2  # fmt: skip


def test_the_map_names_who_is_not_on_it_and_speakers_have_none(page, judge):
    app = look(place(page), "Map")
    assert "Nobody who takes a side is on the map: Ostravia, Valdoria." in shown(app)
    assert "Silent: statements, but none near the proposition" in shown(app)
    choose(app, "Valdoria")
    assert cards(app)
    app = place(page, o_by="Speakers", o_view="Map")
    views = next(entry for entry in app.segmented_control if entry.label == "Show")
    assert "Map" not in views.options


MATRIX = table_of(*[PLACES] * 3).agreement()
PERIODS = [
    (name, [one for one in made(PLACES).by_period(1) if one.voice.name == name]) for name in PLACES
]


@pytest.mark.parametrize(
    "figure",
    [
        places_svg(made(PLACES).placed, "Open <it> & " + "for ever " * 40, 3),
        periods_svg(PERIODS, "Open it.", 1),
        agreement_svg(MATRIX, MATRIX.parties, 3),
    ],
)
def test_a_figure_is_whole_and_says_what_it_stands_on(figure):
    root = ElementTree.parse(io.BytesIO(figure)).getroot()
    width, height = float(root.get("width")), float(root.get("height"))
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y, wide, high = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert min(x, y, wide, high) >= 0
        assert x + wide <= width
        assert y + high <= height
    words = " ".join(root.itertext())
    assert re.search(r"\bn\b", words)
    assert "no random sample" in words
    assert "&lt;" not in words


def test_the_passages_of_a_party_can_be_taken_away(page, judge):
    from compare.export.formats import export_bytes

    app = choose(place(page), "Ostravia")
    assert "Download these passages" in files(app)
    data = export_bytes(made(PLACES).result(), "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert {row["a_text"] for row in rows} == {"Open it."}
    assert len(rows) == 10
