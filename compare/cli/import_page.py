"""`compare import url` and `compare import html`: quotations of a web page, each confirmed."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli import options as shared
from compare.cli.output import on_terminal, remark, say, say_json, waiting
from compare.errors import CorpusError
from compare.files import check_writable
from compare.safe_text import one_line
from compare.statements.statement import Quotation

if TYPE_CHECKING:
    from compare.corpus.web import Page, Proposal

_NUMBERS = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?\Z")
_INDENT = " " * 5

_writing = shared.together(
    click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE.jsonl",
        help="Where to write what is accepted; without it the proposals are only listed.",
    ),
    click.option(
        "--accept",
        type=shared.text,
        metavar="NUMBERS",
        help='Accept these, as in "1,3-5", or "all", and ask nothing.',
    ),
    shared.force,
    shared.as_json,
)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A proposal and its page, under the number it is listed by."""

    number: int
    page: Page
    proposal: Proposal


@click.command("url")
@click.argument("url", type=shared.text)
@_writing
def url(url: str, out: Path | None, accept: str | None, force: bool, as_json: bool) -> None:
    """Fetch the web page at URL and propose the quotations in it as statements.

    \b
      compare import url https://example.org/article --out article.jsonl
      compare import url https://example.org/article --out article.jsonl --accept 1,3-5
    """
    from compare.corpus.web.opening import fetched_page

    _check_target(out, accept, force)
    with waiting("Fetching the page …"):
        page = fetched_page(url)
    _propose([page], out, accept, force=force, as_json=as_json)


@click.command("html")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@_writing
def html(
    files: tuple[Path, ...], out: Path | None, accept: str | None, force: bool, as_json: bool
) -> None:
    """Propose the quotations in saved web pages, or in .txt files, as statements.

    \b
      compare import html article.html --out article.jsonl
    """
    from compare.corpus.web.opening import page_in

    _check_target(out, accept, force)
    with waiting("Reading pages …"):
        pages = [page_in(file) for file in files]
    _propose(pages, out, accept, force=force, as_json=as_json)


def _check_target(out: Path | None, accept: str | None, force: bool) -> None:
    """Refuse ahead of the work what could not be written after it."""
    if accept is not None and out is None:
        raise click.UsageError("--accept needs --out FILE.jsonl, where to write what is accepted.")
    if out is not None:
        check_writable(out, force=force)


def _propose(
    pages: Sequence[Page], out: Path | None, accept: str | None, *, force: bool, as_json: bool
) -> None:
    """List what the pages say, have it confirmed, and write that."""
    from compare.corpus.web import propose

    found = [(page, proposal) for page in pages for proposal in propose(page)]
    numbered = [_Numbered(number, *entry) for number, entry in enumerate(found, start=1)]
    asks = accept is None and out is not None and not as_json and _can_ask()
    if not as_json:
        _list(pages, [] if asks else numbered)
    if not numbered and accept is None and not as_json:
        say("No quotation was found.")
        return
    accepted = _asked(numbered) if asks else _chosen(numbered, accept or "")
    written = 0
    if out is not None and (accept is not None or accepted):
        written = _write(accepted, out, force=force)
    if as_json:
        say_json(_as_json(numbered, written, out))
    elif written:
        say(f"{out}: {written} statements.")
    else:
        remark("Nothing is written." if asks else _how_to_accept(out))


def _can_ask() -> bool:
    return on_terminal() and sys.stdin.isatty()


def _how_to_accept(out: Path | None) -> str:
    given = "" if out else "--out FILE.jsonl and "
    return (
        f"Nothing is written: check the speakers, and accept with {given}--accept 1,3-5 or "
        "--accept all."
    )


# -- listing -------------------------------------------------------------------------------------


def _list(pages: Sequence[Page], numbered: Sequence[_Numbered]) -> None:
    for page in pages:
        known = (page.title, page.site, page.date, page.language, page.url)
        say(one_line(f"Page: {', '.join(filter(None, known))}"))
        for entry in numbered:
            if entry.page is page:
                _show(entry)


def _show(entry: _Numbered) -> None:
    proposal = entry.proposal
    words = one_line(proposal.text)
    direct = proposal.quotation is Quotation.DIRECT
    who = ", ".join(filter(None, (proposal.speaker, proposal.role, proposal.country)))
    say(f"{entry.number:3}. {f'“{words}”' if direct else words}")
    say(f"{_INDENT}{one_line(who) or '(nobody)'} – {proposal.confidence}")
    if not direct:
        say(f"{_INDENT}reported, not quoted")
    say(f"{_INDENT}in: {one_line(proposal.context)}")


# -- choosing ------------------------------------------------------------------------------------


def _chosen(numbered: Sequence[_Numbered], accept: str) -> list[_Numbered]:
    """Return what "1,3-5" or "all" names."""
    if accept.strip().casefold() == "all":
        return list(numbered)
    wanted: set[int] = set()
    for part in filter(None, (part.strip() for part in accept.split(","))):
        found = _NUMBERS.match(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
        if not 1 <= first <= last <= len(numbered):
            raise click.BadParameter(
                f"{part!r} names none of the {len(numbered)} proposals: give numbers as in "
                '"1,3-5", or "all".',
                param_hint="--accept",
            )
        wanted.update(range(first, last + 1))
    return [entry for entry in numbered if entry.number in wanted]


def _asked(numbered: Sequence[_Numbered]) -> list[_Numbered]:
    """Ask about each proposal: take it, leave it, or put its speaker right first."""
    accepted: list[_Numbered] = []
    for entry in numbered:
        _show(entry)
        answer = click.prompt(
            f"{_INDENT}Take it? (y)es, (n)o, (e)dit the speaker",
            type=click.Choice(["y", "n", "e"], case_sensitive=False),
            show_choices=False,
            err=True,
        )
        if answer == "e":
            accepted.append(replace(entry, proposal=_edited(entry.proposal)))
        elif answer == "y":
            accepted.append(entry)
    return accepted


def _edited(proposal: Proposal) -> Proposal:
    return replace(
        proposal,
        speaker=_typed("Speaker", proposal.speaker),
        role=_typed("Role", proposal.role),
        country=_typed("Country", proposal.country),
    )


def _typed(name: str, now: str) -> str:
    """Ask for a field; what is there stays on Enter and goes by "-"."""
    label = f'{_INDENT}{name} (Enter keeps it, "-" empties it)'
    given: str = click.prompt(label, default=one_line(now), value_proc=shared.text, err=True)
    return "" if given.strip() == "-" else given.strip()


# -- writing -------------------------------------------------------------------------------------


def _write(accepted: Sequence[_Numbered], out: Path, *, force: bool) -> int:
    """Write the statements as lines of JSON, which `compare build --corpus` reads."""
    from compare.corpus.web import statements_of
    from compare.files import write_whole

    statements = statements_of([(entry.page, entry.proposal) for entry in accepted])
    if not statements:
        raise CorpusError("No quotation was accepted, so that there is nothing to write.")
    lines = "".join(f"{statement.to_json()}\n" for statement in statements)
    write_whole(out, lines.encode(), force=force)
    return len(statements)


def _as_json(numbered: Sequence[_Numbered], written: int, out: Path | None) -> dict[str, Any]:
    proposals = []
    for entry in numbered:
        page = asdict(entry.page)
        del page["paragraphs"]
        proposals.append({"number": entry.number, **asdict(entry.proposal), "page": page})
    return {"out": str(out) if written else None, "written": written, "proposals": proposals}
