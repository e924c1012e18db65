"""The text of a page; no page can stall or crash the program."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from compare.corpus.web.page import MOST_BYTES, Page, extract, read_html, read_plain, read_saved
from compare.errors import CorpusError

ARTICLE = """<!DOCTYPE html><html lang="en-GB"><head>
<title>Valdoria rejects the blockade - The Meren Post</title>
<meta property="og:site_name" content="The Meren Post">
<meta property="article:published_time" content="2021-05-03T10:00:00Z">
<link rel="canonical" href="https://post.example/a/1">
<script>var quote = "“never read this text from a script”";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>Valdoria rejects the blockade</h1>
<p>The foreign minister of Valdoria, <b>Ada
   Lorn</b>, met the <a href="/m">press</a> in Port Meren on Monday and spoke of the sea.</p>
<p>&ldquo;We will not accept this,&rdquo; she said.<br>More follows.</p>
<blockquote><p>&ldquo;No ship of ours will turn around before it is open.&rdquo;</p></blockquote>
<p>She said <q>the sea belongs to all of us</q> again.</p>
<h2>What Ostravia says</h2>
<ul><li>Bren Tal: &ldquo;The blockade is lawful and it will stay.&rdquo;</li></ul>
</article><footer>Copyright The Meren Post. All rights reserved.</footer></body></html>"""
PARAGRAPHS = (
    "The foreign minister of Valdoria, Ada Lorn, met the press in Port Meren on Monday and spoke "
    "of the sea.",
    "“We will not accept this,” she said.",
    "More follows.",
    "“No ship of ours will turn around before it is open.”",
    "She said “the sea belongs to all of us” again.",
    "Bren Tal: “The blockade is lawful and it will stay.”",
)
BODY = "<p>Ada Lorn said that the blockade of Port Meren must end at once, whatever it costs.</p>"
OTHER = BODY.replace("Ada", "Ida")


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do without the separate process, which takes most of the time to start."""
    monkeypatch.setattr(
        "compare.corpus.web.page._extract_apart", lambda html, url, label: extract(html, url)
    )


def test_an_article() -> None:
    assert read_html(ARTICLE.encode()) == Page(
        title="Valdoria rejects the blockade",
        site="The Meren Post",
        date="2021-05-03",
        url="https://post.example/a/1",
        language="en-GB",
        paragraphs=PARAGRAPHS,
    )


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("“50<sup>2</sup> million to us”", "“50 million to us”"),
        ("“it <sup><a href='#n'>[3]</a></sup>is<sup>*, †</sup> ours”", "“it is ours”"),
        ("“on the 3<sup>rd</sup> of May”", "“on the 3rd of May”"),
        ("“and we<del>they</del> pay”", "“and we pay”"),
        ("“and <s>they</s>we <strike>all</strike> pay”", "“and we pay”"),
    ],
)
def test_neither_marks_of_notes_nor_struck_words_are_read(html: str, text: str) -> None:
    page = read_html(f"<html><body>{BODY}<p>{html}</p>{OTHER}</body></html>".encode())
    assert page.paragraphs[1] == text


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><p>“We stay.”</p></blockquote><p>— Ben Kray</p>",
        "<blockquote><p>“We stay.”</p><footer>— <cite>Ben Kray</cite></footer></blockquote>",
        "<blockquote>“We stay.”<br>— Ben Kray</blockquote>",
        "<p>“We stay.”<br>— Ben Kray</p>",
    ],
)
def test_a_signature_is_a_paragraph(html: str) -> None:
    page = read_html(f"<html><body>{BODY}{html}{OTHER}</body></html>".encode())
    assert page.paragraphs[1:3] == ("“We stay.”", "— Ben Kray")


def test_without_what_reads_pages_that_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CorpusError, match=r"trafilatura, which is not installed: "):
        read_html(ARTICLE.encode())


@pytest.mark.usefixtures("in_this_process")
def test_the_address_it_was_fetched_from_counts_before_its_own() -> None:
    assert read_html(ARTICLE.encode(), "https://meren.example/x").url == "https://meren.example/x"


@pytest.mark.usefixtures("in_this_process")
def test_nothing_is_guessed_of_a_page_that_says_nothing_of_itself() -> None:
    bare = f"<html><body><p>By Dora Fenn, 3 May 2021</p>{BODY}{BODY.replace('Ada', 'Ida')}</body>"
    page = read_html(bare.encode())
    assert (page.site, page.date, page.url, page.language) == ("", "", "", "en")
    assert page.paragraphs[0] == "By Dora Fenn, 3 May 2021"
    page = read_html(bare.encode(), "https://meren.example/x")
    assert page.site == "meren.example"


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "/a/1", "https://a b.example/", "http:///"]
)
def test_an_own_address_that_is_none_is_left_out(link: str) -> None:
    assert read_html(ARTICLE.replace("https://post.example/a/1", link).encode()).url == ""


@pytest.mark.usefixtures("in_this_process")
def test_the_language_is_told_by_the_words_where_the_page_does_not_name_it() -> None:
    french = (
        "<p>La ministre des affaires étrangères a déclaré que le blocus du port devait prendre fin "
        "et que la mer appartenait à tous les peuples de la région.</p>"
    )
    assert read_html(f"<html><body>{french}{french}</body></html>".encode()).language == "fr"


@pytest.mark.usefixtures("in_this_process")
def test_the_words_tell_the_language_where_a_page_names_that_of_its_frame() -> None:
    for named, told in (("ru", "en"), ("en-GB", "en-GB"), ("en", "en")):
        page = read_html(f'<html lang="{named}"><body>{BODY}{BODY}</body></html>'.encode())
        assert page.language == told


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("utf-8", "", ""),
        ("utf-8-sig", "windows-1252", "windows-1252"),
        ("utf-16", "", ""),
        ("utf-8", "", "utf-8"),
        ("windows-1252", "", "iso-8859-1"),
        ("windows-1252", "iso-8859-1", ""),
        ("windows-1252", "us-ascii", "nonsense"),
        ("windows-1252", "", ""),
        ("windows-1251", "", "windows-1251"),
        ("utf-8", "utf-16", ""),
        ("utf-8", "idna", "punycode"),
        ("utf-8", "\xff", "\0"),
    ],
)
def test_encodings(encoding: str, declared: str, charset: str) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    text = "“We wait – all of us.”"
    html = f"<html><head>{meta}</head><body><p>{text}</p>{BODY}</body></html>"
    assert read_html(html.encode(encoding), charset=charset).paragraphs[0] == text


def test_plain_text() -> None:
    page = read_plain(
        b"A first\r\nline.\r\n\r\n  \n\xe2\x80\x9cWe wait.\xe2\x80\x9d\n", "https://m.example/a"
    )
    assert page.paragraphs == ("A first line.", "“We wait.”")
    assert (page.site, page.url, page.language, page.title) == (
        "m.example",
        "https://m.example/a",
        "en",
        "",
    )
    with pytest.raises(CorpusError, match=r"^'a.txt' has no words: check that"):
        read_plain(b" \n\n ", name="a.txt")


@pytest.mark.parametrize(
    "content", ["", " ", "\0" * 1000, "<html></html>", "<", "{}", "<p>" * 50_000]
)
def test_no_article(content: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read_html(content.encode(), name="a.html")
    assert str(caught.value) == (
        "No article was found in 'a.html': if its text shows only in a browser, copy it there into "
        "a .txt file and read that with `compare import html FILE.txt`."
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("frag.php", f"<article><h1>Port Meren</h1><section>{BODY[3:-4]}</section>".encode()),
        ("u16.php", f"<html><body>{BODY}".encode("utf-16")),
        ("words.txt", b"BZhang said that the blockade must end."),
    ],
)
def test_a_saved_page_can_have_any_name(name: str, content: bytes) -> None:
    assert "blockade" in " ".join(read_saved(content, name).paragraphs)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.html", b" \n", "a.html is empty: save the page anew."),
        ("a.html", b"%PDF-1.7", "a.html is a PDF, not a web page: end its name in .pdf."),
        ("a.pdf", b"%PDF-1.7", "a.pdf is a PDF, not a web page: read it with `compare build`."),
        ("a.html", b"\x89PNG\r", "a.html is a PNG picture, not a web page: leave it out."),
        ("a.csv", b"id,text\n1,x < y\n", "a.csv is neither a web page nor a .txt file: read it "
         "with `compare build`."),
        ("a.log", b"x", "a.log is neither a web page nor a .txt file: save the page anew, or name "
         "a .txt file."),
    ],
)  # fmt: skip
def test_what_is_no_saved_page(name: str, content: bytes, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read_saved(content, name)
    assert str(caught.value) == message


def test_a_page_that_is_too_long() -> None:
    with pytest.raises(CorpusError, match=r"^'the page' is longer than 5 MB"):
        read_html(b"a" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    "html",
    [
        "<html><body>" + "<div>" * 400_000 + BODY,
        "<html><body><p>" + "<b>" * 300_000 + "x</p>" + BODY,
        "<html><body>" + "<table><tr><td>" * 100_000 + BODY,
        "<html><body>" + "<ul><li>" * 200_000 + BODY,
        "<html><body><p " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</p>" + BODY,
        "<html><body><p>" + "<br>" * 1_000_000 + "</p>",
        "<html><body>" + "<a href='/x'>abc</a>" * 200_000,
        "<html><head><script type='application/ld+json'>" + '{"a":' * 500_000 + "</script>" + BODY,
        "<html><head><title>" + "a " * 1_000_000 + "</title></head><body>" + BODY,
        "<html " * 500_000 + "<body>" + BODY,
        '<!DOCTYPE html [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><html><body>&b;' + BODY,
        '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/hostname">]><html><body>&a;' + BODY,
        "<html><body><p>a" + "\n" * 3_000_000 + "b</p>" + BODY,
    ],
    ids=lambda html: html[12:40],
)
def test_hostile_html_is_read_or_refused_in_time(
    html: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.corpus.web.page.SECONDS", 2.0)
    began = time.monotonic()
    with suppress(CorpusError):
        assert sum(map(len, read_html(html.encode()).paragraphs)) <= len(html)
    assert time.monotonic() - began < 15


def test_an_entity_brings_in_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    entity = f'<!DOCTYPE html [<!ENTITY a SYSTEM "file://{tmp_path}/secret.txt">]>'
    page = read_html(f"{entity}<html><body><p>&a; {BODY[3:]}</body></html>".encode())
    assert any("Port Meren must end at once" in paragraph for paragraph in page.paragraphs)
    assert not any("SECRET" in paragraph for paragraph in page.paragraphs)


def test_what_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.corpus.web.page.SECONDS", 0.01)
    with pytest.raises(CorpusError) as caught:
        read_html(ARTICLE.encode(), name="a.html")
    assert str(caught.value) == (
        "'a.html' is too tangled to be read: copy the article in a browser into a .txt "
        "file and read that with `compare import html FILE.txt`."
    )


def test_a_page_is_read_without_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trafilatura.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    assert read_html(ARTICLE.encode()).paragraphs == PARAGRAPHS
