"""Protobuf definitions from files, directories, descriptor sets and git revisions, and what is said of broken ones."""

import gzip
import importlib.metadata
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contractkit.definitions.interface import DefinitionWarning
from contractkit.errors import DefinitionError
from contractkit.sources import load_definition, published_definition, read_definition
from contractkit.sources.cache import cache_directory
from contractkit.sources.proto_files import imports_of

ORDERS = """syntax = "proto3";
package shop.v1;
import "shop/v1/money.proto";
service Orders { rpc Get(Order) returns (Order); }
message Order { string id = 1; Money total = 2; }
"""
MONEY = """syntax = "proto3";
package shop.v1;
import "google/protobuf/timestamp.proto";
message Money { int64 units = 1; google.protobuf.Timestamp at = 2; }
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def protos(tmp_path: Path) -> Path:
    """Give a directory that imports start from."""
    folder = tmp_path / "protos"
    (folder / "shop/v1").mkdir(parents=True)
    (folder / "shop/v1/orders.proto").write_text(ORDERS)
    (folder / "shop/v1/money.proto").write_text(MONEY)
    return folder


def names(location: str | Path, root: Path | None = None) -> list[str]:
    return [operation.name for operation in load_definition(location, root=root).definition.operations]


def message_of(location: str | Path, root: Path | None = None) -> str:
    with pytest.raises(DefinitionError) as caught:
        load_definition(location, root=root)
    return str(caught.value)


def test_a_directory_is_where_imports_start_from(protos: Path) -> None:
    loaded = load_definition("protos", root=protos.parent)
    assert loaded.source == "protos"
    assert [each.name for each in loaded.definition.operations] == ["shop.v1.Orders/Get"]
    assert loaded.line_of("shop/v1/orders.proto#shop.v1.Order.total") == 5


def test_a_single_file_finds_its_imports_in_the_folders_around_it(protos: Path) -> None:
    loaded = load_definition("protos/shop/v1/orders.proto", root=protos.parent)
    assert loaded.definition.operations[0].pointer == "shop/v1/orders.proto#shop.v1.Orders.Get"
    assert loaded.definition.digest == load_definition(protos).definition.digest


def test_a_single_file_finds_its_imports_beside_it(tmp_path: Path) -> None:
    (tmp_path / "orders.proto").write_text(ORDERS.replace("shop/v1/", ""))
    (tmp_path / "money.proto").write_text(MONEY)
    assert names(tmp_path / "orders.proto") == ["shop.v1.Orders/Get"]


def test_hidden_folders_and_installed_packages_are_left_out(protos: Path) -> None:
    for folder in (".git", "node_modules"):
        (protos / folder).mkdir()
        (protos / folder / "broken.proto").write_text("not proto")
    assert names(protos) == ["shop.v1.Orders/Get"]


@pytest.mark.parametrize("name", ["orders.binpb", "orders.pb", "orders.desc", "orders.protoset", "orders.fds"])
def test_a_descriptor_set_is_known_by_its_ending(protos: Path, name: str) -> None:
    definition = load_definition(protos).protobuf
    (protos / name).write_bytes(definition.descriptor_set())
    assert load_definition(protos / name).definition.digest == definition.digest


def test_a_descriptor_set_is_known_by_its_content_and_may_be_gzipped(protos: Path) -> None:
    definition = load_definition(protos).protobuf
    for data in (definition.descriptor_set(), gzip.compress(definition.descriptor_set())):
        assert read_definition(data, source="orders@main").definition.digest == definition.digest


def test_proto_text_is_known_by_its_first_statement_whatever_it_is_called() -> None:
    text = b"// Licence: none.\n/* syntax */\nsyntax = 'proto3';\npackage shop.v1; message M {}"
    assert read_definition(text, source="orders@main").protobuf.title == "shop.v1"
    with pytest.raises(DefinitionError, match="is not an OpenAPI document"):
        read_definition(b"# not proto\nsyntax: 3\n", source="orders@main")


def test_a_git_revision_of_a_file_or_a_directory_is_read_with_its_imports(protos: Path) -> None:
    for command in (["init", "-q"], ["add", "."], [*IDENTITY, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=protos.parent, check=True)
    (protos / "shop/v1/orders.proto").write_text(ORDERS.replace("rpc Get", "rpc Find"))
    assert names("git:HEAD:protos", root=protos.parent) == ["shop.v1.Orders/Get"]
    assert names("git:HEAD:protos/shop/v1/orders.proto", root=protos.parent) == ["shop.v1.Orders/Get"]
    assert names("protos", root=protos.parent) == ["shop.v1.Orders/Find"]


def test_what_does_not_compile_is_told_with_file_line_and_column(protos: Path) -> None:
    (protos / "shop/v1/orders.proto").write_text(ORDERS.replace("Money total", "Mony total").replace("rpc", "rcp"))
    assert message_of("protos", root=protos.parent) == (
        "The definition protos does not compile.\n\n"
        "  at        protos/shop/v1/orders.proto:4:18\n"
        '  problem   Expected "rpc".'
    )
    (protos / "shop/v1/orders.proto").write_text(ORDERS.replace("Money total", "Mony total"))
    assert message_of("protos/shop/v1/orders.proto", root=protos.parent) == (
        "The definition protos/shop/v1/orders.proto does not compile.\n\n"
        "  at        protos/shop/v1/orders.proto:5:32\n"
        '  problem   "Mony" is not defined.'
    )


def test_an_import_that_is_not_there_names_who_imports_it_and_where_it_was_looked_for(protos: Path) -> None:
    (protos / "shop/v1/money.proto").unlink()
    assert message_of("protos", root=protos.parent) == (
        "The definition protos imports a file that is not there.\n\n"
        "  imports     shop/v1/money.proto\n"
        "  at          protos/shop/v1/orders.proto:3:1\n"
        "  looked in   protos\n\n"
        "Name the directory that imports start from as the definition, or make a descriptor set with its imports."
    )
    (protos / "shop/v1/monies.proto").write_text('syntax = "proto3";\n')
    assert message_of("protos", root=protos.parent).endswith("Did you mean shop/v1/monies.proto?")


def test_a_directory_above_the_one_that_imports_start_from_is_told_so(protos: Path) -> None:
    assert message_of(".", root=protos.parent).endswith(
        "It is in ./protos: name that directory, which imports start from, as the definition."
    )


def test_a_single_file_whose_import_is_nowhere_says_which_folders_were_searched(protos: Path) -> None:
    (protos / "shop/v1/money.proto").unlink()
    message = message_of("protos/shop/v1/orders.proto", root=protos.parent)
    assert f"looked in   {protos}/shop/v1\n              {protos}/shop\n              {protos}\n" in message


def test_what_is_imported_of_google_comes_from_the_installed_package(tmp_path: Path) -> None:
    (tmp_path / "a.proto").write_text(
        'syntax = "proto3"; package a; import "google/rpc/status.proto"; import "google/api/annotations.proto";\n'
        'service S { rpc Get(google.rpc.Status) returns (google.rpc.Status) { option (google.api.http).get = "/x"; } }'
    )
    assert names(tmp_path / "a.proto") == ["a.S/Get"]
    assert names(tmp_path) == ["a.S/Get"]


def test_an_import_that_is_not_used_is_a_warning(protos: Path) -> None:
    (protos / "shop/v1/orders.proto").write_text(ORDERS.replace("Money total", "string total"))
    assert load_definition(protos).definition.warnings() == (
        DefinitionWarning(sentence="Import shop/v1/money.proto is unused.", pointer="shop/v1/orders.proto:3:1"),
    )


def test_a_directory_without_protos_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert message_of("empty", root=tmp_path) == (
        "The directory empty holds no .proto file.\n\n"
        "Name the directory that imports start from, a .proto file, or a descriptor set."
    )


def test_a_file_that_is_not_there_suggests_the_nearest(protos: Path) -> None:
    assert message_of("protos/shop/v1/order.proto", root=protos.parent) == (
        "The definition protos/shop/v1/order.proto cannot be read.\n\n"
        f"  reason   no such file: {protos}/shop/v1/order.proto\n\n"
        "Did you mean orders.proto or money.proto?"
    )


def test_a_descriptor_set_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "a.binpb").write_bytes(b"\xff\xfe\x00")
    assert message_of("a.binpb", root=tmp_path).startswith("The definition a.binpb is not a descriptor set.")


def test_a_name_that_looks_like_an_option_is_only_a_name(tmp_path: Path) -> None:
    (tmp_path / "--python_out=x.proto").write_text('syntax = "proto3"; package a; message M {}')
    assert load_definition(tmp_path).definition.title == "a"


def test_what_was_compiled_is_kept_by_content_and_compiled_again_after_a_change(protos: Path) -> None:
    assert names(protos) == ["shop.v1.Orders/Get"]
    kept = list(cache_directory().iterdir())
    assert len(kept) == 1
    assert names(protos) == ["shop.v1.Orders/Get"]
    (protos / "shop/v1/orders.proto").write_text(ORDERS.replace("rpc Get", "rpc Find"))
    assert names(protos) == ["shop.v1.Orders/Find"]
    assert len(list(cache_directory().iterdir())) == 2


def test_an_entry_of_the_cache_that_was_cut_short_is_compiled_again(protos: Path) -> None:
    names(protos)
    (entry,) = cache_directory().iterdir()
    entry.write_bytes(entry.read_bytes()[:100])
    assert names(protos) == ["shop.v1.Orders/Get"]


def test_a_definition_of_one_kind_is_not_taken_for_the_other(protos: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        _ = load_definition("protos", root=protos.parent).openapi
    assert str(caught.value) == (
        "The definition protos is protobuf, and an OpenAPI document is needed here.\n\n"
        "  it defines   remote procedures of shop.v1"
    )
    document = read_definition(
        b'{"openapi": "3.0.3", "info": {"title": "Orders", "version": "1"}, "paths": {}}', source="o"
    )
    with pytest.raises(DefinitionError) as caught:
        _ = document.protobuf
    assert str(caught.value) == (
        "The definition o is an OpenAPI document, and protobuf is needed here.\n\n"
        "  it defines   HTTP operations of Orders 1\n\n"
        "Name a .proto file, a directory of them, or a descriptor set."
    )


def test_protos_are_published_as_a_descriptor_set_that_still_knows_its_lines(protos: Path) -> None:
    for location in (protos, protos / "shop/v1/orders.proto"):
        data, media_type = published_definition(location)
        stored = read_definition(data, source="orders@main")
        assert media_type == "application/protobuf"
        assert stored.definition.digest == load_definition(location).definition.digest
        assert stored.line_of("shop/v1/orders.proto#shop.v1.Order.total") == 5


def test_other_definitions_are_published_as_they_are(protos: Path) -> None:
    (protos / "a.yaml").write_bytes(b"openapi: 3.1.0")
    (protos / "a.binpb").write_bytes(b"any")
    assert published_definition(protos / "a.yaml") == (b"openapi: 3.1.0", "application/yaml")
    assert published_definition(protos / "a.binpb") == (b"any", "application/protobuf")


def test_protos_without_the_compiler_name_the_extra(protos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert message_of("protos", root=protos.parent) == (
        "The definition protos is protobuf, and the compiler for it is not installed.\n\n"
        "Install it: pip install 'contractkit-cdct[grpc]'"
    )


def test_a_descriptor_set_without_the_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.protobuf", None)
    with pytest.raises(DefinitionError) as caught:
        read_definition(b"", source="orders.binpb")
    assert str(caught.value) == (
        "The definition orders.binpb is protobuf, and the library that reads it is not installed.\n\n"
        "Install it: pip install 'contractkit-cdct[grpc]'"
    )


def test_several_threads_may_load_at_once(protos: Path) -> None:
    for number in range(4):
        (protos / f"more{number}.proto").write_text(f'syntax = "proto3"; package more{number}; message M {{}}')
    locations = [protos / f"more{number}.proto" for number in range(4)] * 2
    with ThreadPoolExecutor(max_workers=4) as pool:
        titles = list(pool.map(lambda each: load_definition(each).definition.title, locations))
    assert titles == ["more0", "more1", "more2", "more3"] * 2


def test_the_compiler_works_where_there_is_no_standard_error(protos: Path) -> None:
    (protos / "shop/v1/money.proto").unlink()
    code = (
        "import os; os.close(2)\n"
        "from contractkit.errors import DefinitionError\n"
        "from contractkit.sources import load_definition\n"
        "try:\n"
        f"    load_definition({str(protos)!r})\n"
        "except DefinitionError as error:\n"
        "    print(error.explanation.summary)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"The definition {protos} imports a file that is not there.\n"


def test_loading_an_openapi_document_does_not_load_protobuf() -> None:
    code = (
        "import sys\n"
        "from contractkit.definitions.protobuf import ProtoDefinition\n"
        "from contractkit.sources import read_definition\n"
        'read_definition(b\'{"openapi": "3.0.3", "info": {}, "paths": {}}\', source=\'o\')\n'
        "print(sorted(name for name in sys.modules if name.startswith(('grpc', 'google.protobuf'))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        (
            b'import "a.proto";\nimport public "b/c.proto";\nimport weak \'d.proto\';',
            ["a.proto", "b/c.proto", "d.proto"],
        ),
        (b'syntax = "proto3"; import "a.proto"; import"b.proto";', ["a.proto", "b.proto"]),
        (b'option (x) = "/v1/*"; import "a.proto"; /* */', ["a.proto"]),
        (b'// import "a.proto";\n/* import "b.proto"; */ import "c.proto";', ["c.proto"]),
        (b"message M { string important = 1; }", []),
    ],
)
def test_imports_are_found_in_a_text(text: bytes, imports: list[str]) -> None:
    assert imports_of(text) == imports


@pytest.mark.parametrize("project", ["grpc-gateway", "googleapis-pubsub", "etcd", "opentelemetry-demo"])
def test_a_real_project_is_the_same_from_a_directory_and_from_its_descriptor_set(
    test_data: Callable[[str], Path], tmp_path: Path, project: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(test_data(f"definitions/real/proto/{project}"), folder)
    loaded = load_definition(folder).protobuf
    again = read_definition(loaded.descriptor_set(), source="again.binpb").protobuf
    assert (again.digest, [each.name for each in again.operations]) == (
        loaded.digest,
        [each.name for each in loaded.operations],
    )


IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


@pytest.mark.parametrize("start", [b"", b"// The shop's.\n/* Two\n comments. */ // three\n"])
def test_text_without_a_telling_name_is_known_by_its_first_statement(start: bytes) -> None:
    text = start + b'syntax = "proto3"; package shop.v1; service Shop {}'
    assert read_definition(text, source="shop@main").protobuf.title == "shop.v1"
