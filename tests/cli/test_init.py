import json
import subprocess
import sys
from pathlib import Path

import pytest

from contractkit.cli.main import run
from contractkit.settings import load_settings

DEFINITION = """
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200':
          description: The order
          content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: integer}}}}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.yaml").write_text(DEFINITION)
    return tmp_path


@pytest.mark.slow
def test_a_new_project_has_a_contract_after_two_commands(project: Path) -> None:
    assert run(["init", "orders.yaml", "--consumer", "web-shop"]) == 0
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout
    assert (project / "contracts" / "web-shop-orders.json").is_file()


@pytest.mark.parametrize(
    ("scheme", "sent"),
    [
        ("{type: http, scheme: bearer}", ', headers={"Authorization": "Bearer test"}'),
        ("{type: http, scheme: basic}", ', headers={"Authorization": "Basic dGVzdDp0ZXN0"}'),
        ("{type: apiKey, in: header, name: x-key}", ', headers={"X-Key": "test"}'),
        ("{type: apiKey, in: cookie, name: sid}", ', headers={"Cookie": "sid=test"}'),
        ("{type: apiKey, in: query, name: key}", ', params={"key": "test"}'),
    ],
)
def test_the_first_test_sends_the_credentials_that_are_demanded(project: Path, scheme: str, sent: str) -> None:
    secured = f"{DEFINITION}security: [{{login: []}}]\ncomponents: {{securitySchemes: {{login: {scheme}}}}}\n"
    (project / "orders.yaml").write_text(secured)
    run(["init", "orders.yaml"])
    written = (project / "tests" / "test_orders_contract.py").read_text()
    assert f'client.get("/orders/1"{sent})' in written


def test_settings_are_added_and_nothing_is_overwritten(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"')
    (project / "tests").mkdir()
    (project / "tests" / "test_orders_contract.py").write_text("mine")
    assert run(["init", "orders.yaml"]) == 0
    assert (project / "pyproject.toml").read_text() == (
        '[project]\nname = "shop"\nversion = "1"\n\n'
        '[tool.contractkit]\nconsumer = "shop"\n\n'
        '[tool.contractkit.providers.orders]\ndefinition = "orders.yaml"\n'
    )
    assert (project / "tests" / "test_orders_contract.py").read_text() == "mine"
    assert capsys.readouterr().err == "tests/test_orders_contract.py is there already and was left alone.\n"


def test_a_second_provider_joins_the_first(project: Path) -> None:
    run(["init", "orders.yaml", "--consumer", "web-shop"])
    assert run(["init", "orders.yaml", "--provider", "stock"]) == 0
    assert (project / "pyproject.toml").read_text().count("[tool.contractkit]") == 1


def test_a_provider_that_is_set_already_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["init", "orders.yaml"])
    before = (project / "pyproject.toml").read_text()
    capsys.readouterr()
    assert run(["init", "orders.yaml"]) == 2
    assert (project / "pyproject.toml").read_text() == before
    assert capsys.readouterr().err == (
        "[tool.contractkit.providers.orders] is there already.\n\n"
        "  file   pyproject.toml\n\n"
        "Give the service another name with --provider, or edit the file.\n"
    )


def test_a_broken_pyproject_is_left_as_it_is(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool")
    assert run(["init", "orders.yaml"]) == 2
    assert (project / "pyproject.toml").read_text() == "[tool"


def test_a_definition_that_cannot_be_followed_leaves_nothing_behind(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "orders.yaml").write_text(DEFINITION.replace("{type: integer}", "{$ref: '#/components/schemas/Id'}"))
    assert run(["init", "orders.yaml"]) == 2
    assert "A $ref leads nowhere: #/components/schemas/Id" in capsys.readouterr().err
    assert sorted(path.name for path in project.iterdir()) == ["orders.yaml"]


@pytest.mark.parametrize("name", ["order service", "orders/v2", "Bestellungen ü", "7up", "class", 'a"b\\c', "a.b"])
def test_a_name_of_any_kind_makes_settings_and_a_test_that_can_be_read(project: Path, name: str) -> None:
    assert run(["init", "orders.yaml", "--provider", name, "--consumer", name]) == 0
    settings = load_settings(project, environment={})
    assert (settings.consumer, settings.provider(name).definition) == (name, "orders.yaml")
    [test] = (project / "tests").iterdir()
    compile(test.read_text(encoding="utf-8"), test.name, "exec")
    assert json.dumps(name, ensure_ascii=False) in test.read_text(encoding="utf-8")


def test_an_inline_table_is_not_broken(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = '[tool]\ncontractkit = {consumer = "web-shop"}\n'
    (project / "pyproject.toml").write_text(before)
    assert run(["init", "orders.yaml"]) == 2
    assert (project / "pyproject.toml").read_text() == before
    assert "Write them in by hand:\n\n[tool.contractkit.providers.orders]\n" in capsys.readouterr().err


def test_windows_line_ends_and_a_missing_last_one_are_fine(project: Path) -> None:
    (project / "pyproject.toml").write_bytes(b'[project]\r\nname = "shop"\r\nversion = "1"')
    assert run(["init", "orders.yaml"]) == 0
    assert load_settings(project, environment={}).consumer == "shop"


def test_a_file_in_the_place_of_the_tests_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "tests").write_text("mine")
    assert run(["init", "orders.yaml"]) == 2
    assert capsys.readouterr().err == "The project cannot be written to.\n\n  file     tests\n  reason   File exists\n"
    assert (project / "tests").read_text() == "mine"
    assert not (project / "pyproject.toml").exists()


def test_without_a_definition_nothing_is_written(project: Path) -> None:
    assert run(["init", "order.yaml"]) == 2
    assert not (project / "pyproject.toml").exists()


def test_a_definition_without_a_simple_read_gets_settings_only(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "orders.yaml").write_text(DEFINITION.replace("    get:", "    delete:"))
    assert run(["init", "orders.yaml"]) == 0
    assert not (project / "tests").exists()
    assert "so no first test was written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("openapi.yaml", "book-store-api"),
        ("Swagger.yml", "book-store-api"),
        ("books-v1.2.yaml", "book-store-api"),
        ("v2.yaml", "book-store-api"),
        ("api.openapi.yaml", "api"),
        ("orders.yaml", "orders"),
        ("s3.yaml", "s3"),
    ],
)
def test_a_file_whose_name_says_nothing_gives_way_to_the_title(project: Path, file: str, name: str) -> None:
    (project / file).write_text(DEFINITION.replace("title: Orders", "title: Book Store API"))
    assert run(["init", file]) == 0
    assert list(load_settings(project, environment={}).providers) == [name]


def test_the_first_test_is_named_in_snake_case(project: Path) -> None:
    assert run(["init", "orders.yaml"]) == 0
    assert "def test_get_order_answers(contract_stub):" in (project / "tests/test_orders_contract.py").read_text()


PROTO = """
syntax = "proto3";
package stock.v1;
service Stock {
  rpc Watch(Asked) returns (stream Item);
  rpc GetItem(Asked) returns (Item);
}
message Asked { int64 id = 1; }
message Item { int64 id = 1; string name = 2; }
"""


@pytest.mark.slow
def test_a_service_over_grpc_gets_a_first_test_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "stock.proto").write_text(PROTO)
    assert run(["init", "stock.proto", "--consumer", "web-shop"]) == 0
    assert "tests/test_stock_contract.py   calls stock.v1.Stock/GetItem\n" in capsys.readouterr().out
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout
    assert (project / "contracts" / "web-shop-stock.json").is_file()
