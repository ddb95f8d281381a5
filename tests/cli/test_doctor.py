"""`contractkit doctor`: each thing that can be wrong with a project is found, with what to do about it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker

from contractkit.cli.main import run
from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    DefinitionReference,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    TestReference,
)
from contractkit.recording.local_state import Confirmations, current_revision, write_confirmations

DEFINITION = """\
openapi: 3.1.0
info: {title: Orders, version: 1.0.0}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getOrder, responses: {'200': {description: it}}}
"""

SETTINGS = """\
[tool.contractkit]
consumer = "web-shop"

[tool.contractkit.providers.orders]
definition = "orders.yaml"
"""


@pytest.fixture
def project(consumer: Path) -> Path:
    """Give a project that is well: settings, a definition, and a contract that tests confirmed."""
    (consumer / "pyproject.toml").write_text(SETTINGS)
    (consumer / "orders.yaml").write_text(DEFINITION)
    write_contract(consumer, "orders")
    return consumer


def write_contract(root: Path, provider: str) -> None:
    test = TestReference(node_id="test_a.py::test_a", file="test_a.py", line=3)
    call = HttpCall(request=HttpRequest(method="GET", path="/orders/1"), response=HttpResponse(status=200))
    one = Interaction(key="0123456789abcdef", description="a", exchange=call, evidence=(Evidence(test=test),))
    file = root / "contracts" / f"web-shop-{provider}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(dump_contract(Contract(consumer="web-shop", provider=provider, interactions=(one,))))
    keys = {file.name: frozenset({one.key})}
    write_confirmations(root, Confirmations(revision=current_revision(root), keys=keys))


def findings(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[tuple[str, str, str, str]]]:
    """Give the exit code, and of each finding that is not ok the level, the check, the sentence and the next step."""
    capsys.readouterr()
    code = run(["doctor", "--format", "json", *arguments])
    found = json.loads(capsys.readouterr().out)["findings"]
    rows = [(each["level"], each["check"], each["sentence"], each["nextStep"]) for each in found]
    return code, [row for row in rows if row[0] != "ok"]


def test_a_project_that_is_well(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0

    said = capsys.readouterr()
    lines = [line for line in said.out.splitlines() if not line.startswith("ok       plugin       pytest ")]
    assert lines == [
        f"ok       settings     {project}/pyproject.toml: calls orders",
        "ok       definitions  orders: orders.yaml, 1 operation",
        "ok       contracts    web-shop-orders.json: 1 interaction, confirmed at this version",
        "ok       broker       none is set: nothing is published or asked for",
    ]
    assert said.err == "All is well.\n"


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edited(root: Path) -> None:
        file = root / name
        file.write_text(file.read_text().replace(old, new))

    return edited


def commit(root: Path) -> None:
    named = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *named, "commit", "-q", "--allow-empty", "-m", "b"], cwd=root, check=True)


ELSEWHERE = 'definition = "https://127.0.0.1:9/orders.yaml"'

ILLS: list[tuple[str, Callable[[Path], object], tuple[str, str, str, str]]] = [
    (
        "a consumer without a name",
        edit("pyproject.toml", 'consumer = "web-shop"', ""),
        (
            "problem",
            "settings",
            "the consumer has no name",
            'Add to [tool.contractkit]: consumer = "your-service"',
        ),
    ),
    (
        "a definition that is not there",
        lambda root: (root / "orders.yaml").unlink(),
        ("problem", "definitions", "orders: The definition orders.yaml cannot be read", ""),
    ),
    (
        "a definition without operations",
        edit("orders.yaml", DEFINITION.partition("paths:")[2], " {}\n"),
        (
            "problem",
            "definitions",
            "orders: orders.yaml defines no operation",
            "Name the definition that has the operations.",
        ),
    ),
    (
        "a contract of an earlier version",
        commit,
        (
            "warning",
            "contracts",
            "web-shop-orders.json: 1 interaction, 1 not confirmed by tests at this version",
            "Run pytest.",
        ),
    ),
    (
        "no contract",
        lambda root: (root / "contracts/web-shop-orders.json").unlink(),
        ("warning", "contracts", "no contract is recorded yet", "Run pytest; contractkit init writes a first test."),
    ),
    (
        "a contract that is broken",
        lambda root: (root / "contracts/web-shop-orders.json").write_text("<<<<<<< a\n"),
        ("problem", "contracts", "web-shop-orders.json holds merge-conflict markers (first in line 1)", "Take either"),
    ),
    (
        "a contract with somebody who is not set",
        lambda root: write_contract(root, "stock"),
        (
            "warning",
            "contracts",
            "web-shop-stock.json is with stock, which is not set",
            "Add [tool.contractkit.providers.stock], or remove the file.",
        ),
    ),
    (
        "contracts that git ignores",
        lambda root: (root / ".gitignore").write_text("contracts/\n"),
        ("warning", "git", "git ignores contracts", "Commit contracts: reviews show what changed in them."),
    ),
    (
        "a lock that is not committed",
        lambda root: (root / "contractkit.lock").write_text('{"schema_version": 1, "providers": {}}'),
        ("warning", "git", "contractkit.lock is not committed", "git add contractkit.lock"),
    ),
    (
        "a service that cannot be started",
        edit(
            "pyproject.toml",
            "[tool.contractkit.providers",
            "[tool.contractkit.provides.shop]\n\n[tool.contractkit.providers",
        ),
        (
            "warning",
            "services",
            "shop: nothing says where it runs",
            "Set url, app or command in [tool.contractkit.provides.shop].",
        ),
    ),
    (
        "state handlers that are not there",
        edit(
            "pyproject.toml",
            "[tool.contractkit.providers",
            '[tool.contractkit.provides.shop]\nurl = "http://127.0.0.1:9"\nstates = "states.py"\n\n'
            "[tool.contractkit.providers",
        ),
        ("problem", "services", "shop: ", ""),
    ),
    (
        "messages that are not there, of a provider that has nothing else",
        edit("pyproject.toml", 'definition = "orders.yaml"', 'messages = "events.yaml"'),
        ("problem", "definitions", "orders: The definition events.yaml cannot be read (reason no such file: ", ""),
    ),
    (
        "messages that are an OpenAPI document",
        edit("pyproject.toml", 'definition = "orders.yaml"', 'messages = "orders.yaml"'),
        (
            "problem",
            "definitions",
            "orders: The definition orders.yaml is an OpenAPI document, which defines no messages",
            "Set it as the provider's definition",
        ),
    ),
    (
        "messages of a service that are defined nowhere",
        edit(
            "pyproject.toml",
            "[tool.contractkit.providers",
            '[tool.contractkit.provides.shop]\nurl = "http://127.0.0.1:9"\nmessage_definition = "events"\n\n'
            "[tool.contractkit.providers",
        ),
        ("problem", "services", "shop: The definition events cannot be read", "Check the path"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), [ill[1:] for ill in ILLS], ids=[ill[0] for ill in ILLS])
def test_what_is_wrong_is_found_alone(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], object],
    expected: tuple[str, str, str, str],
) -> None:
    change(project)

    code, found = findings(capsys)

    assert code == (1 if expected[0] == "problem" else 0)
    ((level, check, sentence, step),) = found
    assert (level, check) == expected[:2]
    assert expected[2] in sentence
    assert step.startswith(expected[3])


def test_a_definition_that_changed_since_it_was_recorded(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "contracts/web-shop-orders.json"
    written = json.loads(file.read_text())
    written["metadata"]["contractkit"]["definition"] = {"source": "orders.yaml", "digest": "sha256:00"}
    file.write_text(json.dumps(written))

    assert findings(capsys) == (
        0,
        [
            (
                "warning",
                "definitions",
                "orders: orders.yaml is not what web-shop-orders.json was recorded against",
                "Run pytest.",
            )
        ],
    )


def test_messages_that_changed_since_they_were_recorded(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("pyproject.toml", 'definition = "orders.yaml"', 'messages = "Placed.json"')(project)
    (project / "Placed.json").write_text('{"type": "object"}')
    capsys.readouterr()
    run(["doctor", "--offline"])
    assert "ok       definitions  orders: Placed.json, 1 message\n" in capsys.readouterr().out
    contract = Contract(
        consumer="web-shop",
        provider="orders",
        interactions=(),
        definition=DefinitionReference(source="Placed.json", digest="sha256:0"),
    )
    (project / "contracts/web-shop-orders.json").write_bytes(dump_contract(contract))
    assert findings(capsys) == (
        0,
        [
            (
                "warning",
                "definitions",
                "orders: Placed.json is not what web-shop-orders.json was recorded against",
                "Run pytest.",
            )
        ],
    )


def test_what_cannot_be_reached_is_of_the_network(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("pyproject.toml", 'definition = "orders.yaml"', ELSEWHERE)(project)
    code, found = findings(capsys)
    assert (code, [row[:2] for row in found]) == (4, [("problem", "definitions")])

    code, found = findings(capsys, "--offline")
    assert (code, found) == (
        1,
        [
            (
                "problem",
                "definitions",
                "orders: https://127.0.0.1:9/orders.yaml has no locked copy, and was not asked for",
                "contractkit definitions refresh orders",
            )
        ],
    )


@pytest.mark.slow
def test_a_broker_that_answers_and_one_that_does_not(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = project / "pyproject.toml"
    with running_broker(project.parent / "broker.sqlite") as url:
        settings.write_text(SETTINGS.replace("[tool.contractkit]", f'[tool.contractkit]\nbroker = "{url}"'))
        assert run(["doctor"]) == 0
        assert f"ok       broker       {url} answers, and knows " in capsys.readouterr().out
    code, found = findings(capsys)
    assert (code, [row[:2] for row in found]) == (4, [("problem", "broker")])
    assert findings(capsys, "--offline") == (0, [])


def test_plugins_that_do_not_load_by_themselves(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert findings(capsys) == (
        1,
        [
            (
                "problem",
                "plugin",
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD keeps pytest from loading the plugin",
                "Unset it, or run pytest -p pytest_contractkit.plugin.",
            )
        ],
    )


def test_a_lock_that_is_no_lock_is_one_finding_and_the_rest_is_looked_at(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "contractkit.lock").write_text("<<<<<<< a\n")
    edit("pyproject.toml", 'definition = "orders.yaml"', ELSEWHERE)(project)

    code, found = findings(capsys, "--offline")

    assert code == 1
    assert [(level, check) for level, check, _, _ in found] == [("problem", "definitions"), ("warning", "git")]
    assert "contractkit.lock" in found[0][2]


def test_where_nothing_is_set_up(consumer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 3
    assert capsys.readouterr().err == (
        f"Nothing is set up here.\n\n  file   {consumer}/pyproject.toml\n\n"
        "contractkit init DEFINITION sets a project up for the definition of a service that it calls.\n"
    )


def test_settings_that_cannot_be_used(consumer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (consumer / "pyproject.toml").write_text("[tool.contractkit]\nconsumr = 7\n")
    assert run(["doctor"]) == 2
    assert capsys.readouterr().err.startswith("The settings cannot be used.\n")
