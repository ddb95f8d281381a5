import json
from dataclasses import replace

import pytest

from contractkit.document import contract_file_name, dump_contract, load_contract, read_contract, skipped_interactions
from contractkit.errors import ContractFileError
from contractkit.model import (
    Contract,
    EmptyBody,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Location,
    Message,
    MissingBody,
    ProviderState,
    Rule,
    parse_location,
)


def file_of(*interactions, version="4.0", **members):
    tree = {
        "consumer": {"name": "web-shop"},
        "provider": {"name": "orders"},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": version}},
        **members,
    }
    return json.dumps(tree).encode()


def call(**members):
    return {"description": "an order", "request": {}, "response": {}, **members}


def only(data):
    (interaction,) = load_contract(data, origin="a.json").interactions
    return interaction


@pytest.mark.parametrize("name", ["", "$"])
def test_a_generator_of_a_path_may_stand_below_its_category_and_have_a_member_of_that_name(name):
    generators = {"path": {name: {"type": "Uuid"}}, "method": {"type": "Regex", name: None}}
    assert only(file_of(call(request={"generators": generators}))).generators == (
        LocatedGenerator(location=Location(("request", "method")), name="Regex", attributes={name: None}),
        LocatedGenerator(location=Location(("request", "path")), name="Uuid"),
    )


def message_of(data):
    with pytest.raises(ContractFileError) as raised:
        load_contract(data, origin="contracts/a.json")
    return str(raised.value)


def test_a_version_2_call_is_read_whole():
    request = {
        "method": "post",
        "path": "/orders",
        "query": "limit=5&ids[]=1&ids[]=2",
        "headers": {"Accept": "application/json"},
        "body": {"a": 1},
        "matchingRules": {"$.body.a": {"match": "type"}, "$.header.Accept": {"match": "regex", "regex": "a.*"}},
    }
    response = {"status": 201, "body": None, "matchingRules": {"$.headers['X-A'][0]": {"min": "2"}}}
    data = file_of(call(providerState="order exists", request=request, response=response), version="2.0.0")
    assert only(data) == Interaction(
        key="c88366c21e620720",
        description="an order",
        states=(ProviderState(name="order exists"),),
        exchange=HttpCall(
            request=HttpRequest(
                method="POST",
                path="/orders",
                query={"limit": ("5",), "ids[]": ("1", "2")},
                headers={"accept": ("application/json",)},
                body=JsonBody({"a": 1}),
            ),
            response=HttpResponse(status=201, body=JsonBody(None)),
        ),
        rules=(
            LocatedRules(location=parse_location("request.body.a"), rules=(Rule("type"),)),
            LocatedRules(location=parse_location("request.headers.accept"), rules=(Rule("regex", {"regex": "a.*"}),)),
            LocatedRules(location=parse_location("response.headers['x-a'][0]"), rules=(Rule("type", {"min": 2}),)),
        ),
    )


def test_a_version_3_message_is_read():
    message = {
        "description": "an event",
        "providerStates": [{"name": "order exists", "params": {"id": 7}}],
        "contents": {"id": 1},
        "metaData": {"contentType": "application/json"},
        "matchingRules": {"body": {"$.id": {"matchers": [{"match": "integer"}]}}},
    }
    data = json.dumps({"consumer": {"name": "c"}, "provider": {"name": "p"}, "messages": [message]}).encode()
    contract = load_contract(data, origin="a.json")
    assert contract.specification == "3.0"
    (read,) = contract.interactions
    assert read.exchange == Message(contents=JsonBody({"id": 1}), metadata={"contentType": "application/json"})
    assert read.states == (ProviderState(name="order exists", params={"id": 7}),)
    assert read.rules == (LocatedRules(location=parse_location("message.contents.id"), rules=(Rule("integer"),)),)


@pytest.mark.parametrize(
    ("metadata", "specification"),
    [
        ({"pactSpecification": {"version": "1.0.0"}}, "1.0"),
        ({"pactSpecification": {"version": "1.1.0"}}, "1.1"),
        ({"pact-specification": {"version": "2.0"}}, "2.0"),
        ({"pactSpecificationVersion": "3.0.0"}, "3.0"),
        ({"pactSpecification": {"version": "4"}}, "4.0"),
        ({}, "3.0"),
        (None, "3.0"),
    ],
)
def test_every_spelling_of_the_specification_version_is_read(metadata, specification):
    assert load_contract(file_of(metadata=metadata), origin="a.json").specification == specification


@pytest.mark.parametrize(
    ("response", "body"),
    [
        ({}, MissingBody()),
        ({"body": None}, JsonBody(None)),
        ({"body": {"content": None}}, JsonBody(None)),
        ({"body": ""}, EmptyBody()),
        ({"body": {"content": ""}}, EmptyBody()),
    ],
)
def test_absent_null_and_empty_bodies_are_three_things(response, body):
    assert only(file_of(call(response=response))).exchange.response.body == body


def test_the_query_of_a_version_1_file_keeps_its_order_through_a_rewrite():
    data = file_of(call(request={"query": "z=1&a=2"}), version="1.0.0")
    contract = load_contract(dump_contract(load_contract(data, origin="a.json")), origin="a.json")
    assert contract.specification == "1.0"
    assert list(contract.interactions[0].exchange.request.query) == ["z", "a"]


def test_what_a_broker_adds_is_no_part_of_the_contract():
    plain = file_of(call())
    rendered = file_of(call(_id="4d1a"), _links={"self": {}}, createdAt="2026-11-20T00:00:00Z")
    loaded = read_contract(rendered, origin="a.json")
    assert dump_contract(loaded.contract) == dump_contract(load_contract(plain, origin="a.json"))
    assert loaded.broker_ids == {loaded.contract.interactions[0].key: "4d1a"}


def test_interactions_of_unknown_kinds_are_kept_and_reported():
    unknown = {"type": "Carrier/Pigeons", "description": "an order", "request": {"contents": {}}}
    loaded = read_contract(file_of(call(key="k"), unknown), origin="a.json")
    assert [str(each.sentence) for each in loaded.warnings] == [
        "is of type Carrier/Pigeons, which is not read; it is kept and skipped"
    ]
    assert skipped_interactions(loaded.contract) == (unknown,)
    assert unknown in json.loads(dump_contract(loaded.contract))["interactions"]


def test_rules_of_an_unknown_category_are_kept_and_reported():
    rules = {"cookies": {"a": {}}}
    loaded = read_contract(file_of(call(response={"matchingRules": rules})), origin="a.json")
    assert [(each.pointer, each.sentence) for each in loaded.warnings] == [
        ("/interactions/0/response/matchingRules/cookies", "is no category here; it is kept and not used"),
    ]
    (written,) = json.loads(dump_contract(loaded.contract))["interactions"]
    assert written["response"]["matchingRules"] == rules


def test_members_that_stand_twice_in_an_object_are_reported():
    data = file_of(call(response={"body": 1})).replace(b'"body": 1', b'"body": {"a": 1, "a": [{"b/c": 2, "b/c" : 3}]}')
    loaded = read_contract(data, origin="a.json")
    sentence = "stands more than once in its object; the last one counts, and the others are not kept"
    assert loaded.contract.interactions[0].exchange.response.body == JsonBody({"a": [{"b/c": 3}]})
    assert [(each.pointer, each.sentence) for each in loaded.warnings] == [
        ("/interactions/0/response/body/a", sentence),
        ("/interactions/0/response/body/a/0/b~1c", sentence),
    ]


def test_text_that_looks_like_a_member_is_none():
    body = '{"a" : "\\":", "b":"\\u0022:", "c":  {}}'
    data = file_of(call(response={"body": 1})).replace(b'"body": 1', f'"body": {body}'.encode())
    assert read_contract(data, origin="a.json").warnings == ()


@pytest.mark.parametrize(
    ("rules", "pointer"),
    [
        ({"body": {"$.b": {"match": "type"}}}, "body/$.b"),
        ({"body": {"$.list[2]": {"match": "type"}}}, "body/$.list[2]"),
        ({"body": {"$.list[*].b": {"match": "type"}}}, "body/$.list[*].b"),
        ({"body": {"$.a.x": {"match": "type"}}}, "body/$.a.x"),
        ({"$.body.a[0]": {"match": "type"}}, "$.body.a[0]"),
        ({"header": {"X-B": {"matchers": [{"match": "type"}]}}}, "header/X-B"),
        ({"header": {"X-A[1]": {"matchers": [{"match": "type"}]}}}, "header/X-A[1]"),
    ],
)
def test_a_rule_that_reaches_nothing_in_the_example_is_reported(rules, pointer):
    answer = {"headers": {"X-A": "1"}, "body": {"a": 1, "list": [{"a": 2}]}, "matchingRules": rules}
    loaded = read_contract(file_of(call(response=answer), version="3.0"), origin="a.json")
    assert [(each.pointer, each.sentence) for each in loaded.warnings] == [
        (
            f"/interactions/0/response/matchingRules/{pointer}",
            "reaches nothing in the example, so nothing is judged by it",
        )
    ]
    assert len(loaded.contract.interactions[0].rules) == 1


@pytest.mark.parametrize(
    "path", ["$", "$.a", "$.*", "$.list", "$.list[0].a", "$.list[*].*", "$.list.*.a", "$.list.0", "$.7"]
)
def test_a_rule_that_reaches_a_value_is_not_reported(path):
    answer = {"body": {"a": 1, "list": [{"a": 2}], "7": 3}, "matchingRules": {"body": {path: {"match": "type"}}}}
    assert read_contract(file_of(call(response=answer), version="3.0"), origin="a.json").warnings == ()


def test_a_file_with_more_rules_than_can_be_tried_is_read_all_the_same():
    rules = {"body": {f"$[*][*].x{number}": {"match": "type"} for number in range(40)}}
    answer = {"body": [[1] * 200] * 200, "matchingRules": rules}
    loaded = read_contract(file_of(call(response=answer), version="3.0"), origin="a.json")
    assert loaded.warnings[-1].sentence == "has too many rules, or too large examples, for the path of each to be tried"
    assert len(loaded.contract.interactions[0].rules) == 40


def test_paths_that_are_none_refuse_the_file():
    body = {"body": {"$.a[": {"match": "type"}, "$..a": {"match": "type"}, "": {"match": "type"}}}
    data = file_of(call(response={"matchingRules": body}, request={"matchingRules": {"$.body[-1]": {"match": "type"}}}))
    assert message_of(data) == (
        "contracts/a.json is not a contract.\n\n"
        "  /interactions/0/request/matchingRules/$.body[-1]   "
        "expected a path expression such as `$.lines[*]['unit price']`, received \"$.body[-1]\"\n"
        "  /interactions/0/response/matchingRules/body/$.a[   "
        "expected a path expression such as `$.lines[*]['unit price']`, received \"$.a[\"\n"
        "  /interactions/0/response/matchingRules/body/$..a   "
        "expected a path expression such as `$.lines[*]['unit price']`, received \"$..a\"\n"
        "  /interactions/0/response/matchingRules/body/       "
        "expected a path expression such as `$.lines[*]['unit price']`, received \"\"\n\n"
        "Mend these places, or remove the file and run the consumer's tests."
    )


def test_integers_of_any_size_and_decimals_stay_what_they_are():
    data = file_of(call(response={"body": {"content": {"big": 2**80, "one": 1, "decimal": 1.0}}}))
    assert only(data).exchange.response.body == JsonBody({"big": 2**80, "one": 1, "decimal": 1.0})
    dumped = dump_contract(load_contract(data, origin="a.json"))
    assert b'"big": 1208925819614629174706176' in dumped
    assert b'"decimal": 1.0' in dumped


def test_every_problem_of_a_file_is_named_at_once():
    data = file_of(
        call(
            request={"method": 5, "headers": {"A/b": {}}, "query": []},
            response={
                "status": "ok",
                "generators": {"status": {"type": "RandomInt", "max": []}},
                "matchingRules": {"body": {"$.a": {"matchers": [{}], "combine": "XOR"}}},
            },
            providerStates=[7],
            pending="yes",
            pluginConfiguration=[],
        ),
        7,
        consumer={"name": 1},
        version="9.0",
    )
    with pytest.raises(ContractFileError) as raised:
        load_contract(data, origin="contracts/a.json")
    assert raised.value.explanation.summary == "contracts/a.json is not a contract."
    assert raised.value.explanation.details == (
        (
            "/metadata/pactSpecification/version",
            'expected a version of the Pact specification (1.0, 1.1, 2.0, 3.0, 4.0), received "9.0"',
        ),
        ("/interactions/0/request/headers/A~1b", "expected a string or a list of strings, received {}"),
        ("/interactions/0/request/query", "expected an object, received []"),
        ("/interactions/0/request/method", "expected a string, received 5"),
        ("/interactions/0/response/status", 'expected an integer, received "ok"'),
        ("/interactions/0/response/matchingRules/body/$.a/matchers/0", "expected a rule with its `match`, received {}"),
        ("/interactions/0/response/matchingRules/body/$.a/combine", 'expected "AND" or "OR", received "XOR"'),
        ("/interactions/0/response/generators/status/max", "expected an integer, received []"),
        ("/interactions/0/pluginConfiguration", "expected an object, received []"),
        ("/interactions/0/providerStates/0", "expected an object, received 7"),
        ("/interactions/0/pending", 'expected true or false, received "yes"'),
        ("/interactions/1", "expected an interaction, received 7"),
        ("/consumer/name", "expected a string, received 1"),
    )


def test_two_interactions_may_not_share_a_key():
    assert message_of(file_of(call(key="k"), call(key="k", description="another"))) == (
        "contracts/a.json is not a contract.\n\n"
        '  /interactions/1/key   expected a key that no other interaction has, received "k"\n\n'
        "Mend these places, or remove the file and run the consumer's tests."
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            b" \n",
            "contracts/a.json is empty.\n\nRestore or remove it, then run the consumer's tests.",
        ),
        (
            b'{"a": 1,\n "b" 2}',
            "contracts/a.json is not JSON.\n\n  line      2\n  column    6\n"
            "  problem   Expecting ':' delimiter\n\nRestore or remove it, then run the consumer's tests.",
        ),
        (
            b'{\n<<<<<<< HEAD\n "a": 1\n=======\n "a": 2\n>>>>>>> other\n}',
            "contracts/a.json holds merge-conflict markers.\n\n  first in line   2\n\n"
            "Take either side of each conflict, then run the consumer's tests again: they write the rest.",
        ),
        (
            b"\x1f\x8b\x08",
            "contracts/a.json is not text in UTF-8.\n\n  first other byte   2\n\n"
            "Restore or remove it, then run the consumer's tests.",
        ),
        (
            b'{"openapi": "3.1.0"}',
            "contracts/a.json is an OpenAPI definition, not a contract.\n\n"
            "Definitions are for `contractkit stub` and `contractkit impact`; give a contract file here.",
        ),
        *(
            (
                text,
                f"contracts/a.json is {kind} definition, not a contract.\n\n"
                "Definitions are for `contractkit stub` and `contractkit impact`; give a contract file here.",
            )
            for text, kind in (
                (b"# the shop\nopenapi: 3.1.0\n", "an OpenAPI"),
                (b"swagger: '2.0'\n", "an OpenAPI"),
                (b"asyncapi: 3.0.0\n", "an AsyncAPI"),
                (b'{"asyncapi": "3.0.0"}', "an AsyncAPI"),
                (b'// stock\nsyntax = "proto3";\n', "a protobuf"),
            )
        ),
        (
            b'{"a": [1,\n  NaN]}',
            "contracts/a.json is not JSON.\n\n  line      2\n  column    3\n"
            "  problem   invalid character\n\nRestore or remove it, then run the consumer's tests.",
        ),
        (
            b'{"1e999": "1e999",\n "a": 1e999}',
            "contracts/a.json is not JSON.\n\n  line      2\n  column    7\n"
            "  problem   a number that is too large\n\nRestore or remove it, then run the consumer's tests.",
        ),
        (
            b'{"a": ' + b"1" * 5000 + b"}",
            "contracts/a.json is not JSON.\n\n  line      1\n  column    7\n"
            "  problem   a number that is too large\n\nRestore or remove it, then run the consumer's tests.",
        ),
        (
            b"[" * 255 + b"]" * 255,
            "contracts/a.json is nested deeper than 250 levels, which no contract is.",
        ),
    ],
)
def test_what_is_no_contract_file_is_told_apart(data, message):
    assert message_of(data) == message


def test_a_file_name_holds_nothing_that_file_systems_refuse():
    assert contract_file_name("web-shop", "orders") == "web-shop-orders.json"
    assert contract_file_name("team/web:shop", "orders") == "team_web_shop-orders.json"


def test_an_interaction_of_an_unknown_kind_may_hold_anything():
    unknown = {"type": "Mine", "description": 5, "providerStates": 7, "key": None, "request": []}
    contract = load_contract(file_of(unknown, {"type": "Mine"}), origin="a.json")
    assert unknown in json.loads(dump_contract(contract))["interactions"]


def test_json_text_that_nests_too_deeply_stays_text():
    deep = "[" * 160 + "]" * 160
    data = file_of(call(response={"body": {"content": deep, "contentType": "application/json"}}))
    assert only(data).exchange.response.body == JsonBody(deep)
    assert only(dump_contract(load_contract(data, origin="a.json"))) == only(data)


def test_a_rule_for_a_place_that_the_exchange_has_not_is_never_dropped_silently():
    interaction = only(file_of(call()))
    for place in ("message.contents.a", "request.cookies.a", "response.status.a", "request.query"):
        rules = (LocatedRules(location=parse_location(place), rules=(Rule("type"),)),)
        contract = Contract(consumer="c", provider="p", interactions=(replace(interaction, rules=rules),))
        with pytest.raises(ValueError, match="no rule can be written for"):
            dump_contract(contract)
