"""`compare get` and `import`: public collections and corpora, and quotations of web pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    check_not_read,
    check_out,
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
    collections,
    get_collection,
    is_accepted,
    list_files,
    named_collection,
)
from compare.collections import accept_licence as remember_licence
from compare.corpus.importers.registry import formats
from compare.corpus.importing import import_corpus
from compare.corpus.web import Confirmed, Page, Proposal, propose, statements_of
from compare.corpus.web.page import fetch_page, read_file
from compare.errors import CorpusError
from compare.export.words import counted
from compare.files import write_whole
from compare.library.backend import Backend
from compare.progress import Progress
from compare.safe_text import one_line

Proposals = Sequence[tuple[Page, Proposal]]

_AUTO = "auto"
_INDENT = " " * 5
_NUMBERS = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?\Z")


# --- public collections ----------------------------------------------------------------------


@click.command("get")
@click.argument("name", type=shared.text, required=False)
@shared.own_library_option
@shared.number("--since", None, "First year, for a collection with a file a day", maximum=9999)
@shared.number("--until", None, "Last year, for a collection with a file a day", maximum=9999)
@shared.flag("--accept-licence", help="Accept the collection's licence without being asked.")
@shared.as_json
def get(
    name: str | None,
    library: Backend | None,
    since: int | None,
    until: int | None,
    accept_licence: bool,
    as_json: bool,
) -> None:
    """Fetch the public collection NAME and build a library from it; without NAME, list all.

    \b
      compare get
      compare get un-general-debate --library un
      compare get uk-commons --since 2022 --library commons

    A library that exists keeps its statements; the collection is added. The files stay in the
    cache. If you interrupt the command, the same command continues where it was.
    """
    if name is None:
        typed = shared.typed_options()
        typed.pop("as_json", None)
        for option in typed.values():
            raise click.UsageError(f"Name a collection, or leave {option} out to list them all.")
        _list_collections(as_json=as_json)
        return
    collection = named_collection(name)
    where = shared.own_library(library)
    with waiting("Asking for the list of files"):
        listing = list_files(collection, since, until)
    _check_licence(collection, listing, accept=accept_licence)
    built, report = get_collection(collection, where, listing, steps=_bar)
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


def _list_collections(*, as_json: bool) -> None:
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
        if not shared.can_ask():
            raise CorpusError(
                f"The licence of {collection.name} has not been accepted: read it at "
                f"{collection.page}, then accept it with --accept-licence."
            )
        if not click.confirm("Do you accept it?", err=True):
            raise click.Abort
    remember_licence(collection)


def _bar(does: str, counts: str) -> AbstractContextManager[Progress]:
    return progress(does, in_bytes=counts == "bytes")


# --- public corpora --------------------------------------------------------------------------


class _Formats(click.Group):
    """The commands for public formats, made when they run, and those for web pages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return `auto`, the formats, and the commands for web pages."""
        return [_AUTO, *formats(), *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a format or for web pages."""
        if cmd_name == _AUTO:
            return _import_command(_AUTO, "Any of these, recognised by its files.")
        if found := formats().get(cmd_name):
            return _import_command(cmd_name, f"{found.title}: {found.files}.")
        return super().get_command(ctx, cmd_name)


@click.group("import", cls=_Formats)
def import_() -> None:
    """Write a public corpus or a web page as one JSONL file for `compare build`.

    \b
      compare import ungdc UNGDC_1946-2024.tgz --out ungdc.jsonl
      compare import auto briefings.tgz --out briefings.jsonl
      compare import url https://example.org/article --out article.jsonl
      compare build --corpus ungdc.jsonl --library my-library
    """


def _import_command(name: str, about: str) -> click.Command:
    format_name = None if name == _AUTO else name

    @click.command(name, help=about, short_help=about)
    @click.argument("paths", nargs=-1, required=True, type=shared.PATH)
    @shared.file("--out", required=True, metavar="FILE.jsonl", help="The file to write.")
    @shared.flag("--strict", help="Stop at the first bad item; skip none.")
    @shared.force
    @shared.as_json
    def run(paths: tuple[Path, ...], out: Path, strict: bool, force: bool, as_json: bool) -> None:
        _check_out(out, paths, force=force)
        with waiting("Reading statements") as on_progress:
            report = import_corpus(
                paths, out, format_name, strict=strict, force=force, on_progress=on_progress
            )
        if as_json:
            say_json({"out": str(out), **report.to_dict()})
            return
        if report.recognised:
            remark(f"Recognised as {report.title} (--format {report.format}).")
        remark_problems(report.problems, report.problem_count)
        for sentence in report.sentences():
            say(sentence)
        say(f"{out}: {counted(report.account.written, 'statement')}.")

    return run


def _check_out(out: Path, inputs: Sequence[Path], *, force: bool) -> None:
    """Refuse a file to write that `compare build` could not read, or that is one of the inputs."""
    check_out(out, ".jsonl", ".ndjson", force=force)
    check_not_read(out, *inputs)


# --- web pages -------------------------------------------------------------------------------


_accepting = shared.together(
    shared.file("--out", metavar="FILE.jsonl", help="Write what is accepted; otherwise only list."),
    shared.string(
        "--accept",
        default=None,
        metavar="NUMBERS",
        help='Accept "1,3-5" or "all" without asking; needs --speaker.',
    ),
    shared.string("--speaker", help="Who said the accepted quotations."),
    shared.string("--role", help="The speaker's role."),
    shared.string("--country", help="The speaker's country."),
    shared.force,
    shared.as_json,
)


@import_.command("url")
@click.argument("url", type=shared.text)
@_accepting
def url(url: str, **options: Any) -> None:
    """Fetch the web page at URL and list its quotations; you say who said them.

    \b
      compare import url https://example.org/article --out article.jsonl
      compare import url https://example.org/article --out a.jsonl --accept 1,3 --speaker "Ada Lorn"
    """
    _propose(map(fetch_page, [url]), "Fetching the page", (), **options)


@import_.command("html")
@click.argument("files", nargs=-1, required=True, type=shared.PATH, metavar="FILE...")
@_accepting
def html(files: tuple[Path, ...], **options: Any) -> None:
    """List the quotations of saved web pages, or of .txt files; you say who said them.

    \b
      compare import html article.html --out article.jsonl
    """
    _propose(map(read_file, dict.fromkeys(files)), "Reading pages", files, **options)


def _propose(
    reading: Iterator[Page],
    label: str,
    inputs: Sequence[Path],
    *,
    out: Path | None,
    accept: str | None,
    speaker: str,
    role: str,
    country: str,
    force: bool,
    as_json: bool,
) -> None:
    """List the quotations of pages, have them confirmed, and write those accepted."""
    who = tuple(map(str.strip, (speaker, role, country)))
    _check_accept(accept, out, who)
    if out is not None:
        _check_out(out, inputs, force=force)
    with waiting(label):
        pages = list(reading)
    proposed = [(page, proposal) for page in pages for proposal in propose(page)]
    # When asking, show each proposal with its question instead of listing all first.
    is_open = accept is None and out is not None and not as_json
    asks = is_open and on_terminal() and shared.can_ask()
    if not as_json:
        _list_proposals(pages, [] if asks else proposed)
        if not proposed and accept is None:
            say("No quotation was found.")
            return
    chosen = [] if asks else _accepted(proposed, accept or "")
    accepted = _ask(proposed) if asks else [Confirmed(*each, *who) for each in chosen]
    written = 0
    if out is not None and (accept is not None or accepted):
        statements = statements_of(accepted)
        if not statements:
            raise CorpusError("No quotation was accepted, so there is nothing to write.")
        lines = "".join(f"{statement.to_json()}\n" for statement in statements)
        write_whole(out, lines.encode(), force=force)
        written = len(statements)
    if as_json:
        listed = [
            {
                "number": number,
                **asdict(proposal),
                "page": {name: of for name, of in asdict(page).items() if name != "paragraphs"},
            }
            for number, (page, proposal) in enumerate(proposed, start=1)
        ]
        say_json({"out": str(out) if written else None, "written": written, "proposals": listed})
    elif written:
        say(f"{out}: {counted(written, 'statement')}.")
    elif asks:
        remark("Nothing is written.")
    else:
        given = "" if out else "--out FILE.jsonl and "
        remark(
            f"Nothing is written: accept what one speaker said with {given}--accept 1,3-5 "
            "--speaker NAME."
        )


def _check_accept(accept: str | None, out: Path | None, who: Sequence[str]) -> None:
    """Refuse options that miss another one."""
    if accept is None and any(who):
        raise click.UsageError("--speaker, --role and --country need --accept NUMBERS.")
    if accept is not None and out is None:
        raise click.UsageError("--accept needs --out FILE.jsonl, the file to write to.")
    if accept is not None and not who[0]:
        raise click.UsageError("--accept needs --speaker NAME: who said these quotations.")


def _list_proposals(pages: Sequence[Page], proposed: Proposals) -> None:
    for page in pages:
        known = (page.title, page.site, page.date, page.language, page.url)
        say(one_line(f"Page: {', '.join(filter(None, known))}"))
        for number, (of, proposal) in enumerate(proposed, start=1):
            if of is page:
                _show_proposal(number, page, proposal)


def _show_proposal(number: int, page: Page, proposal: Proposal) -> None:
    say(f"{number:3}. “{one_line(proposal.text)}”")
    say(f"{_INDENT}in: {one_line(proposal.around(page))}")


def _accepted(proposed: Proposals, accept: str) -> Proposals:
    """Return the proposals that "1,3-5" or "all" names."""
    if accept.strip().casefold() == "all":
        return list(proposed)
    wanted: set[int] = set()
    for part in filter(None, map(str.strip, accept.split(","))):
        found = _NUMBERS.match(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= len(proposed):
            raise click.BadParameter(
                f"{part!r} names none of the {len(proposed)} proposals: give numbers as in "
                '"1,3-5", or "all".',
                param_hint="--accept",
            )
        wanted.update(range(first, last + 1))
    return [proposed[number - 1] for number in sorted(wanted)]


def _ask(proposed: Proposals) -> list[Confirmed]:
    """Ask who said each quotation; one without an answer is skipped."""
    accepted = []
    known: dict[str, dict[str, str]] = {}  # role and country by speaker
    for number, (page, proposal) in enumerate(proposed, start=1):
        _show_proposal(number, page, proposal)
        if speaker := _ask_field("Who said it (Enter skips it)"):
            before = known.get(speaker, {})
            known[speaker] = {
                name: _ask_field(f'{name.title()} ("-" for none)', before.get(name) or "-")
                for name in ("role", "country")
            }
            accepted.append(Confirmed(page, proposal, speaker, **known[speaker]))
    return accepted


def _ask_field(label: str, default: str = "") -> str:
    given: str = click.prompt(
        f"{_INDENT}{label}",
        default=default,
        show_default=default not in ("", "-"),
        value_proc=shared.text,
        err=True,
    )
    return "" if given.strip() == "-" else given.strip()
