"""`contractkit impact` for protobuf: files, directories, revisions, descriptor sets, and what it says of bad input."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from contractkit.cli.main import run
from contractkit.document import dump_contract
from contractkit.exact_json import read_json
from contractkit.model import Contract, HttpCall, HttpRequest, HttpResponse, Interaction
from contractkit.sources import load_definition

Run = Callable[..., tuple[int, str, str]]

ITEM = 'syntax = "proto3";\npackage shop.v1;\n\nmessage Item {\n  string sku = 1;\n  int32 count = 2;\n}\n'
SHOP = """syntax = "proto3";
package shop.v1;
import "shop/item.proto";
message Query { string id = 1; }
service Shop { rpc Get(Query) returns (Item); }
"""


def write(folder: Path, item: str = ITEM, shop: str = SHOP) -> None:
    (folder / "shop").mkdir(parents=True)
    (folder / "shop/item.proto").write_text(item)
    (folder / "shop/shop.proto").write_text(shop)


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record: Callable[..., Interaction],
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """A directory with two versions of a definition and a contract; calling it runs the verb there."""
    monkeypatch.chdir(tmp_path)
    write(Path("old"))
    write(Path("new"), ITEM.replace("  int32 count = 2;\n", "  reserved 2;\n"))
    call = record({"id": "7"}, {"sku": "a", "count": 3}, procedure="shop.v1.Shop/Get")
    save(call)

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["impact", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def save(*interactions: Interaction) -> None:
    Path("contracts").mkdir(exist_ok=True)
    contract = Contract(consumer="web-shop", provider="shop", interactions=interactions)
    Path("contracts/web-shop-shop.json").write_bytes(dump_contract(contract))


def test_it_names_who_breaks_with_files_and_lines_on_both_sides(project: Run) -> None:
    code, out, err = project("old", "new")
    assert (code, err) == (1, "")
    assert out == (
        "What becomes of the consumers if old becomes new:\n"
        "\n"
        "  web-shop   broken   1 broken of 1 interaction\n"
        "\n"
        "web-shop can no longer use the answer of shop.v1.Shop/Get.\n"
        "\n"
        "  interaction   shop.v1.Shop/Get answers OK\n"
        "  test          tests/test_shop.py:12\n"
        "  at            events[*].message.count\n"
        "  was           int32 count = 2\n"
        "  becomes       not declared; number 2 is reserved\n"
        "  means         the consumer needs it, and it is not declared any more\n"
        "  change        it was int32 count = 2, now not declared; number 2 is reserved (response.field.removed)\n"
        "  old           old/shop/item.proto:6\n"
        "  new           new/shop/item.proto:4\n"
        "  fingerprint   89f11e9addcfcb6b\n"
        "\n"
        "Keep it as it was, or change web-shop first and deploy that before shop.\n"
        "\n"
        "Of 1 contract: 1 broken.\n"
    )


def test_it_exits_with_0_where_nobody_is_hurt(project: Run) -> None:
    code, out, _ = project("old", "old")
    assert (code, out.splitlines()[-1]) == (0, "Of 1 contract: 1 unaffected.")


def sites(out: str) -> list[tuple[str, int | None]]:
    (consumer,) = read_json(out)["consumers"]
    (finding,) = consumer["interactions"][0]["findings"]
    return [(finding[side]["source"], finding[side]["line"]) for side in ("old", "new")]


def test_it_takes_files_and_finds_what_they_import(project: Run) -> None:
    code, out, _ = project("old/shop/shop.proto", "new/shop/shop.proto", "--format", "json")
    assert (code, sites(out)) == (1, [("shop/item.proto", 6), ("shop/item.proto", 4)])


def test_it_takes_descriptor_sets(project: Run) -> None:
    Path("old.binpb").write_bytes(load_definition("old").protobuf.descriptor_set())
    code, out, _ = project("old.binpb", "new", "--format", "json")
    assert (code, sites(out)) == (1, [("old.binpb", None), ("new/shop/item.proto", 4)])


def test_it_takes_a_revision_of_git(project: Run) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.test"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)

    Path("old").rename("protos")
    git("init", "-b", "main")
    git("add", "protos")
    git("commit", "-m", "shop")
    Path("protos/shop/item.proto").write_text(ITEM.replace("  int32 count = 2;\n", ""))
    code, out, _ = project("git:main:protos", "protos", "--format", "json")
    assert (code, sites(out)) == (1, [("git:main:protos/shop/item.proto", 6), ("protos/shop/item.proto", 4)])


def test_definitions_of_two_kinds_are_refused(project: Run) -> None:
    Path("api.yaml").write_text(yaml.safe_dump({"openapi": "3.1.0", "info": {}, "paths": {}}))
    code, out, err = project("api.yaml", "new")
    assert (code, out) == (2, "")
    assert "Definitions of two kinds cannot be compared." in err
    assert "old   api.yaml: OpenAPI" in err


def http_call() -> Interaction:
    exchange = HttpCall(request=HttpRequest(method="GET", path="/items"), response=HttpResponse(status=200))
    return Interaction(key="http", description="lists items", exchange=exchange, operation="listItems")


def test_contracts_over_another_transport_alone_are_nothing_to_check(project: Run) -> None:
    save(http_call())
    code, out, err = project("old", "new")
    assert (code, out) == (3, "")
    assert "The definitions do not speak of any interaction of the contracts: they are over another transport." in err
    assert "web-shop      1 HTTP interaction" in err


def test_a_contract_over_both_transports_is_judged_by_half(project: Run, record: Callable[..., Interaction]) -> None:
    save(record({"id": "7"}, {"sku": "a", "count": 3}, procedure="shop.v1.Shop/Get"), http_call())
    _, out, _ = project("old", "new")
    assert "  web-shop   broken   1 broken of 1 interaction; 1 HTTP interaction left aside\n" in out


def test_a_definition_that_does_not_compile_is_named_with_its_line(project: Run) -> None:
    Path("new/shop/item.proto").write_text(ITEM.replace("int32 count", "int99 count"))
    code, out, err = project("old", "new")
    assert (code, out) == (2, "")
    assert "new/shop/item.proto" in err
    assert "6" in err
    assert "int99" in err


def test_a_directory_without_protos_is_refused(project: Run) -> None:
    Path("empty").mkdir()
    code, _, err = project("old", "empty")
    assert (code, "The directory empty holds no .proto file." in err) == (2, True)
