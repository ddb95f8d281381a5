import json
from pathlib import Path

import pytest

from contractkit.cli.main import run
from tests.document.plugin_files import compiled, dumped, encoded, md5, plugin_call, plugin_file

SAMPLES = Path(__file__).parents[2] / "contracts/samples"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_contract_is_shown(capsys):
    assert run(["show", str(SAMPLES / "web-shop-orders.json"), "--interaction", "DELETEORDER"]) == 0
    assert capsys.readouterr().out == "\n".join(
        [
            "web-shop expects 4 interactions of orders (Pact 4.0)",
            "recorded against openapi/orders.yaml, "
            "sha256:4f1c4d0f7e2d5c1b7f0f5c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e",
            "5 of 10 served members are expected; reply with those you use",
            "",
            "deleteOrder answers 204",
            "  given         order exists (id: 7); nothing has shipped",
            "  request       DELETE /orders/7",
            "  response      204",
            "                (an empty body)",
            "  key           8c3d4e5f60718293",
            "",
        ]
    )


def test_an_interaction_is_chosen_by_its_key(capsys):
    assert run(["show", str(SAMPLES / "web-shop-orders.json"), "--interaction", "6a1b2c3d4e5f6071"]) == 0
    assert "createOrder answers 201\n" in capsys.readouterr().out


def test_json_carries_digests_and_warnings(capsys, folder):
    tree = json.loads((SAMPLES / "courier-app-orders.json").read_bytes())
    tree["interactions"].append({"type": "Carrier/Pigeons", "description": "a question"})
    Path("a.json").write_text(json.dumps(tree))
    assert run(["show", "a.json", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    (contract,) = shown["contracts"]
    assert (shown["schema_version"], contract["consumer"], contract["provider"]) == (1, "courier-app", "orders")
    assert contract["contentId"].startswith("sha256:") and contract["fileDigest"].startswith("sha256:")
    assert [each["summary"] for each in contract["interactions"]] == ["message an order was placed"]
    assert contract["warnings"] == [
        {
            "pointer": "/interactions/1",
            "sentence": "is of type Carrier/Pigeons, which is not read; it is kept and skipped",
        }
    ]


def test_what_was_not_read_is_told_below(capsys, folder):
    tree = json.loads((SAMPLES / "courier-app-orders.json").read_bytes())
    tree["interactions"] = [{"type": "Carrier/Pigeons", "description": "a question"}]
    Path("a.json").write_text(json.dumps(tree))
    assert run(["show", "a.json"]) == 0
    assert capsys.readouterr().out == (
        "courier-app expects 0 interactions of orders (Pact 4.0)\n\nWarnings\n"
        "  a.json/interactions/0 is of type Carrier/Pigeons, which is not read; it is kept and skipped\n"
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "There are no contracts at that place.\n\n  path   orders.json\n\nDid you mean order.json?\n"),
        (
            b"",
            "orders.json is empty.\n\nRestore or remove it, then run the consumer's tests.\n",
        ),
        (
            b"<html>",
            "orders.json is not JSON.\n\n  line      1\n  column    1\n  problem   Expecting value\n\n"
            "Restore or remove it, then run the consumer's tests.\n",
        ),
        (
            b"\x89PNG",
            "orders.json is not text in UTF-8.\n\n  first other byte   1\n\n"
            "Restore or remove it, then run the consumer's tests.\n",
        ),
        (
            b'{"swagger": "2.0"}',
            "orders.json is an OpenAPI definition, not a contract.\n\n"
            "Definitions are for `contractkit stub` and `contractkit impact`; give a contract file here.\n",
        ),
        (
            b"{}",
            "orders.json is not a contract.\n\n"
            "  /interactions   expected a list of interactions, received nothing\n"
            "  /consumer       expected an object, received nothing\n"
            "  /provider       expected an object, received nothing\n\n"
            "Mend these places, or remove the file and run the consumer's tests.\n",
        ),
        (
            b"[1]",
            "orders.json is not a contract.\n\n  /   expected an object, received [1]\n\n"
            "Mend these places, or remove the file and run the consumer's tests.\n",
        ),
        (
            b'{"consumer": {"name": "a"}, "provider": {"name": "b"}, "interactions": {},'
            b' "metadata": {"pactSpecification": {"version": "5.0"}}}',
            "orders.json is not a contract.\n\n"
            "  /metadata/pactSpecification/version   "
            'expected a version of the Pact specification (1.0, 1.1, 2.0, 3.0, 4.0), received "5.0"\n'
            "  /interactions                         expected a list, received {}\n\n"
            "Mend these places, or remove the file and run the consumer's tests.\n",
        ),
    ],
)
def test_a_file_that_is_no_contract_is_refused_with_the_reason(capsys, folder, data, message):
    Path("order.json").write_bytes(b"{}")
    if data is not None:
        Path("orders.json").write_bytes(data)
    assert run(["show", "orders.json"]) == 2
    assert capsys.readouterr() == ("", message)


def test_of_a_directory_every_contract_is_shown(capsys, folder):
    Path("contracts").mkdir()
    for name in ("courier-app-orders.json",):
        Path("contracts", name).write_bytes((SAMPLES / name).read_bytes())
    Path("contracts/notes.txt").write_text("not a contract")
    assert run(["show", "contracts"]) == 0
    of_the_directory = capsys.readouterr().out
    assert run(["show", "contracts/courier-app-orders.json"]) == 0
    assert of_the_directory == capsys.readouterr().out


def test_a_directory_without_contracts_is_nothing_to_check(capsys, folder):
    Path("contracts").mkdir()
    assert run(["show", "contracts"]) == 3
    assert capsys.readouterr() == (
        "",
        "There is no contract in contracts.\n\nRun the consumer's tests first: they write the contracts.\n",
    )


def test_an_interaction_that_is_not_there_is_nothing_to_check(capsys):
    assert run(["show", str(SAMPLES / "courier-app-orders.json"), "--interaction", "an order was plucked"]) == 3
    assert capsys.readouterr() == (
        "",
        "No interaction has an order was plucked in it.\n\nDid you mean an order was placed?\n",
    )


def test_a_call_in_the_form_of_the_plugin_is_shown_with_what_a_verifier_needs(capsys):
    assert run(["show", str(SAMPLES / "web-shop-inventory.json"), "--interaction", "NOT_FOUND"]) == 0
    assert capsys.readouterr().out == "\n".join(
        [
            "web-shop expects 2 interactions of inventory (Pact 4.0)",
            "recorded against proto/inventory.proto, "
            "sha256:77aa4d0f7e2d5c1b7f0f5c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e",
            "a Pact verifier without its protobuf plugin fails this file whole: "
            "2 of them are calls in the plugin's form",
            "",
            "inventory.v1.Inventory/GetItem answers NOT_FOUND",
            '  given         no item (sku: "Z-9")',
            "  call          inventory.v1.Inventory/GetItem",
            "  sent          {",
            '                  "sku": "Z-9"',
            "                }",
            "  sent          (the consumer sends no more)",
            "  status        NOT_FOUND no item Z-9   # any of this type",
            "                {",
            '                  "@type": "type.googleapis.com/google.rpc.ErrorInfo",',
            '                  "domain": "inventory",',
            '                  "reason": "NO_ITEM"',
            "                }",
            '                x-retry: "never"',
            "  needs         unknown (not inferred): all that is expected counts as needed",
            "  recorded by   tests/test_inventory.py:30   tests/test_inventory.py::test_lost",
            "  note          a Pact verifier needs its protobuf plugin for it, and without that fails the whole file",
            "  key           b2c3d4e5f6071829",
            "",
        ]
    )


def test_a_mixed_contract_says_what_a_verifier_sees_of_it(capsys):
    assert run(["show", str(SAMPLES / "courier-app-inventory.json"), "--format", "json"]) == 0
    (contract,) = json.loads(capsys.readouterr().out)["contracts"]
    assert [(each["summary"], each["seenByPact"], each["needsPlugin"]) for each in contract["interactions"]] == [
        ("GET /health -> 200", True, False),
        ("inventory.v1.Inventory/GetItem -> OK", True, True),
        ("inventory.v1.Inventory/WatchItems -> OK", False, False),
    ]


def test_the_messages_of_a_file_that_the_plugin_wrote_are_shown_as_trees(capsys, folder, tmp_path_factory):
    descriptors = compiled(tmp_path_factory.mktemp("proto"))
    expected = encoded(descriptors, "stock.v1.Item", {"count": 3})
    Path("a.json").write_bytes(dumped(plugin_file(descriptors, plugin_call(md5(descriptors), b"", expected))))
    assert run(["show", "a.json"]) == 0
    assert capsys.readouterr().out == "\n".join(
        [
            "web-shop expects 1 interaction of stock (Pact 4.0)",
            "a Pact verifier without its protobuf plugin fails this file whole: "
            "1 of them is a call in the plugin's form",
            "",
            "an item",
            "  given         no state",
            "  call          stock.v1.Stock/Get",
            '  metadata      x-tenant: "eu"',
            "  sent          {",
            '                  "sku": ""   # any of this type',
            "                }",
            "  sent          (the consumer sends no more)",
            "  received      {",
            '                  "count": 3',
            "                }",
            "  status        OK",
            "  note          a Pact verifier needs its protobuf plugin for it, and without that fails the whole file",
            "  key           6f3a",
            "",
        ]
    )


def test_plugins_that_a_verifier_needs_are_named(capsys, folder):
    plugins = [{"name": "csv", "version": "0.0.6", "configuration": {}}, {"name": "protobuf", "version": "0.6"}]
    tree = {
        "consumer": {"name": "a"},
        "provider": {"name": "b"},
        "interactions": [],
        "metadata": {"pactSpecification": {"version": "4.0"}, "plugins": plugins},
    }
    Path("a.json").write_text(json.dumps(tree))
    assert run(["show", "a.json"]) == 0
    assert capsys.readouterr().out == (
        "a expects 0 interactions of b (Pact 4.0)\n"
        "a Pact verifier needs the plugin csv 0.0.6 for this file, and without that fails it whole\n"
    )


def test_huge_values_are_shown_whole_on_request(capsys, folder):
    tree = json.loads((SAMPLES / "courier-app-orders.json").read_bytes())
    tree["interactions"][0]["contents"] = {"contentType": "application/json", "content": list(range(1_000))}
    tree["interactions"][0].pop("matchingRules", None)
    Path("a.json").write_text(json.dumps(tree))
    assert run(["show", "a.json"]) == 0
    assert "  … 988 further elements …   # contractkit show --whole has them\n" in capsys.readouterr().out
    assert run(["show", "a.json", "--whole"]) == 0
    shown = capsys.readouterr().out
    assert "further elements" not in shown
    assert [f"{number}" in shown for number in (10, 500, 997)] == [True, True, True]
    assert run(["show", "a.json", "--whole", "--format", "json"]) == 0
    assert "further elements" not in capsys.readouterr().out
