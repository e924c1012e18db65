"""The routes of the HTTP API."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from compare import __version__
from compare.errors import CompareError, CorpusError, QueryError, UnknownWatchError
from compare.export.formats import ExportFormat, export_bytes
from compare.export.json_files import (
    opposites_json,
    positions_json,
    public_json,
    sides_json,
)
from compare.facade import Library
from compare.library.backend import Backend
from compare.progress import Progress
from compare.serve import bodies
from compare.serve.readings import LibraryPool, Readings, RefusedError
from compare.serve.settings import LOG_FORMAT, Gate, Metrics, Settings, of_reader
from compare.strict_json import read_json
from compare.watch import FeedFormat, feed_bytes

_ABOUT = """Finds statements by others that agree with an official's quote and that oppose it. Each
label is a reading aid with a probability, not a finding about a person. If the server has a token,
every request but /health sends it as "Authorization: Bearer TOKEN"."""

Limit = Annotated[int, Query(ge=1, le=bodies.MOST_LISTED, description="Pairs of each list.")]
Offset = Annotated[int, Query(ge=0, description="Number of pairs to skip in each list.")]
LibraryName = Annotated[
    str, Query(alias="library", description="A name from /libraries; defaults to the first.")
]


def create_app(
    libraries: Mapping[str, Backend | Path | str], settings: Settings | None = None
) -> FastAPI:
    """Return the API over libraries, which it does not change unless the settings allow it.

    Args:
        libraries: The libraries by name; the first is used unless a request names another.
        settings: What the server allows.
    """
    settings = settings or Settings()
    pool, metrics = LibraryPool(libraries), Metrics()
    readings = Readings(settings.seconds, settings.most_waiting)
    # The usual page of the API would load its scripts from elsewhere.
    api = FastAPI(
        title="compare",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(_check_parameters)],
    )
    api.router.route_class = _Route
    _add_errors(api)
    _add_about(api, pool, metrics)
    _add_watches(api, pool)
    _add_searches(api, pool, readings)
    _add_comparisons(api, pool, readings)
    if settings.allow_write:
        _add_changes(api, pool, readings)
    api.add_middleware(Gate, settings=settings, metrics=metrics)
    if settings.origins:  # outermost, since a browser asks first, without a token
        api.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization"],
            expose_headers=["X-Request-Id", "Content-Disposition"],
        )
    return api


class _Route(APIRoute):
    """A route that reads its body strictly: no field twice, and no number that is not finite."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            return await answer(_StrictRequest(request.scope, request.receive))

        return handler


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return read_json(await self.body())
        except ValueError as error:
            raise HTTPException(422, f"The body cannot be read: {error}") from error


async def _check_parameters(request: Request) -> None:
    """Refuse a parameter that the address does not take, such as a filter that would not apply."""
    known = {one.alias for one in request.scope["route"].dependant.query_params}
    for name in request.query_params:
        if known and name not in known:  # a probe adds what it likes, as in /health?ts=1
            raise RefusedError(422, f"There is no parameter {name!r} here: see /openapi.json.")


def _add_errors(api: FastAPI) -> None:
    @api.exception_handler(CompareError)
    async def plain(request: Request, error: CompareError) -> JSONResponse:
        status = 400 if isinstance(error, QueryError | CorpusError) else 503
        status = error.status if isinstance(error, RefusedError) else status
        return JSONResponse({"error": str(error)}, status)

    @api.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [bodies.why_wrong(entry, start=1) for entry in error.errors()]
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method == "POST" and not kind.endswith(("/json", "+json")):
            wrong = ["Send JSON, with the header Content-Type: application/json"]
        return JSONResponse({"error": "; ".join(wrong) + "."}, 422)

    @api.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        said = {
            400: "The body cannot be read: send JSON in UTF-8, not nested deeply, no huge number.",
            404: "There is nothing at this address: /openapi.json lists the addresses.",
            405: "This address does not take such a request: see /openapi.json.",
        }
        sentence = said.get(error.status_code, f"{error.detail}.")
        return JSONResponse({"error": sentence}, error.status_code, error.headers)


def app_of_reader() -> FastAPI:
    """Return the API in one of several processes; see `settings.for_readers`."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    return create_app(*of_reader())


# -- Libraries and statements ----------------------------------------------------------------------


def _add_about(api: FastAPI, pool: LibraryPool, metrics: Metrics) -> None:
    @api.get("/health")
    @api.head("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        """Say that the server is up."""
        return {"status": "ok", "version": __version__}

    @api.get("/metrics")
    async def measured() -> Response:
        """Return counts and durations of requests, for Prometheus."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @api.get("/libraries")
    def libraries() -> list[dict[str, Any]]:
        """List the libraries, the one used by default first."""
        manifests = {name: pool.library(name).manifest for name in pool.libraries}
        return [
            {
                "name": name,
                "statements": made.statements,
                "passages": made.passages,
                "digest": made.corpus_digest,
                "encoder": made.encoder,
            }
            for name, made in manifests.items()
        ]

    @api.get("/facets")
    def facets(library: LibraryName = "") -> dict[str, list[dict[str, Any]]]:
        """Return the values that filters offer, with their numbers of statements."""
        return {
            name: [{"value": facet.value, "count": facet.count} for facet in values]
            for name, values in pool.library(library).facets().items()
        }

    @api.get("/statements/{statement_id:path}")
    def statement(statement_id: str, library: LibraryName = "") -> dict[str, Any]:
        """Return a statement."""
        return pool.statement(statement_id, library).to_dict()


# -- Watches -------------------------------------------------------------------------------------


def _add_watches(api: FastAPI, pool: LibraryPool) -> None:
    @api.get("/watches")
    def watches(library: LibraryName = "") -> list[dict[str, Any]]:
        """List the watches, each with its last run and its number of entries."""
        found = pool.library(library).watches
        return [found.to_json(one) for one in found]

    @api.get("/watches/{name:path}/feed.{format}", response_class=Response)
    def feed(
        request: Request, name: str, format: FeedFormat, library: LibraryName = ""
    ) -> Response:
        """Return what a watch found, for feed readers or as a table; nothing is searched."""
        found = pool.library(library).watches
        try:
            data = feed_bytes(found.found([name]), format, str(request.url))
        except UnknownWatchError:
            raise RefusedError(
                404, f"There is no watch {name!r} in this library: see /watches."
            ) from None
        return Response(data, media_type=format.mime)


# -- Readings ------------------------------------------------------------------------------------


def _add_searches(api: FastAPI, pool: LibraryPool, readings: Readings) -> None:
    @api.get("/search")
    async def search_words(
        request: Request,
        q: Annotated[bodies.Text, Query(description="The quote.", examples=[bodies.EXAMPLE])],
        opposite: Annotated[bodies.Text, Query(description=bodies.OPPOSITE)] = "",
        same_actor: Annotated[bool, Query(description=bodies.SAME_ACTOR)] = True,
        library: LibraryName = "",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> dict[str, Any]:
        """Find who agrees with a quote and who opposes it."""
        quote = bodies.QuoteFields(text=q)
        asked = bodies.SearchRequest(quote=quote, opposite=opposite, same_actor=same_actor)
        return await search_quote(request, asked, library, limit, offset)

    @api.get("/opposites")
    async def opposites(
        request: Request,
        q: Annotated[bodies.Text, Query(description="The quote.", examples=[bodies.EXAMPLE])],
        library: LibraryName = "",
    ) -> dict[str, Any]:
        """Offer what someone who disagrees with a quote may say, from a list of matters."""

        def read(step: Progress) -> dict[str, Any]:
            opened, model = pool.library(library), pool.model()
            return opposites_json(opened.opposites(q, stance_model=model, on_progress=step))

        return await readings.run(request, read)

    @api.post("/search")
    async def search_quote(
        request: Request,
        asked: bodies.SearchRequest,
        library: LibraryName = "",
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> dict[str, Any]:
        """Find who agrees with a quote and who opposes it, with filters and thresholds."""

        def read(on_progress: Progress) -> dict[str, Any]:
            """Return what `search --json` prints, with a part of each list."""
            data = public_json(asked.read(pool, library, on_progress))
            shown = range(offset + 1, offset + limit + 1)
            data["results"] = [entry for entry in data["results"] if entry["rank"] in shown]
            return data

        return await readings.run(request, read)

    @api.post("/export/{format}", response_class=Response)
    async def export(
        request: Request,
        format: ExportFormat,
        asked: bodies.SearchRequest,
        library: LibraryName = "",
    ) -> Response:
        """Return the lists of a search as a file."""

        def read(on_progress: Progress) -> bytes:
            return export_bytes(asked.read(pool, library, on_progress), format)

        name = f'attachment; filename="pairs{format.suffix}"'
        data = await readings.run(request, read)
        return Response(data, media_type=format.mime, headers={"Content-Disposition": name})


def _add_comparisons(api: FastAPI, pool: LibraryPool, readings: Readings) -> None:
    @api.post("/stance")
    async def stance(request: Request, asked: bodies.StanceRequest) -> dict[str, Any]:
        """Say how two statements relate."""
        return await readings.run(request, partial(asked.read, pool))

    @api.post("/pairs", include_in_schema=False)  # its name before
    @api.post("/sides")
    async def sides(
        request: Request, asked: bodies.SidesRequest, library: LibraryName = ""
    ) -> dict[str, Any]:
        """Find where two sides agree or oppose each other, or where one changed position."""
        read = partial(asked.read, pool, library)
        return await readings.run(request, lambda step: sides_json(read(step)))

    @api.post("/positions")
    async def place(
        request: Request, asked: bodies.PositionsRequest, library: LibraryName = ""
    ) -> dict[str, Any]:
        """Place countries or speakers on a proposition, from opposed (-1) to agreeing (+1)."""
        read = partial(asked.read, pool, library)
        return await readings.run(request, lambda step: positions_json(read(step)))


# -- Changes -------------------------------------------------------------------------------------


def _add_changes(api: FastAPI, pool: LibraryPool, readings: Readings) -> None:
    @api.post("/statements")
    async def add(
        request: Request, asked: bodies.StatementsRequest, library: LibraryName = ""
    ) -> dict[str, int]:
        """Add statements to a library; those with a known id replace it."""

        def write(on_progress: Progress) -> dict[str, int]:
            statements = asked.read()
            after = _own(pool, library).update(statements, on_progress=on_progress)
            return {"added": len(statements), "statements": len(after)}

        return await readings.run(request, write, lets_pass=False)

    @api.delete("/statements/{statement_id:path}")
    async def delete(
        request: Request, statement_id: str, library: LibraryName = ""
    ) -> dict[str, int]:
        """Delete a statement from a library for good."""

        def write(on_progress: Progress) -> dict[str, int]:
            opened = _own(pool, library)
            pool.statement(statement_id, library)  # refused if there is none
            opened.delete([statement_id], on_progress)
            return {"statements": len(pool.library(library))}

        return await readings.run(request, write, lets_pass=False)


def _own(pool: LibraryPool, name: str) -> Library:
    """Return a library that can be changed."""
    opened = pool.library(name)
    if opened.read_only:
        raise RefusedError(403, "This library is read-only.")
    return opened
