import csv
import io
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, ROOT, WIDE, after_rerun, choose, settled

QUOTE = "The claim that Russia asked China for military aid is malicious disinformation"


def search_for(page, quote):
    page.get_by_label("Quote", exact=True).fill(quote)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".cp-asked .cp-words")).to_contain_text(quote)
    settled(page)


def words_of(page, stance):
    # The text, shown or not: on a narrow page, one of the lists is shown at a time.
    return page.locator(f"article.cp-{stance} > .cp-words").all_text_contents()


def run_cli(app, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "compare", *arguments],
        cwd=ROOT,
        env=dict(app.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(content):
    """The rows of a CSV without the moment of the search, which is never the same."""
    found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    at = found[0].index("searched_on")
    return [[*row[:at], *row[at + 1 :]] for row in found]


@pytest.fixture(scope="module")
def by_command(app, tmp_path_factory):
    """The rows of the command's search for the quote, filtered."""
    kept = tmp_path_factory.mktemp("command") / "result.json"
    run_cli(
        app, "search", QUOTE, "--only-country", "United States", "--not-own-speaker",
        "--out", str(kept), "--json",
    )  # fmt: skip
    run_cli(app, "export", str(kept), "--to", "csv")
    return rows(kept.with_suffix(".csv").read_bytes())


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_search_filter_permalink_and_download(app, visit, by_command, size):
    page = visit(app.url, size)
    search_for(page, QUOTE)
    if size is NARROW:
        page.locator("[data-testid=stExpandSidebarButton]").click()
    countries = page.get_by_role("combobox", name="Country or organisation").first
    after_rerun(page, lambda: choose(countries, "United States"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("countries=United"))
    after_rerun(page, page.get_by_text("Not the quote’s own speaker").click)
    expect(page).to_have_url(re.compile("other_speaker=true"))
    after_rerun(page, page.get_by_text("Mark the deciding words").click)  # a command marks none
    if size is NARROW:
        page.locator("[data-testid=stSidebarCollapseButton] button").click()
    before = {stance: words_of(page, stance) for stance in ("agree", "oppose", "neither")}
    assert any(before.values())
    page.get_by_role("button", name="Show link", exact=True).click()
    link = page.locator("[data-testid=stCode] code").inner_text()

    fresh = visit(link, size)
    assert fresh.get_by_label("Quote", exact=True).input_value() == QUOTE
    assert {stance: words_of(fresh, stance) for stance in before} == before

    with fresh.expect_download() as download:
        fresh.get_by_role("button", name="CSV", exact=True).click()
    assert rows(download.value.path().read_bytes()) == by_command


def test_the_other_formats_are_there_too(app, visit):
    page = visit(app.url)
    for name, begins in (
        *(("Excel", b"PK"), ("Report", b"<!doctype html>")),
        *(("Download JSONL", b"{"), ("Download all as JSON", b"{")),
    ):
        if name == "Download JSONL":
            page.get_by_role("button", name="More formats").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.path().read_bytes().startswith(begins)


def test_lists_are_side_by_side_when_wide_and_tabs_when_narrow(app, visit):
    page = visit(app.url)
    tabs = page.locator(".st-key-search-narrow")
    expect(tabs).to_be_hidden()
    agree = page.locator(".cp-list-head.cp-agree").bounding_box()
    oppose = page.locator(".cp-list-head.cp-oppose").bounding_box()
    assert abs(agree["y"] - oppose["y"]) < 2
    assert oppose["x"] > agree["x"] + agree["width"]
    page.set_viewport_size(NARROW)
    agree = page.locator(".cp-list-head.cp-agree")
    oppose = page.locator(".cp-list-head.cp-oppose")
    expect(agree).to_be_visible()
    expect(oppose).to_be_hidden()
    after_rerun(page, tabs.get_by_text("Oppose 1").click)
    expect(agree).to_be_hidden()
    expect(oppose).to_be_visible()


def test_the_keyboard_reaches_the_field_and_the_button(app, visit):
    page = visit(app.url)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const e = document.activeElement; return [e.tagName, "
            "e.getAttribute('aria-label') || e.innerText, getComputedStyle(e).outlineStyle, "
            "getComputedStyle(e).boxShadow, getComputedStyle(e.parentElement).boxShadow, "
            "getComputedStyle(e.parentElement).borderColor] })()"
        )
        reached.append(focused[1])
        if focused[1] == "Search":
            break
    assert "Quote" in reached
    assert reached[-1] == "Search"
    page.get_by_label("Quote", exact=True).fill(QUOTE)
    page.get_by_label("Quote", exact=True).focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cp-asked .cp-words")).to_contain_text(QUOTE)


def test_a_statement_is_opened_and_asked_about(app, visit):
    page = visit(app.url)
    page.get_by_role("link", name="Open statement").first.click()
    expect(page).to_have_url(re.compile(r"/corpus\?.*id="))
    expect(page.locator("h1")).to_have_text("One statement")
    settled(page)
    words = page.locator(".cp-asked .cp-words").inner_text().strip("“”")
    page.get_by_role("link", name="Search with it").click()
    expect(page.locator("h1")).to_have_text("Who agrees, who opposes")
    settled(page)
    expect(page.get_by_label("Quote", exact=True)).to_have_value(words)


def test_a_row_ticked_filters_the_statements_of_the_corpus(app, visit):
    page = visit(f"{app.url}/corpus")
    table = page.get_by_test_id("stDataFrame")
    settled(page)
    table.click(position={"x": 18, "y": 52})
    expect(page).to_have_url(re.compile(r"c_countries=China"))
    expect(page.get_by_text("5 statements", exact=True)).to_be_visible()
    settled(page)
    table.click(position={"x": 18, "y": 52})
    expect(page.get_by_text("11 statements", exact=True)).to_be_visible()


def test_an_app_with_a_token_opens_by_its_address_only(serve, browser):
    guarded = serve("--token")
    address = guarded.printed("http://localhost:")
    page = browser.new_context().new_page()
    assert page.goto(guarded.url).status == 401
    page.goto(address)
    expect(page.locator(".cp-list-head").first).to_be_visible()
    assert "token" not in page.url
    foreign = {f"c{number}": "x" * 4_000 for number in range(8)} | {"prefs": '{"a":1}'}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": page.url} for name, value in foreign.items()]
    )
    page.reload()
    expect(page.locator(".cp-list-head").first).to_be_visible()
    page.context.close()
