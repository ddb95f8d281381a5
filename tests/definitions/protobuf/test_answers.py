"""Synthesised messages: valid, plausible, equal for equal arguments, and fitted to what the caller says."""

from collections.abc import Callable

import pytest

from contractkit.definitions.interface import Promise
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import parse_location

SHOP = """
syntax = "proto3";
package shop.v1;
import "google/protobuf/timestamp.proto";

service Shop {
  rpc GetOrder(GetOrderRequest) returns (Order);
  rpc CreateOrder(CreateOrderRequest) returns (Order);
  rpc ListOrders(ListOrdersRequest) returns (ListOrdersResponse);
  rpc Watch(GetOrderRequest) returns (stream Update);
}
message GetOrderRequest { string id = 1; }
message CreateOrderRequest { Order order = 1; }
message ListOrdersRequest { string customer_id = 1; int32 page_size = 2; string page_token = 3; }
message ListOrdersResponse { repeated Order orders = 1; string next_page_token = 2; }
enum Status { STATUS_UNSPECIFIED = 0; STATUS_OPEN = 1; STATUS_CANCELLED = 2; }
message Line { string sku = 1; int32 quantity = 2; }
message Order {
  string id = 1; string customer_id = 2; Status status = 3; repeated Line lines = 4; double total = 5;
  google.protobuf.Timestamp created_at = 6; bool is_deleted = 7; map<string, string> labels = 8;
  Address address = 9; int32 id_number = 10 [deprecated = true]; optional string old = 11 [deprecated = true];
}
message Address { string city = 1; string country_code = 2; string email = 3; double latitude = 4; }
message Update { oneof change { Order order = 1; string error = 2; Line line = 3; } }
"""


@pytest.fixture(scope="module")
def shop(define: Callable[[str], ProtoDefinition]) -> ProtoDefinition:
    return define(SHOP)


def answer(shop: ProtoDefinition, method: str, request: Json = None, **arguments: Json) -> Json:
    return shop.answer(shop.procedure(method), seed="test", request=request, **arguments).tree


def test_an_answer_is_plausible_by_name_and_type(shop: ProtoDefinition) -> None:
    assert answer(shop, "GetOrder") == {
        "id": "birch-3162",
        "customer_id": "juniper-2654",
        "status": "STATUS_OPEN",
        "lines": [{"sku": "hazel-33", "quantity": 4}, {"sku": "fjord-74", "quantity": 4}],
        "total": 31.52,
        "created_at": {"seconds": 1752430379, "nanos": 0},
        "is_deleted": False,
        "labels": {"birch-3617": "hazel-11"},
        "address": {"city": "Graz", "country_code": "FI", "email": "alan.85@example.com", "latitude": 12.67},
        "id_number": 0,
    }


def test_equal_arguments_give_equal_answers_and_another_seed_another(shop: ProtoDefinition) -> None:
    get = shop.procedure("GetOrder")
    assert shop.answer(get, seed="a").tree == shop.answer(get, seed="a").tree
    assert shop.answer(get, seed="a").tree != shop.answer(get, seed="b").tree


def test_messages_of_a_stream_differ_by_their_ordinal(shop: ProtoDefinition) -> None:
    watch = shop.procedure("Watch")
    trees = [shop.answer(watch, seed="a", ordinal=ordinal).tree for ordinal in (0, 1, 2)]
    assert trees[0] != trees[1] != trees[2]
    assert trees == [shop.answer(watch, seed="a", ordinal=ordinal).tree for ordinal in (0, 1, 2)]


def test_what_the_request_says_comes_back_under_the_same_name_and_type(shop: ProtoDefinition) -> None:
    assert answer(shop, "GetOrder", {"id": "o-7"})["id"] == "o-7"
    created = answer(shop, "CreateOrder", {"order": {"id": "", "total": 12.5, "labels": {"a": "b"}, "lines": []}})
    assert (created["total"], created["labels"]) == (12.5, {"a": "b"})
    assert created["id"] != ""
    assert created["lines"] != []


def test_what_was_asked_for_comes_back_in_the_elements_of_a_list(shop: ProtoDefinition) -> None:
    orders = answer(shop, "ListOrders", {"customer_id": "c-1", "page_token": "t"})["orders"]
    assert {order["customer_id"] for order in orders} == {"c-1"}


def test_the_first_page_is_the_last_so_that_paging_clients_come_to_an_end(shop: ProtoDefinition) -> None:
    assert answer(shop, "ListOrders")["next_page_token"] == ""


def test_a_body_is_laid_over_the_answer_member_by_member(shop: ProtoDefinition) -> None:
    plain = answer(shop, "GetOrder")
    wanted = {"address": {"city": "Oslo"}, "lines": [], "labels": {"x": "y"}, "createdAt": "2026-03-01T12:30:00Z"}
    assert answer(shop, "GetOrder", body=wanted) == {
        **plain,
        "address": {**plain["address"], "city": "Oslo"},
        "lines": [],
        "labels": {"x": "y"},
        "created_at": {"seconds": 1772368200, "nanos": 0},
    }


def test_a_body_wins_over_what_the_request_says(shop: ProtoDefinition) -> None:
    assert answer(shop, "GetOrder", {"id": "o-7"}, body={"id": "o-8"})["id"] == "o-8"


def test_a_oneof_holds_what_the_request_chose_unless_a_body_chooses_otherwise(kinds: ProtoDefinition) -> None:
    choose = kinds.procedure("Choose")
    for number in range(5):
        said = kinds.answer(choose, seed=str(number), request={"text": "chosen", "note": "n"})
        assert said.tree == {"text": "chosen", "note": "n"}
    assert kinds.answer(choose, seed="a", request={"text": "a"}, body={"number": 5, "note": ""}).tree == {
        "number": 5,
        "note": "",
    }


def test_null_in_a_body_leaves_a_field_unset(shop: ProtoDefinition) -> None:
    assert "address" not in answer(shop, "GetOrder", body={"address": None})


def test_a_body_chooses_the_member_of_a_oneof(shop: ProtoDefinition) -> None:
    assert answer(shop, "Watch", body={"line": {"sku": "a"}})["line"]["sku"] == "a"
    assert answer(shop, "Watch", body={"error": "gone"}) == {"error": "gone"}
    assert len(answer(shop, "Watch")) == 1


def test_a_body_that_does_not_fit_is_refused_with_its_place(shop: ProtoDefinition) -> None:
    with pytest.raises(DefinitionError) as caught:
        answer(shop, "GetOrder", body={"lines": [{"quantity": "two"}]})
    assert (
        str(caught.value)
        == """This is not a message of shop.v1.Order.

  at         lines[0].quantity
  expected   an integer of 32 bits
  received   "two\""""
    )


def test_what_always_arrives_is_promised_and_what_has_presence_is_declared(shop: ProtoDefinition) -> None:
    promises = shop.answer(shop.procedure("GetOrder"), seed="test", body={"lines": [{}], "labels": {"a": "b"}}).promises
    graded = {str(place): promise for place, promise in promises.items() if place.steps}
    declared = {
        *("created_at", "created_at.seconds", "created_at.nanos", "labels.a"),
        *("address", "address.city", "address.country_code", "address.email", "address.latitude"),
    }
    promised = {
        *("id", "customer_id", "status", "lines", "lines[0]", "lines[0].sku", "lines[0].quantity"),
        *("total", "is_deleted", "labels", "id_number"),
    }
    assert graded == {**dict.fromkeys(declared, Promise.DECLARED), **dict.fromkeys(promised, Promise.PROMISED)}
    assert promises[parse_location("total")] is Promise.PROMISED


def test_nothing_is_made_that_speaks_of_something_that_went_wrong(define: Callable[[str], ProtoDefinition]) -> None:
    definition = define("""
        syntax = "proto3"; package p;
        service S { rpc Get(M) returns (M); }
        enum State { STATE_UNSPECIFIED = 0; PERMISSION_DENIED = 1; ACTIVE = 2; NOT_FOUND = 3; }
        message M {
          State state = 1; Problem error = 2; repeated string invalid_ids = 3;
          oneof result { string failure = 4; int32 count = 5; }
        }
        message Problem { string text = 1; }
    """)
    for seed in "abc":
        tree = definition.answer(definition.procedure("Get"), seed=seed).tree
        assert tree == {"state": "ACTIVE", "invalid_ids": [], "count": tree["count"]}


def test_recursive_messages_end(kinds: ProtoDefinition) -> None:
    tree = kinds.answer(kinds.procedure("Recurse"), seed="a").tree
    assert tree.keys() == {"label", "children", "named"}
    assert (tree["children"], tree["named"]) == ([], {})


def test_a_body_may_go_deeper_than_what_is_made(kinds: ProtoDefinition) -> None:
    tree = kinds.answer(kinds.procedure("Recurse"), seed="a", body={"parent": {"parent": {"label": "top"}}}).tree
    assert tree["parent"]["parent"]["label"] == "top"
    assert tree["parent"]["label"] != ""


def test_a_required_message_without_end_cannot_be_made(define: Callable[[str], ProtoDefinition]) -> None:
    definition = define("""
        syntax = "proto2"; package endless;
        service Endless { rpc Get(M) returns (M); }
        message M { required M inner = 1; }
    """)
    with pytest.raises(DefinitionError) as caught:
        definition.answer(definition.procedure("Get"), seed="a")
    assert caught.value.explanation.summary == "No message of endless.M can be made: it requires itself without end."


def test_resource_names_follow_the_patterns_that_are_declared(test_data: Callable[[str], object]) -> None:
    from contractkit.sources import load_definition

    pubsub = load_definition(test_data("definitions/real/proto/googleapis-pubsub")).protobuf
    subscription = pubsub.answer(pubsub.procedure("Subscriber/GetSubscription"), seed="a").tree
    assert subscription["name"] == "projects/delta-68/subscriptions/grove-10"
    assert subscription["topic"] == "projects/hazel-60/topics/delta-85"


def test_both_sides_of_every_procedure_can_be_made(kinds: ProtoDefinition) -> None:
    for operation in kinds.operations:
        procedure = kinds.procedure(operation.name)
        for side in Side:
            tree = kinds.example(procedure, side, seed="a")
            assert kinds.decode(procedure, side, kinds.encode(procedure, side, tree)) == tree


def test_an_infinity_of_the_request_comes_back_in_the_answer(define: Callable[[str], ProtoDefinition]) -> None:
    definition = define("""
        syntax = "proto3"; package far;
        service Far { rpc Get(Place) returns (Place); }
        message Place { double distance = 1; string name = 2; }
    """)
    asked = {"distance": "Infinity", "name": "Andromeda"}
    made = definition.answer(definition.procedure("Get"), seed="a", request=asked)
    assert made.tree == asked
    assert made.encoded == definition.encode(definition.procedure("Get"), Side.RESPONSE, asked)
