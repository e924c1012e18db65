"""`compare translate`: translations for the statements of a corpus."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from compare.cli import options as shared
from compare.cli.output import (
    check_not_read,
    check_out,
    progress,
    remark,
    remark_notes,
    remark_problems,
    say,
    say_json,
    waiting,
)
from compare.corpus import read_corpus
from compare.errors import CorpusError
from compare.export.words import counted
from compare.files import writing
from compare.safe_text import one_line
from compare.translation import (
    ArgosTranslator,
    EndpointTranslator,
    Translator,
    source_of,
    untranslated,
)
from compare.translation import translate as translate_statements

_BYTES_A_TOKEN = 4


@click.command("translate")
@click.argument("paths", nargs=-1, required=True, type=shared.PATH, metavar="CORPUS...")
@shared.file("--out", required=True, metavar="FILE.jsonl", help="The corpus to write.")
@shared.string("--to", default="en", help="Language of the translations [en].")
@shared.string("--language", several=True, help="Only statements in this language.")
@shared.string("--id", several=True, help="Only the statement with this id.")
@shared.number("--limit", None, "Maximum number of statements translated")
@shared.of_tables
@shared.flag("--argos", help="Translate on this computer, with Argos Translate.")
@shared.reading_of_texts
@shared.flag("--yes", help="Send the statements without being asked.")
@shared.force
@shared.as_json
def translate(
    paths: tuple[Path, ...],
    out: Path,
    to: str,
    language: tuple[str, ...],
    id: tuple[str, ...],
    limit: int | None,
    map: dict[str, str],
    dates: str | None,
    fill: dict[str, str],
    argos: bool,
    reading: shared.Reading,
    yes: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Add translations to the statements of a corpus that have none, and write it anew.

    \b
      compare translate speeches.csv --out speeches.jsonl --language ru --argos
      compare translate speeches.csv --out speeches.jsonl --third-reader ollama --third-model MODEL
      compare build --corpus speeches.jsonl --library my-library

    The translator is a language model of your own, asked like a third reader, or Argos Translate.
    If you interrupt the command, the same command goes on where it was.
    """
    check_out(out, ".jsonl", ".ndjson", force=force)
    check_not_read(out, *paths)
    translator = _translator(reading, argos=argos)
    with waiting("Reading statements"):
        corpus = read_corpus(paths, mapping=map, dates=dates, fill=fill)
    remark_problems(corpus.problems, corpus.problem_count)
    remark_notes(corpus.notes)
    choice: dict[str, Any] = {"to": to, "languages": language, "ids": id, "limit": limit}
    chosen = untranslated(corpus.statements, **choice)
    if not chosen:
        raise CorpusError("No statement is to be translated: all chosen ones are in the language "
                          f"{to!r}, or have a translation.")  # fmt: skip
    characters = sum(len(one.text) for one in chosen)
    tokens = sum(len(one.text.encode("utf-8", "replace")) for one in chosen) // _BYTES_A_TOKEN
    languages = ", ".join(sorted({source_of(one) for one in chosen}))
    what = (
        f"{counted(len(chosen), 'statement')} ({languages}), {characters:,} characters, roughly "
        f"{tokens:,} tokens"
    )
    if isinstance(translator, EndpointTranslator):
        _ask_to_send(translator, what, yes=yes)
    else:
        remark(f"Translating {what}, on this computer, with {translator.name}.")
    done = out.with_name(f".{out.name}.done.json")  # hidden: a corpus leaves it out
    with progress("Translating") as on_progress:
        found = translate_statements(
            corpus.statements, translator, done=done, on_progress=on_progress, **choice
        )
    for name, why in found.problems.items():
        remark(f"Not translated: {one_line(name)} ({why}).")
    with writing(out, force=force) as file:
        for statement in found.statements:
            file.write(statement.to_json().encode() + b"\n")
    if not found.problems:
        with suppress(OSError):
            done.unlink(missing_ok=True)
    if as_json:
        counts = {"statements": len(found.statements), "translated": found.translated}
        say_json({"out": str(out), **counts, "problems": dict(found.problems)})
        return
    say(f"{out}: {counted(len(found.statements), 'statement')}, {found.translated} translated.")


def _translator(reading: shared.Reading, *, argos: bool) -> Translator:
    reader = reading.open_third_reader("Statements")
    if argos == bool(reader):
        raise click.UsageError("Name one translator: --third-reader URL, or --argos.")
    return EndpointTranslator(reader) if reader else ArgosTranslator()


def _ask_to_send(translator: EndpointTranslator, what: str, *, yes: bool) -> None:
    """Say what is sent where; to another computer, it is only sent if a person says so."""
    endpoint = translator.endpoint
    remark(f"This sends {what}, to {endpoint.in_words}, to be translated by {translator.model}.")
    if endpoint.is_local or yes:
        return
    if not shared.can_ask():
        raise click.UsageError("Nothing was sent: add --yes to send the statements.")
    if not click.confirm("Send them?", err=True):
        raise click.Abort
