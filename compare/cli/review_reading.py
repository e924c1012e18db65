"""`compare review answer | done | decide | import`: what readers say."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import remark, say, say_json
from compare.cli.review import named, open_review, reader_option
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.review.answers import Review
    from compare.review.values import Answer, ReviewPair
    from compare.review.writing import Kept

_LABELS = (*(stance.value for stance in Stance), "skip")
_KEYS = {label[0]: label for label in _LABELS}

_HAND_IN = " Hand in: compare review done {!r} --reader {!r}."

_answer_options = shared.together(
    click.option("--pair", "pair_id", type=shared.text, help="The pair's id."),
    click.option("--label", type=click.Choice(_LABELS), help="Its label, or skip."),
    click.option("--confidence", type=click.IntRange(1, 3), help="1 unsure to 3 sure."),
    click.option("--note", type=shared.text, default="", help="What should be known of it."),
)


@click.command("answer")
@named
@reader_option
@_answer_options
@click.option("--undo", is_flag=True, help="Take back the reader's last answer.")
@shared.library_folder
@shared.as_json
def answer(
    name: str,
    reader: str,
    pair_id: str | None,
    label: str | None,
    confidence: int | None,
    note: str,
    undo: bool,
    library: Path | None,
    as_json: bool,
) -> None:
    """Read the pairs one by one, or answer the one with --pair and --label.

    \b
      compare review answer canal --reader Ada
      compare review answer canal --reader Ada --pair 3f2c… --label oppose --confidence 3

    One by one: a agree, o oppose, n neither, s skip, u undo, c codebook, q quit; 1 to 3 behind a
    label says how sure you are, and a note may follow ("o3 it is denied").
    """
    review, opened = open_review(library, name)
    if undo:
        _say_kept(review, review.undo(reader), as_json)
    elif pair_id or label:
        if not (pair_id and label):
            raise click.UsageError("Give both --pair and --label, or none of them.")
        place = review.place_of(pair_id)
        _say_kept(review, review.answer(reader, place, _stance(label), confidence, note), as_json)
    else:
        _one_by_one(review, reader, opened)
        if as_json:
            say_json({"review": review.name, **asdict(review.progress(reader))})


def _stance(label: str) -> Stance | None:
    return None if label == "skip" else Stance(label)


def _say_kept(review: Review, kept: Kept | None, as_json: bool) -> None:
    told = None if kept is None else review.pair(kept.place).id
    if as_json:
        before, after = (kept.before, kept.after) if kept else (None, None)
        say_json({"pair": told, "before": _plain(before), "after": _plain(after)})
    elif kept is None:
        remark("There is nothing to take back.")
    else:
        names = [answer.label if answer else "no answer" for answer in (kept.before, kept.after)]
        say(f"pair {kept.place} ({told}): {names[1]}, before {names[0]}")


def _plain(answer: Answer | None) -> dict[str, Any] | None:
    return {**asdict(answer), "stance": answer.label} if answer else None


def _one_by_one(review: Review, reader: str, library: Library) -> None:
    """Ask for a key for each pair that is left."""
    while (place := review.next_place(reader)) is not None:
        say(f"\nPair {place} of {len(review)}")
        _show(review, review.pair(place), library)
        told = str(click.prompt("a/o/n/s, u, c, q", prompt_suffix="> ", err=True)).strip()
        key, sure, note = told[:1].casefold(), told[1:2], told[2:].strip()
        if key == "q":
            break
        if key == "u":
            _say_kept(review, review.undo(reader), as_json=False)
        elif key == "c":
            say(review.codebook)
        elif key in _KEYS and sure in ("", "1", "2", "3"):
            stance = _stance(_KEYS[key])
            review.answer(reader, place, stance, int(sure) if sure else None, note)
            _say_machine(review, place)
        else:
            remark(
                "Press a, o, n or s, with 1, 2 or 3 and a note behind it if you like; u, c or q."
            )
    progress = review.progress(reader)
    remark(
        f"{progress.answered} answered, {progress.skipped} skipped, {progress.left} left."
        + (
            ""
            if progress.left or reader in review.handed_in
            else _HAND_IN.format(review.name, reader)
        )
    )


def _say_machine(review: Review, place: int) -> None:
    pair = review.pair(place)
    if pair.machine and review.shows_machine(True):
        say(f"The model: {pair.machine.value} ({pair.label_source})")


def _show(review: Review, pair: ReviewPair, library: Library) -> None:
    from compare.cli.lines import attribution, words_shown
    from compare.review.states import SINCE, states_of

    (states,) = states_of([pair], library, review.settings.library_digest)
    sides = ("A", pair.a, pair.a_passage), ("B", pair.b, pair.b_passage)
    for (side, statement, passage), state in zip(sides, states, strict=True):
        say(f"{side}  {words_shown(statement, passage.text)}")
        if told := attribution(statement):
            say(f"   {told}")
        if statement.context:
            say(f"   context: {statement.context}")
        if state in SINCE:
            say(f"   ({SINCE[state]})")


@click.command("done")
@named
@reader_option
@shared.library_folder
@shared.as_json
def done(name: str, reader: str, library: Path | None, as_json: bool) -> None:
    """Hand in a reader's answers: they stand, and are shown once all readers have done so."""
    review, _ = open_review(library, name)
    review.hand_in(reader)
    left = [other for other in review.readers if other not in review.handed_in]
    if as_json:
        say_json({"review": review.name, "handed_in": review.handed_in, "left": left})
    elif left:
        say(f"Handed in; {left[0]} has not yet.")
    else:
        say(f"Handed in; all are. Differences: {len(review.to_decide())}.")


@click.command("decide")
@named
@click.option("--by", type=shared.text, default="", help="Who decides.")
@_answer_options
@shared.library_folder
@shared.as_json
def decide(
    name: str,
    by: str,
    pair_id: str | None,
    label: str | None,
    confidence: int | None,
    note: str,
    library: Path | None,
    as_json: bool,
) -> None:
    """List the pairs on which the readers differ, or decide one of them.

    \b
      compare review decide canal
      compare review decide canal --by Cor --pair 3f2c… --label oppose --note "a denial"
    """
    from compare.export.words import counted

    review, opened = open_review(library, name)
    if pair_id or label:
        if not (pair_id and label):
            raise click.UsageError("Give both --pair and --label, or none of them.")
        place = review.place_of(pair_id)
        _say_kept(review, review.decide(place, _stance(label), by, confidence, note), as_json)
        return
    answers, decided = review.answers(), review.decisions()
    rows = [
        {
            "pair": review.pair(place).id,
            "place": place,
            "answers": {reader: _plain(of[place]) for reader, of in answers.items()},
            "decision": _plain(decided.get(place)),
        }
        for place in review.to_decide()
    ]
    if as_json:
        say_json({"review": review.name, "differences": rows})
        return
    for place in review.to_decide():
        pair = review.pair(place)
        say(f"\nPair {place} ({pair.id})")
        _show(review, pair, opened)
        for reader, of in answers.items():
            say(f"   {reader}: {_in_words(of[place])}")
        if place in decided:
            say(f"   {decided[place].who} decided: {_in_words(decided[place])}")
    remark(f"{counted(len(rows), 'difference')}, {len(decided)} decided.")


def _in_words(answer: Answer) -> str:
    from compare.review.values import CONFIDENCE

    sure = f", {CONFIDENCE[answer.confidence]}" if answer.confidence else ""
    return f"{answer.label}{sure}" + (f": {answer.note}" if answer.note else "")


@click.command("import")
@named
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@reader_option
@shared.library_folder
@shared.as_json
def import_(name: str, file: Path, reader: str, library: Path | None, as_json: bool) -> None:
    """Take a reader's answers from FILE (.csv, .tsv or .jsonl), all or none.

    Columns are pair and answer (or label), with confidence and note; an exported review is such a
    file. Rows without an answer are passed over.
    """
    from compare.review.importing import read_answers

    review, _ = open_review(library, name)
    answers = read_answers(file, review, reader)
    changed = review.answer_many(reader, answers)
    if as_json:
        say_json({"review": review.name, "read": len(answers), "changed": changed})
    else:
        left = review.progress(reader).left
        say(f"{len(answers)} answers of {reader} read, {changed} of them new; {left} pairs left.")
