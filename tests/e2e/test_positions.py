"""Positions in a browser: every view, and a click on a dot."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from compare.facade import Library
from tests.e2e.conftest import NARROW, WIDE, after_rerun, focused, settled
from tests.e2e.test_look import HOSTILE, levels_of_headings, serious, whole
from tests.fakes import statement

ASKED = "The harbour of Meren must be opened to all ships."
FEES = "Fees in the harbour of Meren must fall."
VIEWS = ["Chart", "Map", "By period", "Table", "All propositions", "Agreement between actors"]


@pytest.fixture(scope="session")
def parties(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("positions") / "library"
    words = [
        ("Valdoria", 2011, "The harbour of Meren must be opened to ships of all flags."),
        ("Valdoria", 2014, "We demand that the harbour of Meren be opened to all ships."),
        ("Valdoria", 2021, "We are for an open harbour in Meren, open to all ships."),
        ("Ostravia", 2012, "The harbour of Meren must stay closed to all ships."),
        ("Ostravia", 2016, "We will never open the harbour of Meren to foreign ships."),
        ("Ostravia", 2017, "Fees in the harbour of Meren must not fall."),
        (
            "Antarctica=ATA",
            2019,
            "We too want the harbour of Meren opened to all.",
        ),  # nobody's, on the map
        ("Karsenia", 2018, "Timber has been dear since the spring."),
        *(("<b>Marenia</b> $x$", 2018, words) for words in HOSTILE),
    ]
    made = [
        statement(
            f"s{number}", text, country=country, date=f"{year}-05-0{number % 9 + 1}",
            speaker=f"<i>Envoy</i> {number}", source="**Gazette**", url="javascript:alert(1)",
        )
        for number, (country, year, text) in enumerate(words)
    ]  # fmt: skip
    Library.build(made, folder).close()
    return serve(COMPARE_LIBRARY=str(folder))


def placed(page):
    """Have the parties placed."""
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Link to this page").wait_for()
    return settled(page)


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"]
)
def test_every_view_is_whole_and_open_to_all(parties, visit, size, scheme):
    address = urlencode({"q": f"{ASKED}\n{FEES}"})
    page = placed(visit(f"{parties.url}/proposition?{address}", size, scheme))
    for view in VIEWS:
        radio = page.get_by_role("radio", name=view, exact=True)
        if not radio.is_checked():
            after_rerun(page, radio.click)
        expect(radio).to_be_checked()
        shows = "stDataFrame" if view in ("Table", "All propositions") else "stVegaLiteChart"
        page.locator(f"[data-testid={shows}]").first.wait_for()
        settled(page)
        whole(page, view)
        levels_of_headings(page, view)


def test_a_dot_and_the_menu_lead_to_the_same_passages(parties, visit):
    page = placed(visit(f"{parties.url}/proposition?{urlencode({'q': ASKED})}"))
    expect(page.get_by_text("Karsenia (1)")).to_be_visible()
    dot = page.locator("[data-testid=stVegaLiteChart] .mark-symbol.role-mark path").first
    dot.wait_for()
    settled(page)
    dot.scroll_into_view_if_needed()
    dot.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("article").first).to_be_visible()
    settled(page)
    name = dialog.locator(".cp-section h2").inner_text()
    words = dialog.locator("article .cp-words").all_inner_texts()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    settled(page)
    menu = page.get_by_role("combobox", name="The passages of")
    focused(menu)
    page.keyboard.type(name[:6])
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stMain] article").first).to_be_visible()
    settled(page)
    assert page.locator("[data-testid=stMain] article .cp-words").all_inner_texts() == words
    assert page.locator(".stHtml script, .stHtml img, .katex").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
