"""What old code reads, over gRPC, of the answers of a proposed definition: usual ones and the weakest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.errors import MessageError, ReplyError
from contractkit.recording import StubbedProvider, StubSession, TestOrigin
from contractkit.recording.serving_proposed_calls import ServingProposedCalls
from contractkit.sources.protoc import compile_protos

REFUSED = "refused"
STATES = ("enum E { A = 0; B = 1; } ", "enum E { A = 0; B = 1; C = 2; } ")
INNER = tuple(f"message Inner {{ {field} }} " for field in ("int32 n = 1;", "int64 n = 1;"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a message holds under both definitions, what a test writes of it, and what old code reads then."""

    old: str
    new: str
    written: dict[str, Any]
    usual: Any
    weakest: Any
    header: str = 'syntax = "proto3";'


CASES = {
    "an enum has a new member": Case(
        old=STATES[0] + "E one = 1; repeated E many = 2; map<string, E> by = 3; optional E none = 4;",
        new=STATES[1] + "E one = 1; repeated E many = 2; map<string, E> by = 3; optional E none = 4;",
        written={"one": "B", "many": ["A", "B"], "by": {"k": "B"}, "none": None},
        usual={"one": "B", "many": ["A", "B"], "by": {"k": "B"}},
        weakest={"one": 2, "many": [2, 2], "by": {"k": 2}},
    ),
    "a member has another number": Case(
        old="enum E { A = 0; B = 1; } E one = 1;",
        new="enum E { A = 0; B = 2; } E one = 1;",
        written={"one": "A"},
        usual={},
        weakest={"one": 2},
    ),
    "an enum is open now": Case(
        header='edition = "2023";',
        old="enum E { option features.enum_type = CLOSED; A = 0; B = 1; } E one = 1; int32 n = 2;",
        new="enum E { A = 0; B = 1; } E one = 1; int32 n = 2;",
        written={"one": "B", "n": 1},
        usual={"one": "B", "n": 1},
        weakest={"n": 1},
    ),
    "a number is wider": Case(
        old=INNER[0] + "int32 n = 1; repeated uint32 all = 2; Inner in = 3; map<string, Inner> by = 4;",
        new=INNER[1] + "int64 n = 1; repeated int32 all = 2; Inner in = 3; map<string, Inner> by = 4;",
        written={"n": 5, "all": [6], "in": {"n": 7}, "by": {"k": {"n": 8}}},
        usual={"n": 5, "all": [6], "in": {"n": 7}, "by": {"k": {"n": 8}}},
        weakest={"n": -(2**31), "all": [2**32 - 1], "in": {"n": -(2**31)}, "by": {"k": {"n": -(2**31)}}},
    ),
    "a number was an enum": Case(
        old="enum E { A = 0; B = 1; } E one = 1; E two = 2;",
        new="int32 one = 1; bool two = 2;",
        written={"one": "B"},
        usual={"one": "B", "two": "B"},
        weakest={"one": 2, "two": "B"},
    ),
    "two fields join a oneof": Case(
        old="string a = 1; string b = 2; string c = 3;",
        new="oneof one { string a = 1; string b = 2; } string c = 3;",
        written={"a": "x", "c": "z"},
        usual={"a": "x", "c": "z"},
        weakest={"b": "other", "c": "z"},
    ),
    "a oneof has a new member": Case(
        old="oneof one { string a = 1; string b = 2; }",
        new="oneof one { string a = 1; string b = 2; bool d = 3; }",
        written={"a": "x"},
        usual={"a": "x"},
        weakest={},
    ),
    "a field leaves a oneof": Case(
        old="oneof one { string a = 1; string b = 2; }",
        new="oneof one { string a = 1; } string b = 2;",
        written={"a": "x", "b": ""},
        usual={"a": "x"},
        weakest={"b": "other"},
    ),
    "text is bytes": Case(
        old="string a = 1;", new="bytes a = 1;", written={"a": "eA=="}, usual={"a": "x"}, weakest=REFUSED
    ),
    "a number means another field": Case(
        old="string a = 1; string b = 2;",
        new="bytes z = 1; string b = 2;",
        written={"a": "x", "b": "y"},
        usual={"a": "ember-78", "b": "y"},
        weakest=REFUSED,
    ),
    "one became many": Case(
        old="string a = 1; string b = 2;",
        new="repeated string a = 1; string b = 2;",
        written={"a": "x", "b": "y"},
        usual={"a": "inlet-59", "b": "y"},
        weakest={"b": "y"},
    ),
    "a required field need not be set": Case(
        header='syntax = "proto2";',
        old="required string a = 1;",
        new="optional string a = 1;",
        written={"a": "x"},
        usual={"a": "x"},
        weakest={},
    ),
    "what was as weak before": Case(
        old="optional string a = 1; repeated string b = 2; int32 c = 3; optional int32 d = 4;",
        new="optional string a = 1; repeated string b = 2; optional int32 c = 3; int32 d = 4;",
        written={"a": "x", "b": ["y"], "c": 3, "d": 4},
        usual={"a": "x", "b": ["y"], "c": 3, "d": 4},
        weakest={"a": "x", "b": ["y"], "c": 3, "d": 4},
    ),
    "fields and members have other names": Case(
        old="enum E { A = 0; B = 1; } int32 total_sum = 1; E state = 2; repeated E all = 3;",
        new="enum E { A = 0; PAID = 1; } int32 amount = 1; E state = 2; repeated E all = 3;",
        written={"totalSum": 5, "state": "B", "all": ["A", "B"]},
        usual={"total_sum": 5, "state": "B", "all": ["A", "B"]},
        weakest={"total_sum": 5, "state": "B", "all": ["A", "B"]},
    ),
    "a list of entries is a map": Case(
        old="message E { string key = 1; string value = 2; } repeated E by = 1;",
        new="map<string, string> by = 1;",
        written={"by": {"key": "v"}},
        usual={"by": [{"key": "key", "value": "v"}]},
        weakest={"by": [{"key": "key", "value": "v"}]},
    ),
    "a field beside what is standard is gone": Case(
        header='syntax = "proto3"; import "google/protobuf/struct.proto";',
        old="string gone = 1; repeated google.protobuf.Struct all = 2; map<string, google.protobuf.Struct> by = 3;",
        new="repeated google.protobuf.Struct all = 2; map<string, google.protobuf.Struct> by = 3;",
        written={"gone": "x", "all": [{"k": "v"}], "by": {"a": {"k": "v"}}},
        usual={"all": [{"k": "v"}], "by": {"a": {"k": "v"}}},
        weakest={"all": [{"k": "v"}], "by": {"a": {"k": "v"}}},
    ),
    "a field is gone": Case(
        old="string a = 1; string gone = 2; Inner in = 3; message Inner { string gone = 1; string b = 2; }",
        new="string a = 1; Inner in = 3; message Inner { string b = 2; }",
        written={"a": "x", "gone": "y", "in": {"gone": "y", "b": "z"}},
        usual={"a": "x", "in": {"b": "z"}},
        weakest={"a": "x", "in": {"b": "z"}},
    ),
}


def defined(version: str) -> ProtoDefinition:
    files = {}
    for number, case in enumerate(CASES.values()):
        text = f"{case.header} package p{number}; message Empty {{}} message Thing {{ {getattr(case, version)} }}"
        service = "service Shop { rpc Call(Empty) returns (Thing); rpc All(Empty) returns (stream Thing); }"
        files[f"p{number}.proto"] = f"{text} {service}".encode()
    found = compile_protos(files, tuple(files), source=version)
    assert found.errors == ()
    return ProtoDefinition(found.descriptor_set, source=version)


@pytest.fixture(scope="module")
def definitions() -> tuple[ProtoDefinition, ProtoDefinition]:
    return defined("old"), defined("new")


@pytest.fixture(scope="module")
def provider(definitions: tuple[ProtoDefinition, ProtoDefinition]) -> Iterator[StubbedProvider]:
    stubbed = StubbedProvider("shop", definitions[1], source="new")
    yield stubbed
    stubbed.stop()


Open = Callable[..., StubSession]


@contextmanager
def sessions_of(stubbed: StubbedProvider, definitions: tuple[ProtoDefinition, ProtoDefinition]) -> Iterator[Open]:
    sessions = []

    def session(*, weakest: bool) -> StubSession:
        origin = TestOrigin(node_id="test_it.py::test_it", file="test_it.py", source="none", line=3, thread=0)
        serving = ServingProposedCalls(*definitions, weakest=weakest)
        sessions.append(StubSession(stubbed, consumer="web-shop", origin=origin, again=serving))
        return sessions[-1]

    yield session
    for each in sessions:
        each.close()


@pytest.fixture
def opened(provider: StubbedProvider, definitions: tuple[ProtoDefinition, ProtoDefinition]) -> Iterator[Open]:
    with sessions_of(provider, definitions) as session:
        yield session


@pytest.fixture
def emitted(definitions: tuple[ProtoDefinition, ProtoDefinition]) -> Iterator[Open]:
    stubbed = StubbedProvider("bus", None, source="new", messages=definitions[1])
    with sessions_of(stubbed, definitions) as session:
        yield session


@pytest.fixture(scope="module")
def old_code(definitions: tuple[ProtoDefinition, ProtoDefinition]) -> Callable[[str], type[Message]]:
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(definitions[0].descriptor_set()).file:
        pool.Add(file)
    return lambda name: GetMessageClass(pool.FindMessageTypeByName(name))


def package_of(name: str) -> str:
    return f"p{list(CASES).index(name)}"


def read(session: StubSession, name: str, thing: type[Message]) -> Any:
    """Call over gRPC, and give what old code reads."""
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = session.channel().unary_unary(f"/{package_of(name)}.Shop/Call")
    try:
        return MessageToDict(thing.FromString(call(b"")), preserving_proto_field_name=True)
    except DecodeError:
        return REFUSED


@pytest.mark.parametrize("weakest", [False, True], ids=["usual", "weakest"])
@pytest.mark.parametrize("name", list(CASES))
def test_old_code_reads(name: str, weakest: bool, opened: Open, old_code: Callable[[str], type[Message]]) -> None:
    case, session = CASES[name], opened(weakest=weakest)
    session.on(f"{package_of(name)}.Shop/Call").reply(case.written)
    assert read(session, name, old_code(f"{package_of(name)}.Thing")) == (case.weakest if weakest else case.usual)


def test_each_message_of_a_stream_is_the_weakest(opened: Open, old_code: Callable[[str], type[Message]]) -> None:
    session = opened(weakest=True)
    session.on("p1.Shop/All").reply([{"one": "A"}, {"one": "B"}])
    thing = old_code("p1.Thing")
    call: grpc.UnaryStreamMultiCallable[bytes, bytes] = session.channel().unary_stream("/p1.Shop/All")
    assert [MessageToDict(thing.FromString(each)) for each in call(b"")] == [{"one": 2}, {"one": 2}]


def handled(session: StubSession, thing: type[Message], contents: object) -> Any:
    """Give what old code reads of a message that is emitted."""
    with session.message(thing.DESCRIPTOR.full_name, contents) as message:
        return MessageToDict(thing.FromString(message.body))


def test_a_message_that_is_emitted_is_the_weakest_too(emitted: Open, old_code: Callable[[str], type[Message]]) -> None:
    assert handled(emitted(weakest=True), old_code("p1.Thing"), {"one": "A"}) == {"one": 2}


@pytest.mark.parametrize("is_generated", [False, True], ids=["written", "generated"])
def test_a_message_that_is_emitted_is_carried_over(
    is_generated: bool, emitted: Open, old_code: Callable[[str], type[Message]]
) -> None:
    thing = old_code(f"{package_of('a field is gone')}.Thing")
    written = CASES["a field is gone"].written
    contents = ParseDict(written, thing()) if is_generated else written
    assert handled(emitted(weakest=False), thing, contents) == {"a": "x", "in": {"b": "z"}}


def test_a_message_that_neither_definition_allows_is_refused_as_ever(emitted: Open) -> None:
    with pytest.raises(MessageError) as refused:
        emitted(weakest=False).message("p1.Thing", {"none": 1})
    assert str(refused.value) == (
        "The message p1.Thing contradicts its definition.\n\n"
        "  at         message.contents.none\n"
        "  expected   a field of p1.Thing. Did you mean one?\n"
        "  received   1\n\n"
        "Write what the provider may really send, or mend the definition."
    )


def test_a_generated_message_is_carried_over_whole(opened: Open, old_code: Callable[[str], type[Message]]) -> None:
    name = "a field is gone"
    package, session = package_of(name), opened(weakest=False)
    thing = old_code(f"{package}.Thing")
    session.on(f"{package}.Shop/Call").reply(ParseDict(CASES[name].written, thing()))
    assert read(session, name, thing) == {"a": "x", "in": {"b": "z"}}


def test_a_credential_arrives_as_the_stub_made_it(opened: Open, old_code: Callable[[str], type[Message]]) -> None:
    name = "a field is gone"
    package, session = package_of(name), opened(weakest=False)
    session.on(f"{package}.Shop/Call").reply({"a": "Bearer abc.def.ghi", "in": {}})
    assert read(session, name, old_code(f"{package}.Thing"))["a"] == "Bearer abc.def.ghi"


def test_a_reply_that_neither_definition_allows_is_refused_as_ever(opened: Open) -> None:
    session = opened(weakest=False)
    with pytest.raises(ReplyError) as refused:
        session.on("p0.Shop/Call").reply({"nothing": 1})
    assert str(refused.value) == (
        "The reply to p0.Shop/Call contradicts the definition.\n\n"
        "  problem    This is not a message of p0.Thing.\n"
        "  at         nothing\n"
        "  expected   a field of p0.Thing. Did you mean none?\n"
        "  received   1\n\n"
        "Reply what the provider may really answer, or mend the definition."
    )
