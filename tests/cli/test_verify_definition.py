"""The provider's own definition in a verification: answers that drift from it, and what of it contracts depend on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contractkit.model import Contract

Run = Callable[..., Any]
Keep = Callable[..., Path]
SCHEMA = Path(__file__).parents[2] / "contracts/schema/verification-report-v1.schema.json"
DEFINITION = """
openapi: 3.1.0
info: {title: Orders, version: '1'}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: it
          content:
            application/json:
              schema:
                type: object
                required: [id, total, lines]
                properties:
                  id: {type: integer}
                  total: {type: string}
                  note: {type: string}
                  secret: {type: string, writeOnly: true}
                  lines: {type: array, items: {$ref: '#/components/schemas/Line'}}
        '404': {description: none}
  /orders:
    get:
      operationId: listOrders
      responses: {'200': {description: all}}
components:
  schemas:
    Line:
      type: object
      properties: {sku: {type: string}, parts: {type: array, items: {$ref: '#/components/schemas/Line'}}}
"""
DRIFT = """\
Drift: 1 answer is not what the definition of orders allows.

  operation    getOrder
  at           response.body.lines
"""


@pytest.fixture
def defined(provider: Path, keep: Keep) -> Path:
    """Give a provider's project with a definition and a contract; the answer has no lines, and a number as total."""
    keep(provider / "contracts")
    (provider / "openapi.yaml").write_text(DEFINITION)
    with (provider / "pyproject.toml").open("a") as settings:
        settings.write('definition = "openapi.yaml"\n')
    return provider


def test_an_answer_that_drifts_from_the_definition_is_a_warning(contractkit: Run, defined: Path) -> None:
    ended = contractkit("verify", "orders")
    assert ended.code == 0
    assert ended.out.startswith("orders does what web-shop expects: 1 interaction passed.\n")
    assert DRIFT in ended.out
    assert (
        "  at           response.body.total\n"
        "  expected     a string\n"
        "  received     12.5\n"
        "  definition   /paths/~1orders~1{id}/get/responses/200/content/application~1json/schema/properties/total"
        "/type\n\n"
        "Stubs answer by the definition, so consumers are tested against something else: change one of the two.\n"
    ) in ended.out


def test_drift_fails_where_that_is_asked(contractkit: Run, defined: Path) -> None:
    assert contractkit("verify", "orders", "--fail-on-drift").code == 1
    (defined / "openapi.yaml").write_text(
        DEFINITION.replace("required: [id, total, lines]", "").replace("total: {type: string}", "total: {type: number}")
    )
    ended = contractkit("verify", "orders", "--fail-on-drift")
    assert (ended.code, "Drift" in ended.out) == (0, False)


def test_drift_is_not_looked_for_where_that_is_asked(contractkit: Run, defined: Path) -> None:
    ended = contractkit("verify", "orders", "--no-drift")
    assert (ended.code, "Drift" in ended.out) == (0, False)


def test_drift_is_in_the_json_report_and_fits_its_schema(contractkit: Run, defined: Path) -> None:
    report = json.loads(contractkit("verify", "orders", "--format", "json").out)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(report)
    [interaction] = report["contracts"][0]["interactions"]
    assert [(each["location"], each.get("received")) for each in interaction["drift"]] == [
        ("response.body.lines", None),
        ("response.body.total", 12.5),
    ]


def test_drift_is_a_warning_of_a_workflow_and_in_the_comment(contractkit: Run, defined: Path) -> None:
    github = contractkit("verify", "orders", "--format", "github").out.splitlines()
    assert github[0].startswith(
        "::warning title=contracts with orders::Drift: 1 answer is not what the definition of orders allows.%0A%0A"
        "  operation    getOrder%0A  at           response.body.lines%0A"
    )
    assert github[1:] == [
        "::notice title=contracts with orders::orders does what web-shop expects: 1 interaction passed."
    ]
    assert contractkit("verify", "orders", "--format", "markdown").out.endswith(
        "| web-shop | 1 | 0 | 0 | 0 |  |\n\n"
        "Drift: 1 answer is not what the definition of orders allows.\n\n"
        '- `getOrder` at `response.body.lines`: expected `the member "lines"`, received `nothing`\n'
        "- `getOrder` at `response.body.total`: expected `a string`, received `12.5`\n"
    )


def test_results_of_contracts_that_the_settings_name_are_not_published(contractkit: Run, defined: Path) -> None:
    with (defined / "pyproject.toml").open("a") as settings:
        settings.write('contracts = ["contracts"]\n')
    ended = contractkit("verify", "orders", "--publish", "--provider-version", "1")
    assert (ended.code, ended.err) == (
        2,
        "Results can be published only for contracts that come from a broker.\n\n"
        "Leave contracts in pyproject.toml out, or leave --publish out.\n",
    )


def test_a_definition_that_cannot_be_read_warns_and_fails_only_where_it_is_needed(
    contractkit: Run, defined: Path
) -> None:
    (defined / "openapi.yaml").write_text("openapi: [")
    ended = contractkit("verify", "orders")
    assert ended.code == 0
    assert "Answers are not checked against openapi.yaml: " in ended.err
    assert contractkit("verify", "orders", "--fail-on-drift").code == 2


def test_coverage_names_what_nobody_depends_on(contractkit: Run, defined: Path) -> None:
    ended = contractkit("verify", "orders", "--no-drift", "--coverage")
    assert ended.out.endswith(
        "\nThe contracts depend on 1 of 2 operations, 1 of 3 statuses, 2 of 6 fields.\n\n"
        "  getOrder     web-shop\n"
        "    200        1 interaction, 2 of 6 fields; nobody depends on note, lines, lines[*].sku, lines[*].parts\n"
        "  listOrders   nobody\n"
    )


def test_coverage_is_written_as_json(contractkit: Run, defined: Path) -> None:
    assert contractkit("verify", "orders", "--coverage-report", "out/coverage.json").code == 0
    found = json.loads((defined / "out/coverage.json").read_text())
    assert found == {
        "schema_version": 1,
        "provider": "orders",
        "operations": [
            {
                "name": "getOrder",
                "signature": "GET /orders/{id}",
                "consumers": ["web-shop"],
                "interactions": 1,
                "statuses": [
                    {
                        "status": "200",
                        "interactions": 1,
                        "fields": {
                            "response.body.id": ["web-shop"],
                            "response.body.total": ["web-shop"],
                            "response.body.note": [],
                            "response.body.lines": [],
                            "response.body.lines[*].sku": [],
                            "response.body.lines[*].parts": [],
                        },
                    },
                    {"status": "404", "interactions": 0, "fields": {}},
                ],
            },
            {
                "name": "listOrders",
                "signature": "GET /orders",
                "consumers": [],
                "interactions": 0,
                "statuses": [{"status": "200", "interactions": 0, "fields": {}}],
            },
        ],
        "unmatched": [],
    }


def test_an_interaction_that_the_definition_does_not_have_is_told(
    contractkit: Run, defined: Path, keep: Keep, an_order: Callable[..., Contract]
) -> None:
    keep(defined / "contracts", an_order("/baskets/7"))
    ended = contractkit("verify", "orders", "--coverage")
    assert ended.out.endswith("\n\nweb-shop: getOrder answers 200 calls no operation of the definition.\n")


@pytest.mark.parametrize("option", ["--drift", "--fail-on-drift", "--coverage", "--coverage-report=a.json"])
def test_what_needs_a_definition_says_so_where_there_is_none(
    contractkit: Run, provider: Path, keep: Keep, option: str
) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", option)
    assert (ended.code, ended.out, ended.err) == (
        2,
        "",
        f"{option.partition('=')[0]} needs the definition of orders.\n\n"
        "Give --definition PATH, or set definition in [tool.contractkit.provides.orders].\n",
    )


def test_a_coverage_report_that_cannot_be_written_is_told(contractkit: Run, defined: Path) -> None:
    ended = contractkit("verify", "orders", "--coverage-report", "openapi.yaml/a.json")
    assert ended.code == 2
    assert ended.err.endswith(
        "The coverage cannot be written.\n\n  file     openapi.yaml/a.json\n  reason   File exists\n"
    )
