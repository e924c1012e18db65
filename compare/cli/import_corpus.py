"""`compare import`: read a public corpus in the layout it is published in."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli import options as shared
from compare.cli.output import counting, remark, remark_problems, say, say_json

_AUTO = "auto"
_PAGES = ("url", "html")


class _Formats(click.Group):
    """A command for each format, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the formats, behind the one that recognises them."""
        from compare.corpus.importers.formats import formats

        return [_AUTO, *formats(), *_PAGES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Make a format's command."""
        from compare.corpus.importers.formats import formats

        if cmd_name in _PAGES:
            from compare.cli import import_page

            page: click.Command = getattr(import_page, cmd_name)
            return page
        if cmd_name == _AUTO:
            return _command(_AUTO, None, "Any of these, told by its files.")
        found = formats().get(cmd_name)
        return _command(cmd_name, cmd_name, f"{found.title}: {found.files}.") if found else None


@click.group("import", cls=_Formats)
def command() -> None:
    """Make one JSONL file of a public corpus, or of a web page, for `compare build`.

    \b
      compare import ungdc UNGDC_1946-2024.tgz --out ungdc.jsonl
      compare import auto briefings.tgz --out briefings.jsonl
      compare import url https://example.org/article --out article.jsonl
      compare build --corpus ungdc.jsonl --library my-library
    """


def _command(name: str, format_name: str | None, about: str) -> click.Command:
    """Return the command that imports one format."""

    @click.command(name, help=about, short_help=about)
    @click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        required=True,
        metavar="FILE.jsonl",
        help="Where to write the statements.",
    )
    @click.option("--strict", is_flag=True, help="Stop at the first bad piece, skip none.")
    @click.option("--force", is_flag=True, help="Write over a file that is there.")
    @shared.as_json
    def run(paths: tuple[Path, ...], out: Path, strict: bool, force: bool, as_json: bool) -> None:
        from compare.corpus.importing import import_corpus

        with counting("Statements read") as on_progress:
            report = import_corpus(
                paths, out, format_name, strict=strict, force=force, on_progress=on_progress
            )
        if as_json:
            say_json({"out": str(out), **report.to_dict()})
            return
        if report.recognised:
            remark(f"Recognised as {report.title} (--format {report.format}).")
        remark_problems(report.problems, report.problem_count, "Problem")
        for sentence in report.sentences():
            say(sentence)
        say(f"{out}: {report.account.written} statements.")

    return run
