"""A small shop's definition, interactions with it, and patches, for tests of impact."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contractkit.cli.main import run
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.document import dump_contract
from contractkit.impact import ConsumerInfo, ImpactReport, analyse
from contractkit.model import (
    Contract,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    InferredNeeds,
    Interaction,
    JsonBody,
    LocatedRules,
    MissingBody,
    Needs,
    Rule,
    TestReference,
    UnknownNeeds,
    parse_location,
)

Run = Callable[..., tuple[int, str, str]]
HERE = Path(__file__).parent


def read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text())


def definition(document: Any) -> OpenApiDefinition:
    return OpenApiDefinition(Documents({"orders.yaml": document}, "orders.yaml"), source="orders.yaml")


def patched(document: Any, case: dict[str, Any]) -> Any:
    changed = copy.deepcopy(document)
    for pointer in case.get("remove", ()):
        holder, last = _holder(changed, pointer)
        del holder[last]
    for pointer, names in case.get("rename", {}).items():
        holder, last = _holder(changed, pointer)
        holder[last] = {names.get(name, name): value for name, value in holder[last].items()}
    for pointer, value in case.get("set", {}).items():
        holder, last = _holder(changed, pointer)
        holder[last] = value
    for pointer, value in case.get("append", {}).items():
        holder, last = _holder(changed, pointer)
        holder[last].append(value)
    return changed


def interaction(description: str, written: dict[str, Any], *, needs: Needs | None = None) -> Interaction:
    request, response = written["request"], written["response"]
    rules = (
        () if written.get("exact") else (LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),)
    )
    body = request.get("body")
    return Interaction(
        key=description,
        description=description,
        exchange=HttpCall(
            request=HttpRequest(
                method=request["method"],
                path=request["path"],
                query={name: (value,) for name, value in request.get("query", {}).items()},
                headers={} if body is None else {"content-type": ("application/json",)},
                body=MissingBody() if body is None else JsonBody(body),
            ),
            response=HttpResponse(
                status=response["status"],
                headers={name: (value,) for name, value in response.get("headers", {}).items()},
                body=JsonBody(response["body"]),
            ),
        ),
        rules=rules,
        evidence=(
            Evidence(
                test=TestReference(
                    node_id=f"tests/test_orders.py::{description}", file="tests/test_orders.py", line=12
                ),
                needs=needs or UnknownNeeds(),
            ),
        ),
    )


@pytest.fixture
def old_document() -> Any:
    return read("orders.yaml")


@pytest.fixture
def contract() -> Contract:
    interactions = tuple(interaction(name, each) for name, each in read("interactions.yaml").items())
    return Contract(consumer="web-shop", provider="orders", interactions=interactions)


@pytest.fixture
def analysed(old_document: Any, contract: Contract) -> Callable[[dict[str, Any]], ImpactReport]:
    """Give the report on a patched definition for the whole contract."""
    return lambda case: analyse(
        definition(old_document),
        definition(patched(old_document, case)),
        [(contract, ConsumerInfo(versions=("4.1.0",)))],
    )


@pytest.fixture
def analysed_needs(old_document: Any) -> Callable[..., ImpactReport]:
    """Give the report on a patched definition for one interaction whose needs were inferred."""

    def run(case: dict[str, Any], name: str, needs: InferredNeeds) -> ImpactReport:
        one = interaction(name, read("interactions.yaml")[name], needs=needs)
        contract = Contract(consumer="web-shop", provider="orders", interactions=(one,))
        return analyse(definition(old_document), definition(patched(old_document, case)), [(contract, ConsumerInfo())])

    return run


def _holder(document: Any, pointer: str) -> tuple[Any, Any]:
    *steps, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in steps:
        document = document[int(step) if isinstance(document, list) else step]
    return document, int(last) if isinstance(document, list) else last


@pytest.fixture
def project(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old_document: Any,
    contract: Contract,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """A directory with two definitions and a contract; calling it runs the verb there."""
    monkeypatch.chdir(tmp_path)
    new = yaml.safe_load(yaml.safe_dump(old_document))
    del new["components"]["schemas"]["Order"]["properties"]["note"]
    Path("old.yaml").write_text(yaml.safe_dump(old_document))
    Path("new.yaml").write_text(yaml.safe_dump(new))
    Path("contracts").mkdir()
    Path("contracts/web-shop-orders.json").write_bytes(dump_contract(contract))

    def command(*arguments: str) -> tuple[int, str, str]:
        code = run(["impact", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command
