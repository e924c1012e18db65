import csv
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from compare.comparison import NOT_A_SAMPLE
from compare.export.words import duration
from tests.ui.conftest import cards, press, said, shown, unmarked, well

OPEN = "The canal of Meren must be open to all ships"
SHUT = "The canal of Meren shall not be open to all ships"


STATEMENTS = [
    said("v1", f"Our friends know it. {OPEN} at once.", "Valdoria", "2010-05-01"),
    said("v2", f"{OPEN} of the world <b>now</b>.", "Valdoria", "2012", url="javascript:alert(1)"),
    said("o1", f"{SHUT}.", "Ostravia", "2011-01-01"),
    said("m1", f"{SHUT} from Ostravia.", "Marenia", "2014-02", venue="Marenia Hall"),
    said("m2", f"{OPEN}, says Marenia.", "Marenia"),
    said("t1", "Trade in timber has doubled since the spring.", "Marenia"),
]
CLAIM = "All ships may use the canal of Meren."
ASKED = {"a_countries": "Valdoria", "q": CLAIM}


@pytest.fixture
def judge(judged):
    return judged(STATEMENTS)


def read(app):
    return press(app, "Compare")


def look(app, view):
    next(entry for entry in app.segmented_control if entry.label == "Show").set_value(view)
    return well(app.run())


def files(app):
    return {button.proto.label: button for button in app.get("download_button")}


def test_deciding_words_are_marked_unless_the_switch_is_off(page, judge):
    app = read(
        page("proposition", compare="Two sides", b_countries="Ostravia", o_why="false", **ASKED)
    )
    assert not any("<mark>" in card for card in cards(app))
    app.toggle(key="o_why").set_value(True)
    first, second = cards(well(app.run()))
    assert all(re.search("<mark>[^<]*not", card) for card in (first, second))
    count = len(judge.read)
    app.toggle(key="o_why").set_value(False)
    app.toggle(key="o_why").set_value(True)
    assert cards(well(app.run())) == [first, second]
    assert len(judge.read) == count


def test_a_side_may_have_a_period_of_its_own(page, judge):
    address = {
        "a_countries": "Valdoria",
        "a_to": "2010",
        "b_countries": "Valdoria",
        "b_from": "2011",
    }
    app = read(page("proposition", compare="Two sides", q=CLAIM, **address))
    assert "Valdoria, to 2010 and Valdoria, from 2011" in shown(app)
    assert len(cards(look(app, "Agree"))) == 1
    link = parse_qs(urlsplit(app.code[-1].value).query)
    assert (link["a_to"], link["b_from"]) == (["2010"], ["2011"])


def test_nothing_is_read_until_it_is_asked_for(page, judge):
    app = page("proposition", compare="Two sides", **ASKED)
    assert "Nothing is read until you ask for it." in shown(app)
    assert judge.read == []
    assert [button.label for button in app.button] == ["Compare"]
    # 3 passages of Valdoria meet 4 others, and 2 of them the third once.
    assert "10 passages and 14 pairs of them were read." in shown(read(app))


def test_pairs_stand_side_by_side_with_their_verdict(page, judge):
    app = read(page("proposition", compare="Two sides", b_countries="Ostravia", **ASKED))
    html = shown(app)
    assert f"Valdoria and Ostravia on “{CLAIM}”" in html
    first, second = cards(app)
    for card in (first, second):
        assert "<strong>Opposed</strong>" in card
        assert "likely <b>70\N{NO-BREAK SPACE}%</b>" in card
        side_a, side_b = card.split('class="cp-half"')[1:]
        assert "Side A" in side_a
        assert "Envoy of Valdoria" in side_a
        assert "Side B" in side_b
        assert f"{SHUT}." in unmarked(side_b)
        assert "1 January 2011" in side_b
        assert "Ostravia Gazette" in side_b
    both = first + second
    assert "&lt;b&gt;now&lt;/b&gt;" in both
    assert "javascript" not in both
    assert "The sentences around it" in both
    app = look(app, "Agree")
    assert "None of the pairs read agree at these thresholds." in shown(app)


def test_what_was_read_is_not_read_again(page, judge):
    app = read(page("proposition", compare="Two sides", **ASKED))
    before = len(judge.read)
    assert len(cards(app)) == 4
    app.slider(key="o_p").set_value(0.75)
    assert cards(well(app.run())) == []
    app.slider(key="o_p").set_value(0.5)
    app.selectbox(key="o_sort").set_value("Oldest first")
    app = look(well(app.run()), "Agree")
    assert len(cards(app)) == 3
    assert len(judge.read) == before
    app.text_area(key="q").set_value("Ships may pass.")
    app = read(app)
    assert "on “Ships may pass.”" in shown(app)
    assert {a.text for a, _ in judge.read[before:]} == {"Ships may pass."}  # no pair again


def test_passages_are_read_against_both_ends(page, judge):
    app = read(page("proposition", compare="Two sides", opposite="The canal is ours.", **ASKED))
    assert "Opposite: “The canal is ours.”" in shown(app)
    one, other = (
        {b.text for a, b in judge.read if a.text == end} for end in (CLAIM, "The canal is ours.")
    )
    assert one == other | {"The canal is ours."}
    assert f"{SHUT}." in other
    assert app.text_area(key="opposite").value == "The canal is ours."


def test_what_each_side_said_is_placed_on_the_proposition(page, judge):
    app = look(
        read(page("proposition", compare="Two sides", b_countries="Marenia", **ASKED)),
        "What A said",
    )
    assert all("must be open" in unmarked(card) for card in cards(app))
    assert len(cards(app)) == 2
    assert "Nothing that was read opposes the proposition at these thresholds." in shown(app)
    app = look(app, "What B said")
    agrees, opposes = cards(app)[:2]
    assert "must be open" in unmarked(agrees)
    assert "shall not" in unmarked(opposes)
    judge.read.clear()
    app.slider(key="o_p").set_value(0.75)  # what agrees has 0.7
    app = well(app.run())
    assert "Nothing that was read agrees with the proposition" in shown(app)
    app = look(app, "What A said")
    assert "Nothing that was read takes a side on the proposition" in shown(app)
    assert judge.read == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"q": " "}, "Type a proposition"),
        (
            {"opposite": CLAIM.upper(), "b_countries": "Valdoria"},
            "The opposite has the words of the proposition",
        ),
        ({"a_countries": "Valdoria", "from": "2030"}, "no statement matches. Loosen"),
        ({"a_countries": "Valdoria", "b_countries": "Valdoria", "a_sources": "Marenia Gazette"},
         "no statement matches"),
        ({"a_countries": "Valdoria", "b_countries": "Valdoria", "b_venues": "Marenia Hall"},
         "Side b (Valdoria, Marenia Hall) cannot be compared: no statement matches."),
    ],
)  # fmt: skip
def test_what_is_too_narrow_is_one_sentence(page, judge, asked, sentence):
    app = read(page("proposition", compare="Two sides", **{"q": CLAIM, **asked}))
    assert sentence in shown(app)
    assert 'role="alert"' in shown(app)
    assert judge.read == []


def test_values_beyond_the_bounds_are_not_taken(page, judge):
    address = {"most": "-5", "ab_view": "?", "o_sort": "?", "o_p": "9"}
    app = read(
        page(
            "proposition",
            compare="Two sides",
            a_countries="X",
            b_countries="Ostravia",
            q=CLAIM,
            **address,
        )
    )
    assert ">Opposed</h2>" in shown(app)


def test_a_run_that_was_stopped_goes_on(page, judge, monkeypatch):
    monkeypatch.setattr("compare.models.StanceModel.at_once", 2)
    score, calls = judge.score, []

    def tiring(pairs, on_progress=None):
        calls.append(len(pairs))
        if len(calls) == 3:
            raise RuntimeError("stopped")
        return score(pairs, on_progress)

    app = page("proposition", compare="Two sides", o_why="false", **ASKED)
    monkeypatch.setattr(judge, "score", tiring)
    next(button for button in app.button if button.label == "Compare").click()
    assert app.run().exception
    assert judge.read
    read(app)
    assert len(set(judge.read)) == len(judge.read) == sum(calls) - 2


def test_the_same_pairs_stand_in_a_table(page, judge):
    app = look(read(page("proposition", compare="Two sides", **ASKED)), "Table")
    [frame] = app.dataframe
    assert list(frame.value["Verdict"]) == ["Opposed"] * 4 + ["Agree"] * 3
    assert set(frame.value["Country, A"]) == {"Valdoria"}
    assert "Our friends" not in "".join(frame.value["Words, A"])
    app.slider(key="o_p").set_value(0.65)
    [frame] = well(app.run()).dataframe
    assert list(frame.value["Verdict"]) == ["Opposed"] * 4


def test_years_are_counted_with_what_they_stand_on(page, judge):
    app = look(read(page("proposition", compare="Two sides", **ASKED)), "By year")
    html = shown(app)
    assert html.index("Side A") < html.index("Side B")
    assert "n = 2 statements read, 2 of them labelled agree or oppose." in html
    assert "<td>2014</td><td>0</td><td>1</td><td>1</td>" in html
    assert NOT_A_SAMPLE in html
    assert {"Download the numbers", "Download SVG", "Download CSV"} <= set(files(app))
    first, second = app.get("vega_lite_chart")
    assert first.proto.alt == "Statements by year, 2010 to 2012: 2 agree, 0 oppose."
    assert second.proto.alt == "Statements by year, 2010 to 2014: 2 agree, 2 oppose."
    app.slider(key="o_p").set_value(0.75)  # what agrees has 0.7
    first, _ = well(app.run()).get("vega_lite_chart")
    assert first.proto.alt.endswith("0 agree, 0 oppose.")


def test_what_was_asked_stands_in_the_link(page, judge):
    address = {"a_countries": "Valdoria", "b_speakers": "Envoy of Ostravia", "most": "50"}
    asked = {"q": CLAIM, "opposite": "It is ours.", "ab_view": "Table", "o_p": "0.5"}
    app = read(page("proposition", compare="Two sides", **address, **asked))
    found = parse_qs(urlsplit(app.code[0].value).query)
    for key, value in {**address, **asked}.items():
        assert found[key] == [value]
    assert "another library" in shown(
        page("proposition", compare="Two sides", digest="000000000000")
    )


def test_a_wrong_verdict_on_a_pair_is_kept(page, judge, home):
    app = read(page("proposition", compare="Two sides", b_countries="Ostravia", **ASKED))
    radio = next(entry for entry in app.radio if entry.key.startswith("right-sides-oppose"))
    radio.set_value("Neither")
    press(app, "Keep this correction")
    with (home / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["stance"], row["right"], row["b_country"]) == ("oppose", "neither", "Ostravia")


def test_the_page_opens_on_the_sample_without_reading(page, monkeypatch):
    monkeypatch.setattr("compare.ui.components.sides.compare_sides", None)
    assert "Nothing is read until you ask for it." in shown(
        page("proposition", compare="Two sides")
    )


def test_numbers_in_words():
    assert [duration(s) for s in (0, 1, 89, 100, 7200, 3e5)] == [
        "less than a second", "1 second", "89 seconds", "2 minutes", "2 hours", "83 hours"
    ]  # fmt: skip


def test_the_page_is_in_the_menu():
    assert "proposition.py" in re.findall(r'"(\w+\.py)"', Path("app.py").read_text())
