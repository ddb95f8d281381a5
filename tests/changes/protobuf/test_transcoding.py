"""Addresses at which procedures are called over HTTP: what of `google.api.http` a client notices, and how bad it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from contractkit.changes.protobuf import Encoding, compare_protos
from contractkit.changes.protobuf.gains import all_proto_changes
from contractkit.changes.protobuf.transcoding import HTTP_RULES
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.sources import load_definition

DefineBound = Callable[[str], ProtoDefinition]

SHOP = """syntax = "proto3"; package shop.v1; import "google/api/annotations.proto";
message Order {{ string id = 1; string note = 2; Line line = 3; }} message Line {{ string sku = 1; string id = 2; }}
service Shop {{ rpc Get(Order) returns (Order) {{ {option} }} }}
"""
GET = 'get: "/v1/orders/{id}"'
PUT = 'put: "/v1/orders/{id}" body: "line"'


@pytest.fixture
def bound(tmp_path: Path) -> DefineBound:
    """Give the definition of one procedure with an option."""

    def define(rule: str) -> ProtoDefinition:
        file = tmp_path / f"shop{len(list(tmp_path.iterdir()))}.proto"
        file.write_text(SHOP.format(option=f"option (google.api.http) = {{ {rule} }};" if rule else ""))
        return load_definition(str(file)).protobuf

    return define


def said(old: ProtoDefinition, new: ProtoDefinition, encoding: Encoding = Encoding.JSON) -> list[tuple[str, str, str]]:
    found = all_proto_changes(compare_protos(old, new, encoding))
    return [(each.level.value, each.rule.removeprefix("procedure.http."), each.sentence) for each in found]


CASES = [
    (GET, 'get: "/v2/orders/{id}"', [
        ("breaking", "address-removed", "over HTTP it was called as GET /v1/orders/{id}, now as GET /v2/orders/{id}"),
        ("compatible", "address-added", "over HTTP it may be called as GET /v2/orders/{id} now")]),
    (GET, 'post: "/v1/orders/{id}"', [
        ("breaking", "address-removed", "over HTTP it was called as GET /v1/orders/{id}, now as POST /v1/orders/{id}"),
        ("compatible", "address-added", "over HTTP it may be called as POST /v1/orders/{id} now")]),
    (GET, "", [("breaking", "address-removed", "over HTTP it was called as GET /v1/orders/{id}, now as nothing")]),
    ("", GET, [("compatible", "address-added", "over HTTP it may be called as GET /v1/orders/{id} now")]),
    (GET, 'get: "/v1/orders/{note}"', [
        ("breaking", "variables-changed",
         "what stands in the path of GET /v1/orders/{id} is read as GET /v1/orders/{note}")]),
    (GET, 'get: "/v1/orders/{line.id}"', [
        ("breaking", "variables-changed",
         "what stands in the path of GET /v1/orders/{id} is read as GET /v1/orders/{line.id}")]),
    (PUT, 'put: "/v1/orders/{id}" body: "*"', [
        ("breaking", "body-changed", "over HTTP it took the field line at PUT /v1/orders/{id} and takes the whole "
                                     "message at PUT /v1/orders/{id}")]),
    (PUT, 'put: "/v1/orders/{id}"', [
        ("breaking", "body-changed",
         "over HTTP it took the field line at PUT /v1/orders/{id} and takes no body at PUT /v1/orders/{id}")]),
    (GET, f'{GET} response_body: "line"', [
        ("breaking", "answer-changed", "over HTTP it gave the whole message at GET /v1/orders/{id} and gives the field "
                                       "line at GET /v1/orders/{id}")]),
    (f"{GET} additional_bindings {{ {PUT} }}", PUT, [
        ("possible", "address-removed", "over HTTP it was called as GET /v1/orders/{id}, now as PUT /v1/orders/{id}")]),
    (GET, f"{PUT} additional_bindings {{ {GET} }}", [
        ("compatible", "address-added",
         "over HTTP it may be called as PUT /v1/orders/{id} now")]),
    (GET, 'custom { kind: "HEAD" path: "/v1/orders/{id}" }', [
        ("breaking", "address-removed", "over HTTP it was called as GET /v1/orders/{id}, now as HEAD /v1/orders/{id}"),
        ("compatible", "address-added", "over HTTP it may be called as HEAD /v1/orders/{id} now")]),
    (GET, 'get: "/v1/orders/{id=*}"', []),
    ('get: "/v1/{id=orders/*}:read"', 'get: "/v1/{id=orders/*}:read"', []),
    (f"{GET} additional_bindings {{ {PUT} }}", f"{PUT} additional_bindings {{ {GET} }}", []),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_client_over_http_notices(
    old: str, new: str, expected: list[tuple[str, str, str]], bound: DefineBound
) -> None:
    assert said(bound(old), bound(new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("/v1/{id=orders/*}", "/v1/{id=orders/**}", ["address-added"]),
        ("/v1/{id=orders/*}:read", "/v1/{id=**}:read", ["address-added"]),
        ("/v1/orders/{id}", "/v1/{note=*}/{id}", ["variables-changed", "address-added"]),
        ("/v1/orders/{id}", "/v1/{id=**}:read", ["address-removed", "address-added"]),
        ("/v1/orders/{id}:read", "/v1/orders/{id}", ["address-removed", "address-added"]),
        ("/v1/{id=orders/**}", "/v1/{id=orders/*}", ["address-removed"]),
    ],
)
def test_calls_reach_an_address_that_takes_more(old: str, new: str, expected: list[str], bound: DefineBound) -> None:
    found = said(bound(f'get: "{old}"'), bound(f'get: "{new}"'))
    assert [rule for _, rule, _ in found] == expected


def test_every_rule_has_a_case() -> None:
    shown = {f"procedure.http.{rule}" for _, _, found in CASES for _, rule, _ in found}
    assert shown == {rule.id for rule in HTTP_RULES} | {"procedure.http.address-added"}


def test_over_grpc_it_depends_on_whether_anybody_calls_it_otherwise(bound: DefineBound) -> None:
    [change, _] = said(bound(GET), bound('get: "/v2/orders/{id}"'), Encoding.BINARY)
    assert change[:2] == ("possible", "address-removed")


def test_a_renamed_field_is_the_same_one_in_a_path_and_as_a_body(tmp_path: Path) -> None:
    option = "option (google.api.http) = { " + PUT + " };"
    (tmp_path / "old.proto").write_text(SHOP.format(option=option))
    renamed = SHOP.format(option=option.replace("{id}", "{number}").replace('"line"', '"row"'))
    (tmp_path / "new.proto").write_text(
        renamed.replace("string id = 1", "string number = 1").replace("line =", "row =")
    )
    old, new = (load_definition(str(tmp_path / f"{name}.proto")).protobuf for name in ("old", "new"))
    assert {rule for _, rule, _ in said(old, new)} == {
        "request.field.json-name-changed",
        "response.field.json-name-changed",
    }


def test_what_an_option_says_stays_on_one_line(bound: DefineBound) -> None:
    [change] = said(bound(r'get: "/a\n\033"'), bound(""))
    assert change[2] == r'over HTTP it was called as GET "/a\n\u001b", now as nothing'


def test_an_option_of_that_name_that_means_something_else_is_passed_over(
    define: Callable[[str], ProtoDefinition],
) -> None:
    text = """syntax = "proto2"; package google.api; import "google/protobuf/descriptor.proto"; message A {{}}
    extend google.protobuf.MethodOptions {{ optional string http = 72295728; }}
    service S {{ rpc C(A) returns (A) {{ option (http) = "{}"; }} }}"""
    assert said(define(text.format("/old")), define(text.format("/new"))) == []


@pytest.mark.parametrize(
    "data", [b"\x82\xd3\xe4\x93\x02\x02\x0a\xff", b"\x80\xd3\xe4\x93\x02\x05", b"\x82\xd3\xe4\x93\x02\x00"]
)
def test_an_option_that_cannot_be_read_offers_nothing(data: bytes, bound: DefineBound) -> None:
    files = FileDescriptorSet.FromString(bound(GET).descriptor_set())
    procedure = next(service for file in files.file for service in file.service).method[0]
    procedure.options.Clear()
    procedure.options.MergeFromString(data)
    broken = ProtoDefinition(files.SerializeToString(), source="shop.binpb")
    assert [rule for _, rule, _ in said(bound(GET), broken)] == ["address-removed"]
