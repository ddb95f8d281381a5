"""A broker behind TLS: whom is trusted, who is shown, and what is wrong with the files that say so."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from contractkit.broker_client import open_broker, read_address, tls_context
from contractkit.errors import BrokerUnreachableError, SettingsError
from tests.broker_client.signing import Sign, signer


@pytest.fixture(scope="module")
def sign(tmp_path_factory: pytest.TempPathFactory) -> Sign:
    return signer(tmp_path_factory.mktemp("certificates"))


class _Index(BaseHTTPRequestHandler):
    """Answers every request as a broker whose index offers nothing."""

    def do_GET(self) -> None:
        body = b'{"_links": {}}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def demanding(sign: Sign) -> Iterator[str]:
    """Give the URL of a server that wants a certificate of the authority from its clients."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(sign("ca")[0]))
    context.load_cert_chain(*sign("broker"))
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Index)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def offers(url: str, tls: ssl.SSLContext | None) -> bool:
    with open_broker(read_address(url), tls=tls) as client:
        return client.administration.applications() == ()


def test_an_authority_and_a_client_certificate_of_one_s_own(demanding: str, sign: Sign) -> None:
    certificate, key = sign("client")
    assert offers(demanding, tls_context(ca=sign("ca")[0], certificate=certificate, key=key))


def test_a_certificate_with_its_key_in_one_file(demanding: str, sign: Sign, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(b"".join(each.read_bytes() for each in sign("client")))
    assert offers(demanding, tls_context(ca=sign("ca")[0], certificate=both))


def test_a_broker_that_nobody_vouches_for_is_not_believed(demanding: str) -> None:
    with pytest.raises(BrokerUnreachableError) as caught:
        offers(demanding, None)
    assert caught.value.explanation.next_step == "Name its certificate authority in CONTRACTKIT_BROKER_CA."


def test_without_files_the_environment_decides() -> None:
    assert tls_context() is None


def test_a_key_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        tls_context(key=tmp_path / "key.pem")
    assert str(caught.value) == (
        "A key for the broker is given without its certificate.\n\nSet broker_certificate too."
    )


@pytest.mark.parametrize("setting", ["ca", "certificate", "key"])
def test_a_file_that_is_not_there_is_named(setting: str, sign: Sign, tmp_path: Path) -> None:
    files = {"certificate": sign("client")[0]} if setting == "key" else {}
    missing = tmp_path / "absent.pem"
    with pytest.raises(SettingsError) as caught:
        tls_context(**{**files, setting: missing})
    assert caught.value.explanation.summary == f"The file of broker_{setting} cannot be used."
    details = dict(caught.value.explanation.details)
    assert (details["file"], details["reason"]) == (str(missing), "No such file or directory")


def test_an_encrypted_key_is_refused_and_nobody_is_asked(sign: Sign) -> None:
    certificate, key = sign("secretive", password=b"secret")
    with pytest.raises(SettingsError) as caught:
        tls_context(certificate=certificate, key=key)
    assert caught.value.explanation.summary == "The file of broker_certificate cannot be used."


def test_an_authority_that_is_no_pem_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    with pytest.raises(SettingsError) as caught:
        tls_context(ca=file)
    assert str(caught.value).startswith(
        f"The file of broker_ca cannot be used.\n\n  file       {file}\n  expected   a PEM file with certificates\n"
    )
