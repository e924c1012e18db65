import csv
import json
import re
from types import SimpleNamespace

import pytest

from compare.corpus.web import Page
from compare.errors import CorpusError
from compare.facade import Library
from compare.models import ModelInput, load_stance_model
from compare.models.runtime import read_manifest
from compare.models.stance import WEIGHTS, shipped_manifests
from compare.ui.components.add_statements import on_disk
from compare.ui.components.quote_form import EXAMPLE_QUOTE
from tests.fakes import HashingEncoder, WordJudge, statement
from tests.pdf_files import IMAGE, pdf, text_page
from tests.ui.conftest import shown, well

CSV = (
    "words,who,when\n"
    "We will send two ships to the strait.,Ilan Torvik,2023-05-02\n"
    ",Nobody,2023\n"
    "Their ships are a threat to us all.,Mara Quist,2023-13\n"
)


# -- Two statements ------------------------------------------------------------------------------


def test_two_statements_show_verdict_probabilities_and_words(page):
    app = page("pair")
    html = shown(app)
    assert "Verdict: " in html
    for word in ("Agrees", "Opposes", "Neither"):
        assert f"<span>{word}</span>" in html
    assert "<mark>" in html


def test_a_wrong_verdict_on_two_statements_is_kept(page, home):
    app = page("pair")
    right = app.radio(key="right-pair").options[0]
    app.radio(key="right-pair").set_value(right)
    next(button for button in app.button if button.label == "Keep this correction").click()
    well(app.run())
    assert f"Kept in {home / 'corrections.csv'}" in shown(app)
    with (home / "corrections.csv").open(encoding="utf-8-sig", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["right"] != row["stance"]
    assert row["a_text"] == EXAMPLE_QUOTE


def test_a_read_only_app_keeps_no_correction_and_makes_no_review(page, monkeypatch):
    monkeypatch.setenv("COMPARE_READ_ONLY", "1")
    app = page()
    labels = {button.label for button in app.button}
    assert "More like this" in labels
    assert not labels & {"Keep this correction", "Label these pairs yourself"}
    assert "No correction can be kept here" in shown(app)
    app = page("review")
    assert "No review can be made here" in shown(app)
    assert "Make the review" not in {button.label for button in app.button}


def test_two_statements_need_words_and_dates(page):
    assert "Paste words on both sides." in shown(page("pair", a_q=" ", b_q="We deny it."))
    wrong = page("pair", a_q="We deny it.", b_q="We admit it.", b_date="May")
    assert "Date of B: “May” is not a date" in shown(wrong)


@pytest.mark.parametrize(
    ("odds", "said"),
    [
        ((0.1, 0.8, 0.1), ">The two positions cannot both be held."),
        ((0.1, 0.55, 0.35), "More likely than not, the two positions cannot both be held."),
        ((0.52, 0.1, 0.38), "More likely than not, the two agree on a point"),
        ((0.1, 0.45, 0.45), "No verdict has a probability of one half"),
        ((0.1, 0.1, 0.8), ">The two neither agree nor oppose each other."),
    ],
)
def test_a_verdict_of_little_more_than_half_is_said_with_reserve(page, monkeypatch, odds, said):
    monkeypatch.setattr("compare.ui.components.service.stance_model", lambda: WordJudge(other=odds))
    html = shown(page("pair", a_q=f"Ships pass {odds}.", b_q="Ships sail."))
    assert said in " ".join(html.split())


def test_two_statements_are_read_as_the_command_reads_them(page, monkeypatch):
    read = []

    class Listening(WordJudge):
        def score_parts(self, pairs, on_progress=None):
            read.extend(pairs)
            return super().score_parts(pairs, on_progress)

    monkeypatch.setattr("compare.ui.components.service.stance_model", Listening)
    german = "Die Blockade des Hafens ist nicht hinnehmbar und muss enden."
    a, b = "“The mili-\ntary aid\x0bmust end.”", "The aid will not end."
    page("pair", a_q=a, a_country="Valdoria; Ostravia", a_date="2022-03", b_q=b)
    side_a, side_b = read[0]
    assert side_a == ModelInput("The military aid must end.", "", "Valdoria, Ostravia", "2022-03")
    assert side_b.text == b
    read.clear()
    html = shown(page("pair", a_q=a, b_q=german))
    assert "Statement B looks German. The stance model reads English" in html
    assert not read
    assert "Statement B has no words" in shown(page("pair", a_q=a, b_q="…"))


@pytest.mark.parametrize(
    "name",
    ["search", "pair", "proposition", "review", "corpus", "add", "method"],
)
def test_a_page_shows_nothing_that_was_meant_for_its_readers_of_code(page, name):
    app = page(name)
    assert [entry.value for entry in app.markdown] == []  # as a bare string in a page would be


# -- Corpus --------------------------------------------------------------------------------------


def test_the_corpus_is_listed_and_searched(page):
    app = page("corpus")
    assert "11 statements" in shown(app)
    app.text_input(key="c_words").set_value("disinformation")
    well(app.run())
    html = shown(app)
    assert "malicious disinformation" in html
    assert "1 statement" in html
    app.text_input(key="c_words").set_value("zebra")
    well(app.run())
    assert "No statement of this library has all of these words" in shown(app)


def test_the_corpus_is_filtered(page):
    app = page("corpus")
    app.multiselect(key="c_countries").select("Ukraine")
    well(app.run())
    assert "1,435 armored vehicles" in shown(app)
    assert "malicious disinformation" not in shown(app)


def test_who_speaks_and_when_is_counted_and_filters(page, home, monkeypatch):
    said = [
        statement("a", "The harbour must open.", country="Ostravia", speaker="Ada Lorn"),
        statement("b", "We thank you.", country="Valdoria", speaker="Ada Lorn", date="2020"),
        statement("c", "The harbour is ours.", country="Valdoria; Ostravia", date="2023-05"),
        statement("d", "It will open in spring.", country="Valdoria", date="2023"),
    ]
    Library.build(said, home / "many", HashingEncoder()).close()
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "many"))
    app = page("corpus")
    [table] = app.dataframe
    assert json.loads(table.value.to_json(orient="split", index=False))["data"] == [
        ["Valdoria", 3, [1, 0, 0, 2], 2020, 2023],
        ["Ostravia", 2, [0, 0, 0, 1], 2023, 2023],
    ]
    assert list(table.value) == [
        "Country or organisation",
        "Statements",
        "2020–2023",
        "First",
        "Last",
    ]
    assert "2 countries. Tick rows to list only their statements." in shown(app)

    app.multiselect(key="c_countries").select("Ostravia")
    well(app.run())
    [table] = app.dataframe
    assert list(table.value["Statements"]) == [3, 2], "its own filter leaves it whole"
    assert app.session_state[table.key]["selection"]["rows"] == [1]
    assert "2 statements" in shown(app)

    choice = next(e for e in app.segmented_control if e.key == "c_by")
    choice.set_value("Speakers")
    [table] = well(app.run()).dataframe
    assert list(table.value["Speaker"]) == ["Ada Lorn"], "of the filters and words of the page"
    assert "2020–2023" not in table.value
    app.text_input(key="c_words").set_value("ours")
    assert not well(app.run()).dataframe, "nobody is named who said it"


def test_a_long_corpus_has_pages(page, home, monkeypatch):
    many = [
        statement(f"s-{n:02}", f"Statement number {n:02} of many.", date=f"20{n:02}")
        for n in range(45)
    ]
    Library.build(many, home / "many").close()
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "many"))
    app = page("corpus")
    html = shown(app)
    assert "45 statements, 20 on a page" in html
    assert "number 44" in html
    assert "number 24" not in html
    [pages] = app.get("pagination")
    pages.set_value(3)
    well(app.run())
    assert "number 04" in shown(app)
    assert "number 44" not in shown(app)


def test_a_bar_covers_several_years_of_a_long_period(page, home, monkeypatch):
    years = (1946, 1947, 2023, 2024)
    said = [statement(str(y), f"It is {y}.", country="Ostravia", date=str(y)) for y in years]
    Library.build(said, home / "long", HashingEncoder()).close()
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "long"))
    [table] = page("corpus").dataframe
    [bars] = table.value["1946–2024"]
    assert [*bars] == [1, 1, *[0] * 24, 2]


def test_one_statement_has_a_page_with_its_own_lists(page):
    app = page("corpus", id="russia-china-denial")
    html = shown(app)
    assert "both denied that Russia asked China for military aid" in html
    assert "reported, not quoted" in html
    assert ">Oppose</h2>" in html
    assert "very reliable evidence" in html
    assert not [b for b in app.button if b.key == "delete-go"]


def test_a_statement_opens_at_the_paragraph_of_the_words_found(page, home):
    paragraphs = [f"Paragraph {n} is about trade." for n in range(9)]
    paragraphs[4] = "We are glad to be here. The blockade of Port Meren must end. We thank you."
    text = "\n\n".join(paragraphs)
    speech = statement("speech", text, speaker="Ada Lorn")
    Library.build([speech], home / "library", HashingEncoder(256)).close()
    start = text.index("The blockade")
    at = f"{start}-{text.index(' We thank')}"
    html = shown(page("corpus", id="speech", at=at, library="My own"))
    (part,) = re.findall(r"cp-words[^>]*>\s*<p>(.*?)</p>", html.split("<article")[1], re.S)
    assert part == (
        "We are glad to be here. <mark>The blockade of Port Meren must end.</mark> We thank you."
    )
    for wrong in ("", "5", "9-2", f"0-{len(text) + 1}", f"0-{len(text)}", "x-y"):
        html = shown(page("corpus", id="speech", at=wrong, library="My own"))
        assert "Paragraph 0 is about trade." in html.split("<article")[1]
        assert "<mark>" not in html.split("</article")[0]


def test_a_long_statement_is_begun_and_opens_whole(page, home):
    text = f"The blockade must end. {'We thank you. ' * 60}Peace at last."
    Library.build([statement("speech", text)], home / "library", HashingEncoder(256)).close()
    listed = shown(page("corpus", library="My own"))
    assert "The blockade must end." in listed
    assert " …" in listed.split("The blockade")[1][:750]
    assert "Peace at last." not in listed
    app = page("corpus", id="speech", library="My own")
    assert "Peace at last." not in shown(app).split("</article")[0]
    (whole,) = [one for one in app.expander if one.label == "The whole statement"]
    assert "Peace at last." in "".join(html.proto.body for html in whole.get("html"))


def test_a_statement_that_is_not_there_is_one_sentence(page):
    assert "Statement &#x27;nobody&#x27; is not in this library: find it under Corpus" in shown(
        page("corpus", id="nobody")
    )


# -- Add statements ------------------------------------------------------------------------------


def test_a_file_is_reported_row_by_row_added_and_opened(page, home):
    app = page("add")
    assert "kept on this machine; no statement leaves it." in shown(app)
    app.file_uploader[0].upload("mine.csv", CSV.encode())
    well(app.run())
    assert "No column holds the words of a statement" in shown(app)

    mapped = {box.label: box for box in app.selectbox}
    mapped["Text"].select("words")
    mapped["Speaker"].select("who")
    mapped["Date"].select("when")
    well(app.run())
    html = shown(app)
    assert "1 statement can be added; 2 rows were skipped." in html
    assert "line 3" in html
    assert "2023-13" in html
    assert str(home) not in html.replace(str(home / "library"), "")

    app.button(key="add-go").click()
    well(app.run())
    assert "1 statement added" in shown(app)
    assert app.selectbox(key="library").value == "My own"
    library = Library.open(home / "library")
    [kept] = library.statements()
    assert (kept.text, kept.speaker, kept.date.iso) == (
        "We will send two ships to the strait.",
        "Ilan Torvik",
        "2023-05-02",
    )
    library.close()


def test_of_a_public_corpus_what_is_skipped_is_counted_whole(page, home, monkeypatch):
    monkeypatch.setattr("compare.corpus.importing.PROBLEMS_KEPT", 2)
    app = page("add")
    for code in ("DNK", "FIN", "NOR"):
        app.file_uploader[0].upload(f"{code}_93_2038.txt", b"\xff")
    app.file_uploader[0].upload("VAL_93_2038.txt", b"The lock is open.")
    well(app.run())
    html = shown(app)
    assert "1 statement can be added; 3 rows were skipped." in html
    assert "this workbook was not found" in html
    assert "DNK_93_2038.txt" in html


def test_a_second_file_is_added_to_the_first(page, home):
    Library.build([statement("s-1", "We admit it.")], home / "library").close()
    app = page("add")
    app.file_uploader[0].upload("more.jsonl", json.dumps({"id": "s-2", "text": "No."}).encode())
    well(app.run())
    app.button(key="add-go").click()
    well(app.run())
    library = Library.open(home / "library")
    assert [entry.id for entry in library.statements()] == ["s-1", "s-2"]
    library.close()


def test_a_file_that_cannot_be_read_is_one_sentence(page, home):
    app = page("add")
    app.file_uploader[0].upload("picture.png", b"\x89PNG")
    well(app.run())
    assert 'role="alert"' in shown(app)
    assert "picture.png" in shown(app)
    assert "/tmp" not in shown(app).replace(str(home / "library"), "")


def test_pdfs_are_added_with_their_index_and_what_is_filled_in(page, home):
    app = page("add")
    pages = (text_page(f"We will {do} the canal.") for do in ("open", "close"))
    app.file_uploader[0].upload("a.pdf", pdf(*pages))
    app.file_uploader[0].upload("scan.pdf", pdf([IMAGE]))
    app.file_uploader[0].upload("b.txt", b"We will widen the lock.")
    app.file_uploader[0].upload("index.csv", b"file,speaker\na.pdf,Ilan Torvik\nc.pdf,Nobody\n")
    well(app.run())
    html = shown(app)
    assert "2 statements can be added; 2 rows were skipped." in html
    assert "the PDF has no text, only images of pages" in html
    assert "2 documents have no row in index.csv: scan.pdf, b.txt." in html
    assert "What the files do not say" in [box.label for box in app.expander]

    def fill(label, value):
        next(box for box in app.text_input if box.label == label).set_value(value)
        next(one for one in app.button if one.label == "Use these values").click()
        app.run()

    fill("Date", "soon")
    assert "&#x27;soon&#x27; cannot be filled in as the date: " in shown(app)
    fill("Date", "2023-05-02")
    fill("Speaker", "Ada Made-Up")
    app.button(key="add-go").click()
    well(app.run())
    library = Library.open(home / "library")
    kept = {entry.source: entry for entry in library.statements()}
    assert (kept["a.pdf"].speaker, kept["b.txt"].speaker) == ("Ilan Torvik", "Ada Made-Up")
    assert {entry.date.iso for entry in kept.values()} == {"2023-05-02"}
    assert kept["a.pdf"].pages == (0, 25)
    library.close()
    well(app := page("corpus", id=kept["a.pdf"].id))
    assert "<dt>Pages</dt><dd>2</dd>" in shown(app)


@pytest.mark.parametrize("name", ["index.csv", "a.pdf"])
def test_files_beside_an_index_need_names_of_their_own(name):
    names = ["a.pdf", "Index.csv", name]
    files = [SimpleNamespace(name=one, getvalue=lambda: b"") for one in names]
    with pytest.raises(CorpusError, match=rf"2 files are named {name}: "), on_disk(files):
        pass


def test_a_public_corpus_is_recognised_and_its_account_shown(page, home):
    app = page("add")
    speech = b"We hold that the canal is open.\n"
    app.file_uploader[0].upload("VAL_50_1995.txt", speech)
    app.run()
    (chosen,) = [box for box in app.selectbox if box.label == "Format of the files"]
    assert chosen.value == "ungdc"
    text = shown(app)
    assert "1 statement can be added" in text
    assert "Pieces: 1 read = 1 written." in text
    chosen.select("").run()
    assert "Pieces:" not in shown(app)


def test_a_date_that_can_be_two_days_is_settled_above(page):
    app = page("add")
    app.file_uploader[0].upload("mine.csv", b"text,date\nWe admit it.,03/04/2022\n")
    well(app.run())
    html = shown(app)
    assert "say which number is the day (“Dates such as 03/04/2022” above)" in html
    assert "--dates" not in html


def test_a_used_id_is_reported_by_the_name_the_file_was_uploaded_under(page, home):
    app = page("add")
    app.file_uploader[0].upload("twice.csv", b"id,text\nt-1,We admit it.\nt-1,We deny it.\n")
    well(app.run())
    assert "this id is already used at twice.csv, line 2; give each its own" in shown(app)


def test_a_statement_is_deleted_after_asking(page, home):
    both = [statement("s-1", "We admit it."), statement("s-2", "We deny it.")]
    Library.build(both, home / "library").close()
    app = page("add")
    [menu] = [box for box in app.selectbox if box.key.startswith("remove-")]
    menu.select("s-1")
    well(app.run())
    assert len(Library.open(home / "library")) == 2
    app.button(key="remove-go").click()
    well(app.run())
    assert "Statement s-1 was deleted from the library." in shown(app)
    library = Library.open(home / "library")
    assert [entry.id for entry in library.statements()] == ["s-2"]
    library.close()


def test_a_statement_is_deleted_on_its_own_page(page, home):
    both = [statement("s-1", "We admit it."), statement("s-2", "We deny it.")]
    Library.build(both, home / "library").close()
    app = page("corpus", id="s-2")
    app.button(key="delete-go").click()
    well(app.run())
    assert "Statement s-2 was deleted from the library." in shown(app)
    library = Library.open(home / "library")
    assert [entry.id for entry in library.statements()] == ["s-1"]
    library.close()


def test_the_app_says_that_a_deletion_is_not_finished(page, judged, home):
    judged([statement("s-1", "We admit it.")])
    assert "is not finished" not in shown(page("corpus"))
    (home / "judged" / "deletion.json").write_text('{"ids": ["<b>gone"]}')
    told = shown(page("corpus"))
    assert "The deletion of &lt;b&gt;gone is not finished, and the words may still be in" in told


def test_a_library_that_another_program_changed_is_opened_anew(page, home):
    Library.build([statement("s-1", "We admit it.")], home / "library").close()
    app = page("corpus")
    assert "We deny it." not in shown(app)
    opened = Library.open(home / "library")
    opened.update(add=[statement("s-2", "We deny it.")]).close()
    opened.close()
    well(app.run())
    assert "We deny it." in shown(app)


# -- Method --------------------------------------------------------------------------------------


def test_the_method_gives_the_figures_of_the_model_itself(page):
    html = shown(page("method"))
    assert load_stance_model().name in html
    assert shipped_manifests()
    for tier in shipped_manifests():
        figures = read_manifest(WEIGHTS / tier)["dev"]
        assert f"The {tier} model" in html
        assert f"{figures['pairs']:,} pairs" in html
        assert f"{figures['macro_f1']:.2f}" in html
    for words in ("What the labels mean", "probability × ∜similarity", "How to cite"):
        assert words in html


# -- Add statements: a web page ------------------------------------------------------------------

PAGE = """<!DOCTYPE html><html lang="en"><head><title>The blockade goes on</title>
<meta property="og:site_name" content="The Meren Post">
<meta property="article:published_time" content="2021-05-03"></head><body><article>
<h1>The blockade goes on</h1>
<p>Foreign Minister Ada Lorn of Valdoria met the press in Port Meren on Monday at noon.</p>
<p>&ldquo;We will not accept this &lt;b&gt;blockade&lt;/b&gt;,&rdquo; she told reporters.</p>
<p>&ldquo;The blockade is lawful,&rdquo; said Envoy Bren Tal, &ldquo;and it will stay.&rdquo;</p>
</article></body></html>"""


def test_quotations_of_a_page_are_taken_one_by_one(page, home):
    app = page("add", add_from="A web page")
    assert "only those whose speaker you name are added" in shown(app)
    app.file_uploader[0].upload("page.html", PAGE.encode())
    well(app.run())
    html = shown(app)
    assert "2 quotations found." in html
    assert "The Meren Post, 2021-05-03" in html
    assert "accept this &lt;b&gt;blockade&lt;/b&gt;" in html
    assert [button.label for button in app.button if button.key == "add-go"] == []

    assert [field.value for field in app.text_input if field.label == "Speaker"] == ["", ""]
    next(field for field in app.text_input if field.label == "Speaker").set_value("Ada B. Lorn")
    well(app.run())
    assert '<h3 class="cp-name"><bdi>Ada B. Lorn</bdi></h3>' in shown(app)
    app.button(key="add-go").click()
    well(app.run())
    assert "1 statement added" in shown(app)
    assert app.file_uploader[0].value in (None, [])
    library = Library.open(home / "library")
    [kept] = library.statements()
    assert (kept.text, kept.speaker) == ("We will not accept this <b>blockade</b>", "Ada B. Lorn")
    assert (kept.date.iso, kept.source) == ("2021-05-03", "The Meren Post")
    library.close()


def test_the_page_that_came_last_is_shown(page, monkeypatch):
    fetched = Page("Another page", "The Post", "", "https://post.example", "en", ("Nothing said.",))
    monkeypatch.setattr("compare.ui.components.add_statements.fetch_page", lambda url: fetched)
    app = page("add", add_from="A web page")
    app.file_uploader[0].upload("page.html", PAGE.encode())
    assert "The blockade goes on" in shown(well(app.run()))
    field = next(entry for entry in app.text_input if entry.label == "Address of the page")
    field.set_value("https://post.example")
    app.button(key="page-go-0").click()
    html = shown(well(app.run()))
    assert "Another page" in html
    assert "The blockade goes on" not in html
    assert "No quotation was found" in html


def test_a_column_can_be_no_field_and_none_can_be_two(page):
    app = page("add")
    app.file_uploader[0].upload("mine.csv", b"text,link\nWe admit it.,no address\n")
    well(app.run())
    assert "0 statements can be added" in shown(app)
    fields = {box.label: box for box in app.selectbox}
    fields["Url"].select("Not in this file")
    assert "1 statement can be added" in shown(well(app.run()))
    fields = {box.label: box for box in app.selectbox}
    fields["Role"].select("link")
    fields["Venue"].select("link")
    assert "is chosen for role and for venue" in shown(well(app.run()))


def test_an_address_that_may_not_be_fetched_is_one_sentence(page):
    app = page("add", add_from="A web page")
    field = next(entry for entry in app.text_input if entry.label == "Address of the page")
    field.set_value("http://127.0.0.1/article")
    app.button(key="page-go-0").click()
    well(app.run())
    assert 'role="alert"' in shown(app)
    assert "127.0.0.1" in shown(app)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html><body><p></p></body></html>", "No article was found in"),
        (b" ", "page.html is empty"),
        (b"%PDF-1.7", "page.html is a PDF, not a web page"),
    ],
)
def test_a_page_that_cannot_be_read_is_one_sentence(page, content, sentence):
    app = page("add", add_from="A web page")
    app.file_uploader[0].upload("page.html", content)
    well(app.run())
    assert sentence in shown(app)
    assert "page.html" in shown(app)
