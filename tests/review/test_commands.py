from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from compare import __version__
from compare.facade import Library
from compare.review import Choice, Reviews
from tests.fakes import HashingEncoder, Ran, runner, sample_statements
from tests.review.conftest import AGREE, NEITHER, OPPOSE, read_by, table

MACHINE = [AGREE] * 6 + [OPPOSE] * 4 + [NEITHER] * 8


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library, a saved result and a codebook."""
    Library.build(sample_statements(), tmp_path / "library", HashingEncoder()).close()
    monkeypatch.setenv("COMPARE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.delenv("COMPARE_REVIEWS", raising=False)
    monkeypatch.chdir(tmp_path)
    table(MACHINE).save(tmp_path / "result.json")
    (tmp_path / "codebook.txt").write_text("Judge the words.\n")
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]):
    ran = runner(capfd)

    def review(*arguments: object) -> Ran:
        return ran("review", *arguments)

    return review


def created(run, *more: object) -> Ran:
    return run(
        *("create", "canal", "--result", "result.json", "--size", 5, "--seed", 3),
        *("--reader", "Ada", "--reader", "Bren", *more),
    )


def test_a_review_from_creation_to_figures(run, folder: Path) -> None:
    made = created(run, "--codebook", "codebook.txt")
    assert (made.code, made.out) == (0, "canal: 5 pairs for Ada and Bren.\n")
    assert str(folder / "library" / "reviews.sqlite") in made.err
    review = Reviews(folder / "library" / "reviews.sqlite").open("canal")
    assert review.codebook == "Judge the words.\n"
    assert review.settings.choice is Choice.RANDOM
    assert run("list").out == "canal: 5 pairs; Ada 0, Bren 0\n"
    for place, pair in review.pairs():
        label = "agree" if place == 1 else pair.machine
        told = run(
            *("answer", "canal", "--reader", "Ada", "--pair", pair.id, "--label", label),
            *("--confidence", 3, "--note", "clear"),
        )
        assert told.out == f"pair {place} ({pair.id}): {label}, before no answer\n"
    status = run("status", "canal").out
    assert "canal: 5 pairs, random, random order" in status
    assert "Ada: 5 answered, 0 skipped, 0 left" in status
    assert "Bren: 0 answered, 0 skipped, 5 left" in status
    assert "pairs with a statement that is not in the library since: 5" in status
    assert run("done", "canal", "--reader", "Ada").out == "Handed in; Bren has not yet.\n"
    early = run("agreement", "canal")
    assert early.code == 2
    assert "once all readers have handed in: Bren has not yet." in early.err
    rows = [f"{pair.id},{'skip' if place == 2 else 'oppose'}" for place, pair in review.pairs()]
    (folder / "bren.csv").write_text("pair,answer\n" + "\n".join(rows) + "\n")
    read = run("import", "canal", "bren.csv", "--reader", "Bren")
    assert read.out == "5 answers of Bren read, 5 of them new; 0 pairs left.\n"
    handed = run("done", "canal", "--reader", "Bren", "--json").json
    assert handed == {"review": "canal", "handed_in": ["Ada", "Bren"], "left": []}
    differ = run("decide", "canal", "--json").json["differences"]
    assert differ
    assert differ[0]["answers"]["Ada"]["note"] == "clear"
    listed = run("decide", "canal")
    assert "Ada: agree, sure: clear" in listed.out
    assert f"{len(differ)} differences, 0 decided." in listed.err
    waiting = run("agreement", "canal")
    assert "decide them first" in waiting.err
    for entry in differ:
        run(
            *("decide", "canal", "--by", "Cor", "--pair", entry["pair"], "--label", "oppose"),
            *("--note", "a denial"),
        )
    told = run("agreement", "canal")
    assert (told.code, told.err) == (0, "")
    for title in ("AGREEMENT OF THE READERS", "ADA (ROWS) AND BREN", "FINAL (ROWS) AND THE MODEL"):
        assert title in told.out
    assert "ESTIMATED FROM THE RANDOM SAMPLE" in told.out
    figures = run("agreement", "canal", "--json").json
    assert figures["overall"]["pairs"] == 4
    assert figures["estimates"]["pairs"] == 5
    assert set(figures["by_label"]) == {"agree", "oppose", "neither"}
    assert figures["changed"] == {"Ada": 0, "Bren": 0}
    design = figures["design"]
    assert (design["choice"], design["chosen_seed"], design["machine_shown"]) == (
        *("random", 3, "end"),
    )
    assert (design["stance_digest"], design["filters"]) == ("5" * 64, {"topic": "canal"})
    assert design["version"] == __version__
    whole = run("status", "canal", "--json").json
    assert whole["settings"]["chosen_seed"] == 3
    assert (whole["to_decide"], whole["decided"]) == (len(differ), len(differ))
    assert whole["statements"] == {
        "changed": 0,
        "not in the library": 5,
    }


def test_pairs_are_read_one_by_one_from_the_keyboard(run, monkeypatch, folder: Path) -> None:
    created(run, "--order", "uncertain", "--choose", "stratified", "--machine", "after")
    monkeypatch.setattr("sys.stdin", io.StringIO("o3 It is denied\nx\nc\nu\na\ns\nq\n"))
    told = run("answer", "canal", "--reader", "ada")
    assert told.code == 0
    assert told.out.count("Pair 1 of 5") == 2
    assert "Lock" in told.out
    assert "Envoy of Valdoria" in told.out
    assert "The model: " in told.out
    assert re.search(r"pair 1 \(\w+\): no answer, before oppose", told.out)
    assert "Press a, o, n or s" in told.err
    assert "Name the point to yourself" in told.out
    history = Reviews(folder / "library" / "reviews.sqlite").open("canal").history("Ada")
    assert json.loads(history[0].after)["note"] == "It is denied"
    assert "1 answered, 1 skipped, 3 left." in told.err
    undone = run("answer", "canal", "--reader", "Ada", "--undo", "--json").json
    assert (undone["before"]["stance"], undone["after"]) == ("skip", None)
    nothing = run("answer", "canal", "--reader", "Bren", "--undo")
    assert "There is nothing to take back." in nothing.err


def test_an_exported_review_can_be_continued_elsewhere(run, folder: Path) -> None:
    created(run)
    assert run("export", "canal").err == "Wrote canal.csv: 5 pairs.\n"
    rows = list(csv.DictReader(io.StringIO((folder / "canal.csv").read_text("utf-8-sig"))))
    assert {row["machine"] for row in rows} == {""}
    assert run("export", "canal").code == 2
    for kept in ("history", "codebook"):
        assert run("export", "canal", "--to", kept).code == 0
    written = {path.name for path in folder.glob("canal-*")}
    assert written == {"canal-history.csv", "canal-codebook.md"}
    told = run("export", "canal", "--out", "a.jsonl", "--json").json
    assert told == {"path": "a.jsonl", "format": "jsonl", "pairs": 5}
    assert json.loads((folder / "a.jsonl").read_text().splitlines()[0])["review"] == "canal"
    codebook = run("export", "canal", "--to", "codebook", "--out", "-").out
    assert codebook.startswith("Read both statements")
    again = run("create", "of Bren", "--pairs", "canal.csv", "--reader", "Bren", "--json")
    assert again.json["settings"]["choice"] == "imported"
    assert [entry["name"] for entry in run("list", "--json").json["reviews"]] == [
        "of Bren",
        "canal",
    ]


def test_fresh_excludes_pairs_of_finished_reviews(run, folder: Path) -> None:
    created(run)
    reviews = Reviews(folder / "library" / "reviews.sqlite")
    for reader in ("Ada", "Bren"):
        read_by(reviews.open("canal"), reader, [AGREE] * 5)
    asked = ("--result", "result.json", "--seed", 3, "--reader", "Ada")
    again = run("create", "again", *asked, "--size", 5)
    assert "Note: A finished review held 5 pairs of these before. --fresh" in again.err
    fresh = run("create", "fresh", *asked, "--fresh", "--json")
    assert fresh.json["pairs"] == len(MACHINE) - 5
    assert (fresh.json["settings"]["left_out"], fresh.err) == (5, "")
    whole = run("create", "x", "--pairs", "p.csv", "--reader", "Ada", "--fresh")
    assert "draw from a --result" in whole.err


def test_informative_order_puts_model_disagreement_first(run, monkeypatch) -> None:
    class Half:
        def __init__(self, name: str) -> None:
            self.name = name

        def score(self, pairs, on_progress=None):
            import numpy as np

            agree = [0.9 if "Lock 3" in a.text and self.name == "fast" else 0.1 for a, _ in pairs]
            return np.array([(p, 0.05, 0.95 - p) for p in agree], np.float32)

    monkeypatch.setattr("compare.models.load_stance_model", Half)
    created(run, "--order", "informative", "--choose", "whole")
    rows = run("export", "canal", "--out", "-").out
    first = next(csv.DictReader(io.StringIO(rows.removeprefix("\ufeff"))))
    assert first["a_passage"].startswith("Lock 3 ")
    assert first["order"] == "informative"


def test_a_review_is_deleted_only_after_confirmation(run, monkeypatch) -> None:
    created(run)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run("delete", "canal").code == 130
    assert run("delete", "Canal", "--yes", "--json").json == {"deleted": "canal"}
    empty = run("list")
    assert empty.out == ""
    assert "There is no review in" in empty.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "x", "--reader", "Ada"), "one of --result and --pairs"),
        (("create", "x", "--pairs", "none.csv", "--reader", "Ada"), "none.csv: the file cannot be"),
        (("create", "x", "--result", "result.json"), "1 to 10 readers, not 0"),
        (
            ("create", "x", "--result", "result.json", "--reader", "A", "--codebook", "no.txt"),
            "no.txt: the file cannot be read",
        ),
        (("status", "lake"), "There is no review 'lake' in"),
        (("answer", "lake", "--reader", "Ada", "--pair", "p1"), "There is no review 'lake'"),
    ],
)
def test_mistakes_are_one_sentence_with_exit_code_2(run, arguments, message: str) -> None:
    told = run(*arguments)
    assert (told.code, told.out) == (2, "")
    assert message in told.err


def test_pair_and_label_go_together(run) -> None:
    created(run)
    for command in (("answer", "canal", "--reader", "Ada"), ("decide", "canal", "--by", "Cor")):
        told = run(*command, "--label", "agree")
        assert told.code == 2
        assert "both --pair and --label" in told.err


def test_help_names_the_commands_in_the_order_of_use(run) -> None:
    told = run("--help").out
    names = re.findall(r"^  (\w+) ", told.partition("Commands:")[2], re.M)
    assert names == [
        *("create", "plan", "list", "status", "answer", "done", "decide", "import", "agreement"),
        *("export", "delete"),
    ]


def test_a_plan_is_written_and_followed_by_three_readers(run, folder: Path) -> None:
    asked = ("plan", "--result", "result.json", "--hypothesis", "Most agree.")
    told = run(*asked)
    assert (told.code, "name the file of the plan with --out" in told.err) == (2, True)
    told = run(*asked, "--out", "plan.json")
    assert (told.code, "give --reader for each" in told.err) == (2, True)
    readers = [part for name in ("Ada", "Bren", "Cor") for part in ("--reader", name)]
    told = run(*asked, *readers, "--size", 6, "--out", "plan.json")
    assert told.code == 0, told
    assert "18 pairs can be drawn (6 agree, 4 oppose, 8 neither)" in told.out
    assert run("create", "canal", "--result", "result.json", "--plan", "plan.json").code == 0
    review = Reviews(folder / "library" / "reviews.sqlite").open("canal")
    for name in ("Ada", "Bren", "Cor"):
        for _, pair in review.pairs():
            answer = "neither" if name == "Cor" else pair.machine
            run("answer", "canal", "--reader", name, "--pair", pair.id, "--label", answer)
        assert run("done", "canal", "--reader", name).code == 0
    told = run("agreement", "canal", "--json").json
    assert told["overall"]["kappa"]["value"] is None  # kappa is for two
    assert told["overall"]["alpha"]["value"] < 1
    assert len(told["pairwise"]) == 3
