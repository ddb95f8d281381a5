"""`contractkit impact`: what it prints, what it exits with, and what it says of wrong input."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.document import dump_contract
from contractkit.exact_json import read_json
from contractkit.model import Contract

Run = Callable[..., tuple[int, str, str]]


def test_it_exits_with_1_and_names_who_breaks(project: Run) -> None:
    code, out, err = project("old.yaml", "new.yaml")
    assert code == 1
    assert "web-shop can no longer use the answer of getOrder.\n" in out
    assert out.endswith("Of 1 contract: 1 broken.\n")
    assert err == ""


def test_it_exits_with_0_where_nobody_is_hurt(project: Run) -> None:
    code, out, _ = project("old.yaml", "old.yaml")
    assert (code, out.splitlines()[-1]) == (0, "Of 1 contract: 1 unaffected.")


def test_it_gives_lines_on_both_sides(project: Run) -> None:
    _, out, _ = project("old.yaml", "new.yaml", "--format", "json")
    (finding,) = [
        finding for interaction in read_json(out)["consumers"][0]["interactions"] for finding in interaction["findings"]
    ]
    old, new = (
        Path(finding[side]["source"]).read_text().splitlines()[finding[side]["line"] - 1] for side in ("old", "new")
    )
    assert (old.strip(), new.strip()) == ("note:", "Order:")


def test_at_risk_fails_only_where_asked(project: Run, old_document: Any) -> None:
    old_document["components"]["schemas"]["Order"]["required"].remove("total")
    Path("new.yaml").write_text(yaml.safe_dump(old_document))
    assert project("old.yaml", "new.yaml")[0] == 0
    assert project("old.yaml", "new.yaml", "--fail-on", "at-risk")[0] == 1


def test_mistakes_of_the_definitions_are_told_beside_the_answer(project: Run, old_document: Any) -> None:
    old_document["paths"]["/orders/{id}"]["get"]["responses"] = {}
    Path("new.yaml").write_text(yaml.safe_dump(old_document))
    code, out, err = project("old.yaml", "new.yaml", "--format", "json")
    assert (code, read_json(out)["verdict"], err) == (
        1,
        "broken",
        "1 mistake of the definitions; what they stand in is not judged:\n"
        "  new.yaml:106: The operation GET /orders/{id} declares no responses.\n\n",
    )


def test_a_mistake_of_an_operation_is_told_with_its_line_in_the_new_definition(project: Run, old_document: Any) -> None:
    answer = old_document["paths"]["/orders/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"$ref": "#/components/schemas/Nope"}
    Path("new.yaml").write_text(yaml.safe_dump(old_document))
    _, out, _ = project("old.yaml", "new.yaml")
    lines = {each.split()[0]: each.split()[1] for each in out.splitlines() if each.startswith(("  old ", "  new "))}
    file, number = lines["new"].split(":")
    written = Path(file).read_text().splitlines()[int(number) - 1].strip()
    assert (file, written) == ("new.yaml", "$ref: '#/components/schemas/Nope'")
    assert "Mend that mistake and ask again, or verify: contractkit verify orders --consumer web-shop\n" in out


def test_contracts_with_others_are_skipped_and_said_so(project: Run, contract: Contract) -> None:
    other = Path("contracts/web-shop-stock.json")
    other.write_bytes(dump_contract(replace(contract, provider="stock")))
    code, out, err = project("old.yaml", "new.yaml", "--provider", "orders")
    assert err == f"Skipped {Path.cwd() / other}: a contract with stock, not orders.\n"
    assert (code, out.splitlines()[-1]) == (1, "Of 1 contract: 1 broken.")


def test_several_providers_need_a_name(project: Run, contract: Contract) -> None:
    Path("contracts/web-shop-stock.json").write_bytes(dump_contract(replace(contract, provider="stock")))
    assert project("old.yaml", "new.yaml") == (
        2,
        "",
        "The contracts are with several providers, and the definitions describe one.\n"
        "\n"
        "  providers   orders, stock\n"
        "\n"
        "Name the one that changes: --provider NAME\n",
    )


def test_an_unknown_provider_is_nothing_to_check(project: Run) -> None:
    code, out, err = project("old.yaml", "new.yaml", "--provider", "order", "--contracts", "contracts")
    assert (code, out) == (3, "")
    assert err == (
        "Skipped contracts/web-shop-orders.json: a contract with orders, not order.\n"
        "No contract is with order.\n\n  looked in   contracts\n\nDid you mean orders?\n"
    )


def test_no_contract_is_nothing_to_check(project: Run) -> None:
    Path("empty").mkdir()
    assert project("old.yaml", "new.yaml", "--contracts", "empty") == (
        3,
        "",
        "There is no contract to look at, so nothing can be said of who breaks.\n"
        "\n"
        "  looked in   empty\n"
        "\n"
        "Run the consumers' tests, name their files with --contracts, or ask a broker with --broker.\n",
    )


def test_a_project_without_contracts_has_nothing_to_check(project: Run) -> None:
    Path("contracts").rename("elsewhere")
    code, _, err = project("old.yaml", "new.yaml")
    assert (code, err.splitlines()[0]) == (3, "There is no contract to look at, so nothing can be said of who breaks.")


def test_a_contract_without_interactions_is_nothing_to_check(project: Run, contract: Contract) -> None:
    Path("contracts/web-shop-orders.json").write_bytes(dump_contract(replace(contract, interactions=())))
    assert project("old.yaml", "new.yaml") == (
        3,
        "",
        "There is no contract to look at, so nothing can be said of who breaks.\n\n"
        "  looked in              " + str(Path("contracts").resolve()) + "\n"
        "  without interactions   web-shop\n\n"
        "Run the consumers' tests, name their files with --contracts, or ask a broker with --broker.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "first_line"),
    [
        (["old.yaml", "new.yaml", "third.yaml"], 2, "impact compares two definitions."),
        (["new.yaml", "--provider", "orders"], 2, "One definition is not enough to say what changes."),
        (["old.yaml", "new.yaml", "--environment", "production"], 2, "No broker is set."),
        (["new.yaml", "--broker", "http://127.0.0.1:9"], 2, "A broker knows many services, and none was named."),
        (
            [
                "old.yaml",
                "new.yaml",
                "--broker",
                "http://127.0.0.1:9",
                "--provider",
                "orders",
                "--contracts",
                "contracts",
            ],
            2,
            "--contracts and a broker exclude each other.",
        ),
        (["o", "n", "--what-if-undeployed", "a"], 2, "Something is supposed, and it is not said of which environment."),
        (["o", "n", "--environment", "e", "--branch", "b"], 2, "--environment and --branch exclude each other."),
        (["old.yaml", "new.yaml", "--contracts", "nowhere"], 2, "There are no contracts at that place."),
        (["old.yaml", "new.yaml", "--contracts", "old.yaml"], 2, "old.yaml is an OpenAPI definition, not a contract."),
    ],
)
def test_wrong_input_gets_one_message(
    project: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, first_line: str
) -> None:
    for name in ("CONTRACTKIT_BROKER", "PACT_BROKER_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    exit_code, out, err = project(*arguments)
    assert (exit_code, out, err.splitlines()[0]) == (code, "", first_line)


@pytest.mark.parametrize("definition", ["nowhere.yaml", "broken.yaml", "contracts/web-shop-orders.json"])
def test_a_definition_that_is_none_is_wrong_use(project: Run, definition: str) -> None:
    Path("broken.yaml").write_text("openapi: 3.0.0\npaths: [\n")
    code, out, err = project("old.yaml", definition)
    assert (code, out) == (2, "")
    assert definition in err


def test_no_definition_at_all_shows_the_usage(project: Run) -> None:
    code, _, err = project()
    assert code == 2
    assert "Missing argument '[OLD] NEW'." in err
