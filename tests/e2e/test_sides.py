"""Two sides and a timeline in a browser: read, and look at the pairs."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from compare.facade import Library
from tests.e2e.conftest import NARROW, SCHEMES, WIDE, after_rerun, settled
from tests.e2e.test_look import HOSTILE, levels_of_headings, whole
from tests.fakes import statement

CLAIM = "The harbour of Meren must be open to all ships."
DENIAL = "The harbour of Meren must stay closed to foreign ships."
SIDES = (
    "proposition?compare=Two+sides&a_countries=Valdoria&b_countries=Ostravia"
    f"&q={CLAIM}&opposite={DENIAL}"
)
TIMELINE = f"proposition?compare=Over+time&countries=Valdoria&q={CLAIM}&o_p=0.5"
ALWAYS = ["By year", "Table"]
VIEWS = ["Opposed", "Agree", "What A said", "What B said", *ALWAYS]


@pytest.fixture(scope="session")
def two(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sides") / "library"
    words = [
        ("Valdoria", 2011, "The harbour of Meren must be opened to all ships."),
        ("Valdoria", 2014, "We will never open the harbour of Meren to foreign ships."),
        ("Valdoria", 2019, "We are for an open harbour in Meren, as we have always been."),
        ("Ostravia", 2012, "The harbour of Meren must stay closed to all ships."),
        ("Ostravia", 2016, "We call for the harbour of Meren to be opened to all ships."),
        *(("Ostravia", 2018, words) for words in HOSTILE),
    ]
    Library.build(
        [
            statement(
                f"s{number}",
                text,
                country=country,
                date=f"{year}-05-0{number % 9 + 1}",
                speaker=f"<i>Envoy</i> {number}",
                source="**Gazette**",
                url="javascript:alert(1)",
            )
            for number, (country, year, text) in enumerate(words)
        ],
        folder,
    ).close()
    return serve(COMPARE_LIBRARY=str(folder))


def read(page):
    """Have the pairs read."""
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Link to this page").wait_for()
    return settled(page)


ONLY_THERE = {
    "Table": "[data-testid=stDataFrame]",
    "By year": "text=Undated statements do not count",
    "What A said": "[class*=st-key-sides-said-0-list-][class*=-on]",
    "What B said": "[class*=st-key-sides-said-1-list-][class*=-on]",
    "What they said": "[class*=st-key-timeline-said-0-list-][class*=-on]",
}
"""What a view has and the others have not; lists have their heads."""


def look(page, view):
    radio = page.get_by_role("radio", name=view, exact=True)
    if not radio.is_checked():
        after_rerun(page, radio.click)
    expect(radio).to_be_checked()
    head = page.locator("h2", has_text=re.compile(rf"^{view}$"))
    shown = page.locator(ONLY_THERE[view]) if view in ONLY_THERE else head
    expect(shown.first).to_be_visible()
    for other, mark in ONLY_THERE.items():
        if other != view:
            expect(page.locator(mark)).to_have_count(0)
    return page


def test_nothing_is_read_at_first_and_the_link_brings_the_question_back(two, visit):
    page = visit(f"{two.url}/{SIDES}")
    assert page.locator("article").count() == 0
    look(read(page), "Agree")
    page.get_by_text("Link to this page").click()
    before = page.locator("article .cp-words").all_inner_texts()
    link = page.locator("[data-testid=stCode] code").inner_text()
    fresh = visit(link)
    assert fresh.get_by_role("textbox", name="Proposition").input_value() == CLAIM
    assert fresh.get_by_role("textbox", name="someone who disagrees").input_value() == DENIAL
    assert fresh.locator("article").count() == 0
    read(fresh)
    expect(fresh.get_by_role("radio", name="Agree", exact=True)).to_be_checked()
    assert fresh.locator("article .cp-words").all_inner_texts() == before


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_view_of_two_sides_is_whole_and_open_to_all(two, visit, size):
    page = read(visit(f"{two.url}/{SIDES}", size))
    for view in VIEWS:
        look(page, view)
        whole(page, view, SCHEMES)
        levels_of_headings(page, view)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_view_of_a_timeline_is_whole_and_open_to_all(two, visit, size):
    page = read(visit(f"{two.url}/{TIMELINE}", size))
    for view in ["What they said", "May have changed", "Said the same again", *ALWAYS]:
        look(page, view)
        whole(page, view, SCHEMES)


def test_sides_stand_beside_each_other_when_wide_and_one_above_the_other_when_narrow(two, visit):
    page = look(read(visit(f"{two.url}/{SIDES}&o_p=0")), "Agree")
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        a, b = (half.bounding_box() for half in page.locator(".cp-half").all()[:2])
        if size is WIDE:
            assert abs(a["y"] - b["y"]) < 2
            assert b["x"] > a["x"] + a["width"] - 2
        else:
            assert abs(a["x"] - b["x"]) < 2
            assert b["y"] >= a["y"] + a["height"]


def test_hostile_statements_are_shown_as_written(two, visit):
    page = read(visit(f"{two.url}/{SIDES}&o_p=0"))
    for view in ("Opposed", "Agree", "Table"):
        look(page, view)
        if view == "Opposed":
            assert "<i>Envoy</i>" in page.locator("[data-testid=stMain]").inner_text()
        assert "owned" not in page.title(), view
        assert page.locator(".stHtml script, .stHtml img, .katex").count() == 0, view
        assert page.locator("a[href^='javascript']").count() == 0, view


def test_what_is_found_can_be_taken_away(two, visit):
    page = look(read(visit(f"{two.url}/{SIDES}&o_p=0")), "By year")

    def taken(name):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).first.click()
        return download.value.path().read_bytes()

    rows = list(csv.DictReader(io.StringIO(taken("Download CSV").decode("utf-8-sig"))))
    assert {row["a_country"] for row in rows} == {"Valdoria"}
    assert {row["stance"] for row in rows} <= {"agree", "oppose"}
    assert taken("Download Excel").startswith(b"PK")
    assert taken("Download JSONL").startswith(b"{")
    years = taken("Download the numbers").decode("utf-8-sig")
    assert years.startswith('"side","year","agree","oppose","read"')
    assert ElementTree.fromstring(taken("Download SVG")).tag.endswith("svg")
    page.locator("[data-testid=stVegaLiteChart]").first.hover()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Download as PNG")).first.click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
