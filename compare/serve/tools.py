"""The functions of the library as tools of an MCP server, for assistants that cite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import ValidationError

from compare import __version__
from compare.comparison.positions import positions
from compare.comparison.search import search
from compare.comparison.turns import TURNS
from compare.errors import CompareError, QueryError
from compare.export.words import page_numbers
from compare.library import Filters
from compare.library.backend import Backend
from compare.library.filters import check_order
from compare.results import Pair, Result, Stance
from compare.serve.bodies import QuoteFields, read_date, why_wrong
from compare.serve.readings import LibraryPool
from compare.statements import Statement

P = ParamSpec("P")
T = TypeVar("T")

_INSTRUCTIONS = """Statements by officials, each with speaker, country, date and source. Quote them
verbatim and cite the source. A label (agree, oppose, neither) is a model's reading aid with a
probability, not a finding about a person: read both statements before you rely on one. The library
holds a part of what was said, so a statement that is not found may still exist."""
_MOST = 50


class _Server(MCPServer):
    """A server whose errors are our own sentences, and whose log has no words of what is asked."""

    async def call_tool(self, name: str, arguments: dict[str, Any], *context: Any) -> Any:
        """Call a tool; an argument that it does not have is refused."""
        for tool in await self.list_tools():
            unknown = arguments.keys() - tool.input_schema["properties"].keys()
            if tool.name == name and unknown:
                raise ToolError(f"{min(unknown)}: there is no such argument.")
        try:
            return await super().call_tool(name, arguments, *context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                raise ToolError(_sentence(error.__cause__)) from error
            if type(error.__cause__) is ToolError:
                raise ToolError(str(error.__cause__)) from error
            raise


def create_server(library: Backend | Path | str) -> MCPServer:
    """Return the server of a library's tools."""
    pool = LibraryPool({"": library})
    server: MCPServer = _Server(
        "compare", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING"
    )

    @server.tool()
    @_with_plain_errors
    def search_statements(
        quote: str,
        speaker: str = "",
        country: str = "",
        date: str = "",
        opposite: str = "",
        only_countries: list[str] | None = None,
        words: str = "",
        since: str = "",
        until: str = "",
        same_actor: bool = True,
        limit: int = 5,
    ) -> dict[str, Any]:
        """Find statements that agree with a quote and statements that oppose it.

        Args:
            quote: The words, a sentence or a few.
            speaker: Who said them, if known.
            country: The speaker's country, if known.
            date: When: YYYY, YYYY-MM or YYYY-MM-DD, if known.
            opposite: What someone who disagrees would say, in a sentence: more of what opposes is
                found.
            only_countries: Search only statements of these countries.
            words: Search only passages with these words: veto "Security Council" OR UNSC.
            since: Search only statements since this date.
            until: Search only statements until this date.
            same_actor: Weigh each verdict with those on the same actor's other passages.
            limit: Statements of each list, up to 50.
        """
        if not all(name.strip() for name in only_countries or ()):
            raise QueryError("only_countries: a name is empty: write it, or leave it out.")
        first, last = read_date("since", since), read_date("until", until)
        check_order(first, last, ("since", "until"))
        filters = Filters(
            countries=tuple(only_countries or ()),
            words=(words,) if words else (),
            date_from=first,
            date_to=last,
        )
        asked = QuoteFields(text=quote, speaker=speaker, country=country, date=date).quote()
        asked = replace(asked, opposite=opposite)
        library = pool.library()
        with TURNS.take():
            result = search(
                library, asked, filters=filters, stance_model=pool.model(), same_actor=same_actor
            )
        most = max(1, min(limit, _MOST))
        return {
            "agree": [
                _found(result, pair, Stance.AGREE) for pair in result.listed(Stance.AGREE)[:most]
            ],
            "oppose": [
                _found(result, pair, Stance.OPPOSE) for pair in result.listed(Stance.OPPOSE)[:most]
            ],
            "passages_read": result.passages_read,
            "passages_in_library": result.provenance.passages,
            "notes": list(result.notes),
        }

    @server.tool()
    @_with_plain_errors
    def compare_statements(
        a: str,
        b: str,
        a_country: str = "",
        a_date: str = "",
        b_country: str = "",
        b_date: str = "",
    ) -> dict[str, Any]:
        """Say whether two statements agree, oppose each other or neither, and by which words."""
        first = QuoteFields(text=a, country=a_country, date=a_date).model_input("Statement a")
        second = QuoteFields(text=b, country=b_country, date=b_date).model_input("Statement b")
        with TURNS.take():
            return pool.stance((first, second), why=True)

    @server.tool()
    @_with_plain_errors
    def place_actors(
        proposition: str, opposite: str = "", by: str = "country", limit: int = 20
    ) -> dict[str, Any]:
        """Place countries or speakers on a proposition, from opposed (-1) to agreeing (+1).

        Args:
            proposition: One sentence.
            opposite: What someone who disagrees would say, in a sentence, not with a mere "not":
                what is called opposing is then right more often.
            by: "country" or "speaker".
            limit: Actors on either end, up to 50.
        """
        library = pool.library()
        with TURNS.take():
            found = positions(
                library, proposition, opposite=opposite, by=by, stance_model=pool.model()
            )
        placed: list[dict[str, Any]] = [
            {
                "actor": position.name,
                "position": round(position.score.mean, 2),
                "passages": position.score.passages,
                "says": [
                    _said(pair)
                    for side in (Stance.AGREE, Stance.OPPOSE)
                    if (pair := position.strongest(side))
                ],
            }
            for position in found.placed
        ]
        most = max(1, min(limit, _MOST))
        return {
            "opposed": [one for one in placed if one["position"] < 0][:most],
            "agreeing": [one for one in placed[::-1] if one["position"] > 0][:most],
            "actors_placed": len(placed),
            "notes": list(found.notes),
        }

    @server.tool()
    @_with_plain_errors
    def show_statement(statement_id: str) -> dict[str, Any]:
        """Return a whole statement by the id that other tools give."""
        found = pool.library().store.statements([statement_id])
        if statement_id not in found:
            raise QueryError(f"There is no statement {statement_id!r} in this library.")
        return found[statement_id].to_dict()

    return server


def _with_plain_errors(tool: Callable[P, T]) -> Callable[P, T]:
    """Give the assistant our own sentence if something is wrong with what it asked."""

    @wraps(tool)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return tool(*args, **kwargs)
        except CompareError as error:
            raise ToolError(str(error)) from error
        except ValidationError as error:
            raise ToolError(_sentence(error)) from error

    return told


def _sentence(error: ValidationError) -> str:
    return "; ".join(map(why_wrong, error.errors())) + "."


def _found(result: Result, pair: Pair, stance: Stance) -> dict[str, Any]:
    return {
        **_said(pair),
        "probability": round(pair.probabilities.of(stance), 2),
        "unsure": result.is_unsure(pair),
        "also_said": len(pair.b.repeats),
    }


def _said(pair: Pair) -> dict[str, Any]:
    return {
        "words": pair.b.text,
        "context": pair.b.context,
        **_source(pair.b.statement),
        "pages": page_numbers(pair.b.pages),
    }


def _source(statement: Statement) -> dict[str, str]:
    return {
        "speaker": statement.speaker,
        "role": statement.role,
        "country": statement.countries,
        "date": statement.date.iso if statement.date else "",
        "venue": statement.venue,
        "title": statement.title,
        "source": statement.source,
        "url": statement.url,
        "statement_id": statement.id,
    }
