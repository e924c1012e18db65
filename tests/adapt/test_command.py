from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from compare.library.library import Library
from compare.models.calibration import FILE, Adaptation, write_adaptation
from compare.results import Stance
from compare.review import Answer, PairSelection, Reviews
from tests.adapt.conftest import drawn, written
from tests.adapt.test_in_force import SWAPPING
from tests.fakes import Ran
from tests.review.conftest import pair

Run = Callable[..., Ran]


def test_adapt_reports_its_result_and_can_be_undone(
    run: Run, library: Library, tmp_path: Path
) -> None:
    pairs = written(tmp_path / "pairs.tsv", drawn(150, wrong=True))
    tried = run("adapt", "--labels", pairs, "--dry-run")
    assert (tried.code, (library.folder / FILE).exists()) == (0, False)
    assert "Nothing was written (--dry-run)." in tried.out
    done = run("adapt", "--labels", pairs)
    assert done.code == 0, done.err
    assert "150 pairs to measure on: " in done.out
    assert "Labels: 150 of pairs.tsv." in done.out
    assert "A recalibration against the shipped model: macro-F1 +" in done.out
    assert "log loss -" in done.out
    assert ": kept.\n" in done.out
    assert f"Wrote {library.folder / FILE}" in done.out
    assert "Note: A head was not tried: it needs 200 labelled pairs" in done.err

    told = run("info", "--json").json
    assert told["stance"]["name"] == "told-adapted"
    assert told["adaptation"].startswith("Labels are adapted to this corpus (recalibration, ")
    assert "150 labelled pairs" in told["adaptation"]

    undone = run("adapt", "--undo")
    assert undone.code == 0
    assert "read with the shipped model again" in undone.out
    assert "nothing to undo" in run("adapt", "--undo").out
    assert "adaptation: none\n" in run("info").out
    assert "stance: told, " in run("info").out


def test_nothing_is_written_if_nothing_is_better(
    run: Run, library: Library, tmp_path: Path
) -> None:
    pairs = written(tmp_path / "pairs.tsv", drawn(150, wrong=False, seed=3))
    done = run("adapt", "--labels", pairs)
    assert done.code == 1
    assert "not kept, since the log loss " in done.out
    assert "Nothing is better than the shipped model; nothing was written." in done.out
    write_adaptation(library.backend, Adaptation("told", "7" * 64, SWAPPING))
    before = (library.folder / FILE).read_bytes()
    again = run("adapt", "--labels", pairs)
    assert again.code == 1
    assert "the earlier adaptation in" in again.out
    assert (library.folder / FILE).read_bytes() == before
    assert run("adapt", "--labels", pairs, "--json").json["kept"] is None


def test_the_labels_of_a_finished_review_adapt(run: Run, library: Library) -> None:
    reviews = Reviews.of(library)
    pairs = [pair(number, Stance.AGREE) for number in range(90)]
    canal = reviews.create("canal", PairSelection.imported(pairs), ["Ada"], order="given")
    # The model says 0.6, 0.3, 0.1 of each: people find fewer that agree.
    labels = [*Stance] * 30
    canal.answer_many("Ada", {n: Answer(label) for n, label in enumerate(labels, start=1)})
    waiting = run("adapt")
    assert waiting.code == 2
    assert "it needs 50 labelled pairs, and there are 0" in waiting.err
    assert "Left out the review 'canal': Ada has not handed in." in waiting.err
    canal.hand_in("Ada")
    data = run("adapt", "--json").json
    assert data["kept"] == "recalibration"
    assert data["labels"]["sources"] == {'review "canal"': 90}
    assert (data["labels"]["agree"], data["labels"]["neither"]) == (30, 30)
    assert data["written"] == str(library.folder / FILE)


def test_commands_use_the_adaptation_unless_a_model_is_named(run: Run, library: Library) -> None:
    write_adaptation(library.backend, Adaptation("told", "7" * 64, SWAPPING))

    def read_by(*arguments: object) -> str:
        return str(run(*arguments, "--json").json["model"])

    a, b = "Open the locks.", "They are open."
    assert read_by("stance", a, b) == "told@777777777777"
    assert read_by("stance", a, b, "--library", library.folder).startswith("told-adapted@")
    named = ("--library", library.folder, "--stance-model", "told")
    assert read_by("stance", a, b, *named) == "told@777777777777"
    for command in (("search", a), ("search", a, "--stance-model", "told")):
        models = run(*command, "--json").json["provenance"]["models"]
        assert models["stance"]["name"] == ("told" if len(command) > 2 else "told-adapted")


def test_an_unused_adaptation_is_remarked_on(run: Run, library: Library) -> None:
    write_adaptation(library.backend, Adaptation("told", "8" * 64, SWAPPING))
    done = run("search", "The locks must be open.")
    assert done.code == 0
    assert done.err.count("is not used: it was learned for told@888888888888") == 1
    assert "is not used" in run("info", "--json").json["adaptation"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--undo", "--dry-run"), "--undo stands alone"),
        (("--labels", "nowhere.tsv"), "nowhere.tsv"),
        ((), "Finish a review of this library's pairs (`compare review`)"),
    ],
)
def test_impossible_options_are_one_sentence(run: Run, arguments: tuple, said: str) -> None:
    done = run("adapt", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err
