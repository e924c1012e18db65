from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from compare.errors import ReviewError
from compare.facade import Library
from compare.results import Stance
from compare.review import (
    CODEBOOK,
    Answer,
    MachineShown,
    PairSelection,
    Review,
    Reviews,
    StatementState,
)
from compare.review.values import ReaderProgress
from tests.fakes import HashingEncoder
from tests.review.conftest import AGREE, NEITHER, OPPOSE, pair, read_by, said, table

Make = Callable[..., Review]


def test_a_review_is_stored_as_it_was_made(review: Make, reviews: Reviews) -> None:
    made = review([pair(1), pair(2, None)], seed=5)
    again = reviews.open("CANAL")
    assert (again.name, again.readers, len(again)) == ("canal", ("Ada", "Bren"), 2)
    assert again.codebook == CODEBOOK
    assert list(again.pairs()) == [(1, pair(1)), (2, pair(2, None))]
    assert again.pair(2) == pair(2, None)
    assert again.place_of("p2") == 2
    assert again.settings == made.settings
    (listed,) = reviews.all()
    assert [listed.progress(reader).seen for reader in listed.readers] == [0, 0]


def test_answers_are_stored_changed_and_undone(review: Make) -> None:
    made = review()
    first = made.answer("Ada", 1, AGREE, 2, "  both say so ")
    assert first.before is None
    assert made.next_place("Ada") == 2
    assert made.next_place("Bren") == 1
    made.answer("ada", 2, None)
    assert made.progress("Ada") == ReaderProgress(1, 1, 3)
    assert made.progress("Ada").left == 1
    changed = made.answer("Ada", 1, OPPOSE, 3)
    assert (changed.before, changed.after) == (first.after, made.answer_of("Ada", 1))
    undone = made.undo("Ada")
    assert undone is not None
    assert (undone.place, undone.after) == (1, first.after)
    assert made.answer_of("Ada", 1) == first.after
    assert [made.undo("Ada").place for _ in range(2)] == [2, 1]
    assert made.undo("Ada") is None
    assert made.progress("Ada") == ReaderProgress(0, 0, 3)
    history = made.history("Ada")
    assert [event.what for event in history] == ["answer"] * 3 + ["undo"] * 3
    assert json.loads(history[2].before)["answer"] == "agree"
    assert json.loads(history[2].after)["confidence"] == 3
    assert json.loads(history[0].after)["note"] == "both say so"
    assert history[-1].after == ""
    made.answer("Ada", 3, NEITHER)
    assert made.undo("Ada").place == 3


def test_reading_on_reads_few_rows(review: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    canal = review()
    read: list[int] = []
    every = type(canal.store).all

    def counting(store, *query):
        rows = every(store, *query)
        read.append(len(rows))
        return rows

    places = len(canal)
    for _ in range(9):
        for place in range(1, places):
            canal.answer("Ada", place, AGREE)
    monkeypatch.setattr(type(canal.store), "all", counting)
    assert canal.next_place("Ada") == places
    assert canal.progress("Ada") == ReaderProgress(places - 1, 0, places)
    assert sum(read) == 2
    assert canal.answer_of("Bren", 1) is None
    assert canal.answer_of("Ada", 1).stance is AGREE
    assert max(read) == 10  # an answer and its nine events


def test_readers_do_not_see_each_others_answers_until_both_have_handed_in(review: Make) -> None:
    made = review()
    read_by(made, "Ada", [AGREE, OPPOSE, None])
    made.answer("Bren", 1, OPPOSE)
    assert made.answers() == {"Ada": {}, "Bren": {}}
    assert {r: list(of) for r, of in made.answers("Bren").items()} == {"Ada": [], "Bren": [1]}
    assert len(made.answers("Ada")["Ada"]) == 3
    assert {event.who for event in made.history("Bren") if event.what != "hand in"} == {"Bren"}
    for call in (made.differences, lambda: made.decide(1, AGREE, "Cor"), made.require_finished):
        with pytest.raises(ReviewError, match="once all readers have handed in: Bren has not yet"):
            call()
    made.answer("Bren", 2, OPPOSE)
    with pytest.raises(ReviewError, match="1 of 3 pairs were neither answered nor skipped by Bren"):
        made.hand_in("Bren")
    made.answer("Bren", 3, NEITHER)
    made.hand_in("Bren")
    assert [len(of) for of in made.answers().values()] == [3, 3]
    assert made.differences() == [1, 3]
    assert {event.who for event in made.history()} == {"Ada", "Bren"}


def test_answers_are_final_once_handed_in(review: Make) -> None:
    made = review()
    read_by(made, "Ada", [AGREE] * 3)
    for call in (
        lambda: made.answer("Ada", 1, OPPOSE),
        lambda: made.undo("Ada"),
        lambda: made.hand_in("Ada"),
        lambda: made.answer_many("Ada", {1: Answer(OPPOSE)}),
    ):
        with pytest.raises(ReviewError, match="Ada has handed in, so the answers are final"):
            call()


def test_a_third_person_decides_differences(review: Make) -> None:
    made = review()
    read_by(made, "Ada", [AGREE, OPPOSE, NEITHER])
    read_by(made, "Bren", [OPPOSE, OPPOSE, NEITHER])
    made.decide(1, NEITHER, " Cor  Vell ", 3, "neither commits to it")
    decision = made.decisions()[1]
    assert (decision.stance, decision.who) == (NEITHER, "Cor Vell")
    with pytest.raises(ReviewError, match="do not differ on pair 2"):
        made.decide(2, AGREE, "Cor")
    with pytest.raises(ReviewError, match="cannot be the name of a person who decides"):
        made.decide(1, AGREE, " ")
    assert made.undo_decision("cor vell") is not None
    assert made.decisions() == {}
    assert [event.what for event in made.history()][-2:] == ["decision", "undo decision"]
    assert made.undo_decision("Cor") is None


def test_only_ones_own_decisions_can_be_undone(review: Make) -> None:
    made = review()
    read_by(made, "Ada", [AGREE] * 3)
    read_by(made, "Bren", [OPPOSE] * 3)
    made.decide(1, AGREE, "Cor")
    made.decide(2, AGREE, "Cor")
    made.decide(2, NEITHER, "Dee")
    made.decide(3, OPPOSE, "Dee")
    assert made.undo_decision("Cor").place == 1  # on pair 2 somebody else's stands since
    assert made.undo_decision("Cor") is None
    assert {place: of.who for place, of in made.decisions().items()} == {2: "Dee", 3: "Dee"}
    assert [made.undo_decision("Dee").place for _ in range(2)] == [3, 2]
    assert made.decisions()[2].who == "Cor"
    assert made.undo_decision("Cor").place == 2
    assert made.decisions() == {}


@pytest.mark.parametrize(
    ("shown", "before", "after"),
    [
        (MachineShown.AFTER, False, True),
        (MachineShown.END, False, False),
        (MachineShown.BEFORE, True, True),
    ],
)
def test_the_models_label_is_shown_when_the_setting_says(
    review: Make, shown: MachineShown, before: bool, after: bool
) -> None:
    made = review([pair(1)], ["Ada"], machine_shown=shown)
    assert (made.shows_machine(False), made.shows_machine(True)) == (before, after)
    read_by(made, "Ada", [AGREE])
    assert made.shows_machine(True)


def test_changing_the_codebook_is_recorded(review: Make) -> None:
    made = review()
    made.change_codebook("Judge the words.", "Ada")
    made.change_codebook("Judge the words.", "Ada")
    assert made.codebook == "Judge the words."
    [event] = made.history()
    assert (event.what, event.who) == ("codebook", "Ada")
    assert json.loads(event.before) == CODEBOOK
    with pytest.raises(ReviewError, match="name of a person who changes the codebook"):
        made.change_codebook("Judge them all.", " ")


def test_the_codebook_is_final_once_all_have_handed_in(review: Make) -> None:
    made = review()
    read_by(made, "Ada", [AGREE] * 3)
    made.change_codebook("Judge the words.", "Ada")
    read_by(made, "Bren", [AGREE] * 3)
    with pytest.raises(ReviewError, match="have handed in, so its codebook is final"):
        made.change_codebook("Judge them all.", "Cor")
    assert made.codebook == "Judge the words."


@pytest.mark.parametrize(
    ("name", "readers", "message"),
    [
        (" ", ["Ada"], "cannot be the name of a review"),
        ("b\x07", ["Ada"], "cannot be the name of a review"),
        ("lake", [], "1 to 10 readers, not 0"),
        ("lake", [*"ABCDEFGHIJK"], "1 to 10 readers, not 11"),
        ("lake", ["Ada", "ADA"], "give them different names"),
        ("lake", ["Ada", ""], "cannot be the name of a reader"),
        ("Canal", ["Ada"], "There is already a review 'Canal'"),
    ],
)
def test_a_review_needs_a_name_and_readers(
    review: Make, reviews: Reviews, name: str, readers: list[str], message: str
) -> None:
    review()
    with pytest.raises(ReviewError, match=message):
        reviews.create(name, PairSelection.imported([pair(1)]), readers)
    assert len(reviews.all()) == 1


def test_mistakes_are_one_sentence(review: Make, reviews: Reviews) -> None:
    made = review()
    for call, message in (
        (lambda: made.answer("Cor", 1, AGREE), "name one of its readers (Ada, Bren)"),
        (lambda: made.answer("Ada", 4, AGREE), "There is no pair 4"),
        (lambda: made.answer("Ada", 1, AGREE, 4), "4 is not a confidence"),
        (lambda: made.answer("Ada", 1, AGREE, 1, "x" * 6000), "The note has 6,000 characters"),
        (lambda: made.pair(9), "There is no pair 9"),
        (lambda: made.place_of("p9"), "There is no pair 'p9'"),
        (lambda: reviews.open("lake"), "There is no review 'lake'"),
        (
            lambda: reviews.create("e", PairSelection.imported([]), ["Ada"]),
            "There are no pairs to review",
        ),
        (
            lambda: reviews.create("e", PairSelection.imported([pair(1), pair(1)]), ["Ada"]),
            "Two pairs have the id 'p1'",
        ),
    ):
        with pytest.raises(ReviewError) as told:
            call()
        assert message in str(told.value)
    assert made.history("Ada") == []
    assert len(reviews.all()) == 1


def test_a_removed_review_takes_no_answers(review: Make, reviews: Reviews) -> None:
    made = review()
    len(made)
    reviews.delete("canal")
    with pytest.raises(ReviewError, match="The review has been removed"):
        made.answer("Ada", 1, AGREE)
    other = review()
    assert other.number != made.number
    assert other.progress("Ada").answered == 0


def test_changed_and_missing_statements_are_reported(
    review: Make, reviews: Reviews, tmp_path
) -> None:
    pairs = [pair(1), pair(2)]
    encoder = HashingEncoder()
    both = [said(number, side) for number in (1, 2) for side in "ab"]
    library = Library.build(both, tmp_path / "library", encoder)
    made = review(pairs)
    kept = [entry for _, entry in made.pairs()]
    unchanged = [(StatementState.UNCHANGED, StatementState.UNCHANGED)] * 2
    assert made.statement_states(library, kept) == unchanged
    provenance = replace(table([AGREE]).provenance, library_digest=library.digest)
    chosen = replace(PairSelection.imported(pairs), provenance=provenance)
    of_library = reviews.create("of the library", chosen, ["Ada"])
    assert of_library.statement_states(library, kept) == unchanged
    other = said(3, "a")
    object.__setattr__(other, "id", "a1")
    library = library.update(add=[other], remove=["b2"])
    assert made.statement_states(library, kept) == [
        (StatementState.CHANGED, StatementState.UNCHANGED),
        (StatementState.UNCHANGED, StatementState.GONE),
    ]
    assert made.pair(1).a.text == "Lock 1 of the canal must be open."
    assert made.pair(2).b.statement.text.endswith("shall not be open.")
    assert isinstance(made.pair(1).machine, Stance)


def test_changed_details_change_nothing_that_was_read(review: Make, tmp_path) -> None:
    one, other = said(1, "a"), said(2, "a")
    library = Library.build(
        [replace(one, url="https://example.org/1", extra={"seen": "yes"}), other, said(1, "b")],
        tmp_path / "library",
        HashingEncoder(),
    )
    made = review([pair(1)])
    kept = [entry for _, entry in made.pairs()]
    assert made.statement_states(library, kept)[0][0] is StatementState.UNCHANGED
    for changed in (
        replace(one, context="of the lock"),
        replace(one, date=other.date),
        replace(one, country=said(1, "b").country),
    ):
        library = library.update(add=[changed])
        assert made.statement_states(library, kept)[0][0] is StatementState.CHANGED


def test_a_notebook_shows_pairs_side_by_side_without_withheld_answers(
    review: Make,
) -> None:
    one = pair(0)
    statement = replace(one.a.statement, speaker="<script>")
    odd = replace(one, a=replace(one.a, statement=statement))
    made = review([odd, *(pair(n) for n in range(1, 12))])
    html = made._repr_html_()
    assert html.count("<tr><td") == 10
    assert "… and 2 more" in html
    assert "“Lock 0 of the canal must be open.”" in html
    assert "<script>" not in html
    assert "the model" not in html
    read_by(made, "Ada", [AGREE] * 12)
    assert "Ada: 12 answered, 0 skipped, handed in; Bren: 0 answered, 0 skipped, 12 left" in (
        made._repr_html_()
    )
    assert "agree</small>" not in made._repr_html_()
    read_by(made, "Bren", [NEITHER] * 12)
    html = made._repr_html_()
    assert "the model" not in html  # who decides differences must not see it
    for place in made.differences():
        made.decide(place, OPPOSE, "Cor")
    html = made._repr_html_()
    assert "<small>the model: ≠ Opposes</small><small>Ada: agree</small>" in html
