from pathlib import Path

import pytest

from contractkit.document import load_contract
from contractkit.explain.interactions import explain_contract, explain_interaction, summary
from contractkit.explain.words import needs_in_words, rule_in_words, rules_in_words, states_in_words
from contractkit.model import (
    Contract,
    HalfClosed,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    Received,
    RpcCall,
    Rule,
    Status,
    parse_location,
)

SAMPLES = Path(__file__).parents[2] / "contracts/samples"


def sample(name):
    return load_contract((SAMPLES / name).read_bytes(), origin=name)


def interaction(name, description):
    (found,) = (each for each in sample(name).interactions if each.description == description)
    return found


def test_a_call_reads_as_it_goes_over_the_wire_with_rules_beside_their_places():
    assert explain_interaction(interaction("web-shop-orders.json", "getOrder answers 200, order exists")) == "\n".join(
        [
            "getOrder answers 200, order exists",
            "  given         order exists (id: 7)",
            "  request       GET /orders/7?expand=lines",
            "                accept: application/json",
            "  response      200",
            "                content-type: application/json   # matches application/json.*",
            "                {",
            '                  "lines": [   # at least 1 like this',
            "                    {",
            '                      "quantity": 2,   # an integer',
            '                      "sku": "A-1"',
            "                    }",
            "                  ],",
            '                  "state": "shipped",   # matches shipped|paid',
            '                  "total": 12.5   # any of this type',
            "                }",
            "  needs         unknown (not inferred for every test): all that is expected counts as needed",
            "  recorded by   tests/test_orders.py:12   tests/test_orders.py::test_total_of_an_order",
            "                tests/test_mail.py:30   tests/test_mail.py::test_receipt",
            "  comments      Shown on the page of an order.",
            "  key           5f0c2d3e4a5b6c7d",
        ]
    )


def test_a_stream_reads_as_its_events():
    assert explain_interaction(
        interaction("web-shop-stock.json", "stock.v1.Stock/Watch answers CANCELLED")
    ) == "\n".join(
        [
            "stock.v1.Stock/Watch answers CANCELLED",
            "  given         no state",
            "  call          stock.v1.Stock/Watch",
            '  replied       x-region: "eu"',
            "  sent          {",
            '                  "skus": [',
            '                    "A-1"   # made by ProviderState {"expression":"sku"}',
            "                  ]",
            "                }",
            "  sent          (the consumer sends no more)",
            "  received      {",
            '                  "count": 3,   # an integer',
            '                  "sku": "A-1"',
            "                }",
            "  received      {",
            '                  "count": 2,   # an integer',
            '                  "sku": "A-1"',
            "                }",
            "  sent          (the consumer gives up)",
            "  status        CANCELLED by the caller",
            "                {",
            '                  "reason": "done"',
            "                }",
            '                x-cost: "2"',
            "  needs         events[2].message.count",
            "  recorded by   tests/test_stock.py:41   tests/test_stock.py::test_watch",
            "  note          a Pact verifier does not see it: Pact has no form for such calls",
            "  key           1f60718293041526",
        ]
    )


def test_the_head_of_a_contract_says_who_expects_what_of_whom():
    assert explain_contract(sample("web-shop-stock.json")) == (
        "web-shop expects 2 interactions of stock (Pact 4.0)\nrecorded against proto/stock.proto, "
        "sha256:77aa4d0f7e2d5c1b7f0f5c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e\n"
        "a Pact verifier sees none of them"
    )


def test_a_contract_over_two_transports_says_how_much_a_pact_verifier_sees():
    calls, streams = sample("web-shop-orders.json").interactions, sample("web-shop-stock.json").interactions
    both = Contract(consumer="web-shop", provider="orders", interactions=(*calls, *streams))
    assert explain_contract(both) == (
        "web-shop expects 6 interactions of orders (Pact 4.0)\na Pact verifier sees 4 of them\n"
        "5 of 10 served members are expected; reply with those you use"
    )


def test_every_kind_of_interaction_has_a_line():
    contracts = (sample(path.name) for path in sorted(SAMPLES.glob("*.json")))
    assert [summary(each) for contract in contracts for each in contract.interactions] == [
        "GET /health -> 200",
        "inventory.v1.Inventory/GetItem -> OK",
        "inventory.v1.Inventory/WatchItems -> OK",
        "message an order was placed",
        "message shop.v1.OrderPlaced id=7 note=gift",
        "inventory.v1.Inventory/GetItem -> NOT_FOUND",
        "inventory.v1.Inventory/GetItem -> OK",
        "POST /orders -> 201",
        "DELETE /orders/7 -> 204",
        "GET /orders/7/invoice -> 200",
        "GET /orders/7?expand=lines -> 200",
        "stock.v1.Stock/Get -> OK",
        "stock.v1.Stock/Watch -> CANCELLED",
    ]


def test_a_rule_for_a_place_that_the_example_does_not_show_is_listed_apart():
    call = HttpCall(request=HttpRequest(method="GET", path="/"), response=HttpResponse(status=200, body=JsonBody([])))
    located = LocatedRules(location=parse_location("response.body[*].id"), rules=(Rule("integer"),))
    text = explain_interaction(Interaction(key="k", description="d", exchange=call, rules=(located,)))
    assert "  also          response.body[*].id: an integer" in text.splitlines()


def test_states_are_told_with_their_values():
    assert [states_in_words(each) for each in sample("web-shop-orders.json").interactions] == [
        "createOrder answers 201 (customer: 41), derived from the call",
        "order exists (id: 7); nothing has shipped",
        "invoice exists (order: 7)",
        "order exists (id: 7)",
    ]


def test_needs_are_told_one_by_one():
    evidence = interaction("web-shop-orders.json", "getOrder answers 200, order exists").evidence
    assert needs_in_words(evidence[0].needs) == (
        "response.body.lines (not null, not empty, at most 2 elements)",
        'response.body.state (where it is there, one of "shipped", "paid", matching shipped|paid)',
        "response.body.total (not null)",
        "response.body.customer.email or response.body.customer.name",
        "response.body.lines[*].sku is read but never needed",
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("equality"), "exactly this"),
        (Rule("regex", {"regex": "a+"}), "matches a+"),
        (Rule("type"), "any of this type"),
        (Rule("type", {"min": 1, "max": 3}), "at least 1 and at most 3 like this"),
        (Rule("max-type", {"max": 3}), "at most 3 like this"),
        (Rule("include", {"value": "a"}), 'contains "a"'),
        (Rule("number"), "a number"),
        (Rule("real"), "a decimal number"),
        (Rule("null"), "null"),
        (Rule("boolean"), "true or false"),
        (Rule("date"), "a date"),
        (Rule("time", {"format": "HH:mm"}), "a time in the format HH:mm"),
        (Rule("timestamp", {"format": "yyyy"}), "a date and time in the format yyyy"),
        (Rule("contentType", {"value": "image/png"}), "data of type image/png"),
        (Rule("values"), "any keys, values like this one"),
        (Rule("arrayContains", {"variants": [{}, {}]}), "holds 2 of these in any order"),
        (Rule("statusCode", {"status": "clientError"}), "a client's error (4xx)"),
        (Rule("statusCode", {"status": [200, 201]}), "one of 200, 201"),
        (Rule("notEmpty"), "not empty"),
        (Rule("semver"), "a semantic version"),
        (Rule("eachKey", {"rules": [{"match": "regex", "regex": "a"}]}), "each key: matches a"),
        (Rule("eachValue", {"rules": []}), "each value: like this one"),
        (Rule("luhn", {"x": 1}), 'the rule luhn {"x":1}, which contractkit does not know'),
    ],
)
def test_every_rule_has_words(rule, words):
    assert rule_in_words(rule) == words


def test_rules_that_are_combined_say_how():
    located = LocatedRules(
        location=parse_location("response.body"), rules=(Rule("null"), Rule("integer")), combine="OR"
    )
    assert rules_in_words(located) == "null or an integer"


def test_a_file_from_elsewhere_does_not_steer_the_terminal():
    call = HttpCall(request=HttpRequest(method="GET", path="/\x1b[2J"), response=HttpResponse(status=200))
    text = explain_interaction(Interaction(key="k", description="wiped\x1b[2J\n", exchange=call))
    assert text.splitlines()[0] == r"wiped\x1b[2J\x0a"
    assert r"/\x1b[2J" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({}, "any number of these"),
        ({"min": 1}, "at least 1 of these"),
        ({"min": 1, "max": 5}, "at least 1 and at most 5 of these"),
    ],
)
def test_a_message_that_may_come_any_number_of_times_says_so(attributes, words):
    at = parse_location("events[1]")
    call = RpcCall(
        procedure="shop.v1.Stock/Watch",
        events=(HalfClosed(), Received(message=JsonBody({"sku": "A"})), Status(code="OK")),
    )
    rules = (
        LocatedRules(location=at, rules=(Rule("type", attributes),)),
        LocatedRules(location=at / "message", rules=(Rule("type"),)),
    )
    shown = explain_interaction(Interaction(key="k", description="Watch answers OK", exchange=call, rules=rules))
    assert (
        f"""  received      ({words})
                {{   # any of this type
                  "sku": "A"
                }}
  status        OK"""
        in shown
    )
    assert "also" not in shown
