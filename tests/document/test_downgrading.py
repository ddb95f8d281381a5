"""A contract as a file of an older version: what it says is kept, or refused by name."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contractkit.cli.main import run
from contractkit.document import downgrade_contract, dump_contract, load_contract
from contractkit.errors import ContractFileError
from contractkit.model import (
    BinaryBody,
    Contract,
    EmptyBody,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Message,
    MissingBody,
    ProviderState,
    RpcCall,
    Rule,
    SynchronousMessages,
    TextBody,
    media_type_of,
    parse_location,
)
from tests.document.strategies import http_calls

JSON = {"content-type": ("application/json",)}
CALL = HttpCall(
    request=HttpRequest(
        method="POST",
        path="/orders",
        query={"limit": ("5",), "id": ("1", "2")},
        headers={**JSON, "accept": ("application/json", "text/plain")},
        body=JsonBody({"a": 1}),
    ),
    response=HttpResponse(status=201, headers=JSON, body=JsonBody({"id": 7, "lines": [{"sku": "x"}]})),
)
RULES = (
    LocatedRules(location=parse_location("request.path"), rules=(Rule("regex", {"regex": "/orders.*"}),)),
    LocatedRules(location=parse_location("response.body.lines"), rules=(Rule("type", {"min": 1}),)),
    LocatedRules(location=parse_location("response.headers['content-type']"), rules=(Rule("type"),)),
)
ORDER = Interaction(
    key="k", description="an order", exchange=CALL, states=(ProviderState(name="order exists"),), rules=RULES
)
EVENT = Interaction(
    key="e",
    description="an event",
    exchange=Message(contents=JsonBody({"id": 1}), metadata={"contentType": "application/json"}),
    states=(ProviderState(name="order exists", params={"id": 7}),),
    rules=(LocatedRules(location=parse_location("message.contents.id"), rules=(Rule("integer"),)),),
)


def contract_of(*interactions, **changes):
    return Contract(consumer="web-shop", provider="orders", interactions=interactions, **changes)


def refused(contract, version):
    with pytest.raises(ContractFileError) as raised:
        downgrade_contract(contract, version)
    return raised.value.explanation.details


def with_rule(place, *rules, **changes):
    located = LocatedRules(location=parse_location(place), rules=rules, **changes)
    return replace(ORDER, rules=(located,))


def with_answer(body, headers=JSON):
    return replace(
        ORDER, rules=(), exchange=replace(CALL, response=HttpResponse(status=200, headers=headers, body=body))
    )


def test_a_call_in_version_2():
    assert json.loads(downgrade_contract(contract_of(ORDER), "v2")) == {
        "consumer": {"name": "web-shop"},
        "provider": {"name": "orders"},
        "interactions": [
            {
                "description": "an order",
                "providerState": "order exists",
                "request": {
                    "method": "POST",
                    "path": "/orders",
                    "query": "limit=5&id=1&id=2",
                    "headers": {"content-type": "application/json", "accept": "application/json, text/plain"},
                    "body": {"a": 1},
                    "matchingRules": {"$.path": {"match": "regex", "regex": "/orders.*"}},
                },
                "response": {
                    "status": 201,
                    "headers": {"content-type": "application/json"},
                    "body": {"id": 7, "lines": [{"sku": "x"}]},
                    "matchingRules": {
                        "$.body.lines": {"match": "type", "min": 1},
                        "$.headers['content-type']": {"match": "type"},
                    },
                },
            }
        ],
        "metadata": {"pactSpecification": {"version": "2.0.0"}},
    }


def test_a_call_in_version_3():
    (written,) = json.loads(downgrade_contract(contract_of(ORDER), "3.0.0"))["interactions"]
    assert written == {
        "description": "an order",
        "providerStates": [{"name": "order exists"}],
        "request": {
            "method": "POST",
            "path": "/orders",
            "query": {"limit": ["5"], "id": ["1", "2"]},
            "headers": {"content-type": "application/json", "accept": ["application/json", "text/plain"]},
            "body": {"a": 1},
            "matchingRules": {"path": {"combine": "AND", "matchers": [{"match": "regex", "regex": "/orders.*"}]}},
        },
        "response": {
            "status": 201,
            "headers": {"content-type": "application/json"},
            "body": {"id": 7, "lines": [{"sku": "x"}]},
            "matchingRules": {
                "body": {"$.lines": {"combine": "AND", "matchers": [{"match": "type", "min": 1}]}},
                "header": {"content-type": {"combine": "AND", "matchers": [{"match": "type"}]}},
            },
        },
    }


def test_messages_in_version_3_stand_in_a_file_of_their_own():
    assert json.loads(downgrade_contract(contract_of(EVENT), "3")) == {
        "consumer": {"name": "web-shop"},
        "provider": {"name": "orders"},
        "messages": [
            {
                "description": "an event",
                "providerStates": [{"name": "order exists", "params": {"id": 7}}],
                "contents": {"id": 1},
                "metaData": {"contentType": "application/json"},
                "matchingRules": {"body": {"$.id": {"combine": "AND", "matchers": [{"match": "integer"}]}}},
            }
        ],
        "metadata": {"pactSpecification": {"version": "3.0.0"}},
    }
    assert refused(contract_of(ORDER, EVENT), "3") == (
        ("an event", "message: a message beside calls, which this version keeps in another file"),
    )


def test_version_4_is_the_canonical_file():
    assert downgrade_contract(contract_of(ORDER, EVENT), "4") == dump_contract(contract_of(ORDER, EVENT))


def test_everything_that_does_not_fit_is_named_at_once():
    odd = replace(
        ORDER,
        description="an odd order",
        pending=True,
        transport="carrier",
        rules=(
            LocatedRules(location=parse_location("response.body.id"), rules=(Rule("semver"), Rule("type"))),
            LocatedRules(location=parse_location("response.status"), rules=(Rule("statusCode"),)),
        ),
        generators=(LocatedGenerator(location=parse_location("response.body.id"), name="RandomInt"),),
        states=(ProviderState(name="a", params={"id": 1}), ProviderState(name="b")),
        kept={"interaction": {"pluginConfiguration": {"csv": {}}}},
    )
    call = Interaction(key="c", description="a call", exchange=RpcCall(procedure="a.B/C", events=()))
    asked = Message(contents=JsonBody({}))
    question = Interaction(
        key="q", description="a question", exchange=SynchronousMessages(request=asked, responses=(asked,))
    )
    contract = contract_of(
        odd, call, question, EVENT, kept={"interactions": {"0": {"type": "Pigeons", "description": "p"}}}
    )
    with pytest.raises(ContractFileError) as raised:
        downgrade_contract(contract, "2")
    assert str(raised.value) == (
        "The contract of web-shop with orders does not fit into version 2.\n\n"
        "  an event       message: a message beside calls, which this version keeps in another file\n"
        "  p              type: an interaction of type Pigeons\n"
        "  a call         procedure: a remote procedure call of a.B/C\n"
        "  a question     request: a synchronous message\n"
        "  an event       providerStates[0]: a state with parameters\n"
        "  an event       message: a message\n"
        "  an odd order   pending: an interaction that may fail\n"
        "  an odd order   transport: the transport carrier\n"
        "  an odd order   pluginConfiguration: content of the plugin csv\n"
        "  an odd order   providerStates: 2 states\n"
        "  an odd order   providerStates[0]: a state with parameters\n"
        "  an odd order   response.body.id: the rule semver\n"
        "  an odd order   response.body.id: 2 rules for one place\n"
        "  an odd order   response.status: the rule statusCode\n"
        "  an odd order   response.body.id: the generator RandomInt\n"
        "  an odd order   response.status: a rule for this place\n\n"
        "Leave these interactions out, or keep the contract in version 4."
    )


@pytest.mark.parametrize(
    ("place", "name", "attributes", "feature"),
    [
        ("response.body.id", "MockServerURL", {}, "the generator MockServerURL"),
        ("response.body.id", "Uuid", {"format": "simple"}, "the generator Uuid with the format simple"),
    ],
)
def test_generators_that_version_3_does_not_have_are_refused(place, name, attributes, feature):
    generator = LocatedGenerator(location=parse_location(place), name=name, attributes=attributes)
    assert refused(contract_of(replace(ORDER, generators=(generator,))), "3") == (("an order", f"{place}: {feature}"),)


@pytest.mark.parametrize("name", ["notEmpty", "semver", "statusCode", "eachKey", "eachValue", "arrayContains", "mine"])
def test_rules_of_version_4_are_refused_in_version_3(name):
    contract = contract_of(with_rule("response.body.id", Rule(name)))
    assert refused(contract, "3") == (("an order", f"response.body.id: the rule {name}"),)


@pytest.mark.parametrize(
    ("body", "headers", "written"),
    [
        (MissingBody(), JSON, None),
        (EmptyBody(), JSON, '"body": ""'),
        (JsonBody(None), JSON, '"body": null'),
        (JsonBody("abc"), JSON, '"body": "abc"'),
        (JsonBody("12"), JSON, '"body": "\\"12\\""'),
        (JsonBody(""), JSON, '"body": "\\"\\""'),
        (TextBody("hello"), {}, '"body": "hello"'),
        (TextBody("a: 1", "application/yaml"), {"content-type": ("application/yaml",)}, '"body": "a: 1"'),
        (BinaryBody(b"\0\1", "image/png"), {"content-type": ("image/png",)}, '"body": "AAE="'),
    ],
)
def test_a_body_is_written_as_what_reads_the_same(body, headers, written):
    data = downgrade_contract(contract_of(with_answer(body, headers)), "3")
    response = data.decode().partition('"response"')[2]
    assert written in response if written else "body" not in response
    assert load_contract(data, origin="a.json").interactions[0].exchange.response.body == body


@pytest.mark.parametrize(
    ("body", "headers", "feature"),
    [
        (BinaryBody(b"\0", "image/png"), {}, "a body of image/png under no content type"),
        (TextBody("{", "text/plain"), JSON, "a body of text/plain under the content type application/json"),
        (TextBody("{}", "text/plain"), {}, "a body of text/plain under no content type"),
        (JsonBody("abc"), {}, "a body of application/json under no content type"),
    ],
)
def test_a_body_that_would_be_read_otherwise_is_refused(body, headers, feature):
    assert refused(contract_of(with_answer(body, headers)), "3") == (("an order", f"response.body: {feature}"),)


def test_what_a_string_cannot_say_of_headers_and_queries_is_refused_in_version_2():
    request = HttpRequest(method="GET", path="/", query={"a": ()}, headers={"set-cookie": ("a", "b"), "x-a": ()})
    contract = contract_of(replace(ORDER, rules=(), exchange=replace(CALL, request=request)))
    assert refused(contract, "2") == (
        ("an order", "request.query: parameters that no query string can say"),
        ("an order", "request.headers['set-cookie']: a header of 2 values"),
        ("an order", "request.headers['x-a']: a header of no values"),
    )


def test_unknown_members_go_along_where_they_have_a_place():
    kept = {"interaction": {"x-a": 1}, "request": {"x-b": 2}, "comments": {"x-c": 3}, "request.body": {"x-d": 4}}
    contract = contract_of(replace(ORDER, kept=kept), kept={"metadata": {"x-tool": "1.0"}})
    assert refused(contract, "3") == (("an order", "request.body: the member x-d"),)
    del kept["request.body"]
    written = json.loads(downgrade_contract(contract_of(replace(ORDER, kept=kept), kept=contract.kept), "3"))
    assert written["metadata"] == {"pactSpecification": {"version": "3.0.0"}, "x-tool": "1.0"}
    assert (written["interactions"][0]["x-a"], written["interactions"][0]["request"]["x-b"]) == (1, 2)


def test_other_versions_are_not_written():
    with pytest.raises(ContractFileError) as raised:
        downgrade_contract(contract_of(ORDER), "1.1")
    assert str(raised.value) == "Contracts are not written in version 1.1.\n\nVersions 2, 3 and 4 are written."


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.slow
@given(http_calls, st.sampled_from(["2", "3"]))
def test_what_is_written_means_the_same_and_what_does_not_fit_is_refused(interaction, version):
    meant = plain(interaction)
    try:
        data = downgrade_contract(contract_of(meant), version)
    except ContractFileError as error:
        assert all(description == (meant.description or '""') for description, _ in error.explanation.details)
        return
    (read,) = load_contract(data, origin="a.json").interactions
    assert (read.description, read.states, read.rules) == (meant.description, meant.states, meant.rules)
    assert read.exchange.request.query == meant.exchange.request.query
    for found, wanted in (
        (read.exchange.request, meant.exchange.request),
        (read.exchange.response, meant.exchange.response),
    ):
        assert joined(found.headers) == joined(wanted.headers)
        assert isinstance(found.body, type(wanted.body))
        assert getattr(found.body, "value", None) == getattr(wanted.body, "value", None)


def plain(interaction):
    """Give a call with rules that version 2 has, whose headers say what its bodies are."""
    request, response = interaction.exchange.request, interaction.exchange.response
    query = {name: values for name, values in request.query.items() if values and None not in values}
    request = replace(request, query=query, headers=saying_its_type(request))
    exchange = HttpCall(request=request, response=replace(response, headers=saying_its_type(response)))
    rules = tuple(replace(each, rules=(Rule("type"),), combine="AND") for each in interaction.rules)
    states = tuple(replace(each, params={}) for each in interaction.states[:1])
    return replace(
        interaction, exchange=exchange, rules=rules, generators=(), states=states, pending=False, transport=None
    )


def saying_its_type(side):
    media_type = media_type_of(side.body)
    return side.headers if media_type is None else {**side.headers, "content-type": (media_type,)}


def joined(headers):
    return {name: ", ".join(values) for name, values in headers.items()}


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.json"
    path.write_bytes(dump_contract(contract_of(ORDER, EVENT)))
    return path


def test_show_prints_a_file_of_the_version_that_was_asked_for(file, capsys):
    assert run(["show", "a.json", "--interaction", "an order", "--as", "v2"]) == 0
    (shown,) = load_contract(capsys.readouterr().out.encode(), origin="shown").interactions
    assert (shown.exchange.response, shown.rules, shown.states) == (CALL.response, RULES, ORDER.states)
    assert run(["show", "a.json", "--as", "v4"]) == 0
    assert capsys.readouterr().out.encode() == file.read_bytes()


def test_show_refuses_what_it_cannot_print_as_one_file(file, capsys):
    (file.parent / "b.json").write_bytes(file.read_bytes())
    assert run(["show", ".", "--as", "v3"]) == 2
    assert capsys.readouterr().err == "--as prints one contract, and there are 2 here.\n\nName one file.\n"
    assert run(["show", "a.json", "--as", "v3", "--format", "json"]) == 2
    assert (
        capsys.readouterr().err == "--as prints a Pact file, which has no other format.\n\nLeave --format json out.\n"
    )
    assert run(["show", "a.json", "--as", "v3"]) == 2
    assert capsys.readouterr().err == (
        "The contract of web-shop with orders does not fit into version 3.\n\n"
        "  an event   message: a message beside calls, which this version keeps in another file\n\n"
        "Leave these interactions out, or keep the contract in version 4.\n"
    )
