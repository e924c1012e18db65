"""`compare review answer`, `done`, `decide` and `import`: readers at work on a review."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import attribution, quoted, remark, say, say_either, say_json
from compare.export import counted
from compare.facade import Library
from compare.library.backend import Backend
from compare.models import Stance
from compare.review import (
    CONFIDENCE,
    STATE_NOTES,
    Answer,
    AnswerChange,
    Review,
    ReviewPair,
    read_answers,
)
from compare.safe_text import one_line

_LABELS = (*(stance.value for stance in Stance), "skip")
_KEYS = {"a": Stance.AGREE, "o": Stance.OPPOSE, "n": Stance.NEITHER, "s": None}

name_of_review = click.argument("name", type=shared.text)
name_of_reader = shared.string(
    "--reader", required=True, help="The reader, by the name in the review."
)
always = shared.together(shared.library_option, shared.as_json)


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer by options."""

    pair_id: str = ""
    label: str | None = None
    confidence: int | None = None
    note: str = ""

    def answer(self, review: Review) -> dict[str, Any] | None:
        """Return what `Review.answer` takes; None without --pair and --label."""
        if bool(self.pair_id) != bool(self.label):
            raise click.UsageError("Give both --pair and --label, or neither.")
        if not self.label:
            if self.confidence or self.note:
                raise click.UsageError("--confidence and --note go with --pair and --label.")
            return None
        place, stance = review.place_of(self.pair_id), _KEYS[self.label[0]]
        return {"place": place, "stance": stance, "confidence": self.confidence, "note": self.note}


_answering = shared.as_one(
    "given",
    _Given,
    shared.string("--pair", "pair_id", help="The pair's id."),
    click.option("--label", type=click.Choice(_LABELS), help="Its label, or skip."),
    shared.number("--confidence", None, "1 unsure to 3 sure", maximum=3),
    shared.string("--note", help="A remark on the answer."),
)


def open_review(given: Backend | None, name: str) -> tuple[Review, Library]:
    """Open a review and the library that it is stored beside."""
    library = shared.open_library(given)
    return library.review(name), library


@click.command("answer")
@name_of_review
@name_of_reader
@_answering
@shared.flag("--undo", help="Take back the reader's last answer.")
@always
def answer(
    name: str, reader: str, given: _Given, undo: bool, library: Backend | None, as_json: bool
) -> None:
    """Read the pairs one by one, or answer one with --pair and --label.

    \b
      compare review answer canal --reader Ada
      compare review answer canal --reader Ada --pair 3f2c… --label oppose --confidence 3

    One by one: a agree, o oppose, n neither, s skip, u undo, c codebook, q quit. After a label, 1
    to 3 says how sure you are, and a note may follow ("o3 it is denied").
    """
    if undo and given != _Given():
        raise click.UsageError("--undo stands alone: omit the options of an answer.")
    opened, of = open_review(library, name)
    if undo:
        _say_change(opened, opened.undo(reader), as_json=as_json)
    elif values := given.answer(opened):
        _say_change(opened, opened.answer(reader, **values), as_json=as_json)
    else:
        _answer_one_by_one(opened, reader, of)
        if as_json:
            say_json({"review": opened.name, **asdict(opened.progress(reader))})


def _say_change(review: Review, change: AnswerChange | None, *, as_json: bool = False) -> None:
    pair = change and review.pair(change.place).id
    before, after = (change.before, change.after) if change else (None, None)
    if as_json:
        say_json({"pair": pair, "before": _answer_json(before), "after": _answer_json(after)})
    elif change is None:
        remark("There is nothing to take back.")
    else:
        was, now = (one.label if one else "no answer" for one in (before, after))
        say(f"pair {change.place} ({pair}): {now}, before {was}")


def _answer_json(answer: Answer | None) -> dict[str, Any] | None:
    return {**asdict(answer), "stance": answer.label} if answer else None


def _answer_one_by_one(review: Review, reader: str, library: Library) -> None:
    """Ask for a key for each pair that is left."""
    while (place := review.next_place(reader)) is not None:
        pair = review.pair(place)
        say(f"\nPair {place} of {len(review)}")
        _show_pair(review, pair, library)
        typed = _next_line()
        # As in "o3 it is denied": the label, how sure, and a note.
        key, sure, note = typed[:1].casefold(), typed[1:2], typed[2:].strip()
        if key == "q":
            break
        if key == "u":
            _say_change(review, review.undo(reader))
        elif key == "c":
            say(review.codebook)
        elif key in _KEYS and sure in ("", "1", "2", "3"):
            review.answer(reader, place, _KEYS[key], int(sure) if sure else None, note)
            if pair.machine and review.shows_machine(True):
                say(f"The model: {pair.machine.value} ({pair.label_source})")
        else:
            remark("Press a, o, n or s, optionally with 1, 2 or 3 and a note after it; u, c or q.")
    done = review.progress(reader)
    hand_in = ""
    if not done.left and reader not in review.handed_in:
        hand_in = f" Hand in: compare review done {review.name!r} --reader {reader!r}."
    remark(f"{done.answered} answered, {done.skipped} skipped, {done.left} left.{hand_in}")


def _next_line() -> str:
    """Return what the reader types next, "q" at the end of standard input."""
    try:
        return str(click.prompt("a/o/n/s, u, c, q", prompt_suffix="> ", err=True)).strip()
    except click.Abort as stopped:
        if not isinstance(stopped.__context__, EOFError):
            raise
        remark("")
        return "q"


def _show_pair(review: Review, pair: ReviewPair, library: Library) -> None:
    (states,) = review.statement_states(library, [pair])
    for side, passage, state in zip("AB", (pair.a, pair.b), states, strict=True):
        say(f"{side}  {quoted(passage)}")
        context = passage.statement.context
        note = STATE_NOTES.get(state)
        for line in (
            attribution(passage.statement, passage.pages),
            context and f"context: {one_line(context)}",
            note and f"({note})",
        ):
            if line:
                say(f"   {line}")


@click.command("done")
@name_of_review
@name_of_reader
@always
def done(name: str, reader: str, library: Backend | None, as_json: bool) -> None:
    """Hand in a reader's answers: they are final, and shown once all readers have handed in."""
    opened, _ = open_review(library, name)
    opened.hand_in(reader)
    left = [other for other in opened.readers if other not in opened.handed_in]
    waiting = f"{' and '.join(left)} {'has' if len(left) == 1 else 'have'} not yet"
    how = waiting if left else f"all are. Differences: {len(opened.differences())}"
    data = {"review": opened.name, "handed_in": opened.handed_in, "left": left}
    say_either(as_json, data, f"Handed in; {how}.")


@click.command("decide")
@name_of_review
@shared.string("--by", help="Who decides.")
@_answering
@always
def decide(name: str, by: str, given: _Given, library: Backend | None, as_json: bool) -> None:
    """List the pairs on which the readers differ, or decide one of them.

    \b
      compare review decide canal
      compare review decide canal --by Cor --pair 3f2c… --label oppose --note "a denial"
    """
    opened, of = open_review(library, name)
    if values := given.answer(opened):
        _say_change(opened, opened.decide(by=by, **values), as_json=as_json)
        return
    differences, answers, decided = opened.differences(), opened.answers(), opened.decisions()
    if as_json:
        rows = [
            {
                "pair": opened.pair(place).id,
                "place": place,
                "answers": {who: _answer_json(said[place]) for who, said in answers.items()},
                "decision": _answer_json(decided.get(place)),
            }
            for place in differences
        ]
        say_json({"review": opened.name, "differences": rows})
        return
    for place in differences:
        pair = opened.pair(place)
        say(f"\nPair {place} ({pair.id})")
        _show_pair(opened, pair, of)
        for who, said in answers.items():
            say(f"   {who}: {_in_words(said[place])}")
        if place in decided:
            say(f"   {decided[place].who} decided: {_in_words(decided[place])}")
    remark(f"{counted(len(differences), 'difference')}, {len(decided)} decided.")


def _in_words(answer: Answer) -> str:
    sure = f", {CONFIDENCE[answer.confidence]}" if answer.confidence else ""
    return f"{answer.label}{sure}" + (f": {one_line(answer.note)}" if answer.note else "")


@click.command("import")
@name_of_review
@click.argument("file", type=shared.FILE)
@name_of_reader
@always
def import_(name: str, file: Path, reader: str, library: Backend | None, as_json: bool) -> None:
    """Import a reader's answers from FILE (.csv, .tsv or .jsonl), all or none.

    Its columns are pair and answer (or label), with confidence and note; an exported review is such
    a file. Rows without an answer are skipped.
    """
    opened, _ = open_review(library, name)
    answers = read_answers(file, opened, reader)
    changed = opened.answer_many(reader, answers)
    left = opened.progress(reader).left
    read = f"{counted(len(answers), 'answer')} of {reader} read, {changed} of them new"
    text = f"{read}; {counted(left, 'pair')} left."
    say_either(as_json, {"review": opened.name, "read": len(answers), "changed": changed}, text)
