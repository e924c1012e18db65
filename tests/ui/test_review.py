import re
import sqlite3
from contextlib import closing

import pytest

from compare.facade import Library
from compare.review import (
    Answer,
    Choice,
    MachineShown,
    Order,
    PairSelection,
    Review,
    Reviews,
    draw,
)
from tests.fakes import HashingEncoder, WordJudge
from tests.review.conftest import AGREE, NEITHER, OPPOSE, pair, read_by, said
from tests.ui.conftest import cards, press, shown, well
from tests.ui.test_sides import ASKED, CLAIM, STATEMENTS, read

PAIRS = "pair,a,b,a_speaker,machine,p_agree,p_oppose,p_neither\n" + "".join(
    f"p{n},Open lock {n}.,Shut lock {n} <b>now</b>.,*Envoy* {n},oppose,0.1,0.8,0.1\n"
    for n in range(3)
)


@pytest.fixture
def reviews(home) -> Reviews:
    return Reviews(home / "reviews.sqlite")


@pytest.fixture
def review(reviews) -> Review:
    """Three pairs for two readers, who see the model's label after each answer."""
    drawn = PairSelection.imported([pair(n) for n in range(3)])
    return reviews.create("canal", drawn, ["Ada", "Bren"], order="given", machine_shown="after")


def as_reader(app, review, reader):
    app.segmented_control(key=f"r_reader-{review.number}").set_value(reader)
    return well(app.run())


def key(app, label):
    """Press an answer's button."""
    next(button for button in app.button if button.label == label).click()
    return well(app.run())


def look(app, view):
    app.segmented_control(key="r_view").set_value(view)
    return well(app.run())


def facts(app):
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown(app)))


# -- A new one -----------------------------------------------------------------------------------


def test_a_file_of_pairs_becomes_a_review(page, reviews):
    app = page("review")
    assert (
        "compare two sides, or press “Label these pairs yourself” above the lists of a search"
        in shown(app)
    )
    app.text_input(key="r_new_name").set_value("canal")
    app.text_input(key="r_new_first").set_value("*Ada*")
    app.file_uploader(key="r_new_file").set_value(("pairs.csv", PAIRS.encode(), "text/csv"))
    app = well(app.run())
    assert "3 pairs in pairs.csv." in shown(app)
    app.selectbox(key="r_new_shown").set_value(MachineShown.END)
    app.selectbox(key="r_new_order").set_value(Order.GIVEN)
    app = press(app, "Make the review")
    made = reviews.open("canal")
    assert (made.readers, len(made)) == (("*Ada*",), 3)
    assert made.settings.machine_shown is MachineShown.END
    assert app.selectbox(key="r_name").value == "canal"
    assert app.segmented_control(key=f"r_reader-{made.number}").value == "*Ada*"
    (card,) = cards(app)
    assert "Shut lock 0 &lt;b&gt;now&lt;/b&gt;." in card
    assert "The model" not in card


def test_a_damaged_review_is_named_above_the_others(page, reviews, review):
    reviews.create("lake", PairSelection.imported([pair(1)]), ["Ada"])
    with review.store.writing() as database:
        database.execute("UPDATE projects SET settings = 'no' WHERE name = 'canal'")
    app = page("review")
    assert "is damaged or was edited: in the review &#x27;canal&#x27;, the settings" in shown(app)
    assert app.selectbox(key="r_name").options == ["lake", "A new review"]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        ("a,b\nx,y\nx,y\n", "c", "pairs.csv, line 3, column &quot;pair&quot;"),
        ("a,c\nx,y\n", "c", "there is no column &quot;b&quot;"),
        ("a,b\nx,y\n", " ", "cannot be the name of a review"),
        ("", "c", "Choose a file of pairs first."),
    ],
)
def test_what_is_wrong_is_one_sentence(page, reviews, content, name, sentence):
    app = page("review")
    app.text_input(key="r_new_name").set_value(name)
    app.text_input(key="r_new_first").set_value("Ada")
    if content:
        app.file_uploader(key="r_new_file").set_value(("pairs.csv", content.encode(), "text/csv"))
    app = well(app.run())
    if 'role="alert"' not in shown(app):
        app = press(app, "Make the review")
    assert sentence in shown(app)
    assert "/tmp" not in re.sub(r"<style.*?</style>", "", shown(app))
    assert reviews.all() == []


def test_what_was_compared_is_drawn_from(page, judged, home):
    judged(STATEMENTS)
    app = read(page("proposition", compare="Two sides", b_countries="Ostravia", **ASKED))
    assert "Label these pairs yourself" in [button.label for button in app.button]
    app.slider(key="o_p").set_value(0.55)
    app = well(app.run())
    app.session_state["to-review"] = app.session_state["sides-table"][1]
    app.switch_page("compare/ui/pages/review.py")
    app = well(app.run())
    subject = f"Valdoria and Ostravia on “{CLAIM}”"
    assert app.selectbox(key="r_new_source").options[:2] == [
        f"{subject} (3 pairs, thresholds 0.60 and 0.35)",
        f"{subject} (3 pairs, thresholds 0.55 and 0.35)",
    ]
    app.selectbox(key="r_new_source").select_index(1)
    app = well(app.run())
    app.text_input(key="r_new_name").set_value("canal")
    app.text_input(key="r_new_first").set_value("Ada")
    app.text_input(key="r_new_second").set_value("Bren")
    app.selectbox(key="r_new_choice").set_value(Choice.STRATIFIED)
    app = press(app, "Make the review")
    made = Reviews(home / "judged" / "reviews.sqlite").open("canal")
    assert made.settings.choice is Choice.STRATIFIED
    assert made.settings.of == {"agree": 0, "oppose": 2, "neither": 0}
    assert made.settings.subject == subject
    assert (made.settings.least_probability, made.settings.least_similarity) == (0.55, 0.35)
    assert {entry.weight for _, entry in made.pairs()} == {1.0}


def test_pairs_of_a_finished_review_are_drawn_again_or_not(page, judged, home):
    judged(STATEMENTS)
    app = read(page("proposition", compare="Two sides", b_countries="Ostravia", **ASKED))
    reviews = Reviews(home / "judged" / "reviews.sqlite")
    done = reviews.create("done", draw(app.session_state["sides-table"][1]), ["Ada"])
    read_by(done, "Ada", [AGREE] * 2)
    app.switch_page("compare/ui/pages/review.py")
    app = well(app.run())
    app.selectbox(key="r_name").set_value("A new review")
    app = well(app.run())
    app.text_input(key="r_new_name").set_value("again")
    app.text_input(key="r_new_first").set_value("Ada")
    app.checkbox(key="r_new_fresh").check()
    app = press(app, "Make the review")
    assert "except for 2 that were read before" in shown(app)
    app.checkbox(key="r_new_fresh").uncheck()
    app = press(app, "Make the review")
    assert reviews.open("again").settings.read_before == 2
    assert "2 pairs of it stood in a finished review before" in shown(app)


def test_two_models_are_needed_for_where_they_differ(page, judged):
    judged(STATEMENTS)
    app = read(page("proposition", compare="Two sides", b_countries="Ostravia", **ASKED))
    app.switch_page("compare/ui/pages/review.py")
    app = well(app.run())
    app.text_input(key="r_new_name").set_value("canal")
    app.text_input(key="r_new_first").set_value("Ada")
    app.selectbox(key="r_new_order").set_value(Order.INFORMATIVE)
    import compare.ui.review.setup as making

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "stance_model", WordJudge)
        app = press(app, "Make the review")
    assert "There is one model here, not two: choose another order." in shown(app)


# -- Reading -------------------------------------------------------------------------------------


def test_answers_are_kept_one_by_one_with_note_and_confidence(page, review):
    app = as_reader(page("review"), review, "Ada")
    assert "Lock 0" in cards(app)[0]
    assert [button.proto.shortcut for button in app.button][:5] == ["a", "o", "n", "s", "u"]
    app = key(app, "Sure")
    assert "✓ Sure" in [button.label for button in app.button]
    app.text_input(key=f"r_note-{review.number}-1-1").set_value("a clash")
    app = key(app, "≠ Opposes")
    kept = review.answer_of("Ada", 1)
    assert (kept.stance, kept.confidence, kept.note) == (OPPOSE, 3, "a clash")
    assert "Kept: pair 1, “Opposes, sure”. The model says “Opposes”" in shown(app)
    assert "Lock 1" in cards(app)[0]
    app = key(app, "Skip")
    assert review.progress("Ada").skipped == 1
    app = key(app, "Undo")
    assert "Lock 1" in cards(app)[0]
    app = key(app, "Undo")
    assert review.progress("Ada").left == 3
    note = app.text_input(key=f"r_note-{review.number}-1-1")
    assert note.value == "a clash"
    app = key(app, "= Agrees")
    assert review.answer_of("Ada", 1).note == "a clash"


def test_the_model_is_not_shown_before_the_answer_nor_at_all(page, reviews):
    drawn = PairSelection.imported([pair(n) for n in range(2)])
    made = reviews.create("late", drawn, ["Ada"], machine_shown="end")
    app = as_reader(page("review"), made, "Ada")
    app = key(app, "– Neither")
    assert "Kept: pair 1, “Neither”." in shown(app)
    assert "The model" not in shown(app)
    early = reviews.create("early", drawn, ["Ada"], machine_shown="before")
    app = as_reader(page("review"), early, "Ada")
    assert "The model: Opposes" in cards(app)[0]


def test_another_window_is_noticed(page, review):
    app = as_reader(page("review"), review, "Ada")
    review.answer("Ada", 1, NEITHER)
    app = key(app, "= Agrees")
    assert "It had been answered “Neither” in another window" in shown(app)
    assert [event.what for event in review.history("Ada")] == ["answer", "answer"]


def test_another_window_is_noticed_when_a_reader_goes_back(page, review):
    review.answer("Ada", 1, AGREE)
    app = as_reader(page("review"), review, "Ada")
    app.session_state[f"r_at-{review.number}-1"] = 1
    app = well(app.run())
    assert "Your answer is “Agrees”. A new answer replaces it." in shown(app)
    review.answer("Ada", 1, NEITHER)
    app = key(app, "≠ Opposes")
    assert "It had been answered “Neither” in another window" in shown(app)


def test_a_reader_goes_back_to_a_pair_and_hands_in(page, review):
    review.answer_many(
        "Ada", {1: Answer(AGREE, 2, "so they say"), 2: Answer(OPPOSE), 3: Answer(None)}
    )
    app = as_reader(page("review"), review, "Ada")
    assert "You have read all pairs." in shown(app)
    app.session_state[f"r_at-{review.number}-1"] = 1
    app = well(app.run())
    assert "Your answer is “Agrees, fairly sure”. A new answer replaces it." in shown(app)
    assert app.text_input(key=f"r_note-{review.number}-1-1").value == "so they say"
    app = key(app, "≠ Opposes")
    assert review.answer_of("Ada", 1).label == "oppose"
    app = press(app, "Hand in my answers")
    assert review.handed_in == ("Ada",)
    assert "Your answers are handed in. Still reading: Bren." in shown(app)
    assert "Still reading: Bren." in shown(look(app, "Agreement"))
    assert "Still reading: Bren." in shown(look(app, "Differences"))


def test_an_answer_that_cannot_be_kept_is_said(page, reviews, review):
    app = as_reader(page("review"), review, "Ada")
    read_by(review, "Ada", [AGREE] * 3)
    app = key(app, "≠ Opposes")
    assert "Ada has handed in, so the answers are final" in shown(app)
    assert review.answer_of("Ada", 1).label == "agree"


def test_statements_that_changed_are_shown_with_the_words_that_were_read(page, home, monkeypatch):
    entry = pair(1)
    library = Library.build([said(1, "a"), said(2, "b")], home / "changing", HashingEncoder(256))
    monkeypatch.setenv("COMPARE_LIBRARY", str(home / "changing"))
    made = Reviews.of(library).create("canal", PairSelection.imported([entry]), ["Ada"])
    app = as_reader(page("review"), made, "Ada")
    (card,) = cards(app)
    assert "not, or no longer, in this library; this is what was read" in card
    assert entry.b.text in card


# -- Differences, figures, files -----------------------------------------------------------------


@pytest.fixture
def done(review) -> Review:
    review.answer_many(
        "Ada", {1: Answer(AGREE, 3, "both want it"), 2: Answer(OPPOSE), 3: Answer(NEITHER)}
    )
    review.hand_in("Ada")
    read_by(review, "Bren", [OPPOSE, OPPOSE, None])
    return review


def test_differences_are_decided_with_both_notes_in_sight(page, done):
    app = look(page("review"), "Differences")
    html = shown(app)
    assert "<dt><bdi>Ada</bdi></dt><dd>Agrees, sure: <q><bdi>both want it</bdi></q></dd>" in html
    assert "<dt><bdi>Bren</bdi></dt><dd>Opposes</dd>" in html
    app = key(app, "≠ Opposes")
    assert "cannot be the name of a person who decides" in shown(app)
    app.text_input(key=f"r_by-{done.number}").set_value("Cor")
    app = key(well(app.run()), "≠ Opposes")
    assert done.decisions()[1].who == "Cor"
    app = key(app, "Skip")
    assert "All differences are decided." in shown(app)
    assert len(done.decisions()) == 2


def test_another_decider_is_noticed(page, done):
    app = look(page("review"), "Differences")
    app.text_input(key=f"r_by-{done.number}").set_value("Cor")
    app = well(app.run())
    done.decide(1, NEITHER, "Dee")
    app = key(app, "≠ Opposes")
    assert "Kept: pair 1, “Opposes”. It had been answered “Neither” by Dee in another window" in (
        shown(app)
    )
    for told in ("Pair 1", "Cor has no decision to undo."):
        app = key(app, "Undo")
        assert told in shown(app)
        assert done.decisions()[1].who == "Dee"


def test_the_figures_are_shown_with_their_intervals(page, done):
    html = shown(look(page("review"), "Agreement"))
    assert "Two or more labelled 2 pairs of 3; they differ on 2, of which 0 are decided." in html
    assert re.search(r'<td class="cp-figure">50\s% \(\d+\s% to \d+\s%\)</td>', html)
    assert '<th scope="row">All labels</th>' in html
    for head in ("Ada (rows) and Bren (columns)", "Bren (rows) and the model (columns)"):
        assert f"<bdi>{head}</bdi>" in html
    assert "Only a random sample says how often the labels are right" in html


def test_what_figures_cannot_tell_is_said(page, review):
    review.answer("Ada", 1, AGREE)
    for reader in review.readers:
        read_by(review, reader, [OPPOSE, OPPOSE, NEITHER])
    html = shown(look(page("review"), "Agreement"))
    assert "Ada changed 1 answer after the model" in html
    assert "label was shown; the agreement of these answers" in html
    assert re.search(r'<td class="cp-figure">1.00 \(0.\d\d to 1.00\)</td>', html)
    assert "3 answers of Ada and 3 answers of Bren came from a file" in html


def test_answers_are_taken_from_a_file(page, review):
    ids = [entry.id for _, entry in review.pairs()]
    app = look(page("review"), "Files")
    app.selectbox(key=f"r_answers_of-{review.number}").set_value("Bren")
    assert "Choose a file of answers first." in shown(press(app, "Take these answers"))
    key = f"r_answers_file-{review.number}"
    wrong = ("a.csv", f"pair,answer\n{ids[0]},maybe\n".encode(), "text/csv")
    app.file_uploader(key=key).set_value(wrong)
    app = press(well(app.run()), "Take these answers")
    assert "a.csv, line 2" in shown(app)
    assert review.answer_of("Bren", 1) is None
    right = ("b.csv", f"pair,answer\n{ids[0]},oppose\n{ids[2]},skip\n".encode(), "text/csv")
    app.file_uploader(key=key).set_value(right)
    app = press(well(app.run()), "Take these answers")
    assert "2 answers of Bren taken, 2 of them new." in shown(app)
    assert review.answer_of("Bren", 1).label == "oppose"
    assert review.answer_of("Bren", 2) is None


def test_files_are_written_and_the_review_can_be_removed(page, reviews, done):
    app = look(page("review"), "Files")
    assert facts(app)["Pairs"] == "3, from a file"
    assert facts(app)["Order"] == "as they come"
    files = [button.proto.label for button in app.get("download_button")]
    names = ("CSV", "JSONL", "history", "codebook")
    assert files == [f"Download {name}" for name in names]
    assert "so the codebook they used stays" in shown(app)
    app = press(app, "Delete it for good")
    assert reviews.all() == []
    assert "A new review" in shown(app)


def test_another_codebook_has_a_name(page, review):
    app = look(page("review"), "Files")
    next(area for area in app.text_area if area.label == "Codebook").set_value("Judge the words.")
    app = press(app, "Keep this codebook")
    assert "cannot be the name of a person who changes the codebook" in shown(app)
    next(field for field in app.text_input if field.label == "Who changes it").set_value("Cor")
    app = press(app, "Keep this codebook")
    assert review.codebook == "Judge the words."
    assert [event.who for event in review.history()] == ["Cor"]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE answers SET stance = 'maybe' WHERE reader = 2",
        "UPDATE projects SET settings = '{}'",
        "UPDATE pairs SET p_oppose = 5",
        "DELETE FROM readers WHERE reader = 1",
    ],
)
def test_a_review_that_was_edited_is_one_sentence_and_no_figure(page, review, edit):
    for reader in ("Ada", "Bren"):
        read_by(review, reader, [AGREE, OPPOSE, NEITHER])
    with closing(sqlite3.connect(review.store.path, isolation_level=None)) as database:
        database.execute(edit)
    app = page("review")
    if "DELETE" not in edit and "settings" not in edit:
        app = look(app, "Agreement")
    assert shown(app).count("is damaged or was edited: in the review") == 1
    assert "Kappa" not in shown(app)
