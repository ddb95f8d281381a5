"""`contractkit verify` of a provider that emits messages, alone and beside HTTP."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import dump_contract
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    Message,
    ProviderState,
    Rule,
    parse_location,
)

Run = Callable[..., Any]

PLACED = Interaction(
    key="m",
    description="OrderPlaced",
    exchange=Message(contents=JsonBody({"id": 7}), metadata={"contentType": "application/json"}),
    operation="OrderPlaced",
    states=(ProviderState(name="order exists", params={"id": 7}),),
    rules=(LocatedRules(location=parse_location("message.contents"), rules=(Rule("type"),)),),
)
SHOWN = Interaction(
    key="h",
    description="an order",
    exchange=HttpCall(
        request=HttpRequest(method="GET", path="/orders/7"), response=HttpResponse(status=200, body=JsonBody({"id": 7}))
    ),
)
PRODUCERS = """
from contractkit import message_producer, provider_state

orders = {}

@provider_state("order exists")
def order_exists(id: int):
    orders[id] = {"id": id}

@message_producer("OrderPlaced")
def order_placed(id: int):
    return orders[id], {"contentType": "application/json"}
"""
APPLICATION = """
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"id":7}'})
"""


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a contract of one message."""
    (tmp_path / "provider.py").write_text(PRODUCERS)
    write(tmp_path, PLACED)
    set_up(tmp_path, states="provider.py")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, *interactions: Interaction) -> None:
    (project / "contracts").mkdir(exist_ok=True)
    contract = Contract(consumer="packing", provider="orders", interactions=interactions)
    (project / "contracts" / "packing-orders.json").write_bytes(dump_contract(contract))


def set_up(project: Path, **settings: str) -> None:
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (project / "pyproject.toml").write_text(f"[tool.contractkit.provides.orders]\n{''.join(lines)}")


def test_producers_beside_the_states_share_their_data(orders: Path, contractkit: Run) -> None:
    ended = contractkit("verify", "orders")
    assert (ended.code, ended.out) == (
        0,
        "orders does what packing expects: 1 interaction passed.\n\n  packing   1 passed\n",
    )
    assert ended.err == "Replaying 1 interaction of packing against provider.py.\n\n"


def test_producers_named_where_the_states_are_share_their_data(orders: Path, contractkit: Run) -> None:
    set_up(orders, states="provider.py", messages="provider.py")
    assert contractkit("verify", "orders").code == 0


def test_producers_in_a_file_of_their_own(orders: Path, contractkit: Run) -> None:
    head, _, rest = PRODUCERS.partition("@message_producer")
    (orders / "provider.py").write_text(head)
    (orders / "messages.py").write_text(
        f"from contractkit import message_producer\norders = {{7: {{'id': 7}}}}\n@message_producer{rest}"
    )
    assert contractkit("verify", "orders", "--messages", "messages.py").code == 0


def test_messages_and_http_are_verified_in_one_run(orders: Path, contractkit: Run) -> None:
    write(orders, PLACED, SHOWN)
    (orders / "shop_with_messages.py").write_text(APPLICATION)
    ended = contractkit("verify", "orders", "--app", "shop_with_messages:app")
    assert (ended.code, ended.out.splitlines()[2]) == (0, "  packing   2 passed")
    assert ended.err == "Replaying 2 interactions of packing against shop_with_messages:app and provider.py.\n\n"


def test_messages_without_anybody_who_produces_them_are_skipped(orders: Path, contractkit: Run) -> None:
    (orders / "provider.py").write_text(PRODUCERS.partition("@message_producer")[0])
    write(orders, PLACED, SHOWN)
    (orders / "shop_with_messages.py").write_text(APPLICATION)
    ended = contractkit("verify", "orders", "--app", "shop_with_messages:app")
    assert ended.code == 3
    assert "OrderPlaced: a message, and nothing says who produces it: give --messages or --messages-url" in ended.out


def test_a_broken_message_fails_with_its_place(orders: Path, contractkit: Run) -> None:
    (orders / "provider.py").write_text(PRODUCERS.replace('{"id": id}', '{"id": str(id)}'))
    ended = contractkit("verify", "orders")
    assert ended.code == 1
    assert (
        '  at            message.contents.id\n  expected      a number, for example 7\n  received      "7"' in ended.out
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--messages", "gone.py"],
            "The file of message producers is not there.\n\n  file   {here}/gone.py\n",
        ),
        (
            ["--messages", "empty.py"],
            "{here}/empty.py declares no message producer.\n\n"
            'Declare one: @message_producer("OrderPlaced") above a function.\n',
        ),
        (
            ["--messages", "a.b.c"],
            "The provider's messages cannot be loaded.\n\n  messages   a.b.c\n"
            "  reason     ModuleNotFoundError: No module named 'a'\n\nModules are looked for in {here}.\n",
        ),
        (
            ["--messages", "provider.py", "--messages-url", "http://localhost:1/"],
            "--messages and --messages-url cannot be given together.\n",
        ),
        (
            ["--messages-url", "localhost"],
            "The URL of the messages cannot be used.\n\n"
            "  expected   a URL such as http://localhost:8000/_messages\n  received   localhost\n",
        ),
    ],
)
def test_wrong_use_is_told_with_code_2(orders: Path, contractkit: Run, arguments: list[str], said: str) -> None:
    (orders / "empty.py").write_text("")
    ended = contractkit("verify", "orders", *arguments)
    assert (ended.code, ended.err) == (2, said.format(here=orders))


# the broker


@pytest.fixture
def published(orders: Path, contractkit: Run, broker: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider's project beside a broker that holds the contract of packing 1.0.0, which runs in production."""
    monkeypatch.setenv("CONTRACTKIT_BROKER", broker)
    file = str(orders / "contracts" / "packing-orders.json")
    assert contractkit("publish", file, "--version", "1.0.0", "--branch", "main").code == 0
    assert contractkit("record-deployment", "packing", "--version", "1.0.0", "--environment", "production").code == 0
    return orders


def verify_and_decide(contractkit: Run, version: str) -> tuple[int, int, str]:
    """Give the exit codes of verifying a version and of asking whether it may be deployed, with the answer."""
    told = ("--provider-version", version, "--branch", "main", "--publish", "--build-url", "http://ci/1")
    verified = contractkit("verify", "orders", "--broker", os.environ["CONTRACTKIT_BROKER"], *told)
    decided = contractkit("can-i-deploy", "orders", "--version", version, "--to-environment", "production")
    return verified.code, decided.code, decided.out


@pytest.mark.slow
def test_the_broker_learns_that_messages_fit(published: Path, contractkit: Run) -> None:
    assert verify_and_decide(contractkit, "2.0.0")[:2] == (0, 0)


@pytest.mark.slow
def test_the_broker_learns_that_messages_do_not_fit(published: Path, contractkit: Run) -> None:
    (published / "provider.py").write_text(PRODUCERS.replace('{"id": id}', '{"id": str(id)}'))
    verified, decided, said = verify_and_decide(contractkit, "2.0.0")
    assert (verified, decided) == (1, 1)
    assert "failed" in said


@pytest.mark.slow
def test_the_broker_is_not_told_of_messages_that_nobody_produced(published: Path, contractkit: Run) -> None:
    (published / "provider.py").write_text(PRODUCERS.partition("@message_producer")[0])
    (published / "shop_without_messages.py").write_text(APPLICATION)
    set_up(published, states="provider.py", app="shop_without_messages:app")
    verified, decided, said = verify_and_decide(contractkit, "2.0.0")
    assert (verified, decided) == (3, 1)
    assert "unknown" in said
