"""The same contract and provider judged by us and by pact-python's verifier: green, and with each of many faults.

The manual's table (`docs/verification-faults.md`) is what this finds.
"""

import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contractkit.document import dump_contract
from contractkit.explain.verification_failures import show_value
from contractkit.model import (
    Contract,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    Rule,
    parse_location,
)
from contractkit.results import InteractionResult
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytestmark = pytest.mark.slow

MANUAL = Path(__file__).parents[2] / "docs/verification-faults.md"
BODY = json.dumps({"id": 7, "name": "Zoë", "total": 12.5}, ensure_ascii=False)
INTERACTION = Interaction(
    key="0123456789abcdef",
    description="an order",
    exchange=HttpCall(
        request=HttpRequest(method="GET", path="/orders/7"),
        response=HttpResponse(
            status=200,
            headers={"Content-Type": ("application/json",)},
            body=JsonBody({"id": 7, "name": "Zoë", "total": 12.5}),
        ),
    ),
    operation="getOrder",
    rules=(LocatedRules(location=parse_location("response.body"), rules=(Rule("type"),)),),
)
CONTRACT = Contract(consumer="web-shop", provider="orders", interactions=(INTERACTION,))


def answer(
    body: bytes = BODY.encode(), *, status: str = "200 OK", media_type: str = "application/json", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nConnection: close\r\n{more}"
    length = "" if "chunked" in more else f"Content-Length: {len(body)}\r\n"
    return f"{head}{length}\r\n".encode() + body


def changed(**members: Any) -> bytes:
    order = {name: value for name, value in {**json.loads(BODY), **members}.items() if value is not None}
    return answer(json.dumps(order).encode())


def chunks(data: bytes) -> bytes:
    return b"".join(b"1\r\n" + bytes([each]) + b"\r\n" for each in data) + b"0\r\n\r\n"


ZIPPED = gzip.compress(BODY.encode(), mtime=0)
TRANSFER = "Transfer-Encoding: chunked\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a provider does wrong (or only otherwise): what it sends, None where it stays silent."""

    sent: bytes | None


FAULTS: Mapping[str, Fault] = {
    "nothing": Fault(sent=answer()),
    "chunked": Fault(sent=answer(chunks(BODY.encode()), more=TRANSFER)),
    "gzip": Fault(sent=answer(ZIPPED, more="Content-Encoding: gzip\r\n")),
    "wrong status": Fault(sent=answer(b'{"title": "no such order"}', status="404 Not Found")),
    "missing field": Fault(sent=changed(total=None)),
    "wrong type": Fault(sent=changed(total="12.5")),
    "malformed JSON": Fault(sent=answer(BODY.encode()[:-1])),
    "redirect": Fault(sent=answer(b"", status="302 Found", more="Location: /elsewhere\r\n")),
    "wrong charset": Fault(sent=answer(BODY.encode("latin-1"))),
    "declared other charset": Fault(
        sent=answer(BODY.encode("latin-1"), media_type="application/json; charset=latin-1")
    ),
    "wrong content type": Fault(sent=answer(media_type="text/html")),
    "not gzip though it says so": Fault(sent=answer(more="Content-Encoding: gzip\r\n")),
    "slow": Fault(sent=None),
    "closed connection": Fault(sent=b""),
    "half an answer": Fault(sent=answer()[:-10]),
    "not HTTP": Fault(sent=b"SSH-2.0-OpenSSH_9.6\r\n"),
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Callable[[Fault], str]]:
    """Give a function that serves a fault, and its URL; connections are kept open where it stays silent."""
    listeners: list[socket.socket] = []
    ended = threading.Event()

    def serve(fault: Fault) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=speak, args=(connection,), daemon=True).start()

        def speak(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                if connection.recv(65536):
                    if fault.sent is None:
                        ended.wait(60)
                    else:
                        connection.sendall(fault.sent)

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    ended.set()
    for each in listeners:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def by_us(url: str) -> InteractionResult:
    selected = SelectedContract(contract=CONTRACT, interactions=(INTERACTION,))
    [result] = verify_contracts([selected], HttpTransport(url, timeout=1), VerificationOptions())
    return result.results[0]


def said_by_us(result: InteractionResult) -> str:
    if result.error is not None:
        return f"{result.reason}: {result.error.summary}"
    return "; ".join(
        f"{each.location}: expected {each.sentence}, received {show_value(each.actual)}" for each in result.mismatches
    )


def by_pact(url: str, folder: Path) -> tuple[bool, str]:
    from pact import Verifier

    folder.mkdir(exist_ok=True)
    (folder / "contract.json").write_bytes(dump_contract(CONTRACT))
    verifier = Verifier("orders", host="127.0.0.1").add_transport(url=url).add_source(folder).set_request_timeout(1_000)
    try:
        verifier.verify()
    except RuntimeError:
        return False, said_by_pact(verifier.results)
    return True, ""


def said_by_pact(results: Mapping[str, Any]) -> str:
    [found] = [each["mismatch"] for each in results["errors"]]
    if found["type"] == "error":
        return re.sub(r" for url \(.*\)", "", found["message"])
    said = (": ".join(filter(None, (each.get("path"), each["mismatch"]))) for each in found["mismatches"])
    return "; ".join(sorted(said))


def row(name: str, ours: InteractionResult, theirs: tuple[bool, str]) -> str:
    passed, said = theirs
    cells = [
        name,
        f"{ours.outcome.value}: {said_by_us(ours)}".removesuffix(": "),
        f"{'passed' if passed else 'failed'}: {said}".removesuffix(": "),
    ]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_judged_alike_and_told_as_the_manual_has_it(
    name: str, provider: Callable[[Fault], str], tmp_path: Path
) -> None:
    url = provider(FAULTS[name])
    ours, theirs = by_us(url), by_pact(url, tmp_path / "pacts")
    assert (ours.outcome.value == "passed") is theirs[0]
    assert row(name, ours, theirs) in MANUAL.read_text().splitlines()


def test_the_manual_has_no_other_rows() -> None:
    table = MANUAL.read_text().partition("Of more than the answer")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| fault")]
    assert [line.split(" | ")[0].removeprefix("| ") for line in rows] == list(FAULTS)
