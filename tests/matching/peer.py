"""The peer: the native engine of the `pact-python` package, asked through its mock server and through its verifier."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.matching.exchanged import Exchanged, Wire

VERSIONS = {"2.0.0": "V2", "3.0.0": "V3", "4.0": "V4"}


def verdicts_of_peer(cases: Sequence[Exchanged], folder: Path) -> dict[int, list[str]]:
    """Give the peer's mismatches of each case by its number; an empty list where it accepts.

    Args:
        cases: Requests go to a mock server each, responses and messages to one run of the verifier per version.
        folder: Where files for the verifier may be written.
    """
    found = {at: _asked_of_mock_server(case) for at, case in enumerate(cases) if case.side == "request"}
    with _provider(cases) as port:
        for version in VERSIONS:
            numbers = [at for at, case in enumerate(cases) if case.side != "request" and case.version == version]
            if numbers:
                found |= _verified({at: cases[at] for at in numbers}, version, folder, port)
    return found


def _asked_of_mock_server(case: Exchanged) -> list[str]:
    from pact_ffi import ffi, lib

    pact = lib.pactffi_new_pact(b"web-shop", b"orders")
    lib.pactffi_with_specification(pact, _specification(case.version))
    _define(lib.pactffi_new_interaction(pact, b"a call"), case.expected)
    port = lib.pactffi_create_mock_server_for_transport(pact, b"127.0.0.1", 0, b"http", ffi.NULL)
    assert port > 0, "the mock server did not start"
    try:
        _send(port, case.actual)
        return _words(json.loads(ffi.string(lib.pactffi_mock_server_mismatches(port))))
    finally:
        lib.pactffi_cleanup_mock_server(port)
        lib.pactffi_free_pact_handle(pact)


def _specification(version: str) -> int:
    from pact import Pact  # noqa: F401  the library is loaded by its package
    from pact_ffi import lib

    return int(getattr(lib, f"PactSpecification_{VERSIONS[version]}"))


def _define(interaction: int, expected: Mapping[str, Any]) -> None:
    from pact_ffi import lib

    lib.pactffi_with_request(interaction, expected["method"].encode(), expected["path"].encode())
    for name, values in expected.get("query", {}).items():
        for index, value in enumerate(values):
            lib.pactffi_with_query_parameter_v2(interaction, name.encode(), index, value.encode())
    for name, value in expected.get("headers", {}).items():
        for index, each in enumerate(value if isinstance(value, list) else [value]):
            lib.pactffi_with_header_v2(interaction, 0, name.encode(), index, each.encode())
    _define_body(interaction, expected)
    rules = json.dumps(expected.get("matchingRules", {})).encode()
    assert lib.pactffi_with_matching_rules(interaction, 0, rules)
    lib.pactffi_response_status(interaction, 200)


def _define_body(interaction: int, expected: Mapping[str, Any]) -> None:
    from pact_ffi import lib

    if "body" not in expected:
        return
    data, media_type = written_body(expected)
    defined = lib.pactffi_with_binary_body if media_type.startswith("image/") else None
    if defined is not None:
        assert defined(interaction, 0, media_type.encode(), data, len(data))
    else:
        assert lib.pactffi_with_body(interaction, 0, media_type.encode(), data)


def written_body(expected: Mapping[str, Any]) -> tuple[bytes, str]:
    """Give the bytes of an expected body, in the form of any version, and its content type."""
    body, header = expected["body"], expected.get("headers", {}).get("Content-Type", "application/json")
    media_type = header if isinstance(header, str) else header[0]
    if isinstance(body, dict) and "contentType" in body:
        body, media_type, encoded = body["content"], body["contentType"], body["encoded"]
        if encoded == "base64":
            return base64.b64decode(body), media_type
    return (json.dumps(body) if "json" in media_type else str(body)).encode(), media_type


def _send(port: int, wire: Wire) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.putrequest(wire.method, wire.target, skip_accept_encoding=True)
    for name, value in wire.headers:
        connection.putheader(name, value)
    if wire.body is not None:
        connection.putheader("Content-Length", str(len(wire.body)))
    connection.endheaders(wire.body)
    connection.getresponse().read()
    connection.close()


@contextmanager
def _provider(cases: Sequence[Exchanged]) -> Iterator[int]:
    """Serve the actual response of the case whose number the path is, or the message that is described by it."""

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(cases[int(self.path.strip("/"))].actual)

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(cases[int(json.loads(data)["description"])].actual)

        def _answer(self, wire: Wire) -> None:
            self.send_response_only(wire.status)
            for name, value in wire.headers:
                self.send_header(name, value)
            if wire.status != 204:
                self.send_header("Content-Length", str(len(wire.body or b"")))
            self.end_headers()
            self.wfile.write(wire.body or b"")

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _verified(cases: Mapping[int, Exchanged], version: str, folder: Path, port: int) -> dict[int, list[str]]:
    from pact_ffi import ffi, lib

    path = folder / f"web-shop-orders-{version}.json"
    path.write_text(json.dumps(_contract(cases, version)))
    verifier = lib.pactffi_verifier_new_for_application(b"contractkit", b"1")
    try:
        lib.pactffi_verifier_set_provider_info(verifier, b"orders", b"http", b"127.0.0.1", port, b"/")
        lib.pactffi_verifier_add_provider_transport(verifier, b"message", port, b"/messages", b"http")
        lib.pactffi_verifier_add_file_source(verifier, str(path).encode())
        lib.pactffi_verifier_set_coloured_output(verifier, 0)
        lib.pactffi_verifier_execute(verifier)
        report = json.loads(ffi.string(lib.pactffi_verifier_json(verifier)))
    finally:
        lib.pactffi_verifier_shutdown(verifier)
    return {
        int(each["description"]): _words([each["mismatch"]]) if each["result"] != "OK" else []
        for each in report["interactionResults"]
    }


def _contract(cases: Mapping[int, Exchanged], version: str) -> dict[str, Any]:
    return {
        "consumer": {"name": "web-shop"},
        "provider": {"name": "orders"},
        "interactions": [_interaction(at, case) for at, case in cases.items()],
        "metadata": {"pactSpecification": {"version": version}},
    }


def _interaction(at: int, case: Exchanged) -> dict[str, Any]:
    if case.side == "message":
        return {"type": "Asynchronous/Messages", "description": str(at), **case.expected}
    kind = {"type": "Synchronous/HTTP"} if case.version == "4.0" else {}
    return {**kind, "description": str(at), "request": {"method": "GET", "path": f"/{at}"}, "response": case.expected}


def _words(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give what the peer says of every mismatch; of a request that it took for another one, or for none, its kind."""
    each_found = [mismatch for each in found for mismatch in each.get("mismatches") or [each]]
    return [str(each.get("mismatch") or each.get("type") or each) for each in each_found]
