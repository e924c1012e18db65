"""Pages fit, are readable and accessible; statements are shown as written."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS, Axe

from compare.facade import Library
from tests.e2e.conftest import NARROW, SCHEMES, WIDE, in_scheme, settled
from tests.fakes import statement

COMPARED = "proposition?compare="
PAGES = [
    "",
    "pair",
    "proposition",
    f"{COMPARED}Two+sides",
    f"{COMPARED}Over+time",
    "corpus",
    "corpus?id=xi-1",
    "add",
    "method",
]
HOSTILE = [
    "<script>document.title = 'owned'</script> the harbour must open",
    "The harbour costs $x^2$ and $$y$$ and :red[loud] :material/home: :smile: to open",
    "![](http://example.org/harbour.png) [the harbour](javascript:alert(1)) must open",
    "</blockquote></article><img src=x onerror=\"document.title='owned'\"> the harbour",
    "harbour" * 120,
    "يجب أن يفتح الميناء harbour على الفور (not 12).",
    "**The harbour** _must_ `open` # now &lt;b&gt;",
]


CLIPPED = """() => [...document.querySelectorAll("[data-testid=stMain] .stHtml *")]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
  .filter(e => !e.closest(".cp-scroll") && !e.closest("details:not([open])"))
  .map(e => e.outerHTML.slice(0, 120))"""


FOLDED = "[data-testid=stExpander] summary"
SIDE = "[data-testid=stSidebar][aria-expanded=true]"


def unfold(page):
    """Open what is folded, at the side where that is open."""
    for expander in page.locator(f"[data-testid=stMain] {FOLDED}, {SIDE} {FOLDED}").all():
        if expander.evaluate("summary => !summary.parentElement.open"):
            expander.click()
    settled(page)


def overflow(page):
    beyond = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    return beyond, page.evaluate(CLIPPED)


OF_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that may hold in one scheme and not in the other."""


def serious(page, rules=DEFAULT_OPTIONS):
    """What axe finds that shuts people out: the rule and the elements."""
    return [
        (entry["id"], [node["html"][:200] for node in entry["nodes"]])
        for entry in Axe().run(page, options=rules).response["violations"]
        if entry["impact"] in ("serious", "critical")
    ]


def serious_in_schemes(page, schemes):
    """As `serious`, for each scheme in which it finds something."""
    rules = [DEFAULT_OPTIONS, *[OF_COLOURS] * (len(schemes) - 1)]
    told = {one: serious(in_scheme(page, one), of) for one, of in zip(schemes, rules, strict=True)}
    return {scheme: found for scheme, found in told.items() if found}


def whole(page, told=None, schemes=(None,)):
    """Nothing is cut off, and nobody is shut out, as it is or in each of the schemes."""
    rules = DEFAULT_OPTIONS
    for scheme in schemes:
        beyond, clipped = overflow(in_scheme(page, scheme) if scheme else settled(page))
        assert beyond <= 0, (told, scheme)
        assert clipped == [], (told, scheme)
        assert serious(page, rules) == [], (told, scheme)
        rules = OF_COLOURS


def levels_of_headings(page, told=None):
    """The levels, of which the first is 1 and none is left out on the way down."""
    levels = (
        page.locator("[data-testid=stMain]")
        .locator("h1, h2, h3, h4")
        .evaluate_all("found => found.map(e => Number(e.tagName[1]))")
    )
    assert levels[0] == 1, told
    assert all(after - before <= 1 for before, after in pairwise(levels)), told
    return levels


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_scrolls_sideways_and_axe_finds_nothing_serious(app, visit, path, size):
    page = visit(f"{app.url}/{path}", size)
    for scheme in SCHEMES:
        beyond, clipped = overflow(in_scheme(page, scheme))
        assert beyond <= 0, scheme
        assert clipped == [], scheme
    assert levels_of_headings(page).count(1) == 1
    unfold(page)
    assert serious_in_schemes(page, SCHEMES[::-1]) == {}


def test_axe_finds_nothing_serious_in_what_opens(app, visit):
    page = visit(f"{app.url}/?why=true&p=0", NARROW)
    page.get_by_role("button", name="Correct this label").first.click()
    page.get_by_text("Keep this correction").first.wait_for()
    assert serious_in_schemes(page, SCHEMES) == {}
    page.keyboard.press("Escape")
    page.locator("[data-testid=stExpandSidebarButton]").click()
    page.get_by_text("Minimum similarity").first.wait_for()
    assert serious_in_schemes(page, SCHEMES[::-1]) == {}


@pytest.fixture(scope="session")
def hostile(serve, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "library"
    Library.build(
        [
            statement(
                f"{'<b>' if number == 0 else 's'}{number}",
                text,
                context=text,
                speaker=f"<i>Speaker</i> {number}",
                role=":red[role] $r$",
                country="Republic of Valdoria",
                venue="<script>",
                source="**Gazette**",
                url="javascript:alert(1)",
            )
            for number, text in enumerate(HOSTILE)
        ],
        folder,
    ).close()
    return serve(COMPARE_LIBRARY=str(folder))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", ["corpus", "?q=the+harbour+must+open&p=0&s=0"])
def test_hostile_statements_are_shown_as_written(hostile, visit, path, size):
    page = visit(f"{hostile.url}/{path}", size)
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    unfold(page)
    text = page.locator("[data-testid=stMain]").inner_text()
    for words in HOSTILE:
        assert words in text
    assert "<i>Speaker</i> 3" in text
    assert ":red[role] $r$" in text
    assert "owned" not in page.title()
    assert page.locator(".stHtml script, .stHtml img, .katex").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert not [url for url in fetched if "example.org" in url]
    beyond, clipped = overflow(page)
    assert beyond <= 0
    assert clipped == []


def test_hostile_statements_are_plain_in_menus_too(hostile, visit):
    page = visit(f"{hostile.url}/?q=harbour")
    page.get_by_role("button", name="Choose a statement of this library").click()
    page.get_by_role("combobox", name="Statement").click()
    options = page.get_by_role("option").all_inner_texts()
    assert any("<i>Speaker</i> 1: The harbour costs $x^2$" in option for option in options)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Speaker").first.click()
    assert "<i>Speaker</i> 0" in page.get_by_role("option").all_inner_texts()
    assert page.locator(".katex").count() == 0


def test_an_error_holds_hostile_text_as_written(hostile, visit):
    page = visit(f"{hostile.url}/?q=harbour&from=%3Cb%3E%3Ared%5Bx%5D")
    assert "“<b>:red[x]” is not a date" in page.locator("[role=alert]").first.inner_text()
