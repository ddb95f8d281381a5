"""`Stub` in any Python code: its ways in, what it answers, what it raises when its block ends."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import grpc
import httpx
import httpx2
import pytest
import requests

from contractkit import Stub
from contractkit.errors import (
    ContractkitError,
    DefinitionError,
    RecordingError,
    SettingsError,
    UndefinedRequestError,
    UnknownNameError,
    UnusedExpectationError,
    UsageError,
)
from contractkit.recording import StubSession
from contractkit.recording.calls import Call

GET_ITEM = "/stock.v1.Stock/GetItem"


def test_clients_of_any_kind_reach_it_by_its_url() -> None:
    with Stub("orders.yaml") as stub:
        answers = [httpx.get(f"{stub.url}/orders/7").json(), requests.get(f"{stub.url}/orders/7", timeout=60).json()]
        script = f"import urllib.request as r; print(r.urlopen({stub.url + '/orders/7'!r}).status)"
        child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert [answer["id"] for answer in answers] == [7, 7]
    assert child.stdout == "200\n"


def test_a_provider_of_the_settings_is_named() -> None:
    with Stub("orders") as stub, stub.intercept():
        assert httpx.get("https://orders.example.com/v1/orders/7").json()["id"] == 7


def test_in_process_transports_need_no_socket() -> None:
    async def asynchronous(stub: Stub) -> int:
        async with httpx.AsyncClient(transport=stub.async_transport(), base_url="http://orders/v1") as client:
            return (await client.get("/orders/8")).json()["id"]

    with Stub("orders.yaml") as stub:
        with httpx2.Client(transport=stub.transport(), base_url="http://orders/v1") as client:
            assert client.get("/orders/7").json()["id"] == 7
        assert asyncio.run(asynchronous(stub)) == 8


def test_an_async_block_works_alike() -> None:
    async def test() -> tuple[int, str]:
        async with Stub("orders.yaml") as stub, httpx.AsyncClient(base_url=stub.url) as client:
            return (await client.get("/orders/7")).json()["id"], stub.calls[0].operation

    assert asyncio.run(test()) == (7, "getOrder")


def test_generated_clients_reach_remote_procedures() -> None:
    with Stub("stock.proto") as stub:
        stub.on("GetItem").reply({"name": "lamp"})
        with grpc.insecure_channel(stub.target) as channel:
            answers = [channel.unary_unary(GET_ITEM)(b"\x08\x07"), stub.channel().unary_unary(GET_ITEM)(b"\x08\x07")]

    assert answers == [b"\x08\x07\x12\x04lamp"] * 2


def test_a_provider_of_both_transports_has_both() -> None:
    with Stub("orders.yaml", proto="stock.proto") as stub:
        assert httpx.get(f"{stub.url}/orders/7").status_code == 200
        assert stub.channel().unary_unary(GET_ITEM)(b"\x08\x07")[:2] == b"\x08\x07"
        assert [call.operation for call in stub.calls] == ["getOrder", "stock.v1.Stock/GetItem"]


def test_replies_and_states_are_those_of_the_fixture() -> None:
    with Stub("orders.yaml") as stub:
        stub.given("order exists", id=7).on("getOrder").reply(200, {"total": 12.5})
        stub.on("getOrder").reply(404)
        answers = [httpx.get(f"{stub.url}/orders/7") for _ in range(2)]
        (first, second) = stub.contract().interactions

    assert answers[0].json() == {"id": 7, "total": 12.5}
    assert [answer.status_code for answer in answers] == [200, 404]
    assert [state.name for state in first.states + second.states] == ["order exists", "order exists"]


def test_calls_are_there_after_the_block_and_hide_credentials() -> None:
    with Stub("orders.yaml") as stub:
        httpx.get(f"{stub.url}/orders/7?token=s3cret")

    (call,) = stub.calls
    assert isinstance(call, Call)
    assert (call.request.path, call.request.query) == ("/orders/7", {"token": ("[credential]",)})


def test_an_undefined_request_is_raised_when_the_block_ends() -> None:
    with pytest.raises(UndefinedRequestError) as caught, Stub("orders.yaml", consumer="shop") as stub:
        assert httpx.get(f"{stub.url}/order/7").status_code == 404

    assert str(caught.value) == (
        "shop sent orders a request that its definition does not allow.\n\n"
        "  sent      GET /v1/order/7\n"
        "  refused   no operation is defined at GET /v1/order/7\n"
        "  nearest   getOrder (GET /orders/{id})\n\n"
        "Mend the client, or, if orders does offer this, its definition (Orders 1.0.0)."
    )


def test_an_undefined_call_is_raised_when_the_block_ends() -> None:
    with pytest.raises(UndefinedRequestError), Stub("stock.proto") as stub, pytest.raises(grpc.RpcError):
        stub.channel().unary_unary("/stock.v1.Stock/GetItm")(b"")


def test_an_unused_reply_is_raised_when_the_block_ends() -> None:
    with pytest.raises(UnusedExpectationError) as caught, Stub("orders.yaml") as stub:
        stub.on("getOrder").reply(404)

    assert str(caught.value) == (
        "The test declared what no request to orders used.\n\n"
        "  reply   getOrder replies 404\n\n"
        "Remove it, or let the client make the call."
    )


def test_several_mistakes_are_one_error_with_the_others_as_notes() -> None:
    with pytest.raises(UndefinedRequestError) as caught, Stub("orders.yaml") as stub:
        httpx.get(f"{stub.url}/order/7")
        httpx.put(f"{stub.url}/orders/7")

    (note,) = caught.value.__notes__
    assert "refused   /v1/orders/7 is defined for GET, not for PUT" in note


def test_a_block_that_fails_keeps_its_error_and_learns_what_was_refused() -> None:
    with pytest.raises(KeyError) as caught, Stub("orders.yaml") as stub:
        stub.on("placeOrder").reply(204)
        httpx.get(f"{stub.url}/order/7").json()["total"]

    (note,) = caught.value.__notes__
    assert note.startswith("\nThe client sent orders a request that its definition does not allow.")


def test_several_stubs_do_not_disturb_each_other() -> None:
    with Stub("orders.yaml") as one, Stub("orders.yaml") as other, Stub("stock.proto") as stock:
        one.on("getOrder").reply(200, {"total": 1.5})
        totals = [httpx.get(f"{stub.url}/orders/7").json().get("total") for stub in (one, other)]
        stock.channel().unary_unary(GET_ITEM)(b"")

    assert totals[0] == 1.5 != totals[1]
    assert [len(stub.calls) for stub in (one, other, stock)] == [1, 1, 1]


def test_many_threads_share_one_stub_and_one_definition() -> None:
    def use() -> None:
        with Stub("orders.yaml") as own, httpx.Client(base_url=own.url) as client:
            for number in range(20):
                assert client.get(f"/orders/{number}").json()["id"] == number
        with httpx.Client(base_url=shared.url) as client:
            seen.extend(client.get(f"/orders/{number}").status_code for number in range(20))

    seen: list[int] = []
    with Stub("orders.yaml") as shared:
        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(shared.calls), len(shared.contract().interactions)) == (160, 20)

    assert seen == [200] * 160


def test_a_stub_may_be_used_again_and_starts_afresh() -> None:
    stub = Stub("orders.yaml")
    with stub:
        httpx.get(f"{stub.url}/orders/7")
    with stub:
        assert stub.calls == ()


def test_a_definition_is_read_once_until_one_of_its_files_changes(project: Path) -> None:
    with Stub("orders.yaml") as first, Stub("orders.yaml") as second:
        assert httpx.get(f"{first.url}/orders/7").json()["id"] == 7
        assert first._shared.definition is second._shared.definition
    (project / "order.yaml").write_text("Order: {type: string, enum: [changed]}\n")

    with Stub("orders.yaml") as third:
        assert httpx.get(f"{third.url}/orders/7").json() == "changed"


def test_states_beside_the_block_are_refused() -> None:
    stub = Stub("orders.yaml")
    with pytest.raises(RecordingError) as caught:
        _ = stub.url
    assert str(caught.value) == (
        'This stub of orders is not in use yet.\n\nUse it within its block: with Stub("orders.yaml") as stub.'
    )
    with stub:
        pass
    with pytest.raises(RecordingError, match="This stub of orders is over"):
        stub.given("order exists")


def test_a_stub_in_use_is_not_entered_again() -> None:
    with Stub("orders.yaml") as stub, pytest.raises(UsageError) as caught:
        stub.__enter__()

    assert str(caught.value) == (
        "This stub of orders is in use already.\n\nMake another one: they do not disturb each other."
    )


@pytest.mark.parametrize(
    ("arguments", "options", "family", "message"),
    [
        (
            ["ordes.yaml"],
            {},
            DefinitionError,
            "The definition ordes.yaml cannot be read.\n\n"
            "  reason   no such file: {folder}/ordes.yaml\n\nDid you mean orders.yaml or order.yaml or openapi.yaml?",
        ),
        (
            ["ordes"],
            {},
            SettingsError,
            "No provider named 'ordes' is set.\n\n  file   {folder}/pyproject.toml\n\nDid you mean orders?",
        ),
        (
            [7],
            {},
            UsageError,
            'A definition is named by a text.\n\n  expected   a text such as "orders.yaml"\n  received   7',
        ),
        (
            ["orders.yaml"],
            {"provider": " "},
            UsageError,
            "A provider is named by a text.\n\n  expected   a text such as \"orders\"\n  received   ' '",
        ),
        (
            ["orders.yaml"],
            {"consumer": 7},
            UsageError,
            'A consumer is named by a text.\n\n  expected   a text such as "web-shop"\n  received   7',
        ),
        (
            ["orders.yaml"],
            {"record": 7},
            UsageError,
            "record says where a contract is left.\n\n"
            "  expected   True, a directory, or a file that ends in .json\n  received   7",
        ),
        (
            ["orders.yaml"],
            {"headers": 7},
            UsageError,
            'headers names request headers to record.\n\n  expected   texts, for example ["X-Tenant"]\n  received   7',
        ),
        (
            ["orders.yaml"],
            {"proto": "stok.proto"},
            DefinitionError,
            "The definition stok.proto cannot be read.\n\n"
            "  reason   no such file: {folder}/stok.proto\n\nDid you mean stock.proto or item.proto?",
        ),
        (
            ["orders.yaml"],
            {"proto": "orders.yaml"},
            SettingsError,
            "The two definitions of orders are not one of HTTP and one of remote procedures.\n\n"
            "  definition   orders.yaml\n  proto        orders.yaml\n\n"
            "Set definition to the OpenAPI document and proto to the protobuf one, or definition alone.",
        ),
        (
            ["openapi.yaml"],
            {"record": True},
            UsageError,
            'Nothing tells what to call the service that openapi.yaml defines.\n\nSay it: Stub(…, provider="orders").',
        ),
        (
            ["git:main"],
            {},
            DefinitionError,
            "Not a git location: git:main\n\nThe form is git:REVISION:path.",
        ),
    ],
)
def test_wrong_use_is_told_when_the_stub_is_made(
    project: Path,
    arguments: list[str],
    options: dict[str, str],
    family: type[ContractkitError],
    message: str,
) -> None:
    (project / "openapi.yaml").write_text((project / "orders.yaml").read_text())
    with pytest.raises(family) as caught:
        Stub(*arguments, **options)  # type: ignore[arg-type]
    assert str(caught.value) == message.replace("{folder}", str(project))


def test_a_transport_that_is_not_offered_is_refused() -> None:
    with Stub("stock.proto") as stub, pytest.raises(SettingsError, match="has remote procedures and no HTTP"):
        _ = stub.url
    with Stub("orders.yaml") as stub, pytest.raises(SettingsError, match="has no remote procedures"):
        _ = stub.target


def test_an_unknown_operation_suggests_the_nearest() -> None:
    with Stub("orders.yaml") as stub, pytest.raises(UnknownNameError) as caught:
        stub.on("getOrdr")

    assert str(caught.value) == "Orders 1.0.0 has no operation 'getOrdr'.\n\nDid you mean getOrder or placeOrder?"


def test_it_offers_all_that_the_stub_of_a_test_offers() -> None:
    offered = {name for name in vars(StubSession) if not name.startswith(("_", "add_"))}

    assert offered - {"handle", "close", "take_errors", "is_used"} <= set(vars(Stub))
