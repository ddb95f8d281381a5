"""Services that nobody here wrote, verified against contracts recorded from their own definitions."""

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verification.foreign_providers import (
    Consumer,
    Drift,
    Verification,
    consumer_of,
    debian_package,
    free_port,
    python_with,
)

FLASK = f"{sys.executable} -m flask --app httpbin run --port {{port}}"
ETCD_DEFINITION = "usr/share/doc/etcd-server/dev-guide/apispec/swagger/rpc.swagger.json.gz"
TOKEN = "of-this-test"


# httpbin, in process and by a command; its definition describes no body, and its answers have some


@pytest.fixture(scope="module")
def httpbin(tmp_path_factory: pytest.TempPathFactory) -> Consumer:
    from httpbin import app  # type: ignore[import-untyped]

    consumer = consumer_of("httpbin", project="httpbin", folder=tmp_path_factory.mktemp("httpbin"))
    (consumer.folder / "httpbin.json").write_bytes(app.test_client().get("/spec.json").data)
    consumer.record()
    return consumer


def undescribed(operation: str) -> Drift:
    return Drift(operation=operation, location="response.body", expected="no body")


HTTPBIN_INTERACTIONS = {
    "DELETE /delete answers 200",
    "GET /basic-auth/{user}/{passwd} user=ada passwd=lovelace answers 200",
    "GET /basic-auth/{user}/{passwd} user=ada passwd=lovelace answers 401",
    "GET /bearer answers 200",
    "GET /cache/{value} value=60 answers 200",
    "GET /etag/{etag} etag=one answers 412",
    "GET /get answers 200",
    "GET /redirect-to answers 302",
    "GET /status/{codes} codes=400 answers 400",
    "PATCH /patch answers 200",
    "POST /post answers 200",
    "PUT /put answers 200",
}
HTTPBIN_DRIFT = {
    undescribed("DELETE /delete"),
    undescribed("GET /basic-auth/{user}/{passwd}"),
    undescribed("GET /bearer"),
    undescribed("GET /cache/{value}"),
    undescribed("GET /get"),
    undescribed("PATCH /patch"),
    undescribed("POST /post"),
    undescribed("PUT /put"),
}


@pytest.mark.slow
def test_httpbin_in_process_keeps_its_contract_and_answers_more_than_it_defines(httpbin: Consumer) -> None:
    found = httpbin.verify("--app", "httpbin:app")
    assert (found.exit_code, found.passed, found.drift) == (0, HTTPBIN_INTERACTIONS, HTTPBIN_DRIFT)


@pytest.mark.deep
def test_httpbin_started_by_a_command_is_judged_alike_and_its_drift_can_fail(httpbin: Consumer) -> None:
    found = httpbin.verify("--command", FLASK, "--ready", "/get", "--fail-on-drift")
    assert (found.exit_code, found.passed, found.drift) == (1, HTTPBIN_INTERACTIONS, HTTPBIN_DRIFT)


# a Jupyter server, with files as states


@pytest.fixture(scope="module")
def jupyter_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return python_with("jupyter-server==2.21.*", tmp_path_factory.mktemp("jupyter") / "environment")


@pytest.fixture
def jupyter(jupyter_python: Path, tmp_path: Path) -> Consumer:
    homes = {name: str(tmp_path / "home") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    consumer = consumer_of("jupyter", project="jupyter", folder=tmp_path, environment=homes)
    (definition,) = jupyter_python.parent.parent.glob("lib/*/site-packages/jupyter_server/services/api/api.yaml")
    shutil.copy(definition, tmp_path / "jupyter.yaml")
    (tmp_path / "root").mkdir()
    return consumer


def verified_jupyter(jupyter: Consumer, python: Path) -> Verification:
    options = f"--allow-root --ip 127.0.0.1 --port {{port}} --ServerApp.root_dir={jupyter.folder / 'root'}"
    command = f"{python} -m jupyter_server --no-browser {options} --IdentityProvider.token={TOKEN}"
    return jupyter.verify("--command", command, "--ready", "/api", "--header", f"Authorization: token {TOKEN}")


def null_at(operation: str, *places: str) -> set[Drift]:
    return {Drift(operation=operation, location=f"response.body.{place}", expected="a string") for place in places}


JUPYTER_INTERACTIONS = {
    "DELETE /api/contents/{path} path=hello.txt answers 204, given a file exists",
    "GET /api/contents/{path} path=hello.txt answers 200, given a file exists",
    "GET /api/contents/{path} path=nothing.txt answers 404",
    "GET /api/contents/{path}/checkpoints path=hello.txt answers 200, given a file exists, given a checkpoint was made",
    "GET /api/kernelspecs answers 200",
    "GET /api/me answers 200",
    "GET /api/status answers 200",
    "PATCH /api/contents/{path} path=hello.txt answers 200, given a file exists",
    "PUT /api/contents/{path} path=new.txt answers 201, given no file exists",
}
JUPYTER_DRIFT = {
    undescribed("GET /api/contents/{path}"),
    *null_at("GET /api/contents/{path}", "hash", "hash_algorithm"),
    *null_at("GET /api/me", "identity.avatar_url", "identity.color"),
    *null_at("PATCH /api/contents/{path}", "content", "format", "hash", "hash_algorithm"),
    *null_at("PUT /api/contents/{path}", "content", "format", "hash", "hash_algorithm"),
}


@pytest.mark.deep
def test_a_jupyter_server_keeps_its_contract_with_files_as_states(jupyter: Consumer, jupyter_python: Path) -> None:
    jupyter.record("notebooks_calls.py")
    found = verified_jupyter(jupyter, jupyter_python)
    assert (found.exit_code, found.passed, found.drift) == (0, JUPYTER_INTERACTIONS, JUPYTER_DRIFT)


@pytest.mark.deep
def test_a_jupyter_server_redirects_where_it_promises_its_version(jupyter: Consumer, jupyter_python: Path) -> None:
    jupyter.record("documented_calls.py")
    found = verified_jupyter(jupyter, jupyter_python)
    assert (found.exit_code, found.failures, found.drift) == (
        1,
        {
            "GET /api/ answers 200": [
                "response.status: exactly 200, received 302",
                "response.headers['content-type']: the content type application/json, "
                'received "text/html; charset=UTF-8"',
                "response.body: a body of type application/json, received null",
            ]
        },
        {Drift(operation="GET /api/", location="response.status", expected="one of 200")},
    )


# etcd, over its JSON gateway and its remote procedures, with states set up over the gateway


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the root of Debian's package: the server, and the definition of its gateway."""
    return debian_package("etcd-server", tmp_path_factory.mktemp("etcd"))


@pytest.fixture
def etcd_url() -> str:
    return f"http://127.0.0.1:{free_port()}"


def command_of(etcd: Path, url: str, folder: Path) -> tuple[str, ...]:
    listens = f"--listen-client-urls {url} --advertise-client-urls {url} --listen-peer-urls http://127.0.0.1:0"
    command = f"{etcd / 'usr/bin/etcd'} --data-dir {folder / 'data'} {listens}"
    return ("--command", command, "--ready", f"{url}/health")


GATEWAY_INTERACTIONS = {
    "DeleteRange answers 200, given a setting",
    "LeaseGrant answers 200",
    "LeaseTimeToLive answers 200, given a lease",
    "MemberList answers 200",
    "Put answers 200",
    "Put answers 200, given a lease",
    "Range answers 200",
    "Range answers 200 [50a8aeab], given a setting",
    "Range answers 200 [a32bcf78], given a setting",
    "Status answers 200",
    "Txn answers 200, given no setting",
}
PROCEDURE_INTERACTIONS = {
    "DeleteRange key=Y29sb3Vy answers OK, given a setting",
    "LeaseGrant TTL=60 answers OK",
    "LeaseKeepAlive ID=7587 answers OK, given a lease",
    "Put key=Y29sb3Vy value=cmVk answers OK",
    "Put key=Y29sb3Vy value=cmVk lease=1 answers NOT_FOUND",
    "Range key=Y29sb3Vy sort_order=NONE sort_target=KEY answers OK, given a setting",
    "Range key=c2hhcGU= sort_order=NONE sort_target=KEY answers OK",
    "Status answers OK",
}


@pytest.fixture
def etcd_client(etcd: Path, etcd_url: str, tmp_path: Path) -> Consumer:
    """Give a consumer of etcd's gateway by the definition that Debian's package has."""
    (tmp_path / "etcd.json").write_bytes(gzip.decompress((etcd / ETCD_DEFINITION).read_bytes()))
    return consumer_of("etcd", project="etcd_gateway", folder=tmp_path, environment={"ETCD_URL": etcd_url})


@pytest.mark.deep
def test_the_gateway_of_etcd_keeps_its_contract(etcd: Path, etcd_url: str, etcd_client: Consumer) -> None:
    etcd_client.record("settings_store_calls.py")
    found = etcd_client.verify("--url", etcd_url, *command_of(etcd, etcd_url, etcd_client.folder))
    assert (found.exit_code, found.passed, found.drift) == (0, GATEWAY_INTERACTIONS, set())


@pytest.mark.deep
def test_the_gateway_of_etcd_answers_a_status_that_it_does_not_define(
    etcd: Path, etcd_url: str, etcd_client: Consumer
) -> None:
    etcd_client.record("unprepared_calls.py")
    found = etcd_client.verify("--url", etcd_url, *command_of(etcd, etcd_url, etcd_client.folder))
    assert (found.exit_code, found.failures, found.drift) == (
        1,
        {
            "Put answers 200": [
                "response.status: exactly 200, received 404",
                "response.body.header: an object, received null",
            ]
        },
        {Drift(operation="Put", location="response.status", expected="one of 200")},
    )


@pytest.fixture
def etcd_caller(etcd_url: str, tmp_path: Path, test_data: Callable[[str], Path]) -> Consumer:
    """Give a consumer of etcd's remote procedures by a definition that is newer than Debian's server."""
    shutil.copytree(test_data("definitions/real/proto/etcd"), tmp_path / "protos")
    files = [str(file.relative_to(tmp_path / "protos")) for file in (tmp_path / "protos").rglob("*.proto")]
    own = [file for file in files if not file.startswith("google/")]  # the consumer has those of google installed
    outputs = [f"--python_out={tmp_path}", f"--grpc_python_out={tmp_path}"]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", "-Iprotos", *outputs, *own], cwd=tmp_path, check=True)
    return consumer_of("etcd", project="etcd_rpc", folder=tmp_path, environment={"ETCD_URL": etcd_url})


@pytest.mark.deep
def test_the_remote_procedures_of_etcd_keep_their_contract(etcd: Path, etcd_url: str, etcd_caller: Consumer) -> None:
    etcd_caller.record("settings_watcher_calls.py")
    address = etcd_url.removeprefix("http://")
    found = etcd_caller.verify("--grpc", address, *command_of(etcd, etcd_url, etcd_caller.folder))
    assert (found.exit_code, found.passed) == (0, PROCEDURE_INTERACTIONS)


@pytest.mark.deep
def test_etcd_lacks_a_procedure_of_a_newer_definition(etcd: Path, etcd_url: str, etcd_caller: Consumer) -> None:
    etcd_caller.record("newer_calls.py")
    address = etcd_url.removeprefix("http://")
    found = etcd_caller.verify("--grpc", address, *command_of(etcd, etcd_url, etcd_caller.folder))
    assert (found.exit_code, found.failures) == (
        1,
        {
            "Downgrade action=VALIDATE version=3.5.0 answers OK": [
                "events[2].message: the message, received null",
                'events[3].status: exactly "OK", received "UNIMPLEMENTED"',
            ]
        },
    )
