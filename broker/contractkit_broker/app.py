"""The application: routes bound to a small pool of threads, requests made records, replies made responses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as Endpoint
from starlette.types import ASGIApp, Receive, Scope, Send

from contractkit_broker.api.table import ROUTES
from contractkit_broker.impact_jobs import ImpactWorker
from contractkit_broker.migrations import bring_up_to_date
from contractkit_broker.pages.table import PAGES, PAGES_FOR_BROWSERS
from contractkit_broker.routing import Route
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store.database import Database
from contractkit_broker.web import Call, Refusal, Reply

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
    pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="broker")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        worker.start()
        yield
        worker.stop()
        pool.shutdown()
        database.close()

    serve = _Server(database, settings, pool, worker)
    endpoints = [Endpoint(route.path, serve.endpoint(route), methods=[route.method]) for route in (*ROUTES, *PAGES)]
    handlers: dict[Any, Any] = {HTTPException: serve.refuse, Exception: serve.fail}
    app = Starlette(routes=endpoints, lifespan=lifespan, exception_handlers=handlers)
    app.add_middleware(EncodedSegments, prefix=urlsplit(settings.public_url or "").path.rstrip("/"))
    return app


class EncodedSegments:
    """Lets a path parameter hold a slash: paths are routed as they were encoded, and decoded by segment after that.

    A proxy may leave the path of the public URL on or take it off; both are understood.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
            if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
                path = path[len(self._prefix) :] or "/"
            scope = {**scope, "path": path}
        await self._app(scope, receive, send)


class _Server:
    """Turns handlers into endpoints."""

    def __init__(
        self, database: Database, settings: BrokerSettings, pool: ThreadPoolExecutor, worker: ImpactWorker
    ) -> None:
        self._database = database
        self._settings = settings
        self._pool = pool
        self._worker = worker

    def endpoint(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        """Give the endpoint of a route; a browser is given the page instead where there is one."""
        page = PAGES_FOR_BROWSERS.get(route.path) if route.method == "GET" else None

        async def serve(request: Request) -> Response:
            handler = page if page is not None and _wants_a_page(request) else route.handler
            try:
                call = await self._call(request)
                reply = await asyncio.get_running_loop().run_in_executor(self._pool, handler, call)
            except Refusal as refusal:
                reply = refusal.reply
            except ClientDisconnect:
                reply = Reply(status=400, body={"error": "The client went away."})
            return _response(reply)

        return serve

    async def refuse(self, request: Request, error: HTTPException) -> Response:
        """Say that there is no such resource, or that it does not take the method."""
        words = {404: f"There is nothing at {request.url.path}.", 405: f"{request.method} is not served here."}
        body = {"error": words.get(error.status_code, error.detail)}
        return _response(Reply(status=error.status_code, body=body, headers=error.headers or {}))

    async def fail(self, request: Request, error: Exception) -> Response:
        """Say that it is our fault, with the word to look for in the log; Starlette logs the traceback."""
        message = f"{type(error).__name__} while serving {request.method} {request.url.path}"
        return _response(Reply(status=500, body={"error": {"message": message, "reference": self._settings.new_id()}}))

    async def _call(self, request: Request) -> Call:
        return Call(
            method=request.method,
            path={name: unquote(value) for name, value in request.path_params.items()},
            query=tuple(request.query_params.multi_items()),
            headers=dict(request.headers),
            body=await self._body(request),
            base_url=self._settings.public_url.rstrip("/") if self._settings.public_url else _base_url(request),
            own_path=request.scope["path"],
            database=self._database,
            settings=self._settings,
            wake_worker=self._worker.wake,
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


def _base_url(request: Request) -> str:
    """Give where the client reaches us: what proxies forwarded, else the Host header."""
    headers = request.headers
    scheme = _first(headers.get("x-forwarded-proto")) or request.url.scheme
    if headers.get("x-forwarded-ssl") == "on":
        scheme = "https"
    host = _first(headers.get("x-forwarded-host")) or headers.get("host") or "localhost"
    port = _first(headers.get("x-forwarded-port"))
    if port and ":" not in host and port not in ("80", "443"):
        host = f"{host}:{port}"
    return f"{scheme}://{host}{_first(headers.get('x-forwarded-prefix')).rstrip('/')}"


def _first(value: str | None) -> str:
    return (value or "").split(",")[0].strip()


def _response(reply: Reply) -> Response:
    headers = {**_SAFE_HEADERS, **reply.headers}
    media_type = None if reply.status == 204 else reply.media_type
    if media_type:
        headers["content-type"] = media_type
    return Response(reply.content, status_code=reply.status, headers=headers)
