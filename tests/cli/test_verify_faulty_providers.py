"""Providers that are not there, die, never end or are not trusted: errored, never failed, and never green."""

import datetime
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contractkit.model import Contract, HttpCall

pytestmark = pytest.mark.slow
Run = Callable[..., Any]
Serve = Callable[[Callable[[socket.socket], None]], str]
ORDER = json.dumps({"id": 7, "total": 12.5}).encode()
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (
    len(ORDER),
    ORDER,
)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Give a function that lets a callable speak on each connection once a request came, and its address."""
    with ExitStack() as stack:

        def start(speak: Callable[[socket.socket], None], *, context: ssl.SSLContext | None = None) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            stack.callback(close, listener)

            def accept() -> None:
                with suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        threading.Thread(target=answer, args=(connection,), daemon=True).start()

            def answer(connection: socket.socket) -> None:
                with suppress(OSError), connection:
                    wrapped = context.wrap_socket(connection, server_side=True) if context else connection
                    if wrapped.recv(65536):
                        speak(wrapped)

            threading.Thread(target=accept, daemon=True).start()
            return f"127.0.0.1:{listener.getsockname()[1]}"

        yield start


def close(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)


def many_orders(one: Contract, count: int) -> Contract:
    """Give a contract of as many interactions as are replayed one after another."""
    [interaction] = one.interactions
    call = interaction.exchange
    assert isinstance(call, HttpCall)
    posted = replace(call, request=replace(call.request, method="POST"))
    return replace(
        one,
        interactions=tuple(
            replace(interaction, key=f"{each:016}", description=f"order {each}", exchange=posted)
            for each in range(count)
        ),
    )


def test_a_provider_that_dies_midway_leaves_the_rest_errored(
    contractkit: Run, provider: Path, keep: Callable[..., Path], an_order: Callable[..., Contract]
) -> None:
    keep(provider / "contracts", many_orders(an_order(), 5))
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_twice() -> None:
        connection, _ = listener.accept()  # the look whether anybody is there
        connection.close()
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(GOOD)
        listener.close()

    threading.Thread(target=answer_twice, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ended = contractkit("verify", "orders", "--url", url, "--format", "json")
    interactions = json.loads(ended.out)["contracts"][0]["interactions"]
    assert ended.code == 1
    assert [each["outcome"] for each in interactions] == ["passed", "passed", "errored", "errored", "errored"]
    assert {each["reason"] for each in interactions[3:]} == {"no connection"}


def test_an_answer_that_never_ends_is_errored_and_fills_no_memory(
    contractkit: Run, provider: Path, keep: Callable[..., Path], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contractkit.verification.http_transport.LARGEST_BODY", 2**20)
    keep(provider / "contracts")

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while True:
            connection.sendall(b"0," * 4096)

    ended = contractkit("verify", "orders", "--url", f"http://{serve(endless)}")
    assert ended.code == 1
    assert "(broken answer). The answer could not be read: The body is larger than 1 MiB.\n" in ended.out


def test_an_answer_that_drips_without_end_is_a_time_out(
    contractkit: Run, provider: Path, keep: Callable[..., Path], serve: Serve
) -> None:
    keep(provider / "contracts")
    ended_now = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not ended_now.wait(0.05):
            connection.sendall(b" ")

    ended = contractkit("verify", "orders", "--url", f"http://{serve(drip)}", "--timeout", "0.3")
    ended_now.set()
    assert ended.code == 1
    assert "(time-out). No whole answer came within 0.3 s.\n" in ended.out


def test_tls_spoken_to_a_port_without_it_is_errored(
    contractkit: Run, provider: Path, keep: Callable[..., Path], serve: Serve
) -> None:
    keep(provider / "contracts")
    ended = contractkit("verify", "orders", "--url", f"https://{serve(lambda connection: connection.sendall(GOOD))}")
    assert ended.code == 1
    assert "1 interaction with orders: 1 errored.\n" in ended.out


def test_a_certificate_that_nobody_vouches_for_is_errored(
    contractkit: Run, provider: Path, keep: Callable[..., Path], serve: Any, tmp_path: Path
) -> None:
    keep(provider / "contracts")
    address = serve(lambda connection: connection.sendall(GOOD), context=self_signed(tmp_path))
    ended = contractkit("verify", "orders", "--url", f"https://{address}")
    assert ended.code == 1
    assert "(no connection). The provider took no connection: its certificate is not accepted" in ended.out


def self_signed(folder: Path) -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    (folder / "pair.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pair.pem")
    return context


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ('{"metadata": {"pactSpecification": {"version": "5.0"}}}', 2, "is not a contract"),
        ("{}", 2, "is not a contract"),
        ("", 2, "is empty"),
        (
            '{"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "interactions": [], '
            '"metadata": {"pactSpecification": {"version": "4.0"}}}',
            3,
            "The contracts with orders hold no interaction, so nothing was verified.",
        ),
    ],
)
def test_contracts_that_say_nothing_to_us_are_never_green(
    contractkit: Run, provider: Path, text: str, code: int, message: str
) -> None:
    (provider / "contracts").mkdir()
    (provider / "contracts/a.json").write_text(text)
    ended = contractkit("verify", "orders")
    assert (ended.code, ended.out) == (code, "")
    assert message in ended.err
