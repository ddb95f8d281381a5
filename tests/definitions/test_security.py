"""Credentials: what each kind of security scheme asks of a request, and when nothing is asked."""

from collections.abc import Callable
from textwrap import indent

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.model import HttpRequest
from contractkit.results import ABSENT

Read = Callable[[str], OpenApiDefinition]

SCHEMES = """\
components:
  securitySchemes:
    bearer: {type: http, scheme: Bearer}
    basic: {type: http, scheme: basic}
    digest: {type: http, scheme: digest}
    own: {type: http, scheme: our-token}
    header: {type: apiKey, in: header, name: X-Api-Key}
    raw: {type: apiKey, in: header, name: Authorization}
    query: {type: apiKey, in: query, name: api_key}
    cookie: {type: apiKey, in: cookie, name: sid}
    login: {type: oauth2, flows: {}}
    connect: {type: openIdConnect, openIdConnectUrl: 'https://example.com'}
    certificate: {type: mutualTLS}
    odd: {type: magic}
    nameless: {type: apiKey, in: header}
"""


def definition(read: Read, security: str | None, *, for_all: str | None = None) -> OpenApiDefinition:
    operation = "" if security is None else f"security: {security}\n"
    everywhere = "" if for_all is None else f"security: {for_all}\n"
    return read(
        "openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\n"
        f"{everywhere}paths:\n  /it:\n    get:\n{indent(operation, '      ')}      responses:\n"
        f"        '204': {{description: done}}\n{SCHEMES}"
    )


def request(**parts: str) -> HttpRequest:
    query = {"api_key": (parts.pop("api_key"),)} if "api_key" in parts else {}
    headers = {name.replace("_", "-"): (text,) for name, text in parts.items()}
    return HttpRequest(method="GET", path="/it", query=query, headers=headers)


def missing(given: OpenApiDefinition, sent: HttpRequest) -> tuple[str, str, object, str] | None:
    route = given.route(sent)
    assert route is not None
    assert given.check_request(route) == ()
    found = given.missing_credentials(route)
    if found is None:
        return None
    said = found.violation
    return (str(said.location), said.expected, said.received, said.pointer)


@pytest.mark.parametrize(
    ("security", "parts"),
    [
        ("[{bearer: []}]", {"authorization": "Bearer abc"}),
        ("[{bearer: []}]", {"authorization": "bearer abc"}),
        ("[{bearer: []}]", {"authorization": "DPoP abc"}),
        ("[{basic: []}]", {"authorization": "Basic YTpi"}),
        ("[{digest: []}]", {"authorization": 'Digest username="a"'}),
        ("[{own: []}]", {"authorization": "anything"}),
        ("[{raw: []}]", {"authorization": "anything"}),
        ("[{header: []}]", {"x_api_key": "abc"}),
        ("[{query: []}]", {"api_key": "abc"}),
        ("[{cookie: []}]", {"cookie": "theme=dark; sid=abc"}),
        ("[{login: [read]}]", {"authorization": "Bearer abc"}),
        ("[{connect: []}]", {"authorization": "Bearer abc"}),
        ("[{query: [], header: []}]", {"api_key": "a", "x_api_key": "b"}),
        ("[{query: []}, {header: []}]", {"x_api_key": "b"}),
        ("[{query: []}, {}]", {}),
        ("[{}]", {}),
        ("[]", {}),
        ("[{certificate: []}]", {}),
        (None, {}),
    ],
)
def test_credentials_that_suffice(definition_of: Read, security: str | None, parts: dict[str, str]) -> None:
    assert missing(definition(definition_of, security), request(**parts)) is None


AT = "/paths/~1it/get/security"


@pytest.mark.parametrize(
    ("security", "parts", "at", "expected", "received"),
    [
        ("[{bearer: []}]", {}, "headers.authorization", "bearer (header authorization: Bearer …)", ABSENT),
        (
            "[{bearer: []}]",
            {"authorization": "Bearer "},
            "headers.authorization",
            "bearer (header authorization: Bearer …)",
            "others",
        ),
        (
            "[{bearer: []}]",
            {"authorization": "s3cret"},
            "headers.authorization",
            "bearer (header authorization: Bearer …)",
            "others",
        ),
        (
            "[{bearer: []}]",
            {"authorization": "Basic YTpi"},
            "headers.authorization",
            "bearer (header authorization: Bearer …, not Basic)",
            "others",
        ),
        ("[{basic: []}]", {}, "headers.authorization", "basic (header authorization: Basic …)", ABSENT),
        ("[{digest: []}]", {}, "headers.authorization", "digest (header authorization: Digest …)", ABSENT),
        ("[{own: []}]", {}, "headers.authorization", "own (header authorization)", ABSENT),
        ("[{raw: []}]", {"authorization": ""}, "headers.authorization", "raw (header authorization)", ABSENT),
        ("[{header: []}]", {}, "headers['x-api-key']", "header (header x-api-key)", ABSENT),
        ("[{query: []}]", {"api_key": ""}, "query.api_key", "query (query api_key)", ABSENT),
        ("[{cookie: []}]", {"cookie": "theme=dark"}, "cookies.sid", "cookie (cookie sid)", ABSENT),
        ("[{login: [read]}]", {}, "headers.authorization", "login (header authorization: Bearer …)", ABSENT),
        ("[{connect: []}]", {}, "headers.authorization", "connect (header authorization: Bearer …)", ABSENT),
        (
            "[{query: [], header: []}]",
            {"api_key": "a"},
            "headers['x-api-key']",
            "query (query api_key) and header (header x-api-key)",
            ABSENT,
        ),
        (
            "[{query: [], header: []}, {cookie: []}]",
            {},
            "cookies.sid",
            "query (query api_key) and header (header x-api-key), or of cookie (cookie sid)",
            ABSENT,
        ),
        ("[{certificate: [], header: []}]", {}, "headers['x-api-key']", "header (header x-api-key)", ABSENT),
    ],
)
def test_credentials_that_are_missing(
    definition_of: Read, security: str, parts: dict[str, str], at: str, expected: str, received: object
) -> None:
    found = missing(definition(definition_of, security), request(**parts))
    assert found == (f"request.{at}", f"the credentials of {expected}", received, AT)


def test_what_the_document_demands_holds_where_an_operation_says_nothing(definition_of: Read) -> None:
    for_all = "[{header: []}]"
    found = missing(definition(definition_of, None, for_all=for_all), request())
    assert found is not None
    assert found[3] == "/security"
    assert missing(definition(definition_of, "[]", for_all=for_all), request()) is None


@pytest.mark.parametrize(
    ("security", "challenges"),
    [
        ("[{bearer: []}, {basic: []}]", ('Basic realm="Orders 1"', 'Bearer realm="Orders 1"')),
        ("[{digest: []}]", ('Digest realm="Orders 1", qop="auth", algorithm=MD5, nonce="0"',)),
        ("[{header: []}]", ()),
    ],
)
def test_what_a_refusal_asks_for(definition_of: Read, security: str, challenges: tuple[str, ...]) -> None:
    given = definition(definition_of, security)
    route = given.route(request())
    assert route is not None
    found = given.missing_credentials(route)
    assert found is not None
    assert found.challenges == challenges


@pytest.mark.parametrize(
    ("security", "sentence", "pointer"),
    [
        (
            "[{beaer: []}]",
            "The security scheme 'beaer' is not defined; nothing is asked for it. Did you mean bearer or header?",
            AT,
        ),
        (
            "[{odd: []}]",
            'The type of a security scheme is "magic", not one of apiKey, http, mutualTLS, oauth2, '
            "openIdConnect; it is passed over.",
            "/components/securitySchemes/odd",
        ),
        (
            "[{nameless: []}]",
            "An apiKey has a name, and is in one of cookie, header, query; it is passed over.",
            "/components/securitySchemes/nameless",
        ),
        ("{bearer: []}", 'security is a list, not {"bearer":[]}; no credentials are asked for.', AT),
        ("[bearer]", 'An alternative of security is an object, not "bearer".', f"{AT}/0"),
    ],
)
def test_mistakes_are_told_and_ask_for_nothing(definition_of: Read, security: str, sentence: str, pointer: str) -> None:
    given = definition(definition_of, security)
    assert missing(given, request()) is None
    assert [(each.sentence, each.pointer) for each in given.warnings()] == [(sentence, pointer)]


def test_a_scheme_that_leads_nowhere_is_told(definition_of: Read) -> None:
    given = definition_of(
        "openapi: 3.1.0\ninfo: {title: Orders, version: '1'}\npaths:\n  /it:\n    get:\n      security: [{key: []}]\n"
        "      responses: {'204': {description: done}}\n"
        "components: {securitySchemes: {key: {$ref: '#/components/securitySchemes/other'}}}\n"
    )
    assert missing(given, request()) is None
    assert [each.pointer for each in given.warnings()] == ["/components/securitySchemes/key", AT]


SWAGGER = """\
swagger: '2.0'
info: {title: Orders, version: '1'}
security: [{login: []}]
paths:
  /it: {get: {responses: {'204': {description: done}}}}
  /other: {get: {security: [{key: []}], responses: {'204': {description: done}}}}
securityDefinitions:
  login: {type: basic}
  key: {type: apiKey, in: query, name: api_key}
"""


def test_swagger_demands_the_same(definition_of: Read) -> None:
    given = definition_of(SWAGGER)
    assert missing(given, request(authorization="Basic YTpi")) is None
    assert missing(given, request()) == (
        "request.headers.authorization",
        "the credentials of login (header authorization: Basic …)",
        ABSENT,
        "/security",
    )
    found = missing(given, HttpRequest(method="GET", path="/other"))
    assert found is not None
    assert (found[0], found[3]) == ("request.query.api_key", "/paths/~1other/get/security")
