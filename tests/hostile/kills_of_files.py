"""Kill a job before each change that it makes to files beside a library, then run it again.

    python -m tests.hostile.kills_of_files FOLDER [--most NUMBER] [--by-chance NUMBER] [JOB...]

As `tests.hostile.kills`, which kills writers of a library, and also before each statement that
changes a database, and at some moments by chance. Every file that a job writes is the old one or
the new one, and what a kill left is gone once the job has run again.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import compare.models
from compare.batch.pairs import read_batch, score_file
from compare.batch.quotes import read_quotes, search_file
from compare.cli.program import main as compare_main
from compare.collections import download as downloading
from compare.corpus.importing import import_corpus
from compare.errors import CompareError
from compare.export import ExportFormat
from compare.library import Filters
from compare.models import ModelInput, Probabilities
from compare.results import Result, Stance
from compare.review import (
    PairSelection,
    ReviewFormat,
    Reviews,
    append_typed_correction,
    export_review,
    read_answers,
    review_bytes,
)
from tests.collections.conftest import NOTES, Service
from tests.corpus.importers.samples import build as build_sample
from tests.fabricate import a_search, two_sides
from tests.fakes import WordJudge
from tests.hostile.kills import ENCODER, build, in_child, opened
from tests.review.conftest import pair

_KILLED = 9
_CHANGES = {"os.rename", "os.remove", "os.link", "os.truncate", "os.mkdir", "os.rmdir"}
_READS = ("SELECT", "PRAGMA", "EXPLAIN")
_TIME = re.compile(r"20\d\d-[-\d]+T[:\d]+")
_GENERATION = re.compile(r"/\d{6}-[0-9a-f]+/")
QUOTE = "The blockade of Port Meren must end."

Work = Callable[[Path], None]
State = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """What is done, with what has to be done before and what a reader finds after it.

    Attributes:
        state: Each of its values is that of before or that of after, by itself.
    """

    work: Work
    state: Callable[[Path], State]
    before: tuple[Work, ...] = ()


# -- Reviews -------------------------------------------------------------------------------------


def reviews(folder: Path) -> Reviews:
    return Reviews(folder / "reviews.sqlite")


def review_state(folder: Path) -> State:
    """The reviews without the times at which something was done."""
    found: dict[str, Any] = {}
    for review in reviews(folder).all():
        given = {
            who: {place: (answer.label, answer.note) for place, answer in answers.items()}
            for reader in review.readers
            for who, answers in review.answers(reader).items()
            if who == reader
        }
        history = [(event.what, event.pair) for event in review.history("Ada")]
        found[review.name] = (len(review), given, history, review.codebook, review.handed_in)
    return {"all": found}


def new(name: str, folder: Path) -> None:
    if name not in {review.name for review in reviews(folder).all()}:
        pairs = [pair(number) for number in range(3)]
        reviews(folder).create(name, PairSelection.imported(pairs), ["Ada"], order="given")


def answer(folder: Path) -> None:
    review = reviews(folder).open("canal")
    if review.answer_of("Ada", 1) is None:
        review.answer("Ada", 1, Stance.AGREE, 3, "clear")


def undo(folder: Path) -> None:
    review = reviews(folder).open("canal")
    if review.answer_of("Ada", 1) is not None:
        review.undo("Ada")


def take_answers(folder: Path) -> None:
    review, file = reviews(folder).open("canal"), folder / "answers.csv"
    if not file.exists():
        file.write_text("pair,answer\np0,agree\np1,oppose\np2,skip\n")
    review.answer_many("Ada", read_answers(file, review, "Ada"))


def hand_in(folder: Path) -> None:
    review = reviews(folder).open("canal")
    if not review.handed_in:
        review.hand_in("Ada")


def codebook(folder: Path) -> None:
    reviews(folder).open("canal").change_codebook("Judge the words.\n", "Ada")


def delete(folder: Path) -> None:
    if "canal" in {review.name for review in reviews(folder).all()}:
        reviews(folder).delete("canal")


def export_reviews(folder: Path) -> None:
    review = reviews(folder).open("canal")
    for format in ReviewFormat:
        export_review(review, folder / f"{format}{format.suffix}", format, force=True)


def reviews_exported(folder: Path) -> State:
    review, found = reviews(folder).open("canal"), {}
    for format in ReviewFormat:
        path = folder / f"{format}{format.suffix}"
        content = path.read_bytes() if path.exists() else None
        found[path.name] = "new" if content == review_bytes(review, format) else content
    return found


# -- Results, tables and imports -----------------------------------------------------------------


def exports(folder: Path) -> None:
    found = a_search()
    for format in ExportFormat:
        found.export(folder / f"pairs{format.suffix}", force=True)
    found.report(folder / "report.html", force=True)
    two_sides().save(folder / "sides.json", force=True)


def old_exports(folder: Path) -> None:
    for format in ExportFormat:
        (folder / f"pairs{format.suffix}").write_text("old")
    (folder / "report.html").write_text("old")
    (folder / "sides.json").write_text("old")


def exported(folder: Path) -> State:
    return {path.name: content(path) for path in folder.iterdir() if path.name[0] != "."}


def content(path: Path) -> Any:
    data = path.read_bytes()
    if path.suffix != ".xlsx" or data == b"old":
        return data
    from openpyxl import load_workbook  # its files hold the time

    return [[*rows] for sheet in load_workbook(io.BytesIO(data)) for rows in sheet.values]


def search_queries(folder: Path) -> None:
    quotes = folder / "quotes.csv"
    if not quotes.exists():
        quotes.write_text("quote\nThe blockade must end.\nPort Meren is open.\n")
    search_file(opened(folder / "library"), read_quotes(quotes), folder / "found.jsonl",
                stance_model=WordJudge(), force=True)  # fmt: skip


def queries_found(folder: Path) -> State:
    path = folder / "found.jsonl"
    rows = path.read_text().splitlines() if path.exists() else []
    return {path.name: [{**json.loads(row), "searched_on": ""} for row in rows]}


def stance_batch(folder: Path) -> None:
    file, target = folder / "pairs.csv", folder / "pairs.stance.csv"
    file.write_text("a,b\nThe lock must open.,It must not.\n")
    if not target.exists():
        score_file(read_batch(file), target, WordJudge())


def batch_scored(folder: Path) -> State:
    path = folder / "pairs.stance.csv"
    return {path.name: path.read_bytes() if path.exists() else None}


def import_public(folder: Path) -> None:
    source = folder.parent.parent / "ungdc"
    if not source.exists():
        build_sample(source.parent, "ungdc")
    import_corpus([source], folder / "corpus.jsonl", "ungdc", force=True)


def imported(folder: Path) -> State:
    path = folder / "corpus.jsonl"
    return {path.name: path.read_bytes() if path.exists() else None}


# -- What is kept beside -------------------------------------------------------------------------


def build_library(folder: Path) -> None:
    build(folder / "library")


def correct(folder: Path) -> None:
    path = folder / "corrections.csv"
    sides = ModelInput("The lock must open."), ModelInput("It must not.")
    if not corrected(folder)["rows"]:
        odds = Probabilities(0.6, 0.3, 0.1)
        append_typed_correction(*sides, odds, "judge", Stance.OPPOSE, path=path)


def corrected(folder: Path) -> State:
    path = folder / "corrections.csv"
    rows = csv.DictReader(path.read_text("utf-8-sig").splitlines()) if path.exists() else ()
    return {"rows": [{**row, "noted": ""} for row in rows]}


def compare_sides(folder: Path) -> None:
    os.environ["COMPARE_CACHE"] = str(folder / "cache")
    library = opened(folder / "library")
    result = library.search(QUOTE, stance_model=WordJudge())
    result.save(folder / "search.json", force=True)
    sides = library.timeline(Filters(), QUOTE, stance_model=WordJudge(either=True))
    sides.save(folder / "timeline.json", force=True)


def compared(folder: Path) -> State:
    """The pairs of both results, which are also what the cached scores give."""
    found: State = {}
    for name in ("search.json", "timeline.json"):
        path = folder / name
        pairs = Result.load(path).pairs if path.exists() else ()
        found[name] = sorted((one.b.statement.id, one.probabilities.oppose) for one in pairs)
    return found


def command(folder: Path, *arguments: object) -> None:
    """Run a command with small models, and with its cache and settings in the folder."""
    os.environ["COMPARE_CACHE"] = str(folder / "cache")
    compare.models.load_encoder = lambda name=None: ENCODER
    compare.models.load_stance_model = lambda name=None: WordJudge(either=True)
    downloading.user_settings = lambda: folder / "settings" / "settings.json"
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
            compare_main([str(argument) for argument in arguments])
    except SystemExit as ended:
        if ended.code:
            raise RuntimeError(said.getvalue()) from ended


def place_actors(folder: Path) -> None:
    files = ("--out", folder / "places.csv", "--passages", folder / "passages.json",
             "--agreement", folder / "agreement.csv")  # fmt: skip
    command(folder, "positions", QUOTE, "--library", folder / "library", "--by", "speaker",
            *files, "--force")  # fmt: skip


def placed(folder: Path) -> State:
    found: State = {}
    for name in ("places.csv", "agreement.csv"):
        path = folder / name
        found[name] = _TIME.sub("", path.read_text("utf-8")) if path.exists() else None
    path = folder / "passages.json"
    pairs = Result.load(path).pairs if path.exists() else ()
    found[path.name] = [(one.b.statement.id, one.probabilities.oppose) for one in pairs]
    return found


# -- Downloads -----------------------------------------------------------------------------------

_NOTES = "title,type,content\n" + "".join(
    f"Title {number},speech,We open lock {number}. {'x' * 20_000}\n" for number in range(35)
)


def publish(folder: Path) -> None:
    """Serve a collection until the program ends."""
    running = Service()
    running.files["/notes.csv"] = _NOTES.encode()
    registry = folder.parent.parent / "collections.toml"
    registry.write_text(NOTES.format(url=running.url))
    os.environ["COMPARE_COLLECTIONS"] = str(registry)


def get(folder: Path) -> None:
    command(folder, "get", "notes", "--library", folder / "library", "--accept-licence")


def got(folder: Path) -> State:
    path = folder / "cache" / "collections" / "notes" / "speeches.csv"
    found: State = {path.name: path.read_bytes() if path.exists() else None, "library": None}
    if (folder / "library" / "CURRENT").exists():
        library = opened(folder / "library")
        library.verify()
        found["library"] = (library.digest, library.store.ids())
    return found


JOBS: dict[str, Job] = {
    "review_new": Job(partial(new, "canal"), review_state),
    "review_second": Job(partial(new, "lake"), review_state, (partial(new, "canal"),)),
    "review_answer": Job(answer, review_state, (partial(new, "canal"),)),
    "review_undo": Job(undo, review_state, (partial(new, "canal"), answer)),
    "review_import": Job(take_answers, review_state, (partial(new, "canal"), answer)),
    "review_done": Job(hand_in, review_state, (partial(new, "canal"), take_answers)),
    "review_codebook": Job(codebook, review_state, (partial(new, "canal"),)),
    "review_delete": Job(
        delete, review_state, (partial(new, "lake"), partial(new, "canal"), take_answers)
    ),
    "review_export": Job(export_reviews, reviews_exported, (partial(new, "canal"), take_answers)),
    "exports": Job(exports, exported, (old_exports,)),
    "queries": Job(search_queries, queries_found, (build_library,)),
    "batch": Job(stance_batch, batch_scored),
    "import": Job(import_public, imported),
    "corrections": Job(correct, corrected),
    "get": Job(get, got, (publish,)),
    "sides": Job(compare_sides, compared, (build_library,)),
    "positions": Job(place_actors, placed, (build_library,)),
}


def count_down(folder: Path, change: int) -> Callable[[], int]:
    """Have this process killed before a change to a folder, by its number from 1.

    Returns a function that tells how many changes there were, for a change of 0.
    """
    changes = 0

    def step() -> None:
        nonlocal changes
        changes += 1
        if changes == change:
            os._exit(_KILLED)

    def statement(sql: str) -> None:
        if not sql.lstrip().upper().startswith(_READS):
            step()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        is_change = event in _CHANGES
        if event == "open":
            mode, flags = arguments[1:3]
            is_change = bool(set(mode or "") & set("wax+")) or bool(flags & os.O_CREAT)
        if is_change and str(folder) in str(arguments[0]):
            step()

    connect = sqlite3.connect

    def traced(database: Any, *arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(database, *arguments, **options)
        if str(folder) in str(database):
            connection.set_trace_callback(statement)
        return connection

    sqlite3.connect = traced
    sys.addaudithook(hook)
    return lambda: changes


def killed_at(job: Job, folder: Path, change: int) -> int:
    """Return the exit code of a job that is killed before a change."""

    def work() -> None:
        count_down(folder, change)
        job.work(folder)

    return in_child(work)


def killed_after(job: Job, folder: Path, seconds: float) -> int:
    """Return minus the signal that ended a job after some seconds, or 0 if it was done by then."""
    if not (child := os.fork()):
        try:
            job.work(folder)
        finally:
            os._exit(0)
    time.sleep(seconds)  # the moment that is tested
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def changes_of(job: Job, folder: Path) -> int:
    """Run a job, and return how many changes it makes."""
    count = folder.parent / "count"

    def work() -> None:
        made = count_down(folder, 0)
        job.work(folder)
        count.write_text(str(made()))

    assert in_child(work) == 0
    return int(count.read_text())


def spread(count: int, most: int) -> list[int]:
    """Return the numbers 1 to `count`, or `most` of them, evenly spread."""
    if count <= most:
        return [*range(1, count + 1)]
    return [1 + (2 * number + 1) * count // (2 * most) for number in range(most)]


def files_in(folder: Path) -> set[str]:
    """The names of all files, without the logs that SQLite removes when it next opens.

    A library that is changed again has the files of two generations, which count as one.
    """
    return {
        _GENERATION.sub("/", str(path.relative_to(folder)))
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal"))
    }


def check(job: Job, home: Path, most: int, by_chance: int) -> dict[str, Any]:
    """Kill a job before each of its changes, or `most` of them, and at some moments by chance.

    Tells what was wrong after one.
    """
    start, whole = home / "start" / "in", home / "whole" / "in"
    start.mkdir(parents=True)
    for earlier in job.before:
        earlier(start)
    shutil.copytree(start, whole)
    before, began = job.state(start), time.monotonic()
    count, seconds = changes_of(job, whole), time.monotonic() - began
    after, left = job.state(whole), files_in(whole)
    assert before != after
    wrong: list[str] = []
    moments = [random.uniform(0, seconds) for _ in range(by_chance)]
    kills = [*spread(count, most), *moments]
    for change in kills:
        folder = home / f"{change}" / "in"
        shutil.copytree(start, folder)
        if isinstance(change, int):
            assert killed_at(job, folder, change) == _KILLED
        else:
            assert killed_after(job, folder, change) in (-signal.SIGKILL, 0)
        try:
            between = job.state(folder)
        except CompareError as error:
            wrong.append(f"{change}: {error}")
            between = before
        for name in before.keys() | after.keys():
            if between.get(name) not in (before.get(name), after.get(name)):
                wrong.append(f"{change}: {name} is neither the old nor the new")
        if in_child(lambda folder=folder: job.work(folder)):
            wrong.append(f"{change}: it cannot be run again")
        elif job.state(folder) != after:
            wrong.append(f"{change}: run again, it ends in another state")
        elif files_in(folder) != left:
            wrong.append(f"{change}: {sorted(files_in(folder) ^ left)} are left or missing")
        shutil.rmtree(folder.parent)
    return {"kills": len(kills), "of": count, "wrong": wrong}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("jobs", nargs="*")
    parser.add_argument("--most", type=int, default=10_000)
    parser.add_argument("--by-chance", type=int, default=20)
    given = parser.parse_intermixed_args()
    for name in given.jobs or JOBS:
        told = check(JOBS[name], given.folder / name / "home", given.most, given.by_chance)
        print(json.dumps({"job": name, **told}), flush=True)


if __name__ == "__main__":
    main()
