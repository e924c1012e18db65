"""A report is one self-contained page; nothing in a statement has an effect in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ExportError
from compare.export import ExportFormat, export_bytes
from compare.export.citations import Citation, cited, reference
from compare.export.report import citation_of, limits, methods, report_html, settings
from compare.export.words import filters_in_words
from compare.models import load_stance_model
from compare.models.runtime import read_manifest
from compare.models.stance import WEIGHTS
from compare.results import Excerpt, Stance
from compare.results.pair import Unjudged
from compare.statements import PartialDate, Quote, Statement
from compare.statements.passages import split_statement
from tests.fabricate import (
    AGREEING,
    OPPOSED,
    OPPOSITE,
    QUOTE,
    UNRELATED,
    VALDORIA,
    a_search,
    found_pair,
    on_a_topic,
    pair_of,
    two_sides,
)
from tests.fakes import runner

HOSTILE = [
    "<script>alert(1)</script>",
    "</style></head><body onload=alert(1)><img src=x>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "$x^2$ \\(y\\)",
    "](http://example.org) <http://example.org>",
    "\u202bשלום\u202c \x1b[31m \ud83d",
    "w" * 50_000,
]
TAGS = set(
    re.findall(
        r"\w+",
        "html head meta title style body main header p h1 h2 h3 bdi div section article span "
        "strong b i blockquote mark time cite q a details summary ul ol li code pre dl dt dd br "
        "table thead tbody tr th td",
    )
)
FETCHING = {"src", "srcset", "data", "poster", "action", "background", "ping"}


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> set[str]:
        return {value for tag, name, value in self.attributes if (tag, name) == ("a", "href")}


def hostile(words: str) -> list[str]:
    """Both kinds of report, in which every text is `words`."""
    odd = Statement("s", words, words, words, words, (VALDORIA,), None, words, words, words, words)
    named = replace(odd, id=words or "s")
    return [
        report_html(a_search(found_pair(odd, (0.8, 0.1, 0.1)), quote=words), title=words),
        report_html(two_sides(pair_of(named, OPPOSED, (0.1, 0.8, 0.1)), subject=words)),
    ]


def inert(markup: str) -> Page:
    page = Page(markup)
    assert set(page.tags) <= TAGS
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name not in FETCHING
        assert name != "style"
        if (tag, name) == ("a", "href"):
            assert value.startswith(("#s", "https://", "http://"))
    return page


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:12])
def test_no_statement_acts_in_a_report(words: str) -> None:
    for markup in hostile(words):
        page = inert(markup)
        assert page.links() <= {"#s1", "#s2"}
        shown = words.encode("utf-8", "replace").decode()
        assert shown.replace("\x1b", "") in page.text.replace("\x1b", "").replace("␛", "")
        markup.encode()


@given(st.text())
def test_any_text_makes_a_report(words: str) -> None:
    for markup in hostile(words):
        inert(markup)


def test_a_report_fetches_nothing_and_may_not() -> None:
    markup = report_html(a_search())
    assert "default-src 'none'; style-src 'unsafe-inline'" in markup
    style = markup.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style
    assert 'lang="en"' in markup
    assert "@media print" in style
    assert "light-dark(" in style


def test_a_search_is_reported_pair_by_pair() -> None:
    quote = Quote(QUOTE, "Ana Prell", "Envoy", (VALDORIA,), PartialDate("2019"), "of the war")
    markup = report_html(a_search(quote=quote, source=None))
    page = Page(markup)
    assert page.tags.count("h1") == 1
    assert page.tags.count("article") == 4  # the quote, and a pair in each list
    assert f"Who agrees with “{QUOTE}”, and who opposes it" in page.text
    agree, oppose, neither = (markup.index(f"<h2>{name}") for name in ("Agree", "Oppose", "Neith"))
    assert agree < oppose < neither
    assert "<mark>arms</mark>" in markup
    assert "<mark>sends arms</mark>" in markup
    assert markup.count("Compared with") == 1  # where words are marked: the quote stands above
    for words in ("Ana Prell", "Mira Tollen", "2 April 2019", "Ostmark", "likely", "77"):
        assert words in page.text
    assert AGREEING.url in page.links()
    assert "Ostmark Gazette" in page.text
    assert "Lake Post" in page.text  # also said
    assert "Reported, not quoted" in page.text
    assert "dismissing the charge" in page.text
    assert "The quote has two sentences." in page.text


def test_every_statement_shown_is_a_reference_and_the_other_way_round() -> None:
    for result in (a_search(), two_sides(), a_search(quote=OPPOSED.text, source=OPPOSED)):
        markup = report_html(result)
        cited = set(re.findall(r'href="#(s\d+)"', markup))
        listed = re.findall(r'<li id="(s\d+)">', markup)
        assert cited
        assert cited <= set(listed) if result.quote else cited == set(listed)
        assert len(listed) == len(set(listed))
        assert "@misc{" in markup
    assert reference(Citation(AGREEING)) == (
        "Mira Tollen, Foreign Minister, Ostmark. Remarks to the press. press conference, "
        "2 April 2019. Ostmark Gazette."
    )
    assert reference(Citation(UNRELATED)).endswith("has doubled. Reported, not quoted.")
    assert reference(Citation(Statement("x", "Who?"))) == "Speaker not named. “Who?”"
    file = {"source_file": "debates/canal-2019.txt"}
    of_collection = replace(AGREEING, source="Canal Debates, canal-2019.txt", extra=file)
    assert reference(Citation(of_collection)).endswith("2 April 2019. Canal Debates.")


def test_what_is_not_judged_is_cited_with_the_usual_lists() -> None:
    said = Statement("ru", "Порт Мерен останется закрытым.", language="ru", venue="Briefing")
    (excerpt,) = (Excerpt(said, passage) for passage in split_statement(said))
    result = replace(a_search(), found_unjudged=(Unjudged(excerpt, 0.6),))
    number = len(cited(result, result.usual_lists))
    markup = report_html(result)
    assert f'Russian · similarity 0.60 <a class="cp-ref" href="#s{number}">[{number}]</a>' in markup
    assert f'<li id="s{number}">' in markup
    assert len(cited(result, [Stance.OPPOSE])) == 1
    made = replace(result.provenance, settings={"quote_language": "ru"})
    alone = replace(result, pairs=(), provenance=made)
    markup = report_html(alone)
    assert "What is near “" in markup
    assert "How firm the counts are" not in markup
    assert "[1]" in markup


def test_two_sides_are_reported_with_what_opposes_first() -> None:
    markup = report_html(two_sides())
    assert markup.index("<h2>Opposed") < markup.index("<h2>Agree")
    assert "<h2>Neither" not in markup
    assert markup.count("Side A") == markup.count("Side B") == 2
    assert "Read by the fast model only" in markup
    whole = report_html(two_sides(), list(Stance))
    assert "<h2>Neither" in whole
    changed = report_html(two_sides(over_time=True))
    assert "<h2>May have changed" in changed
    assert "One side over time" in changed


def test_a_report_has_the_title_and_as_many_pairs_as_were_asked_for() -> None:
    said = [Statement(f"s{n}", f"Words number {n}.") for n in range(20)]
    pairs = [pair_of(said[n], said[n + 10], (0.1, 0.8, 0.1)) for n in range(10)]
    markup = report_html(two_sides(*pairs), title="  On the\ncanal ", limit=4)
    assert "<title>On the canal</title>" in markup
    assert "<b>Compared:</b> <bdi>Ostmark and Valdoria</bdi>" in markup
    assert markup.count("<article") == 4
    assert "… and 6 more, in the exports." in markup
    assert markup.count('<li id="s') == 8
    assert "10 pairs" in markup
    empty = report_html(a_search().rethreshold(similarity=1))
    assert empty.count("None at these thresholds.") == 3


# --- the method, the limits, the citation ----------------------------------------------------


def test_the_method_is_made_from_the_provenance() -> None:
    told = " ".join(methods(a_search()))
    for words in (
        *("3 statements in 4 passages", "compare 0.1.0", "on 2024-05-06", "tiny", "judge"),
        *("probability of 0.5 or more", "the cosine 0.35 or more", "countries OST"),
        "Statements read: 3. Listed: 1 as agreeing, 1 as opposed, 1 as neither.",
    ):
        assert words in told
    table = two_sides().rethreshold(probability=0.8)
    told = " ".join(methods(table))
    for words in (
        *("for each end, up to 120 passages of a side", OPPOSITE, "were compared with both"),
        "The 4 passages most similar to the proposition",
        "Of the 7 pairs of these passages, the 3 likeliest to agree or to oppose each other",
        *("fast@666666666666 read all pairs first", "probability of 0.8 or more"),
        "Pairs listed at these thresholds: 0 as agreeing, 1 as opposed.",
        "Filters: side a: countries OST; side b: date from 2019.",
    ):
        assert words in told
    assert "earlier statement" not in told
    assert "Side a of each pair is the earlier statement" in " ".join(
        methods(two_sides(over_time=True))
    )


def test_the_method_says_what_a_search_and_positions_read_and_how_verdicts_were_weighed() -> None:
    def told(**settings: object) -> str:
        made = a_search()
        return " ".join(
            methods(replace(made, provenance=replace(made.provenance, settings=settings)))
        )

    plain = told(candidates=400)
    assert "the 400 passages most similar" in plain
    assert "with others that share rare words" in plain
    assert "weighed" not in plain
    assert "on the same country’s other passages" in told(candidates=400, same_actor=0.8)
    positions = told(most_each=24, by="country")
    assert "the 24 passages of each country" in positions
    assert "up to half as many more that share rare words" in positions


def test_a_result_without_settings_is_described_without_them() -> None:
    older = on_a_topic(two_sides())
    for made in (older, replace(older, provenance=replace(older.provenance, settings={}))):
        told = " ".join(methods(made))
        assert "as older versions did: by similarity to each other" in told
        assert "topic arms" in told
        assert "None" not in told
        assert "proposition" not in told
    one_end = replace(two_sides().provenance, settings={"proposition": QUOTE, "most_of_side": 9})
    told = " ".join(methods(replace(two_sides(), provenance=one_end)))
    assert "up to 9 passages" in told
    assert "similar to the proposition were compared with it" in told


def test_methods_tell_of_a_model_that_an_older_version_had_adapted() -> None:
    assert "layer above it" not in " ".join(methods(a_search()))
    made = replace(a_search().provenance, stance_model="judge-adapted")
    told = " ".join(methods(replace(a_search(), provenance=made)))
    assert "learned from people’s labels of this corpus." in told


def test_limits_name_the_figures_of_a_shipped_model_only() -> None:
    assert not any("macro-F1" in line for line in limits(a_search()))
    digest = load_stance_model("fast").digest
    made = replace(a_search().provenance, stance_digest=digest)
    [line] = [line for line in limits(replace(a_search(), provenance=made)) if "macro-F1" in line]
    assert f"{read_manifest(WEIGHTS / 'fast')['dev']['macro_f1']:.2f}" in line
    told = limits(two_sides())
    assert "1 of the pairs listed were read by the first, faster model only" in " ".join(told)
    assert told[-1] == "The proposition has two sentences."


def test_filters_and_settings_in_words() -> None:
    assert filters_in_words({}) == "none"
    assert filters_in_words({"countries": ["OST", "VLD"], "not_own_speaker": True}) == (
        "countries OST, VLD; not own speaker"
    )
    assert filters_in_words({"languages": ["", "en"]}) == "languages not given, en"
    facts = dict(settings(two_sides()))
    assert facts["Settings"] == (
        f"proposition: {QUOTE}; most passages of a side: 120; opposite: {OPPOSITE}"
    )
    made = replace(a_search().provenance, settings={"candidates": 400, "same_actor": 2.5})
    assert dict(settings(replace(a_search(), provenance=made)))["Settings"] == (
        "nearest passages read: 400; weight of a country’s other statements: 2.5"
    )
    assert facts["Stance model"] == "judge " + "5" * 64
    assert citation_of(a_search()) == (
        "compare 0.1.0, stance model judge (555555555555), library 111111111111, "
        "searched on 2024-05-06."
    )


# --- files -----------------------------------------------------------------------------------


def test_a_report_is_a_format_of_the_exports(tmp_path: Path) -> None:
    assert ExportFormat.of(Path("x.html")) is ExportFormat.HTML
    assert export_bytes(two_sides(), "html") == report_html(two_sides()).encode()
    path = a_search().report(tmp_path / "report.html")
    assert path.read_bytes() == export_bytes(a_search(), "html")
    with pytest.raises(ExportError, match="already exists"):
        a_search().report(path)


def test_the_command_writes_a_report(tmp_path: Path, capfd: Any) -> None:
    run = runner(capfd)
    kept = tmp_path / "pairs.json"
    two_sides().save(kept)
    done = run("report", kept, "--title", "Arms", "--limit", 1)
    assert (done.code, done.out) == (0, "")
    assert "pairs.html: 2 listed pairs." in done.err
    assert "<title>Arms</title>" in (tmp_path / "pairs.html").read_text()
    again = run("report", kept)
    assert again.code == 2
    assert "already exists" in again.err
    out = tmp_path / "other.html"
    assert run("report", kept, "--out", out, "--stance", "agree", "--json").json == {
        "path": str(out),
        "pairs": 1,
    }
    assert run("report", tmp_path / "absent.json").code == 2
    assert run("export", kept, "--to", "html", "--force").code == 0
