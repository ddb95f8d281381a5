"""The way to a broker, end to end: proxies, authorities, client certificates, tokens, and where it all goes wrong."""

import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker_client.signing import Sign, signer
from tests.cli.ways import Way, broker_behind, proxy_before

pytestmark = pytest.mark.slow

Run = Callable[..., Any]
ASKED = ["/ nobody", "/environments nobody"]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def sign(tmp_path_factory: pytest.TempPathFactory) -> Sign:
    return signer(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secure(sign: Sign) -> Iterator[Way]:
    """Give a broker behind TLS that wants a certificate of the authority from its clients."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(sign("ca")[0]))
    context.load_cert_chain(*sign("broker"))
    context.verify_mode = ssl.CERT_REQUIRED
    with broker_behind(context) as way:
        yield way


def environments(contractkit: Run, broker: str) -> tuple[int, str, str]:
    ended = contractkit("environment", "list", "--broker", broker)
    return ended.code, " ".join(ended.out.split()), ended.err


def test_a_plain_broker_is_reached_by_way_of_a_proxy(contractkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with broker_behind() as broker, proxy_before(broker.url) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//ana:s3cret@"))
        code, out, _ = environments(contractkit, "http://broker.internal:9292")
    assert (code, "production" in out, broker.seen) == (0, True, ASKED)
    assert proxy.seen == [
        "GET http://broker.internal:9292/ Basic YW5hOnMzY3JldA==",
        "GET http://broker.internal:9292/environments Basic YW5hOnMzY3JldA==",
    ]


def test_no_proxy_is_asked_for_the_hosts_that_are_named(contractkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with broker_behind() as broker, proxy_before(broker.url) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "example.org,127.0.0.1")
        assert environments(contractkit, broker.url)[0] == 0
    assert (broker.seen, proxy.seen) == (ASKED, [])


def test_everything_at_once_with_the_command_as_it_is_installed(secure: Way, sign: Sign, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t0ken\n")
    certificate, key = sign("client")
    with proxy_before(secure.url) as proxy:
        variables = {
            "PATH": os.environ["PATH"],
            "HTTPS_PROXY": proxy.url,
            "CONTRACTKIT_BROKER": secure.url,
            "CONTRACTKIT_BROKER_CA": str(sign("ca")[0]),
            "CONTRACTKIT_BROKER_CERTIFICATE": str(certificate),
            "CONTRACTKIT_BROKER_KEY": str(key),
            "CONTRACTKIT_BROKER_TOKEN_FILE": "token",
        }
        command = [sys.executable, "-m", "contractkit", "environment", "list"]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert secure.seen == ["/ Bearer t0ken", "/environments Bearer t0ken"]
    assert proxy.seen == [f"CONNECT {secure.url.removeprefix('https://')} nobody"]


def test_certificates_are_named_in_the_projects_settings(
    contractkit: Run, secure: Way, sign: Sign, tmp_path: Path
) -> None:
    files = {"broker_ca": sign("ca")[0], "broker_certificate": sign("client")[0], "broker_key": sign("client")[1]}
    rows = "\n".join(f'{name} = "{file}"' for name, file in files.items())
    (tmp_path / "pyproject.toml").write_text(f"[tool.contractkit]\n{rows}\n")
    code, out, _ = environments(contractkit, secure.url)
    assert (code, "production" in out) == (0, True)


def test_an_authority_that_the_system_trusts_need_not_be_named(
    contractkit: Run, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*sign("broker"))
    monkeypatch.setenv("SSL_CERT_FILE", str(sign("ca")[0]))
    with broker_behind(context) as broker:
        assert environments(contractkit, broker.url)[0] == 0


@pytest.mark.parametrize(
    ("variables", "header"),
    [
        ({"CONTRACTKIT_BROKER_TOKEN": "t0ken"}, "Bearer t0ken"),
        ({"CONTRACTKIT_BROKER_TOKEN_FILE": "token"}, "Bearer of-a-file"),
        ({"PACT_BROKER_TOKEN": "pacts"}, "Bearer pacts"),
        ({"CONTRACTKIT_BROKER_TOKEN": "t0ken", "PACT_BROKER_TOKEN": "pacts"}, "Bearer t0ken"),
        ({"PACT_BROKER_USERNAME": "ana", "PACT_BROKER_PASSWORD": "s3cret"}, "Basic YW5hOnMzY3JldA=="),
    ],
)
def test_who_asks_is_taken_from_the_environment(
    variables: dict[str, str], header: str, contractkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("of-a-file\n")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with broker_behind() as broker:
        assert environments(contractkit, broker.url)[0] == 0
    assert broker.seen == [f"/ {header}", f"/environments {header}"]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://ana:s3cret@login.example/start?token=s3cret#s3cret", "https://login.example/start"),
        ("/elsewhere?code=s3cret", "BROKER/elsewhere"),
    ],
)
def test_where_a_redirection_leads_is_told_without_its_secrets(contractkit: Run, location: str, place: str) -> None:
    with broker_behind(location=location) as broker:
        code, out, err = environments(contractkit, broker.url)
    assert (code, out) == (4, "")
    assert err == (
        "The broker refused.\n\n"
        "  asked      GET /\n"
        "  answered   302 Found\n\n"
        f"It leads to {place.replace('BROKER', broker.url)}: if that is the broker, set it as the broker's URL.\n"
    )


def test_a_proxy_that_wants_a_password_is_told_without_it(contractkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy_before("http://127.0.0.1:1", password="Basic none") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//ana:wr0ng@"))
        said = environments(contractkit, "https://broker.internal")
    assert said == (
        4,
        "",
        "The broker at https://broker.internal cannot be reached.\n\n"
        "  reason      407 Proxy Authentication Required\n"
        f"  by way of   the proxy {proxy.url}\n\n"
        "Check the proxy; NO_PROXY names the hosts that are reached without one.\n",
    )


def test_a_proxy_that_is_not_there_is_named(
    contractkit: Run, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port}")
    said = environments(contractkit, "http://broker.internal")
    assert said == (
        4,
        "",
        "The broker at http://broker.internal cannot be reached.\n\n"
        "  reason      connection refused\n"
        f"  by way of   the proxy http://127.0.0.1:{unused_port}\n\n"
        "Check the proxy; NO_PROXY names the hosts that are reached without one.\n",
    )


@pytest.mark.parametrize(
    ("proxy", "reason"),
    [("carrier://ana:s3cret@pigeon", "Unknown scheme for proxy URL"), ("http://ana:s3cret@[::1", "Invalid")],
)
def test_a_proxy_that_is_none_is_told_without_its_password(
    proxy: str, reason: str, contractkit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    code, _, err = environments(contractkit, "http://broker.internal")
    assert (code, err.splitlines()[0]) == (2, "The way to the broker cannot be used.")
    assert reason in err
    assert "s3cret" not in err


def test_certificates_that_do_not_fit_are_told(
    contractkit: Run, secure: Way, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = environments(contractkit, secure.url)
    assert (code, err.splitlines()[-1]) == (4, "Name its certificate authority in CONTRACTKIT_BROKER_CA.")
    monkeypatch.setenv("CONTRACTKIT_BROKER_CA", str(sign("ca")[0]))
    code, _, err = environments(contractkit, secure.url)
    assert (code, err.splitlines()[-1]) == (
        4,
        "It asks who is there: name a certificate in CONTRACTKIT_BROKER_CERTIFICATE.",
    )
    assert secure.seen == []


def test_a_broker_to_import_names_its_own_options(contractkit: Run, secure: Way, unused_port: int) -> None:
    ended = contractkit("import-broker", secure.url, "--broker", f"http://127.0.0.1:{unused_port}")
    assert (ended.code, ended.err.splitlines()[-1]) == (4, "Name its certificate authority in --source-ca.")
