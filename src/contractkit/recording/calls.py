"""Calls: what went to a stub and came back, in the form in which a test looks at it."""

from copy import deepcopy
from dataclasses import dataclass

from contractkit.exact_json import Json
from contractkit.model import Body, Fields, HttpRequest, HttpResponse, JsonBody, Query, TestReference
from contractkit.recording.credentials import Credentials


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

    `operation` is the operation's name, or None where the request reached none; `test` is who made the call. `fault`
    says what went wrong on purpose with the answer, which is then not as the client got it; else it is empty.
    """

    operation: str | None
    request: CalledRequest
    response: CalledResponse
    test: TestReference
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpExchange:
    """A request and its answer as they went over the wire, until a test looks at its calls: most never do."""

    operation: str | None
    request: HttpRequest
    response: HttpResponse
    test: TestReference
    base_paths: tuple[str, ...]
    credentials: Credentials
    fault: str = ""

    def answered(self) -> Call:
        """Give the call as tests look at it, credentials replaced and without the server's base path."""
        path = self.request.path
        base = next((each for each in self.base_paths if each and f"{path}/".startswith(f"{each}/")), "")
        request, response = self.credentials.without(self.request), self.response
        return Call(
            operation=self.operation,
            request=CalledRequest(
                method=request.method,
                path=path[len(base) :] or "/",
                query=request.query,
                headers=request.headers,
                body=request.body,
            ),
            response=CalledResponse(status=response.status, headers=response.headers, body=response.body),
            test=self.test,
            fault=self.fault,
        )


def _json(body: Body) -> Json:
    return deepcopy(body.value) if isinstance(body, JsonBody) else None
