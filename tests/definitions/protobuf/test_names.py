"""Names, digests and descriptors: how operations are found, and what a definition says of itself."""

from collections.abc import Callable

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from contractkit.definitions.interface import DefinitionWarning
from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.errors import DefinitionError, UnknownNameError

Define = Callable[[str], ProtoDefinition]

TWO = """
syntax = "proto3"; package shop.v1;
message M { string id = 1; }
// Orders of one shop. Deleted ones are left out.
service Orders {
  // Gives an order. It must
  // be there.
  //
  // More text.
  rpc Get(M) returns (M);
  rpc Watch(stream M) returns (stream M) { option deprecated = true; }
}
service Customers { rpc Get(M) returns (M); }
"""


@pytest.fixture(scope="module")
def two(define: Define) -> ProtoDefinition:
    return define(TWO)


def test_operations_are_listed_in_the_order_of_the_file(two: ProtoDefinition) -> None:
    listed = [(each.name, each.summary, each.deprecated, two.line_of(each.pointer)) for each in two.operations]
    assert listed == [
        ("shop.v1.Orders/Get", "Gives an order.", False, 10),
        ("shop.v1.Orders/Watch", "", True, 11),
        ("shop.v1.Customers/Get", "", False, 13),
    ]


def test_the_title_is_the_packages_that_define_services(two: ProtoDefinition) -> None:
    assert two.title == "shop.v1"


@pytest.mark.parametrize("name", ["shop.v1.Orders/Watch", "Orders/Watch", "Watch", "shop.v1.Orders.Watch"])
def test_an_operation_is_found_by_its_name_and_by_any_end_of_it(two: ProtoDefinition, name: str) -> None:
    assert two.operation(name).signature == "shop.v1.Orders/Watch"


def test_a_procedure_knows_its_types_and_its_streams(two: ProtoDefinition) -> None:
    watch = two.procedure("Watch")
    assert (watch.path, watch.request_type, watch.response_type) == ("/shop.v1.Orders/Watch", "shop.v1.M", "shop.v1.M")
    assert (watch.client_streaming, watch.server_streaming, watch.is_unary) == (True, True, False)


def test_a_name_that_several_have_is_refused_with_all_of_them(two: ProtoDefinition) -> None:
    with pytest.raises(UnknownNameError) as caught:
        two.operation("Get")
    assert str(caught.value) == (
        "shop.v1 has several operations 'Get'.\n\nName one: shop.v1.Orders/Get or shop.v1.Customers/Get."
    )


def test_a_name_that_nothing_has_is_refused_with_the_nearest(two: ProtoDefinition) -> None:
    with pytest.raises(UnknownNameError) as caught:
        two.operation("shop.v1.Order/Watched")
    assert str(caught.value) == (
        "shop.v1 has no operation 'shop.v1.Order/Watched'.\n\n"
        "Did you mean shop.v1.Orders/Watch or shop.v1.Orders/Get or shop.v1.Customers/Get?"
    )


def test_a_path_on_the_wire_is_found_exactly_or_not_at_all(two: ProtoDefinition) -> None:
    found = two.find("/shop.v1.Orders/Get")
    assert found is not None
    assert found.operation.name == "shop.v1.Orders/Get"
    assert two.find("/shop.v1.Orders/get") is None
    assert two.nearest("/shop.v2.Customers/Get")[0].name == "shop.v1.Customers/Get"


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("test.proto#shop.v1.M", 3),
        ("test.proto#shop.v1.M.id", 3),
        ("test.proto#shop.v1.Customers", 13),
        ("test.proto#shop.v1.Nothing", None),
        ("other.proto#shop.v1.M", None),
    ],
)
def test_a_pointer_leads_to_its_line(two: ProtoDefinition, pointer: str, line: int | None) -> None:
    assert two.line_of(pointer) == line


def test_comments_do_not_change_the_digest_and_content_does(define: Define, two: ProtoDefinition) -> None:
    assert define(TWO.replace("// More text.", "").replace("Deleted ones", "All")).digest == two.digest
    assert define(TWO.replace("string id = 1", "string id = 2")).digest != two.digest


def test_the_order_of_files_and_the_standard_ones_do_not_change_the_digest(kinds: ProtoDefinition) -> None:
    every = FileDescriptorSet.FromString(kinds.descriptor_set())
    turned = FileDescriptorSet(file=reversed(every.file))
    alone = FileDescriptorSet(file=[each for each in every.file if each.name == "test.proto"])
    for made in (turned, alone):
        assert ProtoDefinition(made.SerializeToString(), source="x").digest == kinds.digest


def test_a_procedures_descriptors_are_those_it_needs_dependencies_first(define: Define) -> None:
    definition = define("""
        syntax = "proto3"; package p;
        import "google/protobuf/timestamp.proto";
        import "google/protobuf/empty.proto";
        service S { rpc Get(google.protobuf.Empty) returns (google.protobuf.Timestamp); }
    """)
    found = FileDescriptorSet.FromString(definition.descriptor_set(definition.procedure("Get")))
    names = [each.name for each in found.file]
    assert names == ["google/protobuf/timestamp.proto", "google/protobuf/empty.proto", "test.proto"]
    assert ProtoDefinition(found.SerializeToString(), source="x").operations == (definition.procedure("Get").operation,)


def test_extensions_of_messages_are_named_and_ignored(define: Define) -> None:
    definition = define("""
        syntax = "proto2"; package p;
        message M { optional int32 id = 1; extensions 100 to 200; }
        extend M { optional string more = 100; }
        service S { rpc Get(M) returns (M); }
    """)
    assert definition.warnings() == (
        DefinitionWarning(sentence="The extension more of p.M is ignored.", pointer="test.proto#p.more"),
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"openapi: 3.0.3", "the bytes are not a protobuf message of that type"),
        (b"", "it holds no file"),
        (FileDescriptorSet(file=[FileDescriptorProto()]).SerializeToString(), "it holds a file without a name"),
    ],
)
def test_bytes_that_are_no_descriptor_set_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        ProtoDefinition(data, source="orders.binpb")
    assert str(caught.value) == (
        "The definition orders.binpb is not a descriptor set.\n\n"
        "  expected   a serialised google.protobuf.FileDescriptorSet\n"
        f"  problem    {problem}\n\n"
        "Make one: protoc --include_imports --descriptor_set_out=FILE, or name the .proto files instead."
    )


def test_a_descriptor_set_without_its_imports_names_the_one_that_is_missing() -> None:
    file = FileDescriptorProto(name="a.proto", dependency=["b/c.proto"])
    with pytest.raises(DefinitionError) as caught:
        ProtoDefinition(FileDescriptorSet(file=[file]).SerializeToString(), source="orders.binpb")
    assert str(caught.value) == (
        "The definition orders.binpb lacks a file that it imports.\n\n"
        "  imports   b/c.proto\n"
        "  in        a.proto\n\n"
        "Make the descriptor set with its imports: protoc --include_imports (buf build includes them)."
    )


def test_a_descriptor_set_whose_files_import_each_other_is_refused() -> None:
    files = [FileDescriptorProto(name="a", dependency=["b"]), FileDescriptorProto(name="b", dependency=["a"])]
    with pytest.raises(DefinitionError, match="files that import each other"):
        ProtoDefinition(FileDescriptorSet(file=files).SerializeToString(), source="x.binpb")


def test_a_descriptor_set_from_a_later_version_says_what_is_not_understood() -> None:
    file = FileDescriptorProto(name="a.proto", syntax="editions", edition=99998)  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="holds a file that cannot be used") as caught:
        ProtoDefinition(FileDescriptorSet(file=[file]).SerializeToString(), source="x.binpb")
    assert caught.value.explanation.details[0] == ("file", "a.proto")
