"""Trees and bytes that are not what the definition says: where, what was expected and what was received."""

import random
from collections.abc import Callable

import pytest
from google.protobuf import any_pb2

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json
from contractkit.model import parse_location
from contractkit.results import ABSENT, Violation

AT = "events[0].message"
LEVELS = "one of LEVEL_UNSPECIFIED, LOW, HIGH"


@pytest.mark.parametrize(
    ("method", "tree", "location", "expected", "received", "pointer"),
    [
        ("Send", {"an_int32": "x"}, "an_int32", "an integer of 32 bits", "x", "Scalars.an_int32"),
        ("Send", {"an_int32": True}, "an_int32", "an integer of 32 bits", True, "Scalars.an_int32"),
        ("Send", {"an_int32": 2**31}, "an_int32", "an integer of 32 bits", 2**31, "Scalars.an_int32"),
        ("Send", {"an_int64": 1.5}, "an_int64", "an integer of 64 bits", 1.5, "Scalars.an_int64"),
        ("Send", {"a_uint32": -1}, "a_uint32", "an integer of 32 bits that is not negative", -1, "Scalars.a_uint32"),
        ("Send", {"a_double": "much"}, "a_double", "a number", "much", "Scalars.a_double"),
        ("Send", {"a_float": 1e39}, "a_float", "a number of 32 bits", 1e39, "Scalars.a_float"),
        ("Send", {"a_bool": 1}, "a_bool", "true or false", 1, "Scalars.a_bool"),
        ("Send", {"a_string": 5}, "a_string", "a string", 5, "Scalars.a_string"),
        ("Send", {"some_bytes": "?"}, "some_bytes", "bytes in base64", "?", "Scalars.some_bytes"),
        ("Send", {"a_level": "LAW"}, "a_level", f"{LEVELS}. Did you mean LOW?", "LAW", "Scalars.a_level"),
        (
            "Send",
            {"a_strin": ""},
            "a_strin",
            "a field of kinds.v1.Scalars. Did you mean a_string or a_sint64 or a_sint32?",
            "",
            "Scalars",
        ),
        ("Send", [1], "", "an object of kinds.v1.Scalars", [1], "Scalars"),
        ("Collect", {"names": "a"}, "names", "a list", "a", "Collections.names"),
        ("Collect", {"items": [{}, 5]}, "items[1]", "an object of kinds.v1.Item", 5, "Collections.items"),
        ("Collect", {"items": [{"count": ""}]}, "items[0].count", "an integer of 32 bits", "", "Item.count"),
        ("Collect", {"counts": []}, "counts", "an object: a map", [], "Collections.counts"),
        ("Collect", {"by_number": {"a": {}}}, "by_number.a", "an integer of 32 bits", "a", "Collections.by_number"),
        ("Collect", {"by_flag": {"yes": 1}}, "by_flag.yes", "true or false", "yes", "Collections.by_flag"),
        (
            "Choose",
            {"text": "a", "number": 1},
            "number",
            "only one member of result, which text is",
            1,
            "Choice.number",
        ),
        (
            "Mention",
            {"at": "today"},
            "at",
            "a moment such as 2026-03-01T12:30:00Z, or seconds and nanos",
            "today",
            "Special.at",
        ),
        ("Mention", {"lasted": 3}, "lasted", 'a duration such as "3.5s", or seconds and nanos', 3, "Special.lasted"),
        ("Mention", {"total": "x"}, "total", "an integer of 64 bits", "x", "Special.total"),
        ("Mention", {"data": 1}, "data", "an object", 1, "Special.data"),
        ("Mention", {"value": 10**400}, "value", "a finite number of 64 bits", 10**400, "Special.value"),
        (
            "Mention",
            {"detail": {"sku": "a"}},
            "detail['@type']",
            "the type, as in type.googleapis.com/package.Type",
            ABSENT,
            "Special.detail",
        ),
        (
            "Mention",
            {"detail": {"@type": "t/x.Y", "a": 1}},
            "detail['@type']",
            "a type of the definition, or the message's bytes in base64 as value",
            "t/x.Y",
            "Special.detail",
        ),
        (
            "Mention",
            {"detail": {"@type": "t/kinds.v1.Item", "count": "x"}},
            "detail.count",
            "an integer of 32 bits",
            "x",
            "Item.count",
        ),
    ],
)
def test_each_place_that_does_not_fit_is_named(
    kinds: ProtoDefinition, method: str, tree: Json, location: str, expected: str, received: object, pointer: str
) -> None:
    at = parse_location(AT)
    assert kinds.check(kinds.procedure(method), Side.REQUEST, tree, at) == (
        Violation(
            location=at.under(parse_location(location).steps),
            expected=expected,
            received=received,
            pointer=f"test.proto#kinds.v1.{pointer}",
        ),
    )


def test_every_problem_of_a_tree_is_told(kinds: ProtoDefinition) -> None:
    with pytest.raises(DefinitionError) as caught:
        kinds.encode(kinds.procedure("Send"), Side.REQUEST, {"a_bool": "yes", "a_levl": 1, "an_int32": None})
    assert (
        str(caught.value)
        == """This is not a message of kinds.v1.Scalars.

  at         a_bool
  expected   true or false
  received   "yes"
  at         a_levl
  expected   a field of kinds.v1.Scalars. Did you mean a_level or a_double or a_bool?
  received   1"""
    )


def test_one_field_under_two_names_is_refused(kinds: ProtoDefinition) -> None:
    tree = {"an_int32": 1, "anInt32": 2}
    (violation,) = kinds.check(kinds.procedure("Send"), Side.REQUEST, tree, parse_location(AT))
    assert violation.expected == "one value for an_int32, which is there twice"


def test_a_required_field_that_is_missing_is_named(define: Callable[[str], ProtoDefinition]) -> None:
    definition = define("""
        syntax = "proto2"; package old;
        service Old { rpc Get(M) returns (M); }
        message M { required int32 id = 1; optional M inner = 2; }
    """)
    at = parse_location(AT)
    assert definition.check(definition.procedure("Get"), Side.REQUEST, {"id": 1, "inner": {}}, at) == (
        Violation(
            location=parse_location(f"{AT}.inner.id"),
            expected="a value: the field is required",
            received=ABSENT,
            pointer="test.proto#old.M.id",
        ),
    )


def test_a_tree_nested_without_end_is_refused(kinds: ProtoDefinition) -> None:
    tree: Json = {}
    for _ in range(500):
        tree = {"parent": tree}
    (violation,) = kinds.check(kinds.procedure("Recurse"), Side.REQUEST, tree, parse_location(AT))
    assert violation.expected == "at most 100 levels of messages"


def test_bytes_that_are_no_message_say_what_was_received(kinds: ProtoDefinition) -> None:
    with pytest.raises(DefinitionError) as caught:
        kinds.decode(kinds.procedure("Send"), Side.REQUEST, b"\xff\xff\x01")
    assert (
        str(caught.value)
        == """The bytes are not a message of kinds.v1.Scalars.

  bytes     3, starting with ff ff 01
  problem   Error parsing message with type 'kinds.v1.Scalars': Wire format was corrupt

Check that both sides were built from the same definition."""
    )


def test_an_any_in_an_any_without_end_is_no_message(kinds: ProtoDefinition) -> None:
    inner = any_pb2.Any()
    for _ in range(3_000):
        inner = any_pb2.Any(type_url="t/google.protobuf.Any", value=inner.SerializeToString())
    data = b"\x22" + varint(inner.ByteSize()) + inner.SerializeToString()
    with pytest.raises(DefinitionError, match=r"not a message of kinds\.v1\.Special"):
        kinds.decode(kinds.procedure("Mention"), Side.REQUEST, data)


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def test_text_that_is_not_unicode_is_no_message(kinds: ProtoDefinition) -> None:
    with pytest.raises(DefinitionError, match=r"not a message of kinds\.v1\.Scalars"):
        kinds.decode(kinds.procedure("Send"), Side.REQUEST, b"\x72\x01\xff")


def test_no_tree_however_wrong_does_more_than_be_refused(kinds: ProtoDefinition) -> None:
    chance = random.Random(7)
    for number in range(400):
        procedure = kinds.procedure(chance.choice(kinds.operations).name)
        tree = spoilt(kinds.example(procedure, Side.REQUEST, seed=str(number % 20)), chance)
        violations = kinds.check(procedure, Side.REQUEST, tree, parse_location(AT))
        try:
            encoded = kinds.encode(procedure, Side.REQUEST, tree)
        except DefinitionError as error:
            assert violations
            assert str(error)
        else:
            assert not violations
            assert kinds.encode(procedure, Side.REQUEST, kinds.decode(procedure, Side.REQUEST, encoded)) == encoded


JUNK: tuple[Json, ...] = (
    *(
        None,
        True,
        -1,
        2**31,
        2**64,
        10**500,
        0.5,
        -0.0,
        float("nan"),
        float("inf"),
        "",
        "\ud800",
        "9" * 50,
        "1_0",
        "\u0661",
    ),
    *("AQ==", "3s", "99999999999999999s", b"\xff", object(), [], [[]], {}, {"@type": 5}, {5: 1}, {"\ud800": 1}),
)


def spoilt(tree: Json, chance: random.Random) -> Json:
    """Give a tree some of whose values are something else."""
    if chance.random() < 0.15:
        return chance.choice(JUNK)
    if isinstance(tree, dict):
        return {name: spoilt(value, chance) for name, value in tree.items()}
    return [spoilt(value, chance) for value in tree] if isinstance(tree, list) else tree
