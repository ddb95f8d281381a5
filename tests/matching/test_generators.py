"""Generators make values of the example's kind where a request or a response leaves, and nothing else changes."""

import re
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from contractkit.errors import ContractFileError, ProviderStateError
from contractkit.matching import generate, variant_generators
from contractkit.matching.patterns import compile_pattern
from contractkit.model import (
    BinaryBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    Message,
    Rule,
    TextBody,
    Wildcard,
    parse_location,
)

NOW = datetime(2026, 11, 20, 15, 4, 5, tzinfo=UTC)


def at(place: str, name: str, /, **attributes: Any) -> LocatedGenerator:
    return LocatedGenerator(location=parse_location(place), name=name, attributes=attributes)


def made(name: str, example: Any, /, *, seed: int = 1, **attributes: Any) -> Any:
    response = HttpResponse(status=200, body=JsonBody({"a": example}))
    located = at("response.body.a", name, **attributes)
    side = generate(response, (located,), {}, now=NOW, random=Random(seed), server_url="http://127.0.0.1:80")
    assert isinstance(side.body, JsonBody)
    return side.body.value["a"]


def sent(request: HttpRequest, *generators: LocatedGenerator, **context: Any) -> HttpRequest:
    return generate(request, generators, context, now=NOW, random=Random(1))


@pytest.mark.parametrize(
    ("name", "attributes", "pattern"),
    [
        ("RandomInt", {"min": 3, "max": 5}, "[345]"),
        ("RandomDecimal", {"digits": 6}, r"(?=.{7}$)\d+\.\d+"),
        ("RandomDecimal", {"digits": 2}, r"\d\.\d"),
        ("RandomHexadecimal", {"digits": 6}, "[0-9A-F]{6}"),
        ("RandomString", {}, "[A-Za-z0-9]{10}"),
        ("RandomBoolean", {}, "true|false"),
        ("Regex", {"regex": r"^\d{1,8}-[a-c]$"}, r"\d{1,8}-[a-c]"),
        ("Uuid", {}, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("Uuid", {"format": "upper-case-hyphenated"}, "[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"),
        ("Uuid", {"format": "simple"}, "[0-9a-f]{32}"),
        ("Uuid", {"format": "URN"}, "urn:uuid:[0-9a-f-]{36}"),
        ("Date", {}, "2026-11-20"),
        ("Time", {}, "15:04:05"),
        ("DateTime", {}, "2026-11-20T15:04:05Z"),
        ("DateTime", {"format": "EEE, d MMM yyyy hh:mm:ss.SSS a xx"}, r"Fri, 20 Nov 2026 03:04:05\.000 PM \+0000"),
        ("Date", {"expression": "today + 1 month - 2 days"}, "2026-12-18"),
        ("Date", {"expression": "next monday"}, "2026-11-23"),
        ("Date", {"expression": "last friday"}, "2026-11-13"),
        ("Date", {"expression": "next year"}, "2027-11-20"),
        ("Time", {"expression": "now - 5 hours"}, "10:04:05"),
        ("DateTime", {"expression": "tomorrow @ noon + 1 minute"}, "2026-11-21T12:01:00Z"),
        ("DateTime", {"expression": "yesterday @ 3 o'clock pm"}, "2026-11-19T15:00:00Z"),
        (
            "MockServerURL",
            {"regex": r".*(/orders/\d+)$", "example": "http://x/orders/1"},
            "http://127.0.0.1:80/orders/1",
        ),
    ],
)
def test_a_generator_makes_text_of_its_form(name: str, attributes: dict[str, Any], pattern: str) -> None:
    texts = [made(name, "example", seed=seed, **attributes) for seed in range(20)]
    assert [text for text in texts if re.fullmatch(pattern, text) is None] == []


@pytest.mark.parametrize(
    ("name", "example", "kind"),
    [("RandomInt", 1, int), ("RandomDecimal", 1.5, float), ("RandomBoolean", True, bool), ("RandomInt", "1", str)],
)
def test_a_generated_value_is_of_the_kind_of_the_example(name: str, example: Any, kind: type) -> None:
    assert type(made(name, example)) is kind


def test_the_same_source_of_chance_gives_the_same_values() -> None:
    assert [made("Uuid", "", seed=7), made("Regex", "", seed=7, regex="[a-z]{9}")] == [
        made("Uuid", "", seed=7),
        made("Regex", "", seed=7, regex="[a-z]{9}"),
    ]


def test_values_of_provider_states_go_wherever_a_request_has_a_place() -> None:
    request = HttpRequest(
        method="POST",
        path="/users/1",
        query={"id": ("1", "2")},
        headers={"x-user": ("user 1",)},
        body=JsonBody({"ids": [{"id": 1}, {"id": 2}], "name": "x"}),
    )
    generators = (
        at("request.path", "ProviderState", expression="/users/${id}"),
        at("request.query.id[0]", "ProviderState", expression="id"),
        at("request.headers['x-user']", "ProviderState", expression="user ${id}"),
        at("request.body.ids[*].id", "ProviderState", expression="${id}"),
        at("request.body.name", "ProviderState", expression="${id}", dataType="STRING"),
    )
    assert sent(request, *generators, id=7) == HttpRequest(
        method="POST",
        path="/users/7",
        query={"id": ("7", "2")},
        headers={"x-user": ("user 7",)},
        body=JsonBody({"ids": [{"id": 7}, {"id": 7}], "name": "7"}),
    )


def test_a_value_in_a_path_is_encoded() -> None:
    path = at("request.path", "ProviderState", expression="/users/${name}")
    assert sent(HttpRequest(method="GET", path="/users/x"), path, name="a b?c").path == "/users/a%20b%3Fc"


@pytest.mark.parametrize(
    ("data_type", "value", "expected"),
    [("STRING", 7, "7"), ("INTEGER", "7", 7), ("DECIMAL", "7.5", 7.5), ("BOOLEAN", "true", True), ("RAW", [1], [1])],
)
def test_a_data_type_casts_the_value(data_type: str, value: Any, expected: Any) -> None:
    request = HttpRequest(method="POST", path="/", body=JsonBody({"a": None}))
    generator = at("request.body.a", "ProviderState", expression="${v}", dataType=data_type)
    assert sent(request, generator, v=value).body == JsonBody({"a": expected})


def test_a_form_gets_its_values() -> None:
    form = TextBody("id=1&name=x", "application/x-www-form-urlencoded")
    generator = at("request.body.id", "ProviderState", expression="id")
    request = sent(HttpRequest(method="POST", path="/", body=form), generator, id="a b")
    assert request.body == TextBody("id=a+b&name=x", "application/x-www-form-urlencoded")


def test_metadata_of_a_message_gets_its_values() -> None:
    message = Message(contents=JsonBody({}), metadata={"key": "x"})
    made_message = generate(message, (at("message.metadata.key", "RandomHexadecimal"),), {}, now=NOW, random=Random(1))
    assert re.fullmatch("[0-9A-F]{10}", made_message.metadata["key"])


def test_a_response_keeps_the_examples_of_provider_states() -> None:
    assert made("ProviderState", 5, expression="${id}") == 5


def test_generators_of_the_other_side_and_of_absent_places_do_nothing() -> None:
    request = HttpRequest(method="GET", path="/", body=JsonBody({"a": 1}))
    assert sent(request, at("response.body.a", "RandomInt"), at("request.body.b.c", "RandomInt")) == request


def test_a_value_that_no_state_gave_is_named() -> None:
    generator = at("request.path", "ProviderState", expression="/users/${id}")
    with pytest.raises(ProviderStateError) as raised:
        sent(HttpRequest(method="GET", path="/users/1"), generator, name="x", age=3)
    assert str(raised.value) == (
        "No provider state gave a value for id.\n\n"
        "  needed at    request.path\n"
        "  expression   /users/${id}\n"
        "  given        age, name\n\n"
        'Return it from the state\'s handler: {"id":"…"}.'
    )


@pytest.mark.parametrize(
    ("name", "attributes", "reason"),
    [
        ("Date", {"format": "yyyy-bb"}, "its format yyyy-bb holds bb, which contractkit does not know"),
        ("Date", {"expression": "soon"}, "its expression is not understood from 'soon' on"),
        ("Date", {"expression": "now + 3 moons"}, "its expression names the unit 'moons'; known: year, month,"),
        ("Date", {"expression": "now + 999999 years"}, "its expression leaves the calendar"),
        ("Regex", {"regex": "("}, "its pattern ( is not a regular expression, or too large"),
        ("Regex", {"regex": "((((a*)*)*)*)*"}, "no text could be made for its pattern ((((a*)*)*)*)*"),
        ("MockServerURL", {"regex": "x(y)", "example": "z"}, "its example z does not match its regex x(y)"),
    ],
)
def test_a_generator_that_cannot_be_used_says_why(name: str, attributes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContractFileError) as raised:
        made(name, "x", **attributes)
    assert raised.value.explanation.summary.startswith(f"The generator {name} cannot be used: {reason}")


@pytest.mark.parametrize(
    "pattern",
    [
        r"\p{Alpha}{3}\p{Lu}[\p{L}_]",
        "[a-z&&[^b]]{4}",
        r"^\d+\z",
        r"(?<n>[ab])-\k<n>",
        r"[[:alpha:]]{2}\Q.*\E",
        r"[\w-.]{3}a++b(?>c)",
        r"(?=a)[ab]\w",
    ],
)
def test_texts_are_made_of_patterns_in_the_dialect_of_files(pattern: str) -> None:
    assert compile_pattern(pattern)(made("Regex", "x", regex=pattern))


def test_an_unknown_generator_is_said_with_the_nearest_name() -> None:
    with pytest.raises(ContractFileError) as raised:
        made("Uid", "x")
    assert str(raised.value) == "The generator Uid is not known.\n\n  at   response.body.a\n\nDid you mean Uuid?"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            TextBody("a: 1", "text/yaml"),
            "values can be put into JSON, forms, XML, multipart and whole texts, not into text/yaml",
        ),
        (TextBody("<a>", "text/xml"), "the XML body cannot be read: no element found (line 1, column 4)"),
        (TextBody("--x", "multipart/mixed; boundary=y"), "the multipart body cannot be taken apart"),
    ],
)
def test_a_body_that_takes_no_values_is_said(body: TextBody, reason: str) -> None:
    with pytest.raises(ContractFileError) as raised:
        sent(HttpRequest(method="POST", path="/", body=body), at("request.body.a", "Uuid"))
    assert raised.value.explanation.summary == f"The generator Uuid cannot be used: {reason}."


@pytest.mark.parametrize(
    ("place", "document"),
    [
        ("a.b", "<a x='1'><b>7</b><b>7</b><c><d>e</d>f</c></a>"),
        ("a.b[1]['#text']", "<a x='1'><b>1</b><b>7</b><c><d>e</d>f</c></a>"),
        ("a['@x']", """<a x="7"><b>1</b><b/><c><d>e</d>f</c></a>"""),
        ("a.*.d", "<a x='1'><b>1</b><b/><c><d>7</d>f</c></a>"),
        ("a.c", "<a x='1'><b>1</b><b/><c><d>e</d>f</c></a>"),
        ("a.c['#text']", "<a x='1'><b>1</b><b/><c><d>e</d>f</c></a>"),
    ],
)
def test_a_value_stands_in_xml_where_its_place_is_and_nothing_else_changes(place: str, document: str) -> None:
    body = TextBody("<a x='1'><b>1</b><b/><c><d>e</d>f</c></a>", "text/xml")
    generator = at(f"request.body.{place}", "ProviderState", expression="${id}")
    assert sent(HttpRequest(method="POST", path="/", body=body), generator, id=7).body == TextBody(document, "text/xml")


def test_bytes_of_other_parts_stay_and_what_a_part_says_of_its_encoding_holds() -> None:
    def body(content: bytes) -> BinaryBody:
        head = b'--X\r\ncontent-disposition: form-data; name="a"\r\ncontent-transfer-encoding: base64\r\n\r\n'
        rest = b"\r\n--X\r\n\r\n\xff\xfe\r\n--X--"
        return BinaryBody(head + content + rest, "Multipart/mixed; boundary=X")

    generator = at("request.body.a", "ProviderState", expression="${id}")
    request = HttpRequest(method="POST", path="/", body=body(b"eA=="))
    assert sent(request, generator, id="seven").body == body(b"c2V2ZW4=")


@pytest.mark.parametrize(
    ("name", "attributes", "reason"),
    [
        ("RandomInt", {"min": "few"}, 'its min is not a whole number: "few"'),
        ("RandomInt", {"max": 1.5}, "its max is not a whole number: 1.5"),
        ("RandomInt", {"min": 5, "max": 3}, "its min 5 is greater than its max 3"),
        ("RandomString", {"size": 10**9}, "its size is not in 0 to 100,000"),
        ("RandomHexadecimal", {"digits": -1}, "its digits is not in 0 to 100,000"),
        ("RandomDecimal", {"digits": 10**6}, "its digits is not in 0 to 300"),
        ("Regex", {"regex": "(?=x)(x{1000}){1000}"}, "its pattern repeats without end"),
        ("DateTime", {"expression": "+ 1 day" * 10_000}, "its expression is longer than 200 characters"),
        ("Date", {"format": "dM" * 25}, f"its format {'dM' * 25} can be read in too many ways"),
    ],
)
def test_a_generator_beyond_its_bounds_says_why(name: str, attributes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContractFileError) as caught:
        made(name, "x", **attributes)
    assert caught.value.args[0] == f"The generator {name} cannot be used: {reason}."


@pytest.mark.parametrize(
    ("data_type", "value", "reason"),
    [
        ("INTEGER", "inf", "'inf' is no number that JSON can write"),
        ("DECIMAL", "nan", "'nan' is no number that JSON can write"),
        ("INTEGER", "much", "'much' is no number"),
    ],
)
def test_a_value_that_is_no_number_is_not_sent(data_type: str, value: str, reason: str) -> None:
    request = HttpRequest(method="POST", path="/", body=JsonBody({"a": 1}))
    generator = at("request.body.a", "ProviderState", expression="n", dataType=data_type)
    with pytest.raises(ContractFileError) as caught:
        sent(request, generator, n=value)
    assert caught.value.args[0] == f"The generator ProviderState cannot be used: {reason}."


def test_variants_carry_generators_for_their_examples() -> None:
    variants = [
        {"index": 0, "generators": {"$.id": {"type": "ProviderState", "expression": "${id}"}}},
        {"index": 1, "generators": {"$.at": {"type": "Date"}}},
        {"index": 1, "generators": {"$..at": {"type": "Date"}, "$.x": 5}},
    ]
    rule = LocatedRules(
        location=parse_location("request.body.actions"), rules=(Rule("arrayContains", {"variants": variants}),)
    )
    request = HttpRequest(method="POST", path="/", body=JsonBody({"actions": [{"id": 1}, {"at": "2000-01-01"}]}))
    assert sent(request, *variant_generators([rule]), id=7).body == JsonBody(
        {"actions": [{"id": 7}, {"at": "2026-11-20"}]}
    )


def test_a_status_that_is_none_is_refused() -> None:
    with pytest.raises(ContractFileError) as caught:
        generate(HttpResponse(status=200), (at("response.status", "RandomString"),), {}, now=NOW, random=Random(1))
    assert caught.value.args[0] == "The generator RandomString cannot be used: 'i0VpEBOWfb' is no number."


def test_a_status_that_is_no_whole_number_is_refused() -> None:
    half = at("response.status", "RandomBoolean")
    with pytest.raises(ContractFileError) as caught:
        generate(HttpResponse(status=200), (half,), {}, now=NOW, random=Random(1))
    assert caught.value.args[0] == "The generator RandomBoolean cannot be used: it gives true for a status."


def test_a_generator_at_the_end_of_thousands_of_wildcards_reaches_nothing() -> None:
    response = HttpResponse(status=200, body=JsonBody({"a": 1}))
    far = LocatedGenerator(location=Location(("response", "body", *[Wildcard.ANY] * 10_000)), name="Uuid")
    assert generate(response, (far,), {}, now=NOW, random=Random(1)) == response
