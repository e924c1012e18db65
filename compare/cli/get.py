"""`compare get`: public collections by name."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    on_terminal,
    progress,
    remark,
    remark_problems,
    say,
    say_json,
    waiting,
)
from compare.collections import (
    Collection,
    Listing,
    accept_licence,
    collections,
    get_collection,
    is_accepted,
    list_files,
    named_collection,
)
from compare.errors import CorpusError
from compare.export.words import counted
from compare.library.backend import Backend
from compare.progress import Progress
from compare.safe_text import one_line


@click.command("get")
@click.argument("name", type=shared.text, required=False)
@shared.own_library_option
@shared.number("--since", None, "First year, for a collection with a file a day", maximum=9999)
@shared.number("--until", None, "Last year, for a collection with a file a day", maximum=9999)
@shared.flag("--accept-licence", help="Accept the collection's licence without being asked.")
@shared.as_json
def get(name: str | None, library: Backend | None, **options: Any) -> None:
    """Fetch the public collection NAME and build a library from it; without NAME, list all.

    \b
      compare get
      compare get un-general-debate --library un
      compare get uk-commons --since 2022 --library commons

    A library that exists keeps its statements; the collection is added. The files stay in the
    cache. If you interrupt the command, the same command continues where it was.
    """
    as_json = options["as_json"]
    if name is None:
        if given := shared.given_options():
            raise click.UsageError(f"Name a collection, or leave {given[0]} out to list them all.")
        _list(as_json=as_json)
        return
    collection = named_collection(name)
    where = shared.own_library(library)
    with waiting("Asking for the list of files"):
        listing = list_files(collection, options["since"], options["until"])
    _check_licence(collection, listing, accept=options["accept_licence"])
    built, report = get_collection(collection, where, listing, steps=_step)
    manifest = built.manifest
    if as_json:
        counts = {"statements": manifest.statements, "passages": manifest.passages}
        say_json({"library": str(built.backend), **counts, "read": report.to_dict()})
        return
    remark_problems(report.problems, report.problem_count)
    for sentence in report.sentences():
        say(sentence)
    say(
        f"{built.backend}: {counted(manifest.statements, 'statement')}, "
        f"{counted(manifest.passages, 'passage')}."
    )
    say(f"Cite: {collection.cite}.")


def _list(*, as_json: bool) -> None:
    found = collections()
    if as_json:
        say_json([asdict(collection) for collection in found.values()])
        return
    for collection in found.values():
        say(collection.name)
        say(f"  {one_line(collection.title)}: {one_line(collection.about)}")
        say(f"  {collection.years}; {collection.languages}; {collection.size}")
        if collection.since is not None:
            say(f"  Fetched from {collection.since} unless --since names another year.")
        say(f"  Licence: {collection.licence}. Cite: {one_line(collection.cite)}.")
        say(f"  From {collection.page}. {collection.last_known}")
        say()
    say("Fetch one: compare get NAME --library my-library")


def _check_licence(collection: Collection, listing: Listing, *, accept: bool) -> None:
    """Have the licence accepted, once for each collection."""
    if is_accepted(collection):
        return
    stated = f", and by its service {one_line(listing.licence)}" if listing.licence else ""
    remark(
        f"The licence of {collection.title} is {collection.licence}{stated}: see {collection.page}."
    )
    if not accept:
        if not (on_terminal() and sys.stdin.isatty()):
            raise CorpusError(
                f"The licence of {collection.name} has not been accepted: read it at "
                f"{collection.page}, then accept it with --accept-licence."
            )
        if not click.confirm("Do you accept it?", err=True):
            raise click.Abort
    accept_licence(collection)


def _step(does: str, counts: str) -> AbstractContextManager[Progress]:
    """Show a bar for a step."""
    return progress(does, in_bytes=counts == "bytes")
