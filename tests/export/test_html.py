import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from compare.export import facts_html, table_html
from compare.export.html import (
    bars_html,
    environment,
    found_card,
    list_head,
    marked_html,
    notice_html,
    pair_card,
    quote_card,
    statement_card,
    text_html,
)
from compare.results import Excerpt, Pair, Probabilities, Rationale, Span, Stance, Thresholds
from compare.statements import Country, PartialDate, Passage, Quotation, Quote, Statement
from compare.ui.components.quote_form import checked_quote
from tests.fabricate import AGREEING, OPPOSED, QUOTE, a_search, found_pair, pair_of, two_sides

HOSTILE = [
    "<script>alert(1)</script>",
    "$x^2$ and $$y$$",
    ":red[loud] :material/home: :smile:",
    "![](http://example.org/x.png) [a](http://example.org)",
    "**bold** _it_ `code` # head",
    "</blockquote></article><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" \'',
    "&lt;b&gt; &amp;amp;",
    "x" * 500,
    "هذا غير صحيح \u202eevil\u202c",
]
OURS = frozenset(
    re.findall(
        r"\S+",
        "article blockquote p span i b strong mark h2 h3 div bdi time cite a details summary ul li "
        "br q dl dt dd table thead tbody tr th td",
    )
)


class Seen(HTMLParser):
    """The tags, attributes and text of some HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(str(text))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "br":
            self.text += "\n"

    def handle_data(self, data):
        self.text += data


def everywhere(text):
    """A pair with a text in every field that a corpus can fill."""
    statement = Statement(
        id=text,
        text=f"Before. {text} After.",
        context=text,
        speaker=text,
        role=text,
        country=(Country(text),),
        date=PartialDate("2022-03"),
        venue=text,
        title=text,
        source=text,
        url=text,
        language=text,
        extra={text: text},
    )
    passage = Passage(text, 8, 8 + len(text), text, text)
    return Pair(
        Excerpt.of_quote(Quote(text), text),
        Excerpt(statement, passage, (statement,)),
        Probabilities(0.9, 0.05, 0.05),
        0.7,
        Rationale((Span(0, 3, 0.5),), (Span(1, 4, 0.5),)),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_written(text):
    pair = everywhere(text)
    for html in (
        found_card(pair, Stance.AGREE, "another quote"),
        statement_card(pair.b.statement),
        quote_card(Quote(text, text, text, (Country(text),), None, text), None),
        quote_card(Quote(text), pair.b.statement),
        notice_html([text]),
        facts_html([(text, text)]),
        table_html(text, [text], [[text]]),
    ):
        seen = Seen(html)
        assert seen.tags <= OURS
        assert text in seen.text.replace("\u2068", "")
        assert not [name for name, _ in seen.attributes if name.startswith("on")]
        assert all(
            value.startswith(("http://", "https://"))
            for name, value in seen.attributes
            if name in ("href", "src")
        )


def test_lines_are_kept_and_quotes_escaped():
    assert text_html('a\r\nb "c" <d>') == "a<br>b &quot;c&quot; &lt;d&gt;"
    assert text_html("a\ud800b") == "a?b"


def link_html(url, label):
    return environment().get_template("cards.html").module.link(url, label)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        " JavaScript:alert(1)",
        "//example.org",
        "ftp://x",
        "http://",
        "http://[bad",
        "",
    ],
)
def test_only_web_addresses_become_links(url):
    assert "<a " not in link_html(url, "label")
    assert "label" in link_html(url, "label")


def test_a_link_gives_nothing_away():
    link = link_html('https://example.org/?a=1&b="2"', "label")
    assert 'rel="noopener noreferrer"' in link
    assert 'href="https://example.org/?a=1&amp;b=&quot;2&quot;"' in link


def test_marks_are_where_the_spans_are():
    spans = (Span(4, 7, 0.3), Span(0, 2, 0.1), Span(6, 9, 0.2), Span(20, 99, 0.1))
    assert marked_html("ab <d>f&h", spans) == (
        "<mark>ab</mark> &lt;<mark>d&gt;f</mark><mark>&amp;h</mark>"
    )


def card(**fields):
    quotation = fields.pop("quotation", Quotation.DIRECT)
    return Seen(statement_card(Statement("s", "We deny it.", quotation=quotation, **fields)))


def test_reported_speech_is_said_to_be_reported():
    assert "Reported, not quoted" in card(quotation=Quotation.REPORTED).text
    assert "Reported" not in card().text
    quoted = statement_card(Statement("s", "We deny it."))
    reported = statement_card(Statement("s", "denied it", quotation=Quotation.REPORTED))
    assert "cp-quoted" in quoted
    assert "cp-quoted" not in reported


def test_what_is_not_known_is_left_out():
    seen = card()
    assert seen.tags.isdisjoint({"time", "cite", "a"})
    assert seen.text.replace("Speaker not named", "") == "We deny it."
    assert "None" not in seen.text


def test_who_when_and_where_are_there():
    seen = card(
        speaker="Ilan Torvik",
        role="Foreign Minister",
        country=(Country("Valdoria"), Country("Ostmark")),
        date=PartialDate("2022-03"),
        venue="press conference",
        source="Gazette",
        url="https://example.org/1",
        language="ar",
    )
    for words in (
        "Ilan Torvik",
        "Foreign Minister, Valdoria; Ostmark",
        "March 2022",
        "press conference",
        "Gazette",
    ):
        assert words in seen.text
    assert ("datetime", "2022-03") in seen.attributes
    assert ("dir", "rtl") in seen.attributes
    assert ("lang", "ar") in seen.attributes


def test_a_card_marks_what_a_rule_finds_and_says_how_often_it_is_right():
    asks = Statement(id="asks", text="If the canal is closed, who will open it?")
    pair = found_pair(asks, (0.8, 0.1, 0.1))
    html = found_card(pair, Stance.AGREE, QUOTE)
    assert ">Question</span>" in html
    assert "right 48 times in 50" in html
    both = two_sides(pair_of(asks, asks, (0.8, 0.1, 0.1)))
    assert pair_card(both, both.pairs[0], Stance.AGREE).count(">Question</span>") == 2
    assert "cp-kind" not in found_card(everywhere("words"), Stance.AGREE, QUOTE)


def test_a_card_says_verdict_probability_closeness_and_neighbours():
    pair = everywhere("words")
    seen = Seen(found_card(pair, Stance.AGREE, "another quote"))
    for words in (
        "Agrees",
        "very likely",
        "90",
        "similarity 0.70",
        "Also said",
        "Before.",
        "After.",
    ):
        assert words in seen.text
    assert "details" in seen.tags


def test_what_falls_short_of_the_least_probability_is_told_by_what_it_was_read_as():
    strict = Thresholds(probability=0.95)
    found = found_pair(OPPOSED, (0.05, 0.9, 0.05))
    result = replace(a_search(found), thresholds=strict)
    assert result.neither == (found,)
    pair = pair_of(AGREEING, OPPOSED, (0.05, 0.9, 0.05))
    table = replace(two_sides(pair, over_time=True), thresholds=strict)
    for html, word in (
        (found_card(found, Stance.NEITHER, QUOTE), "Opposes"),
        (pair_card(result, found, Stance.NEITHER), "Opposes"),
        (pair_card(table, pair, Stance.NEITHER), "May have changed"),
    ):
        text = Seen(html).text.replace("\xa0", " ")
        assert f"{word} very likely 90 %, below the minimum probability" in text
        assert "Neither" not in text
        assert "cp-card cp-neither" in html
    listed = Seen(found_card(found, Stance.OPPOSE, QUOTE)).text
    assert "below the minimum probability" not in listed
    unrelated = found_pair(OPPOSED, (0.05, 0.05, 0.9))
    text = Seen(found_card(unrelated, Stance.NEITHER, QUOTE)).text.replace("\xa0", " ")
    assert "Neither very likely 90 %" in text
    assert "below the minimum probability" not in text


def test_the_source_of_the_quote_is_pinned_with_it():
    source = Statement("s", "It is so. We deny it.", speaker="Ilan Torvik")
    seen = Seen(quote_card(Quote("We deny it."), source))
    assert "its source in the library" in seen.text
    assert "Ilan Torvik" in seen.text
    assert "It is so" not in seen.text


def test_the_pinned_quote_is_who_it_was_asked_of_and_not_who_else_said_it():
    source = Statement("s", "We deny it.", speaker="Ilan Torvik", date=PartialDate("2015"))
    asked = Quote("We deny it.", speaker="Ada Lorn", date=PartialDate("2022"))
    text = Seen(quote_card(asked, source)).text
    assert "its source in the library" not in text
    assert text.index("Ada Lorn") < text.index("The same words stand in the library")
    assert text.index("The same words stand in the library") < text.index("Ilan Torvik")
    same = Seen(quote_card(Quote("We deny it.", "Ilan Torvik", statement_id="s"), source)).text
    assert "its source in the library" in same
    assert "The same words" not in same


def test_a_very_long_statement_is_asked_about_by_its_beginning():
    long = Statement("s", "We deny it again. " * 2_000)
    quote = Quote.from_statement(long)
    assert len(quote.text) < len(long.text)
    assert checked_quote(quote.text, {}, long).statement_id == "s"
    assert checked_quote("We deny it.", {}, long).statement_id is None


def test_lists_and_bars_name_what_they_show():
    assert "Oppose" in Seen(list_head(Stance.OPPOSE, 2)).text
    text = Seen(bars_html(Probabilities(0.7, 0.2, 0.1))).text.replace("\xa0", " ")
    assert [word in text for word in ("Agrees", "70 %", "Opposes", "20 %", "Neither", "10 %")] == [
        True
    ] * 6
