"""The application: routes bound to a small pool of threads, requests made records, replies made responses."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.routing import Route as Endpoint
from starlette.types import ASGIApp, Receive, Scope, Send

from contractkit_broker.api.table import ROUTES
from contractkit_broker.bare_slashes import BareSlashes
from contractkit_broker.base_url import base_url
from contractkit_broker.forms import LONGER_PARAMETERS, LONGEST, wrong_character
from contractkit_broker.impact_jobs import ImpactWorker
from contractkit_broker.migrations import bring_up_to_date
from contractkit_broker.pages.rendering import refused_page
from contractkit_broker.pages.table import MADE_ONCE, PAGES, PAGES_FOR_BROWSERS
from contractkit_broker.problems import in_asked_form
from contractkit_broker.routing import Handler, Route
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.sharing import Shared
from contractkit_broker.store.database import Database
from contractkit_broker.surveying import Surveyor
from contractkit_broker.web import Call, Refusal, Reply

_LOG = logging.getLogger("contractkit_broker")

_SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_app(settings: BrokerSettings) -> Starlette:
    """Give the broker as an ASGI application; its database is opened, and brought up to date, at once.

    Raises:
        UsageError: The database cannot be used.
    """
    database = Database(settings.database, readers=settings.threads)
    bring_up_to_date(database)
    worker = ImpactWorker(database, settings)
    surveyor = Surveyor(settings)
    pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="broker")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        worker.start()
        yield
        worker.stop()
        surveyor.stop()
        pool.shutdown()
        database.close()

    serve = _Server(database, settings, pool, worker, surveyor)
    routes = sorted((*ROUTES, *PAGES), key=lambda route: "{" in route.path)  # tried in turn: patterns last
    endpoints = [Endpoint(route.path, serve.endpoint(route), methods=[route.method]) for route in routes]
    handlers: dict[Any, Any] = {HTTPException: serve.refuse, Exception: serve.fail}
    app = Starlette(routes=endpoints, lifespan=lifespan, exception_handlers=handlers)
    app.add_middleware(EncodedSegments, prefix=urlsplit(settings.public_url or "").path.rstrip("/"))
    return app


class EncodedSegments:
    """Lets a path parameter hold a slash: paths are routed as they were encoded, and decoded by segment after that.

    A proxy may leave the path of the public URL on or take it off; both are understood, and so are the slashes that
    some clients do not encode.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._slashes = BareSlashes(ROUTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
            if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
                path = path[len(self._prefix) :] or "/"
            scope = {**scope, "path": self._slashes.escaped(path)}
        await self._app(scope, receive, send)


class _Server:
    """Turns handlers into endpoints."""

    def __init__(
        self,
        database: Database,
        settings: BrokerSettings,
        pool: ThreadPoolExecutor,
        worker: ImpactWorker,
        surveyor: Surveyor,
    ) -> None:
        self._database = database
        self._settings = settings
        self._pool = pool
        self._worker = worker
        self._surveyor = surveyor
        self._sharing: Shared[Reply] = Shared()

    def endpoint(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        """Give the endpoint of a route; a browser is given the page instead where there is one."""
        page = PAGES_FOR_BROWSERS.get(route.path) if route.method == "GET" else None

        async def serve(request: Request) -> Response:
            handler = page if page is not None and _wants_a_page(request) else route.handler
            try:
                reply = await self._reply(handler, await self._call(request))
            except Refusal as refusal:
                is_page = route.group == "pages" and _wants_a_page(request)
                reply = refused_page(self._call_of(request), refusal.reply) if is_page else refusal.reply
            except ClientDisconnect:
                reply = Reply(status=400, body={"error": "The client went away."})
            except DataError:
                words = "The request holds a text that the database cannot keep, for example with the character U+0000."
                reply = Reply(status=400, body={"error": words})
            except (IntegrityError, OperationalError) as error:
                _LOG.error("The database cannot be used now: %s", error.orig)
                words = "The database cannot be used now: it is busy, or gone. Nothing was stored; ask again."
                reply = Reply(status=503, body={"error": words}, headers={"Retry-After": "2"})
            return _response(request, reply)

        return serve

    async def _reply(self, handler: Handler, call: Call) -> Reply:
        async def work() -> Reply:
            return await asyncio.get_running_loop().run_in_executor(self._pool, handler, call)

        return await self._sharing.answer((call.own_url, call.query), work) if handler in MADE_ONCE else await work()

    async def refuse(self, request: Request, error: HTTPException) -> Response:
        """Say that there is no such resource, or that it does not take the method."""
        words = {404: f"There is nothing at {request.url.path}.", 405: f"{request.method} is not served here."}
        body = {"error": words.get(error.status_code, error.detail)}
        headers = {"Allow": _methods_at(request)} if error.status_code == 405 else error.headers or {}
        return _response(request, Reply(status=error.status_code, body=body, headers=headers))

    async def fail(self, request: Request, error: Exception) -> Response:
        """Say that it is our fault, with the word to look for in the log; Starlette logs the traceback."""
        message = f"{type(error).__name__} while serving {request.method} {request.url.path}"
        reference = self._settings.new_id()
        _LOG.error("%s (reference %s)", message, reference)
        return _response(request, Reply(status=500, body={"error": {"message": message, "reference": reference}}))

    async def _call(self, request: Request) -> Call:
        path = {name: unquote(value) for name, value in request.path_params.items()}
        query = tuple(request.query_params.multi_items())
        _refuse_unstorable(request.method, path, query)
        return self._call_of(request, path=path, query=query, body=await self._body(request))

    def _call_of(
        self,
        request: Request,
        *,
        path: Mapping[str, str] | None = None,
        query: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Call:
        return Call(
            method=request.method,
            path=path or {},
            query=query,
            headers=dict(request.headers),
            body=body,
            base_url=self._settings.public_url.rstrip("/") if self._settings.public_url else base_url(request),
            own_path=request.scope["path"],
            database=self._database,
            settings=self._settings,
            wake_worker=self._worker.wake,
            survey=self._surveyor.survey,
        )

    async def _body(self, request: Request) -> bytes:
        limit, chunks, size = self._settings.body_limit, [], 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise Refusal(413, {"error": f"The body is larger than {limit} bytes, the limit of this broker."})
            chunks.append(chunk)
        return b"".join(chunks)


def _wants_a_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    html, json = accepted.find("text/html"), accepted.find("json")
    return html >= 0 and (json < 0 or html < json)


def _refuse_unstorable(method: str, path: Mapping[str, str], query: Iterable[tuple[str, str]]) -> None:
    for name, value in path.items():
        if method != "DELETE" and (wrong := wrong_character(value)):  # so that what is stored already can go
            raise Refusal(400, {"errors": {name: [wrong]}})
        if not value.strip():
            raise Refusal(400, {"errors": {name: ["can't be blank"]}})
        if len(value) > LONGEST and name not in LONGER_PARAMETERS:
            raise Refusal(400, {"errors": {name: [f"is longer than {LONGEST} characters"]}})
    for name, value in (*path.items(), *query):
        if "\0" in value or "\0" in name:  # no database keeps it in a text
            raise Refusal(400, {"errors": {name.replace("\0", ""): ["holds the character U+0000"]}})


def _methods_at(request: Request) -> str:
    found = {
        method
        for route in request.app.routes
        if isinstance(route, Endpoint) and route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods or ()
    }
    return ", ".join(sorted(found))


def _response(request: Request, reply: Reply) -> Response:
    reply = in_asked_form(reply, request.headers.get("accept", ""), request.scope["path"])
    headers = {**_SAFE_HEADERS, **reply.headers}
    media_type = None if reply.status == 204 else reply.media_type
    if media_type:
        headers["content-type"] = media_type
    return Response(reply.content, status_code=reply.status, headers=headers)
