import csv
import json
import re
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st

from compare.comparison.turns import Turns
from compare.export import ExportFormat, export_bytes
from compare.export.html import verdict_html
from compare.export.markdown import inert
from compare.facade import Library
from compare.results import FILLED_TO, Probabilities, Stance
from compare.statements import PartialDate, Statement
from compare.ui.charts.counts import years_of_result
from compare.ui.charts.vega import COLOURS
from compare.ui.components import filter_panel, service
from compare.ui.components.quote_form import EXAMPLE_QUOTE
from tests.fabricate import OPPOSED, a_search, found_pair, two_sides
from tests.fakes import HashingEncoder, WordJudge
from tests.ui.conftest import shown, unmarked, well


def card_of(app, words):
    """The card that shows the words."""
    cards = re.findall(r"<article.*?</article>", shown(app), re.S)
    return next(card for card in cards if words in unmarked(card) and "cp-asked" not in card)


def keep(app, radio):
    """Press the button under the labels to choose from."""
    form = f"wrong-{radio.key.removeprefix('right-')}"
    next(button for button in app.get("button") if button.proto.form_id == form).click()
    return well(app.run())


def test_the_first_screen_is_an_example_already_searched(page):
    app = page()
    assert app.text_area(key="q").value == EXAMPLE_QUOTE
    html = shown(app)
    assert EXAMPLE_QUOTE in html
    assert "its source in the library" in html
    assert ">Agree</h2>" in html
    assert ">Oppose</h2>" in html
    denial = card_of(app, "malicious disinformation")
    assert "Opposes" in denial
    assert "15 March 2022" in denial
    reported = card_of(app, "both denied that Russia asked China for military aid")
    assert "Reported, not quoted" in reported
    buttons = [button.proto.label for button in app.get("download_button")]
    offered = [format for format in ExportFormat if format.label]
    others = [format for format in offered if format not in ("csv", "xlsx", "html")]
    assert buttons == ["CSV", "Excel", "Report", *(f"Download {one.label}" for one in others)]


def test_neither_list_is_folded_away(page):
    app = page()
    labels = [expander.label for expander in app.expander]
    assert any(label.startswith("Neither: ") for label in labels)
    assert not any(re.search("agree|oppose", label, re.I) for label in labels)


def test_the_further_statements_of_a_country_stand_under_its_first(page):
    app = page()
    folded = [one for one in app.expander if re.fullmatch(r"\d+ more by .+", one.label)]
    assert folded
    open_to_all = len(re.findall("<article", shown(app)))
    under = {one.label: len(re.findall("<article", "".join(h.proto.body for h in one.get("html"))))
             for one in folded}  # fmt: skip
    assert all(int(label.split()[0]) == number for label, number in under.items())
    app.toggle(key="fold").set_value(False)
    app = well(app.run())
    assert not [one for one in app.expander if " more by " in one.label]
    assert len(re.findall("<article", shown(app))) == open_to_all


def test_a_statement_of_the_library_fills_the_fields(page):
    app = page()
    app.selectbox(key="pick").select("xi-1")
    well(app.run())
    fields = {key: app.text_input(key=key).value for key in ("by", "country", "date", "context")}
    assert app.text_area(key="q").value == "is not something China wants to see"
    assert fields == {
        "by": "Xi Jinping",
        "country": "China",
        "date": "2022-03-18",
        "context": "said of the war in Ukraine",
    }
    assert app.query_params["sid"] == "xi-1"
    assert "its source in the library" in shown(app)


def test_an_address_with_a_statement_fills_the_fields(page):
    app = page(sid="embassy-1")
    assert app.text_area(key="q").value == "malicious disinformation"
    assert "Chinese Embassy" in shown(app)


def test_the_sliders_cut_without_reading_again(page, monkeypatch):
    from compare.ui.components import service

    asked = []
    search = service.search

    def counted(*args, **kwargs):
        asked.append(args[1].text)
        return search(*args, **kwargs)

    monkeypatch.setattr(service, "search", counted)
    app = page(q="China gives Russia no military aid.")
    assert len(asked) == 1
    assert "Nothing here agrees or opposes" not in shown(app)
    app.slider(key="p").set_value(1.0)
    well(app.run())
    assert "Nothing here agrees or opposes" in shown(app)
    assert "it says nothing about the world" in shown(app)
    assert "of 13 passages." in shown(app)
    assert "below the minimum probability" in shown(app)
    assert "of 13 passages. None opposes the quote at these thresholds; " in shown(app)
    near = re.findall(r"<article(?:(?!</article>).)*>Opposes<", shown(app), re.S)
    assert 1 <= len(near) // 2 <= FILLED_TO  # each is under Neither, too
    assert all("cp-neither" in card for card in near)
    radio = next(radio for radio in app.radio if radio.key.startswith("right-search-neither"))
    verdict = re.search("“(.*)”", radio.label)[1]
    assert verdict not in radio.options
    assert len(asked) == 1


def test_values_beyond_the_bounds_are_not_taken(page):
    app = page(p="7", s="-3", sort="Nonsense", speakers="Nobody at all", **{"from": "yesterday"})
    html = unmarked(shown(app))
    assert "“yesterday” is not a date" in html
    assert "It is ignored." in html
    assert "both denied that Russia" in html


def test_dates_the_wrong_way_round_are_ignored(page):
    app = page(**{"from": "2023", "to": "2021"})
    assert "No date is from 2023 to 2021: both are ignored." in shown(app)
    assert "both denied that Russia" in unmarked(shown(app))


def test_filters_narrow_the_search(page):
    app = page()
    app.multiselect(key="speakers").select("Chinese Embassy")
    well(app.run())
    html = unmarked(shown(app))
    assert "malicious disinformation" in html
    assert "both denied that Russia" not in html
    app.checkbox(key="other_country").check()
    well(app.run())
    assert "malicious disinformation" in unmarked(shown(app))


def test_kinds_of_sentence_are_left_out(page):
    app = page(without="quotation")
    assert app.multiselect(key="without").value == ["quotation"]
    app.multiselect(key="without").select("report")
    well(app.run())
    assert "malicious disinformation" in unmarked(shown(app))


def test_only_passages_with_the_words_are_found(page):
    app = page(words='"malicious disinformation" OR nonsense')
    html = unmarked(shown(app))
    assert "malicious disinformation" in html
    assert "both denied that Russia" not in html
    assert "Filtered by: with &quot;malicious disinformation&quot; OR nonsense." in html
    app.button(key="clear").click()
    assert "both denied that Russia" in unmarked(shown(well(app.run())))
    html = shown(page(words="malicious OR"))
    assert "The words are ignored." in html
    assert "both denied that Russia" in unmarked(html)


def test_a_wrong_date_of_the_quote_is_one_sentence(page):
    app = page(date="18 March")
    assert "“18 March” is not a date: write 2022, 2022-03 or 2022-03-18." in shown(app)


def test_an_empty_quote_is_one_sentence(page):
    app = page(q=" ")
    assert "The quote is empty" in shown(app)
    assert 'role="alert"' in shown(app)


def test_an_opposite_is_read_too_and_shown(page):
    asked = "China should give Russia military aid."
    html = shown(page(q=asked, opposite="China must not give Russia military aid."))
    assert '<span>The opposite</span> <q dir="auto">China must not give' in html
    html = shown(page(q=asked, opposite="china SHOULD give Russia military aid!"))
    assert "The opposite has the words of the quote" in html


def test_a_card_that_opposes_can_become_the_opposite(page):
    app = page()
    buttons = [b for b in app.button if b.label == "Use as opposite"]
    app = well(buttons[0].click().run())
    said = app.text_input(key="opposite").value
    assert said.startswith("malicious disinformation (")
    assert f'<span>The opposite</span> <q dir="auto">{said}' in shown(app)


def test_a_card_can_become_the_quote(page):
    app = page(opposite="China arms Russia.")
    like = [b for b in app.button if re.fullmatch("search-oppose-.+-like", b.key or "")]
    app = well(like[0].click().run())
    assert app.text_area(key="q").value == "malicious disinformation"
    assert app.text_input(key="opposite").value == ""
    assert app.text_input(key="by").value == "Chinese Embassy"
    assert "military aid" in app.text_input(key="context").value
    app = page(sid="embassy-1")  # whose words the address asks for
    like = [b for b in app.button if re.fullmatch("search-.+-like", b.key or "")]
    app = well(like[-1].click().run())
    assert app.text_area(key="q").value != "malicious disinformation"
    assert app.query_params["sid"] != ["embassy-1"]


def test_a_bar_shows_who_agrees_and_who_opposes(page):
    html = shown(page())
    (bar,) = re.findall(r'cp-taken">(.*?)</div>', html, re.S)
    parts = re.findall(r'class="cp-(\w+)" style="flex-grow:(\d+)"', bar)
    assert parts == [("agree", "2"), ("oppose", "1")]
    assert "By country: 2 agree, 1 opposes, none has said both. At most 50 statements" in html


@pytest.mark.parametrize("who", ["Countries", "Two sides", "Over time"])
def test_the_page_of_a_proposition_offers_an_opposite_once_it_has_read(page, who):
    veto = "The veto in the Security Council should be abolished."
    app = page("proposition", compare=who, q=veto, a_countries="China")
    assert "may say this" not in shown(app)
    app = well(next(one for one in app.button if one.label == "Compare").click().run())
    assert "Then press Compare." in shown(app)
    app = well(next(b for b in app.button if b.key.startswith("offer-")).click().run())
    assert "must remain" in app.text_area(key="opposite").value


def test_an_offered_opposite_is_used_only_once_it_is_pressed(page):
    app = page(q="The veto in the Security Council should be abolished.")
    assert not app.text_input(key="opposite").value
    assert "Someone who disagrees may say this" in shown(app)
    offers = [button for button in app.button if button.key.startswith("offer-opposite")]
    assert "must remain" in offers[0].label
    app = well(offers[0].click().run())
    said = app.text_input(key="opposite").value
    assert offers[0].label == inert(f"“{said}”")
    assert f'<span>The opposite</span> <q dir="auto">{said}' in shown(app)
    assert "Someone who disagrees may say this" not in shown(app)


def test_deciding_words_are_marked_unless_the_switch_is_off(page):
    app = page()
    assert "<mark>" in card_of(app, "denied")
    assert "Compared with" in shown(app)
    app.toggle(key="why").set_value(False)
    well(app.run())
    assert "<mark>" not in shown(app)


def test_the_words_of_an_earlier_search_bring_nothing_else_along(monkeypatch):
    judge = WordJudge()
    monkeypatch.setattr(service, "stance_model", lambda: judge)
    other = Statement(id="again", text=OPPOSED.text)
    first = found_pair(OPPOSED, (0.1, 0.8, 0.1))
    second = replace(first, b=replace(first.b, repeats=(other,)), similarity=0.5)
    for pair in (first, second):
        result = a_search(pair)
        ((given, found),) = service.explain_pairs(result, [pair])
        assert given == pair
        assert found.rationale is not None
        assert service.with_known_words(result, pair) == found
        assert replace(found, rationale=None) == pair


def test_each_card_gives_the_reference_of_its_statement(page):
    app = page()
    [cited] = [
        code.value for code in app.code if "annote = {malicious disinformation}" in code.value
    ]
    assert cited.startswith("@misc{")
    assert "In " in cited


def test_a_wrong_verdict_is_kept_in_a_file_that_is_named(page, home):
    app = page()
    radio = next(r for r in app.radio if r.key.startswith("right-search-oppose"))
    keep(app, radio)
    assert "Choose the right label." in shown(app)
    assert not (home / "corrections.csv").exists()
    radio = app.radio(key=radio.key)
    assert list(radio.options) == ["Agrees", "Neither"]
    radio.set_value("Neither")
    keep(app, radio)
    assert f"Kept in {home / 'corrections.csv'}" in shown(app)
    with (home / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["right"] == "neither"
    assert row["stance"] == "oppose"
    assert row["b_text"] in unmarked(shown(app))


def test_a_library_that_is_not_there_is_one_sentence(page, home, monkeypatch):
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "nowhere"))
    app = page()
    assert str(home / "nowhere") in shown(app)
    assert 'role="alert"' in shown(app)


def test_what_was_searched_travels_with_the_result(page):
    html = shown(page())
    for words in (
        "Library digest",
        "Embedding model",
        "Stance model",
        "Minimum probability",
        "UTC",
    ):
        assert words in html


def test_an_address_of_another_library_is_noticed(page):
    assert "another library" in shown(page(digest="000000000000"))
    assert "another library" not in shown(page())


def test_every_format_that_is_offered_can_be_written():
    assert {format for format in ExportFormat if format.label} > {
        ExportFormat.CSV,
        ExportFormat.HTML,
        ExportFormat.JSON,
    }
    for format in ExportFormat:
        for result in (a_search(), two_sides()):
            assert export_bytes(result, format, stances=[Stance.AGREE])
    assert json.loads(export_bytes(two_sides(), "json"))["format"] == "compare-pairs"


def test_a_search_waits_for_its_turn_and_says_how_many_are_ahead(page, monkeypatch):
    from compare.ui.components import layout

    turns, told, begun, over = Turns(), [], threading.Event(), threading.Event()

    def occupy():
        with turns.take():
            begun.set()
            over.wait(30)

    class Bar:
        def progress(self, share, text=""):
            told.append(text)
            over.set()

        def empty(self):
            told.append("")

    monkeypatch.setattr(layout, "TURNS", turns)
    monkeypatch.setattr(layout.st, "progress", lambda share, text="": Bar())
    other = threading.Thread(target=occupy)
    other.start()
    begun.wait(5)
    app = page(q="China asked for no military aid from anybody")
    other.join()
    assert told[0] == "1 reading of another visitor is ahead: about 2 seconds"
    assert "26 of 26 pairs read" in told
    assert "Oppose" in shown(app)


# -- The head of a result, its counts and its views ----------------------------------------------


def pills(app, name):
    """The values of a filter that are shown with their counts."""
    return next(group for group in app.button_group if group.key.startswith(f"count-{name}-"))


def cards_of(app, stance):
    return re.findall(rf'<article class="cp-card cp-{stance}">', shown(app))


def test_filters_show_the_counts_of_this_result_and_set_the_menu(page):
    app = page()
    counts = dict(
        re.fullmatch(r"(.*) (\d+)", option.content).groups()
        for option in pills(app, "countries").proto.options
    )
    assert counts == {"United States": "3", "China": "1", "European Union": "1"}
    assert not [group for group in app.button_group if group.key.startswith("count-sources")]
    pills(app, "countries").set_value(["China"])
    well(app.run())
    assert app.multiselect(key="countries").value == ["China"]
    assert pills(app, "countries").value == ["China"]
    offered = [option.content for option in pills(app, "countries").proto.options]
    assert offered == ["China 1", "United States 3", "European Union 1"]
    assert "Filtered by: China." in shown(app)
    assert "malicious disinformation" in unmarked(shown(app))
    assert "directly assisting Russia" not in unmarked(shown(app))
    pills(app, "countries").set_value(["China", "European Union"])
    well(app.run())
    assert app.multiselect(key="countries").value == ["China", "European Union"]
    app.button(key="clear").click()
    well(app.run())
    assert app.multiselect(key="countries").value == []
    assert "Filtered by" not in shown(app)


def test_a_value_chosen_in_the_menu_stays_when_another_is_pressed(page):
    app = page()
    app.multiselect(key="countries").select("Russia")
    well(app.run())
    before = app.multiselect(key="countries").value
    offered = [
        option.content.rpartition(" ")[0] for option in pills(app, "countries").proto.options
    ]
    pills(app, "countries").set_value(offered)
    well(app.run())
    assert set(app.multiselect(key="countries").value) == {*before, *offered}


def test_the_page_says_what_is_searched_and_that_it_is_a_sample(page):
    html = shown(page())
    assert re.search(
        r"This library holds 11 statements, 7 speakers, 5 countries or organisations, 1 source, "
        r"2022; built on \d+ \w+ \d{4}\.",
        html,
    )
    assert "This is a sample of eleven statements on one question." in html


def test_the_hint_that_it_is_an_example_goes_with_the_example(page):
    assert "This is an example: paste your own quote over it." in shown(page())
    assert "This is an example" not in shown(page(q="China asked for no military aid"))


def test_the_limits_stand_beside_the_lists(page):
    html = shown(page())  # a statement of the library
    assert "162 other statements as quotes, 54 % of this list was right." in html
    html = shown(page(q="China is considering military aid to Russia."))
    assert "50 typed claims, on which it was fitted, 77 % of this list was right" in html
    html = shown(page(q="China gives no military aid to Russia."))
    assert "its first ten held 19 % of the passages known to oppose." in html


def test_the_views_show_the_same_statements(page):
    app = page()
    words = {stance: len(cards_of(app, stance)) for stance in ("agree", "oppose")}
    app.segmented_control(key="view").set_value("Table")
    well(app.run())
    (table,) = app.dataframe
    verdicts = list(table.value["Verdict"])
    assert {"agree": verdicts.count("Agrees"), "oppose": verdicts.count("Opposes")} == words
    assert cards_of(app, "agree") == []
    app.segmented_control(key="view").set_value("Compact")
    well(app.run())
    assert len(cards_of(app, "agree")) == words["agree"]
    assert "<mark>" not in shown(app)


def test_how_sure_a_verdict_is_shows_in_its_sign(page):
    app = page()
    assert 'class="cp-verdict cp-even"' in card_of(app, "malicious disinformation")
    assert 'class="cp-verdict cp-fair"' in card_of(app, "China is flirting with the Russians")
    assert 'class="cp-verdict cp-even"' in verdict_html(
        Stance.AGREE, Probabilities(0.6, 0.2, 0.2), 1
    )
    assert 'class="cp-verdict cp-sure"' in verdict_html(Stance.AGREE, Probabilities(0.9, 0.1, 0), 1)


def test_dragging_over_the_years_sets_the_period(monkeypatch):
    drawn = SimpleNamespace(selection={"period": {"year": ["2003", "2001", "2002"]}})
    monkeypatch.setattr(st, "session_state", {"years": drawn})
    filter_panel._choose_years("years")
    assert (st.session_state["from"], st.session_state["to"]) == ("2001", "2003")
    drawn.selection = {"period": {}}
    filter_panel._choose_years("years")
    assert (st.session_state["from"], st.session_state["to"]) == ("2001", "2003")


def test_the_years_of_a_result_have_the_counts_that_it_has():
    dated = [
        replace(
            found_pair(replace(OPPOSED, id=f"y{n}", date=PartialDate(year)), odds), similarity=0.9
        )
        for n, (year, odds) in enumerate(
            [("2001", (0.1, 0.8, 0.1)), ("2003", (0.8, 0.1, 0.1)), ("2003", (0.1, 0.8, 0.1))]
        )
    ]
    result = a_search(*dated)
    values = years_of_result(result).spec(COLOURS["light"])["data"]["values"]
    counts = {(one["year"], one["verdict"]): one["statements"] for one in values}
    assert counts == {
        ("2001", "agree"): 0, ("2001", "oppose"): 1, ("2002", "agree"): 0,
        ("2002", "oppose"): 0, ("2003", "agree"): 1, ("2003", "oppose"): 1,
    }  # fmt: skip
    assert years_of_result(a_search(dated[0])) is None


def test_without_a_statement_that_passes_the_filters_the_page_says_so(page):
    html = shown(page(**{"from": "2050"}))
    assert "No statement passes these filters" in html
    assert "Lower the minimum probability" not in html


def test_another_library_begins_with_an_empty_field(page, home):
    Library.build([replace(OPPOSED, id="own")], home / "library", HashingEncoder(256)).close()
    app = page(library="My own")
    assert app.text_area(key="q").value == ""
    assert "Paste a quote above, and press Search." in shown(app)
    assert ">Agree</h2>" not in shown(app)


def test_another_library_begins_without_filters_by_values_that_it_lacks(page, home):
    Library.build([replace(OPPOSED, id="own")], home / "library", HashingEncoder(256)).close()
    app = page(library="Sample", countries="China")
    app.selectbox(key="library").select("My own")
    well(app.run())
    assert "Filtered by" not in shown(app)
    assert not app.multiselect(key="countries").value


def test_verdicts_rest_on_their_own_words_if_a_country_is_not_weighed_together(page):
    app = page(same="false")
    [watch] = [button for button in app.button if button.label == "Watch this search"]
    assert watch.disabled
    assert "By these words alone" not in shown(app)
    app.toggle(key="same").set_value(True)
    assert "cp-verdict" in shown(well(app.run()))


def test_what_other_settings_give_is_shown_folded_and_tried_at_a_press(page):
    app = page()
    firm = next(one for one in app.expander if one.label == "How firm these counts are")
    assert not firm.proto.expanded
    assert "minimum probability 0.9" in shown(app)
    assert "the fast model alone" not in shown(app)
    next(one for one in app.button if one.label == "Try other settings").click()
    app = well(app.run())
    assert "the fast model alone" in shown(app)
    assert "at most 800 similar passages read" in shown(well(app.run()))
    assert "Try other settings" not in {button.label for button in app.run().button}
