"""The routes of the HTTP API."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import anyio.to_thread
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from compare import __version__
from compare.comparison import Comparison
from compare.comparison.positions import positions
from compare.comparison.search import search
from compare.comparison.turns import TURNS
from compare.errors import CompareError, CorpusError, QueryError
from compare.export.formats import ExportFormat, export_bytes
from compare.export.json_files import positions_json, public_json, sides_json, stance_json
from compare.library import Library
from compare.library.generations import current_name
from compare.models import Probabilities, StanceModel, load_stance_model, signature
from compare.models.calibration import adapted_to
from compare.models.rationale import find_rationale
from compare.progress import Progress
from compare.results import Result
from compare.serve import bodies
from compare.serve.settings import Gate, Metrics, Settings
from compare.statements import language_notes

T = TypeVar("T")

_ABOUT = """Finds statements by others that agree with an official's quote and that oppose it. Each
label is a reading aid with a probability, not a finding about a person."""

Most = Annotated[int, Query(ge=1, le=bodies.MOST_LISTED, description="Pairs of each list.")]
First = Annotated[int, Query(ge=0, description="Pairs of each list to leave out.")]
Named = Annotated[str, Query(alias="library", description="A name of /libraries; the first one.")]


class Stopped(Exception):  # noqa: N818
    """The client has gone, or the time for its request is over."""


class Refused(CompareError):  # noqa: N818
    """A request that cannot be answered, with the status that says why."""

    def __init__(self, status: int, sentence: str) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.status = status


class Served:
    """The libraries of a server, the model that reads them, and the readings at work."""

    def __init__(self, folders: Mapping[str, Path], settings: Settings) -> None:
        """Open nothing yet."""
        self.folders, self._settings = folders, settings
        self._opened = lru_cache(maxsize=8)(self._open)
        self._model: StanceModel | None = None
        self._lock = threading.Lock()

    def library(self, name: str) -> Library:
        """Return a library as it is now; "" is the first.

        Raises:
            Refused: There is none of this name.
            LibraryError: It cannot be opened.
        """
        folder = self.folders.get(name or next(iter(self.folders)))
        if folder is None:
            raise Refused(404, f"There is no library {name!r} here: see /libraries.")
        return self._opened(folder, current_name(folder))

    @staticmethod
    def _open(folder: Path, generation: str) -> Library:
        return Library.open(folder)

    def model(self, library: Library) -> StanceModel:
        """Return the stance model, loaded once, with the library's adaptation."""
        with self._lock:
            self._model = self._model or load_stance_model()
        return adapted_to(self._model, library.folder)

    async def read(self, request: Request, work: Callable[[Progress], T]) -> T:
        """Do some reading when its turn comes, unless the client goes or the time is over.

        Raises:
            Refused: Too many wait already, or the time is over.
        """
        if len(TURNS) > self._settings.most_waiting:
            raise Refused(503, "Too many readings wait already: try again in a minute.")
        gone, late = threading.Event(), time.monotonic() + self._settings.seconds

        def check() -> None:
            if gone.is_set() or time.monotonic() > late:
                raise Stopped

        def read() -> T:
            with TURNS.take(lambda ahead, seconds: check()) as turn:

                def on_progress(done: int, total: int) -> None:
                    check()
                    turn.let_others_pass()

                return work(on_progress)

        reading = asyncio.ensure_future(anyio.to_thread.run_sync(read))
        while not (await asyncio.wait({reading}, timeout=0.25))[0]:
            if await request.is_disconnected():
                gone.set()
        try:
            return reading.result()
        except Stopped:
            raise Refused(
                503,
                f"The reading was not done within {self._settings.seconds:g} seconds: ask for "
                "less, or try again later.",
            ) from None


def create_app(folders: Mapping[str, Path], settings: Settings | None = None) -> FastAPI:
    """Return the API over libraries, which it does not change unless the settings allow it.

    Args:
        folders: The libraries' folders by name; the first is used unless a request names another.
        settings: What the server allows.
    """
    settings = settings or Settings()
    served, metrics = Served(folders, settings), Metrics()
    api = FastAPI(title="compare", version=__version__, description=_ABOUT)
    _add_errors(api)
    _add_about(api, served, metrics)
    _add_readings(api, served)
    if settings.allow_write:
        _add_changes(api, served)
    if settings.origins:
        api.add_middleware(
            CORSMiddleware, allow_origins=list(settings.origins), allow_headers=["Authorization"]
        )
    api.add_middleware(Gate, settings=settings, metrics=metrics)
    return api


def _add_errors(api: FastAPI) -> None:
    @api.exception_handler(CompareError)
    def plain(request: Request, error: CompareError) -> JSONResponse:
        status = error.status if isinstance(error, Refused) else 400
        status = status if isinstance(error, Refused | QueryError | CorpusError) else 503
        return JSONResponse({"error": str(error)}, status)

    @api.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            f"{'.'.join(map(str, entry['loc'][1:])) or 'The body'}: {entry['msg']}"
            for entry in error.errors()
        ]
        return JSONResponse({"error": "; ".join(wrong) + "."}, 422)


# -- What is there -------------------------------------------------------------------------------


def _add_about(api: FastAPI, served: Served, metrics: Metrics) -> None:
    @api.get("/health")
    def health() -> dict[str, str]:
        """Say that the server is up."""
        return {"status": "ok", "version": __version__}

    @api.get("/metrics")
    def measured() -> Response:
        """Return counts and durations of requests, for Prometheus."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @api.get("/libraries")
    def libraries() -> list[dict[str, Any]]:
        """List the libraries, the one used by default first."""
        found = []
        for name in served.folders:
            made = served.library(name).manifest
            found.append(
                {
                    "name": name,
                    "statements": made.statements,
                    "passages": made.passages,
                    "digest": made.corpus_digest,
                    "encoder": made.encoder,
                }
            )
        return found

    @api.get("/facets")
    def facets(library: Named = "") -> dict[str, list[dict[str, Any]]]:
        """Return the values that filters offer, with their numbers of statements."""
        return {
            name: [{"value": facet.value, "count": facet.count} for facet in values]
            for name, values in served.library(library).facets().items()
        }

    @api.get("/statements/{statement_id:path}")
    def statement(statement_id: str, library: Named = "") -> dict[str, Any]:
        """Return a statement."""
        found = served.library(library).store.statements([statement_id])
        if statement_id not in found:
            raise Refused(404, f"There is no statement {statement_id!r} in this library.")
        return found[statement_id].to_dict()


# -- Readings ------------------------------------------------------------------------------------


def _add_readings(api: FastAPI, served: Served) -> None:
    async def searched(request: Request, asked: bodies.Search, library: str) -> Result:
        opened = served.library(library)
        quote, filters = asked.quote.quote(), bodies.read_filters(asked.filters)
        return await served.read(
            request,
            lambda on_progress: search(
                opened,
                quote,
                filters=filters,
                thresholds=asked.thresholds.thresholds(),
                candidates=asked.candidates,
                why=asked.why,
                stance_model=served.model(opened),
                on_progress=on_progress,
            ),
        )

    @api.get("/search")
    async def search_words(
        request: Request,
        q: Annotated[str, Query(description="The quote.", examples=[bodies.EXAMPLE])],
        library: Named = "",
        limit: Most = 50,
        offset: First = 0,
    ) -> dict[str, Any]:
        """Find who agrees with a quote and who opposes it."""
        asked = bodies.Search(quote=bodies.Words(text=q))
        return _page(await searched(request, asked, library), limit, offset)

    @api.post("/search")
    async def search_quote(
        request: Request,
        asked: bodies.Search,
        library: Named = "",
        limit: Most = 50,
        offset: First = 0,
    ) -> dict[str, Any]:
        """Find who agrees with a quote and who opposes it, with filters and thresholds."""
        return _page(await searched(request, asked, library), limit, offset)

    @api.post("/export/{format}")
    async def export(
        request: Request, format: ExportFormat, asked: bodies.Search, library: Named = ""
    ) -> Response:
        """Return the lists of a search as a file."""
        result = await searched(request, asked, library)
        name = f'attachment; filename="pairs{format.suffix}"'
        headers = {"Content-Disposition": name}
        return Response(export_bytes(result, format), media_type=format.mime, headers=headers)

    @api.post("/stance")
    async def stance(request: Request, asked: bodies.Stance, library: Named = "") -> dict[str, Any]:
        """Say how two statements relate."""
        opened = served.library(library)
        pair = asked.a.model_input(), asked.b.model_input()

        def read(on_progress: Progress) -> dict[str, Any]:
            model = served.model(opened)
            scores, (parts,) = model.score_parts([pair], on_progress)
            rationale = find_rationale(model, *pair)[1] if asked.why else None
            texts = ("Statement a", pair[0].text), ("Statement b", pair[1].text)
            notes = language_notes(*texts, languages=model.languages)
            odds = Probabilities(*map(float, scores[0]))
            return stance_json(pair, odds, parts, rationale, signature(model), notes)

        return await served.read(request, read)

    @api.post("/pairs")
    async def pairs(request: Request, asked: bodies.Sides, library: Named = "") -> dict[str, Any]:
        """Find where two sides agree or oppose each other, or where one changed position."""
        opened = served.library(library)

        def read(on_progress: Progress) -> dict[str, Any]:
            comparison = Comparison(
                opened,
                bodies.read_filters(asked.a),
                bodies.read_filters(asked.b) if asked.b else None,
                topic=asked.topic,
                stance_model=served.model(opened),
                most_read=asked.most_read,
            )
            thresholds = asked.thresholds.thresholds()
            return sides_json(comparison.run(thresholds=thresholds, on_progress=on_progress))

        return await served.read(request, read)

    @api.post("/positions")
    async def place(request: Request, asked: bodies.Place, library: Named = "") -> dict[str, Any]:
        """Place countries or speakers on a proposition, from opposed (-1) to agreeing (+1)."""
        opened = served.library(library)
        filters = bodies.read_filters(asked.filters)
        return await served.read(
            request,
            lambda on_progress: positions_json(
                positions(
                    opened,
                    asked.proposition,
                    by=asked.by,
                    filters=filters,
                    thresholds=asked.thresholds.thresholds(),
                    most_each=asked.most_each,
                    stance_model=served.model(opened),
                    on_progress=on_progress,
                )
            ),
        )


# -- Changes -------------------------------------------------------------------------------------


def _add_changes(api: FastAPI, served: Served) -> None:
    @api.post("/statements")
    async def add(
        request: Request, asked: bodies.NewStatements, library: Named = ""
    ) -> dict[str, int]:
        """Add statements to a library; those with a known id replace it."""
        opened, statements = served.library(library), asked.read()

        def write(on_progress: Progress) -> dict[str, int]:
            after = opened.update(statements, on_progress=on_progress)
            return {"added": len(statements), "statements": len(after)}

        return await served.read(request, write)

    @api.delete("/statements/{statement_id:path}")
    async def delete(request: Request, statement_id: str, library: Named = "") -> dict[str, int]:
        """Delete a statement from a library for good."""
        opened = served.library(library)
        if statement_id not in opened.store.statements([statement_id]):
            raise Refused(404, f"There is no statement {statement_id!r} in this library.")
        after = await served.read(request, lambda on_progress: opened.delete([statement_id]))
        return {"statements": len(after)}


def _page(result: Result, limit: int, offset: int) -> dict[str, Any]:
    """Return what `search --json` prints, with a part of each list."""
    data = public_json(result)
    shown = range(offset + 1, offset + limit + 1)
    data["results"] = [entry for entry in data["results"] if entry["rank"] in shown]
    return data
