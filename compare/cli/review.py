"""`compare review`: pairs checked by hand, by one or two readers: made, listed, removed."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import remark, say, say_json

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.review.answers import Review
    from compare.review.reviews import Reviews

_HERE = ("list", "status", "delete")
_ELSEWHERE = {
    "create": "compare.cli.review_making",
    "answer": "compare.cli.review_reading",
    "done": "compare.cli.review_reading",
    "decide": "compare.cli.review_reading",
    "import": "compare.cli.review_reading",
    "agreement": "compare.cli.review_figures",
    "export": "compare.cli.review_figures",
}


class _Commands(click.Group):
    """The commands in the order of use, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names."""
        first, *others = _ELSEWHERE
        return [first, *_HERE[:2], *others, *_HERE[2:]]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in _ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(_ELSEWHERE[cmd_name])
        command: click.Command = getattr(module, cmd_name + "_" * (cmd_name == "import"))
        return command


@click.group("review", cls=_Commands)
def command() -> None:
    """Check pairs by hand: one or two readers, blind to each other.

    \b
      compare pairs --a country=Valdoria --b country=Ostravia --out result.json
      compare review create canal --result result.json --size 200 --reader Ada --reader Bren
      compare review answer canal --reader Ada
      compare review agreement canal
    """


named = click.argument("name", type=shared.text)
reader_option = click.option(
    "--reader", type=shared.text, required=True, help="Who reads, by the name in the review."
)


def open_reviews(folder: Path | None) -> tuple[Reviews, Library]:
    """Open the reviews beside a library, and the library."""
    from compare.review.reviews import Reviews

    library = shared.open_library(folder)
    return Reviews.of(library), library


def open_review(folder: Path | None, name: str) -> tuple[Review, Library]:
    """Open one review beside a library, and the library."""
    reviews, library = open_reviews(folder)
    return reviews.open(name), library


def told_of(review: Review) -> dict[str, Any]:
    """Return what a review is and how far its readers are, as plain data."""
    done = review.handed_in
    return {
        "review": review.name,
        "pairs": len(review),
        "created": review.created,
        "version": review.version,
        "settings": review.settings.to_dict(),
        "readers": [
            {
                "name": reader,
                "handed_in": reader in done,
                **asdict(review.progress(reader)),
            }
            for reader in review.readers
        ],
        "to_decide": len(review.to_decide()) if review.is_open else None,
        "decided": len(review.decisions()),
    }


@command.command("list")
@shared.library_folder
@shared.as_json
def listed(library: Path | None, as_json: bool) -> None:
    """List the reviews beside a library, the newest first."""
    reviews, _ = open_reviews(library)
    found = reviews.listed()
    if as_json:
        say_json({"file": str(reviews.path), "reviews": [asdict(entry) for entry in found]})
        return
    for entry in found:
        readers = ", ".join(
            f"{reader} {'done' if reader in entry.handed_in else number}"
            for reader, number in zip(entry.readers, entry.answered, strict=True)
        )
        say(f"{entry.name}: {entry.pairs} pairs; {readers}")
    if not found:
        remark(f"There is no review in {reviews.path} yet.")


@command.command("status")
@named
@shared.library_folder
@shared.as_json
def status(name: str, library: Path | None, as_json: bool) -> None:
    """Say how far the readers are, and which statements were changed or removed since."""
    from compare.review.states import State, states_of

    review, opened = open_review(library, name)
    told = told_of(review)
    pairs = [pair for _, pair in review.pairs()]
    states = states_of(pairs, opened, review.settings.library_digest)
    told_apart = (State.CHANGED, State.DETAILS, State.GONE)
    counts = {state.value: sum(state in both for both in states) for state in told_apart}
    if as_json:
        say_json({**told, "statements": counts})
        return
    made = review.settings
    say(f"{review.name}: {len(review)} pairs, {made.choice.value}, {made.order.value} order")
    for reader in told["readers"]:
        done = "handed in" if reader["handed_in"] else f"{len(review) - _seen(reader)} left"
        say(f"{reader['name']}: {reader['answered']} answered, {reader['skipped']} skipped, {done}")
    if told["to_decide"] is not None and len(review.readers) > 1:
        say(f"differ on {told['to_decide']}, {told['decided']} decided")
    for state in told_apart:
        if number := counts[state.value]:
            of = "whose" if state is State.DETAILS else "that is"
            say(f"pairs with a statement {of} {state.value} since: {number}")


def _seen(reader: dict[str, Any]) -> int:
    return int(reader["answered"]) + int(reader["skipped"])


@command.command("delete")
@named
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared.library_folder
@shared.as_json
def delete(name: str, yes: bool, library: Path | None, as_json: bool) -> None:
    """Remove a review for good, with its answers and its history."""
    reviews, _ = open_reviews(library)
    review = reviews.open(name)
    found = review.name
    if not yes:
        question = f"Remove {found!r} with {len(review)} pairs and all answers for good?"
        click.confirm(question, abort=True, err=True)
    reviews.delete(found)
    if as_json:
        say_json({"deleted": found})
    else:
        say(f"{found} was removed.")
