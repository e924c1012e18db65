from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from compare.adapt import append_correction, append_typed_correction
from compare.adapt.corrections import COLUMNS
from compare.adapt.labels import CORRECTIONS, gather_labels
from compare.adapt.learning import disjoint_folds
from compare.errors import CorpusError
from compare.library.library import Library
from compare.models import ModelInput
from compare.results import Probabilities, Stance
from compare.review import MachineShown, PairSelection, Review, Reviews
from compare.review.values import excerpt_of
from tests.adapt.conftest import drawn, written
from tests.fabricate import pair_of, two_sides
from tests.fakes import statement
from tests.review.conftest import AGREE, NEITHER, OPPOSE, pair, read_by, said

Make = Callable[..., Review]


@pytest.fixture
def review(library: Library) -> Make:
    """A review of three pairs beside the library."""

    def make(name: str = "canal", readers: tuple[str, ...] = ("Ada", "Bren"), **more) -> Review:
        drawn = PairSelection.imported([pair(number) for number in range(3)])
        return Reviews.of(library).create(name, drawn, readers, order="given", **more)

    return make


def test_a_label_is_the_decision_or_what_both_readers_say(library: Library, review: Make) -> None:
    canal = review()
    read_by(canal, "Ada", [AGREE, OPPOSE, OPPOSE])
    read_by(canal, "Bren", [AGREE, NEITHER, NEITHER])
    canal.decide(2, NEITHER, "Cor")
    gathered = gather_labels(library)
    assert [entry.stance for entry in gathered.labels] == [AGREE, NEITHER]
    assert {entry.source for entry in gathered.labels} == {'review "canal"'}
    assert all(entry.measured for entry in gathered.labels)
    assert gathered.notes == (
        "Left out of the review 'canal': 1 pair on which the readers differ and nothing is "
        "decided.",
    )


def test_a_single_readers_labels_count_and_skipped_pairs_do_not(
    library: Library, review: Make
) -> None:
    read_by(review(readers=("Ada",)), "Ada", [AGREE, None, OPPOSE])
    (first, second) = gather_labels(library).labels
    assert (first.stance, second.stance) == (AGREE, OPPOSE)
    one = said(0, "a")
    assert first.pair[0] == ModelInput(
        one.text.removeprefix("We know it. "), "", "Valdoria", one.date.iso if one.date else ""
    )
    assert {"id a0", "id b0"} < first.keys


def test_pairs_relabelled_after_the_models_label_was_shown_are_left_out(
    library: Library, review: Make
) -> None:
    canal = review(readers=("Ada",))
    canal.answer("Ada", 2, AGREE)
    read_by(canal, "Ada", [AGREE, OPPOSE, NEITHER])
    gathered = gather_labels(library)
    assert [entry.stance for entry in gathered.labels] == [AGREE, NEITHER]
    assert gathered.notes == (
        "Left out of the review 'canal': 1 pair whose label a reader changed after the model's "
        "was shown.",
    )


def test_a_damaged_review_is_left_out_and_named(library: Library, review: Make) -> None:
    read_by(review(readers=("Ada",)), "Ada", [AGREE, None, OPPOSE])
    lake = review("lake", ("Ada",))
    read_by(lake, "Ada", [AGREE] * 3)
    with lake.store.writing() as database:
        database.execute("UPDATE answers SET stance = 'maybe' WHERE project = 2")
    gathered = gather_labels(library)
    assert [entry.stance for entry in gathered.labels] == [AGREE, OPPOSE]
    (note,) = gathered.notes
    assert note.startswith(f"Left out a review: {lake.store.location} is damaged or was edited")


def test_unfinished_reviews_and_readers_who_saw_the_label_are_left_out(
    library: Library, review: Make
) -> None:
    read_by(review("half"), "Ada", [AGREE] * 3)
    shown = review("shown", ("Ada",), machine_shown=MachineShown.BEFORE)
    read_by(shown, "Ada", [AGREE] * 3)
    gathered = gather_labels(library)
    assert gathered.labels == ()
    assert gathered.notes == (
        "Left out the review 'half': Bren has not handed in.",
        "Left out the review 'shown': its readers saw the model's label before they answered.",
    )


def test_only_pairs_of_this_library_count_in_a_shared_file_of_reviews(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPARE_REVIEWS", str(tmp_path / "shared.sqlite"))
    reviews = Reviews.of(library)
    for name, drawn_pairs in {"ours": [own_pair(), pair(1)], "theirs": [pair(2)]}.items():
        one = reviews.create(name, PairSelection.imported(drawn_pairs), ["Ada"], order="given")
        read_by(one, "Ada", [OPPOSE] * len(drawn_pairs))
    reviews.create("unread", PairSelection.imported([pair(3)]), ["Ada"])
    gathered = gather_labels(library)
    assert [entry.source for entry in gathered.labels] == ['review "ours"']
    assert gathered.notes == ()


def own_pair():
    ours = statement("v1", "The locks of the canal must be open.", country="Valdoria=VLD")
    return replace(pair(0), a=excerpt_of(ours, ours.text))


def test_a_pair_with_two_labels_is_left_out_and_one_with_the_same_counts_once(
    library: Library, tmp_path: Path
) -> None:
    (a, b, _), (c, d, _) = drawn(2, wrong=True)
    rows = [(a, b, "agree"), (b, a, "oppose"), (c, d, "neither"), (d, c, "neither")]
    gathered = gather_labels(library, written(tmp_path / "pairs.tsv", rows))
    assert [entry.stance for entry in gathered.labels] == [NEITHER]
    assert gathered.notes == ("Left out 1 pair with conflicting labels.",)


# --- corrections -----------------------------------------------------------------------------


def corrections(path: Path, *rows: tuple[str, str, str]) -> Path:
    """Write corrections: the id of a, the words of b, the right label."""
    lines = [",".join(COLUMNS)]
    for a_id, words, right in rows:
        cells = dict.fromkeys(COLUMNS, "")
        cells |= {"a_id": a_id, "a_text": "The locks must be open.", "b_text": words}
        cells |= {"right": right, "a_country": "Valdoria; Ostravia"}
        lines.append(",".join(cells.values()))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return path


def test_corrections_of_this_library_are_learned_from_and_never_measured(
    library: Library, tmp_path: Path
) -> None:
    noted = corrections(
        tmp_path / "corrections.csv",
        ("v1", "Shut them.", "agree"),
        ("v1", "Shut them.", "oppose"),
        ("elsewhere", "Open them.", "agree"),
    )
    pairs = written(tmp_path / "pairs.tsv", drawn(60, wrong=True))
    gathered = gather_labels(library, pairs, corrections=noted)
    *others, last = gathered.labels
    assert (last.source, last.stance, last.measured) == (CORRECTIONS, OPPOSE, False)
    assert last.pair[0].country == "Valdoria, Ostravia"
    assert gathered.notes == ("Left out 1 correction of statements of other libraries.",)
    cuts = disjoint_folds(gathered.labels)
    assert all(len(others) in learned for learned, _ in cuts)
    assert not any(len(others) in measured for _, measured in cuts)


def test_a_correction_is_not_learned_from_while_its_statement_is_measured(
    library: Library, tmp_path: Path
) -> None:
    rows = drawn(60, wrong=True)
    noted = corrections(tmp_path / "corrections.csv", ("v1", rows[0][1].text, "oppose"))
    gathered = gather_labels(library, written(tmp_path / "pairs.tsv", rows), corrections=noted)
    cuts = disjoint_folds(gathered.labels)
    assert [60 in learned for learned, measured in cuts if 0 in measured] == [False]
    assert sum(60 in learned for learned, _ in cuts) == len(cuts) - 1


def test_the_files_that_the_app_writes_are_read(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "corrections.csv"
    a, b = ModelInput("=Open them.", country="Valdoria"), ModelInput("Shut them.")
    odds = Probabilities(0.7, 0.2, 0.1)
    append_typed_correction(a, b, odds, "told@7", Stance.OPPOSE, path=path)
    gathered = gather_labels(library, corrections=path)
    assert gathered.labels == ()  # typed in: of no library
    first, second = library.statements()[:2]
    found = pair_of(first, second, (0.7, 0.2, 0.1))
    append_correction(two_sides(found), found, Stance.OPPOSE, path=path)
    (label,) = gather_labels(library, corrections=path).labels
    assert {side.text for side in label.pair} == {first.text, second.text}
    assert gather_labels(library, corrections=tmp_path / "none.csv").notes == ()


def test_a_wrong_label_is_named_with_its_line(library: Library, tmp_path: Path) -> None:
    noted = corrections(tmp_path / "corrections.csv", ("v1", "Shut them.", "perhaps"))
    with pytest.raises(CorpusError, match=r'corrections\.csv.*line 2.*"?perhaps'):
        gather_labels(library, corrections=noted)
