"""Where a provider takes remote calls: servers by address, behind TLS, and made in this process."""

import datetime
import ipaddress
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contractkit import provider_state
from contractkit.errors import ProviderUnreachableError, UsageError
from contractkit.model import Interaction, ProviderState
from contractkit.results import InteractionResult, Outcome
from contractkit.verification.grpc_endpoints import AddressEndpoint, Tls, is_address
from contractkit.verification.grpc_in_process import ServerEndpoint

Call = Callable[..., Interaction]
Verify = Callable[..., tuple[InteractionResult, ...]]


@pytest.fixture(scope="module")
def greeter(helloworld: Any) -> Callable[[Any], None]:
    """A greeter of the synchronous kind."""

    class Greeter(helloworld.grpc.GreeterServicer):  # type: ignore[misc]
        def SayHello(self, request: Any, context: Any) -> Any:  # noqa: N802
            return helloworld.pb2.HelloReply(message=f"Hello {request.name}")

    return lambda server: helloworld.grpc.add_GreeterServicer_to_server(Greeter(), server)


@pytest.fixture
def greeting(helloworld: Any, call: Call, events: SimpleNamespace) -> Interaction:
    expected = events.unary({"name": "Ada"}, {"message": "Hello Ada"})
    return call("helloworld.Greeter/SayHello", expected, by=helloworld)


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate with its key, as PEM."""

    certificate: bytes
    key: bytes


@pytest.fixture(scope="module")
def authority() -> Callable[[str], Signed]:
    """Give certificates for names, all of one throw-away authority, whose own is that for `ca`."""
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throw-away authority")])

    def sign(name: str) -> Signed:
        is_root = name == "ca"
        key = root_key if is_root else ec.generate_private_key(ec.SECP256R1())
        subject = root if is_root else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = (
            x509.CertificateBuilder(issuer_name=root, subject_name=subject, public_key=key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + datetime.timedelta(days=36500))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        )
        signed = (builder if is_root else builder.add_extension(names, critical=False)).sign(root_key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Signed(signed.public_bytes(pem), private)

    return sign


def test_a_synchronous_server_at_an_address(greeter: Any, greeting: Interaction, verify: Verify, serve: Any) -> None:
    [result] = verify(AddressEndpoint(f"grpc://localhost:{serve(greeter)}"), greeting)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


def test_a_server_behind_tls(
    greeter: Any, greeting: Interaction, verify: Verify, serve: Any, authority: Callable[[str], Signed]
) -> None:
    own = authority("localhost")
    port = serve(greeter, grpc.ssl_server_credentials([(own.key, own.certificate)]))
    endpoint = AddressEndpoint(f"grpcs://localhost:{port}", tls=Tls(ca=authority("ca").certificate))
    [result] = verify(endpoint, greeting)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


def test_a_certificate_that_nobody_vouches_for(
    greeter: Any, greeting: Interaction, verify: Verify, serve: Any, authority: Callable[[str], Signed]
) -> None:
    own = authority("localhost")
    port = serve(greeter, grpc.ssl_server_credentials([(own.key, own.certificate)]))
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(AddressEndpoint(f"grpcs://localhost:{port}"), greeting)
    assert str(raised.value) == (
        f"No connection to grpcs://localhost:{port} was made.\n\n"
        "  reason   its certificate is not accepted\n\nSay whom to trust with --grpc-ca."
    )


def test_a_certificate_for_another_name(
    greeter: Any, greeting: Interaction, verify: Verify, serve: Any, authority: Callable[[str], Signed]
) -> None:
    own = authority("elsewhere.example")
    port = serve(greeter, grpc.ssl_server_credentials([(own.key, own.certificate)]))
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(AddressEndpoint(f"grpcs://localhost:{port}", tls=Tls(ca=authority("ca").certificate)), greeting)
    assert raised.value.explanation.details == (("reason", "its certificate is for another name"),)


def test_a_file_that_holds_no_certificate(
    greeter: Any, greeting: Interaction, verify: Verify, serve: Any, authority: Callable[[str], Signed]
) -> None:
    own = authority("localhost")
    port = serve(greeter, grpc.ssl_server_credentials([(own.key, own.certificate)]))
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(AddressEndpoint(f"grpcs://localhost:{port}", tls=Tls(ca=b"-----BEGIN CERTIFICATE-----")), greeting)
    assert raised.value.explanation.next_step.startswith("Check the PEM files")


def test_a_name_that_nobody_knows(greeting: Interaction, verify: Verify) -> None:
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(AddressEndpoint("nowhere.invalid:50051"), greeting)
    assert raised.value.explanation.details == (("reason", "the name cannot be resolved"),)


def test_a_unix_socket(greeter: Any, greeting: Interaction, verify: Verify, tmp_path: Path) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    greeter(server)
    address = f"unix:{tmp_path}/greeter.sock"
    server.add_insecure_port(address)
    server.start()
    try:
        [result] = verify(AddressEndpoint(address), greeting)
    finally:
        server.stop(None).wait()
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


def test_a_server_that_goes_away_between_calls_is_errored(greeter: Any, greeting: Interaction, verify: Verify) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    greeter(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    @provider_state("the server is gone")
    def gone() -> None:
        server.stop(None).wait()

    after = replace(greeting, key="after", states=(ProviderState(name="the server is gone"),))
    first, second = verify(AddressEndpoint(f"127.0.0.1:{port}"), greeting, after, handlers=[gone])
    assert (first.outcome, second.outcome, second.reason) == (Outcome.PASSED, Outcome.ERRORED, "no connection")


def test_tls_where_there_is_none(greeter: Any, greeting: Interaction, verify: Verify, serve: Any) -> None:
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(AddressEndpoint(f"grpcs://localhost:{serve(greeter)}"), greeting)
    assert raised.value.explanation.next_step == "Write the address as grpc://…"


def test_mutual_tls(
    greeter: Any, greeting: Interaction, verify: Verify, serve: Any, authority: Callable[[str], Signed]
) -> None:
    own, client, ca = authority("localhost"), authority("verifier"), authority("ca").certificate
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], ca, require_client_auth=True)
    port = serve(greeter, credentials)
    known = Tls(ca=ca, certificate=client.certificate, key=client.key)
    [result] = verify(AddressEndpoint(f"grpcs://localhost:{port}", tls=known), greeting)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


def test_mutual_tls_without_a_client_certificate(
    greeter: Any, greeting: Interaction, verify: Verify, serve: Any, authority: Callable[[str], Signed]
) -> None:
    own, ca = authority("localhost"), authority("ca").certificate
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], ca, require_client_auth=True)
    endpoint = AddressEndpoint(f"grpcs://localhost:{serve(greeter, credentials)}", tls=Tls(ca=ca))
    with pytest.raises(ProviderUnreachableError) as raised:
        verify(endpoint, greeting)
    expected = "If it asks for a client certificate, give --grpc-certificate and --grpc-key."
    assert raised.value.explanation.next_step == expected


@pytest.mark.parametrize("kind", ["adds", "sync server", "makes sync", "makes aio", "makes aio, async"])
def test_a_server_in_process_may_be_given_in_several_ways(
    kind: str, greeter: Any, greeting: Interaction, verify: Verify
) -> None:
    [result] = verify(ServerEndpoint(ways_to(greeter)[kind](), name="greeter:server"), greeting)
    assert (result.outcome, result.error) == (Outcome.PASSED, None)


def ways_to(add: Callable[[Any], None]) -> dict[str, Callable[[], object]]:
    def sync() -> Any:
        server = grpc.server(ThreadPoolExecutor(1))
        add(server)
        return server

    def aio() -> Any:
        server = grpc.aio.server(ThreadPoolExecutor(1))
        add(server)
        return server

    async def later() -> Any:
        return aio()

    return {
        "adds": lambda: add,
        "sync server": sync,
        "makes sync": lambda: sync,
        "makes aio": lambda: aio,
        "makes aio, async": lambda: later,
    }


@pytest.mark.parametrize("kind", ["adds", "sync server"])
def test_a_synchronous_handler_that_hangs_holds_nobody_up(
    kind: str, helloworld: Any, greeting: Interaction, verify: Verify
) -> None:
    released = threading.Event()

    class Hanging(helloworld.grpc.GreeterServicer):  # type: ignore[misc]
        def SayHello(self, request: Any, context: Any) -> Any:  # noqa: N802
            released.wait()

    def add(server: Any) -> None:
        helloworld.grpc.add_GreeterServicer_to_server(Hanging(), server)

    try:
        [result] = verify(ServerEndpoint(ways_to(add)[kind](), name="greeter:server"), greeting, timeout=0.2)
    finally:
        released.set()
    assert (result.outcome, result.reason) == (Outcome.ERRORED, "time-out")


def test_a_server_that_does_not_start(greeting: Interaction, verify: Verify) -> None:
    def broken() -> Any:
        raise LookupError("no database")

    with pytest.raises(ProviderUnreachableError) as raised:
        verify(ServerEndpoint(broken, name="greeter:server"), greeting)
    assert str(raised.value) == ("The server greeter:server did not start.\n\n  reason   LookupError: no database")


@pytest.mark.parametrize("found", [{}, {}.update, type("Thing", (dict,), {})])
def test_something_that_is_no_server(found: object) -> None:
    with pytest.raises(UsageError) as raised:
        ServerEndpoint(found, name="greeter:server")
    assert str(raised.value) == (
        "greeter:server is not a gRPC server.\n\n"
        "  expected   a function that gives a server, or one that takes a server and adds services to it\n"
        f"  received   {type(found).__name__}"
    )


@pytest.mark.parametrize(
    "address", ["http://a:1", "grpc://a", "a:b:c://", "grpc://a:1/path", "grpc://me@a:1", "a:99999"]
)
def test_an_address_that_cannot_be_used(address: str) -> None:
    with pytest.raises(UsageError) as raised:
        AddressEndpoint(address)
    assert raised.value.explanation.summary == "The provider's gRPC address cannot be used."


def test_certificates_without_tls_are_refused() -> None:
    with pytest.raises(UsageError) as raised:
        AddressEndpoint("localhost:1", tls=Tls(ca=b"-"))
    assert raised.value.explanation.next_step == "Write the address as grpcs://localhost:1."


def test_addresses_and_places_of_servers_are_told_apart() -> None:
    places = ("localhost:50051", "grpcs://a:1", "unix:/tmp/a.sock", "shop.rpc:make_server")
    assert [is_address(place) for place in places] == [True, True, True, False]
