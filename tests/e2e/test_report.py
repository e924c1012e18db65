"""A report and a notebook's view of pairs, as a browser shows and prints them."""

from dataclasses import replace
from pathlib import Path

import pytest

from compare.statements import Statement
from tests.e2e.conftest import NARROW, WIDE
from tests.e2e.test_look import HOSTILE, serious
from tests.fabricate import OPPOSED, a_search, found_pair, pair_of, two_sides


def results():
    """Both kinds, with statements that would act if they could."""
    odd = [Statement(f"s{n}", text, speaker=text, source=text) for n, text in enumerate(HOSTILE)]
    found = [found_pair(one, (0.8, 0.1, 0.1)) for one in odd]
    others = [replace(OPPOSED, id=f"o{n}", text=f"{n} slanders") for n in range(len(odd))]
    pairs = [pair_of(*two, (0.1, 0.8, 0.1)) for two in zip(odd, others, strict=True)]
    return a_search(*a_search().pairs, *found), two_sides(*two_sides().pairs, *pairs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_is_whole_at_every_width_and_fetches_nothing(browser, tmp_path: Path, scheme):
    for number, result in enumerate(results()):
        path = result.report(tmp_path / f"{number}.html")
        for size in (WIDE, NARROW):
            context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
            page = context.new_page()
            fetched = []
            page.on("request", lambda request, told=fetched: told.append(request.url))
            page.goto(path.as_uri())
            assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
            text = page.locator("main").inner_text()
            for words in HOSTILE:
                assert words in text
            assert "owned" not in page.title()
            if size is NARROW:
                assert serious(page) == []
            assert fetched == [path.as_uri()]
            context.close()


def test_a_report_prints_on_white_paper(browser, tmp_path: Path):
    path = results()[1].report(tmp_path / "report.html")
    page = browser.new_page(color_scheme="dark")
    page.goto(path.as_uri())
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".cp-bibtex").is_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


def test_a_notebook_is_readable_on_light_and_dark(browser):
    html = "<hr>".join(result._repr_html_() for result in results())
    for paper, ink in (("#ffffff", "#111111"), ("#111111", "#e4e4e4")):
        for size in (WIDE, NARROW):
            page = browser.new_page(viewport=size)
            page.set_content(
                f'<html lang="en"><title>Notebook</title><body style="background:{paper};'
                f'color:{ink};margin:8px"><main><h1>Notebook</h1>{html}</main>'
            )
            assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
            if size is WIDE:
                assert serious(page) == []
            assert page.locator("main script, main img, main a[href^=javascript]").count() == 0
            page.close()
