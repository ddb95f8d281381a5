"""Requests that schemathesis makes of real documents: valid ones are accepted, invalid ones refused.

Of requests that are meant to be invalid many are valid once they are on the wire (`tags=3` is a list of one text), so
openapi-core is the judge of each; where the stub says otherwise, one of `DIFFERENCES` says why and who is right.
"""

import gzip
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import providers
from schemathesis.transport.serialization import Binary

from contractkit.definitions.forms import FORM, MULTIPART
from contractkit.exact_json import dump_compact, read_json
from contractkit.model import HttpRequest, HttpResponse, base_media_type
from contractkit.recording.answering import answer_from
from contractkit.recording.opening import stubbed_provider
from contractkit.results import ABSENT, Violation
from contractkit.sources.yaml12 import read_yaml
from contractkit.transports.server import StubServer

DOCUMENTS = (
    "prism-petstore.yaml",
    "adyen-payment-v68.json",
    "twilio-api-v2010.json",
    pytest.param("github-api-2022-07-18.json.gz", marks=pytest.mark.deep),
    pytest.param("openai-2.3.0.json", marks=pytest.mark.deep),
)
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
ACCEPTED = (*DOCUMENTS, "digitalocean-v2-bundled.json.gz", "stripe-2022-04-12.json.gz")
"""Those and two of which openapi-core is no judge: it misreads Stripe's nested forms, and the other's paths."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one request: the stub's violations, and the judge's complaint, empty where it is content."""

    request: str
    violations: tuple[Violation, ...]
    complaint: str

    @property
    def is_agreed(self) -> bool:
        return bool(self.violations) == bool(self.complaint)


@dataclass(frozen=True, slots=True)
class Difference:
    """Why the stub refuses what the judge accepts: for which violations, who is right, and why."""

    name: str
    right: str
    why: str
    explains: Callable[[Violation], bool]


DIFFERENCES = (
    Difference(
        "a query parameter that is not declared",
        "both",
        "OpenAPI 3.1 §4.8.12 says nothing of it. It could not be recorded, and is a mistake of the client's mostly.",
        lambda each: each.expected.startswith("no such query parameter"),
    ),
    Difference(
        "a format that the judge does not know",
        "stub",
        "JSON Schema Validation §7.3.5: uri is defined by RFC 3986. openapi-core checks it with an extra only.",
        lambda each: each.pointer.endswith("/format"),
    ),
    Difference(
        "a parameter that is empty",
        "stub",
        "OpenAPI 3.1 §4.8.12.2: allowEmptyValue is false by default; openapi-core takes an empty value for none.",
        lambda each: each.received == "",
    ),
    Difference(
        "a single parameter or field that comes several times",
        "stub",
        "OpenAPI 3.1 §4.8.12.4: only arrays and objects explode; openapi-core takes the last value.",
        lambda each: (
            str(each.location).startswith(("request.query", "request.body."))
            and (isinstance(each.received, list) or isinstance(each.location.steps[-1], int))
        ),
    ),
    Difference(
        "a body that says it is multipart, and is not",
        "stub",
        "RFC 2046 §5.1.1: each part follows a delimiter line; openapi-core finds no part, and none is required.",
        lambda each: each.expected.startswith(("parts that end with", "a name for each part")),
    ),
)
"""What the stub refuses and the judge accepts."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Why what was drawn is not on the wire, and by which violation at which drawn value that is seen."""

    name: str
    why: str
    explains: Callable[[Violation, Any], bool]


UNWRITTEN = (
    Unwritten(
        "a name with brackets in it",
        "OpenAPI 3.1 §4.8.12.4: deepObject says nothing of them; no client can write such a name, and mean it.",
        lambda each, _: any(set("[]") & set(str(step)) for step in each.location.steps),
    ),
    Unwritten(
        "an object or a list without members within a form",
        "RFC 6570 §2.3: a list or object without members is an undefined value, and is left out.",
        lambda each, drawn: each.received is ABSENT and drawn in ({}, []),
    ),
    Unwritten(
        "null within a form",
        "RFC 6570 §2.3: an undefined value is left out; an empty text is the nearest that a form has.",
        lambda each, drawn: each.received == "" and drawn is None,
    ),
    Unwritten(
        "a body that says it is multipart, and is not",
        "RFC 2046 §5.1.1: each part follows a delimiter line; a body that is no object has no parts.",
        lambda each, drawn: each.expected.startswith("parts that end with") and not isinstance(drawn, dict),
    ),
    Unwritten(
        "a free member of an object that explodes in the query",
        "OpenAPI 3.1 §4.8.12.4: each member is a parameter. A stub that took any name could refuse no mistake. "
        "Here schemathesis is right, and what it sends is refused for the sake of all other requests.",
        lambda each, _: each.expected.startswith("no such query parameter"),
    ),
)
"""Why the stub refuses what schemathesis takes for valid: but for the last, it is not on the wire what was drawn."""

MILDER = {
    "is not of type 'string'": "openapi-core leaves a text as bytes where it does not know its media type, and bytes "
    "are no string to it (OpenAPI 3.0 §4.7.14.1: they are).",
    "is not valid under any of the given schemas": "the same in a multipart body, and null where the schema is "
    "nullable beside anyOf or $ref (OpenAPI 3.0.3 §4.7.24.1 leaves no other sense for it).",
    "Missing required query parameter": "openapi-core takes an empty value for none; `tags=` is a list of one empty "
    "text (RFC 6570 §3.2.8).",
    "could not be resolved": "a discriminator whose value names no schema; it is the constant of a branch's own member "
    "(OpenAPI 3.1 §4.8.25 leaves values without a schema of that name undefined).",
    "Invalid query parameter: metadata": "a free object that explodes in the query: any name is a member of it, "
    "its own too; openapi-core looks for the parameter's name (OpenAPI 3.1 §4.8.12.4).",
    "None is not": "null where the schema is nullable beside anyOf or $ref (OpenAPI 3.0.3 §4.7.24.1).",
}
"""By what openapi-core says: why the stub accepts it."""


class Stubbed:
    """A stub of one document on a port, and what it says of each request."""

    def __init__(self, path: Path) -> None:
        self._provider = stubbed_provider("provider", str(path), root=path.parent)
        self._last: tuple[Violation, ...] | None = None
        self.server = StubServer(self._handle)
        self.url = self.server.url + self._provider.base_path
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        self.document: Any = read_yaml(data) if path.suffix == ".yaml" else read_json(data)
        self._session = requests.Session()

    def _handle(self, request: HttpRequest) -> HttpResponse:
        route = self._provider.definition.route(request)
        assert route is not None, f"{request.method} {request.path} reaches no operation"
        self._last = self._provider.definition.check_request(route)
        response = answer_from(self._provider, request).response
        assert (response.status == 400) >= bool(self._last)
        return response

    def operations(self, most: int) -> list[Any]:
        import schemathesis

        found = [each.ok() for each in schemathesis.openapi.from_dict(self.document).get_all_operations()]
        return found[:: max(1, len(found) // most)]

    def send(self, case: Any, *, is_valid: bool = False) -> tuple[Any, tuple[Violation, ...]] | None:
        """Give the request that was sent, and the stub's violations; None where no client can send such a case."""
        self._last = None
        wanted = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
        given = case.as_transport_kwargs(base_url=self.url)
        given |= written(case, given["params"]) if is_valid else {}
        arguments = {name: value for name, value in given.items() if name in wanted}
        try:
            prepared = self._session.prepare_request(requests.Request(**arguments))
        except (requests.RequestException, UnicodeError):
            return None
        self._session.send(prepared, timeout=60)
        return None if self._last is None else (prepared, self._last)


@contextmanager
def stubbed(path: Path) -> Iterator[Stubbed]:
    stub = Stubbed(path)
    try:
        yield stub
    finally:
        stub.server.stop()


def written(case: Any, query: Any) -> dict[str, Any]:
    """Give what clients write of a query, a form or parts that nest, which schemathesis itself does not."""
    found: dict[str, Any] = {}
    if isinstance(query, dict) and any(map(nests, query.values())):
        found["params"] = list(form_pairs(query))
    media_type = base_media_type(case.media_type or "")
    if isinstance(case.body, dict) and media_type == FORM:
        found["data"] = urlencode(list(form_pairs(case.body)))
    elif isinstance(case.body, dict) and media_type == MULTIPART:
        found |= {"data": None, "files": list(parts(case.body))}
    return found


def nests(value: Any) -> bool:
    elements = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict | list) for each in elements)


def form_pairs(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give names and texts: a list repeats its name, and what lies deeper has brackets (`items[0][price]`)."""
    for name, value in body.items():
        elements = value if isinstance(value, list) else [value]
        yield from bracketed(name, value) if nests(value) else ((name, form_text(each)) for each in elements)


def bracketed(name: str, value: Any) -> Iterator[tuple[str, str]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if children is None:
        yield name, form_text(value)
        return
    for step, child in children:
        yield from bracketed(f"{name}[{step}]", child)


def form_text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else dump_compact(value).decode()


def parts(body: dict[str, Any]) -> Iterator[tuple[str, tuple[str | None, str | bytes] | tuple[str | None, str, str]]]:
    """Give a part for each member, or for each element of a list; objects are JSON (OpenAPI 3.1 §4.8.14.5)."""
    for name, value in body.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict | list):
                yield name, (None, dump_compact(each).decode(), "application/json")
            elif isinstance(each, Binary):
                yield name, ("file", each.data)
            else:
                yield name, (None, form_text(each))


def cases(operation: Any, mode: str, count: int) -> list[Any]:
    """Give requests to an operation, equal ones in every run; none where schemathesis finds none."""
    from schemathesis import GenerationMode

    found: list[Any] = []

    @seed(5)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=GenerationMode(mode)))
    def collect(case: Any) -> None:
        found.append(case)

    with warnings.catch_warnings(), patch.multiple(providers, **_NOTHING_LOCAL, CONSTANTS_CACHE={}):
        warnings.simplefilter("ignore")
        try:
            collect()
        except Unsatisfiable:
            return []
    return found


_NOTHING_LOCAL: dict[str, Any] = {"_get_local_constants": lambda: providers.GLOBAL_CONSTANTS}
"""Hypothesis draws constants of the modules that happen to be loaded, which differ from run to run."""


def refused(stub: Stubbed, operations: int, count: int) -> tuple[int, list[Told]]:
    """Give how many valid requests were sent, and those that were refused and should not be."""
    sent_in_all, wrong = 0, []
    for operation in stub.operations(operations):
        for case in cases(operation, "positive", count):
            sent = stub.send(case, is_valid=True)
            sent_in_all += sent is not None
            if sent is not None and not all(is_unwritten(each, case) for each in sent[1]):
                wrong.append(Told(f"{sent[0].method} {sent[0].url} {sent[0].body!r}", sent[1], ""))
    return sent_in_all, wrong


def is_unwritten(violation: Violation, case: Any) -> bool:
    drawn = drawn_at(case, violation.location.steps)
    return any(each.explains(violation, drawn) for each in UNWRITTEN)


def drawn_at(case: Any, steps: tuple[Any, ...]) -> Any:
    """Give what was drawn for a place of a body or a query; `ABSENT` where nothing was."""
    found: Any = {"body": case.body, "query": case.query}
    for step in steps[1:]:
        try:
            found = found[step]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCEPTED)
def test_valid_requests_are_accepted(name: str, test_data: Callable[[str], Path]) -> None:
    with stubbed(test_data(f"definitions/real/openapi/{name}")) as stub:
        sent, wrong = refused(stub, operations=15, count=5)
    assert wrong == []
    assert sent > 50


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.parametrize("name", ACCEPTED)
def test_very_many_valid_requests_are_accepted(name: str, test_data: Callable[[str], Path]) -> None:
    with stubbed(test_data(f"definitions/real/openapi/{name}")) as stub:
        sent, wrong = refused(stub, operations=1_000, count=8)
    print(f"{name}: {sent} valid requests, {len(wrong)} refused")
    assert wrong == []


def bare(document: Any, url: str) -> Any:
    """The document for one server, and without security, which the stub does not ask for."""
    found = deepcopy(document) | {"servers": [{"url": url}]}
    found.pop("security", None)
    for item in found["paths"].values():
        item.pop("servers", None)
        for method in METHODS:
            item.get(method, {}).pop("security", None)
            item.get(method, {}).pop("servers", None)
    return found


def judged(stub: Stubbed, operations: int, count: int) -> list[Told]:
    """Give what the stub and openapi-core say of requests that are meant to be invalid."""
    from openapi_core import Config, OpenAPI
    from openapi_core.contrib.requests import RequestsOpenAPIRequest

    api = OpenAPI.from_dict(bare(stub.document, stub.url), config=Config(spec_validator_cls=None))
    told = []
    for operation in stub.operations(operations):
        for case in cases(operation, "negative", count):
            sent = stub.send(case)
            if sent is None:
                continue
            complaint = complaint_about(lambda request=sent[0]: api.validate_request(RequestsOpenAPIRequest(request)))
            told.append(Told(f"{sent[0].method} {sent[0].url} {sent[0].body!r}", sent[1], complaint))
    return told


def complaint_about(validate: Callable[[], object]) -> str:
    try:
        validate()
    except Exception as error:
        try:
            return str(error)
        except UnicodeDecodeError:  # openapi-core shows a body that is no text
            return type(error).__name__
    return ""


def unexplained(told: Iterable[Told]) -> list[Told]:
    return [each for each in told if not each.is_agreed and not explanations(each)]


def explanations(told: Told) -> list[str]:
    """Give why the two differ: for each violation a name, or why what the judge complains of is accepted."""
    if told.complaint:
        return [words for words in MILDER if words in told.complaint]
    found = [next((each.name for each in DIFFERENCES if each.explains(one)), "") for one in told.violations]
    return found if all(found) else []


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_invalid_requests_are_refused(name: str, test_data: Callable[[str], Path]) -> None:
    with stubbed(test_data(f"definitions/real/openapi/{name}")) as stub:
        told = judged(stub, operations=15, count=5)
    assert unexplained(told) == []
    assert sum(1 for each in told if each.violations and each.complaint) > 10


@pytest.mark.deep
@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_very_many_invalid_requests_are_refused(name: str, test_data: Callable[[str], Path]) -> None:
    with stubbed(test_data(f"definitions/real/openapi/{name}")) as stub:
        told = judged(stub, operations=200, count=6)
    agreed = [each for each in told if each.is_agreed]
    reasons = Counter(name for each in told if not each.is_agreed for name in set(explanations(each)))
    print(f"{name}: {len(told)} requests, {len(agreed)} judged alike, else {dict(reasons)}")
    assert unexplained(told) == []
