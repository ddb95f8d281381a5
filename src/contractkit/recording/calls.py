"""Calls: what went to a stub and came back, in the form in which a test looks at it."""

from copy import deepcopy
from dataclasses import dataclass

from contractkit.exact_json import Json
from contractkit.model import Body, Fields, HttpRequest, HttpResponse, JsonBody, Query, TestReference


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledRequest:
    """A request as a stub saw it, credentials replaced.

    `path` is relative to the definition's base path, encoded as sent; `query` and `headers` map names, those of headers
    in lower case, to their values in order.
    """

    method: str
    path: str
    query: Query
    headers: Fields
    body: Body

    @property
    def json(self) -> Json:
        """Give a copy of the JSON value that was sent, None where the body is no JSON."""
        return _json(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledResponse:
    """What a stub answered; `headers` map lower-case names to their values in order."""

    status: int
    headers: Fields
    body: Body

    @property
    def json(self) -> Json:
        """Give a copy of the JSON value that was answered, None where the body is no JSON."""
        return _json(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call that a stub answered, refused ones included.

    `operation` is the operation's name, or None where the request reached none; `test` is who made the call.
    """

    operation: str | None
    request: CalledRequest
    response: CalledResponse
    test: TestReference


def call_of(
    operation: str | None,
    request: HttpRequest,
    response: HttpResponse,
    *,
    base_paths: tuple[str, ...],
    test: TestReference,
) -> Call:
    """Give a call as tests look at it, of a request whose credentials have been replaced."""
    path = request.path
    base = next((each for each in base_paths if each and f"{path}/".startswith(f"{each}/")), "")
    return Call(
        operation=operation,
        request=CalledRequest(
            method=request.method,
            path=path[len(base) :] or "/",
            query=request.query,
            headers=request.headers,
            body=request.body,
        ),
        response=CalledResponse(status=response.status, headers=response.headers, body=response.body),
        test=test,
    )


def _json(body: Body) -> Json:
    return deepcopy(body.value) if isinstance(body, JsonBody) else None
