"""What we write replays in a Pact verifier of another make, the one of the `pact-python` package."""

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from contractkit.document import contract_file_name, downgrade_contract
from contractkit.model import (
    BinaryBody,
    Cancelled,
    Contract,
    DerivedState,
    EmptyBody,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedRules,
    ProviderState,
    RpcCall,
    Rule,
    TextBody,
    parse_location,
)

ANSWERS = {
    "object": (JsonBody({"a": 1, "list": [1, 2]}), b'{"a": 2, "list": [3], "more": true}'),
    "string": (JsonBody("12"), b'"12"'),
    "null": (JsonBody(None), b"null"),
    "nullable": (JsonBody({"a": None}), b'{"a": "a text"}'),
    "text": (TextBody("hello"), b"hello"),
    "bytes": (BinaryBody(b"\x00\xff", "image/png"), b"\x00\xff"),
    "hinted": (BinaryBody(b"hello", "text/plain"), b"hello"),
    "empty": (EmptyBody(), b""),
}
RULES = (
    LocatedRules(location=parse_location("response.body.a"), rules=(Rule("integer"),)),
    LocatedRules(location=parse_location("response.body.list"), rules=(Rule("type", {"min": 1}),)),
)


NULLABLE = (
    LocatedRules(
        location=parse_location("response.body.a"),
        rules=(Rule("null"), Rule("include", {"value": ""}), Rule("notEmpty")),
        combine="OR",
    ),
)


class Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.removeprefix("/").partition("?")[0]
        body, data = ANSWERS[name]
        self.send_response(200)
        if body.media_type is not None:
            self.send_header("Content-Type", body.media_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def provider_url():
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def call(name, **changes):
    body, _ = ANSWERS[name]
    headers = {} if body.media_type is None else {"content-type": (body.media_type,)}
    return Interaction(
        key=name,
        description=f"the {name}",
        exchange=HttpCall(
            request=HttpRequest(method="GET", path=f"/{name}", query={"a": ("1", "2"), "flag": (None,)}),
            response=HttpResponse(status=200, headers=headers, body=body),
        ),
        derived_state=DerivedState(operation="get", status="200"),
        **changes,
    )


def verify(tmp_path, url, *interactions, version="4"):
    from pact import Verifier

    contract = Contract(consumer="web-shop", provider="orders", interactions=interactions)
    (tmp_path / contract_file_name("web-shop", "orders")).write_bytes(downgrade_contract(contract, version))
    verifier = Verifier("orders", host="127.0.0.1").add_transport(url=url).add_source(tmp_path)
    asked = []
    verifier.state_handler(lambda state, action, parameters: asked.append(state), teardown=False)
    verifier.verify()
    return asked


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_a_body_of_every_kind_replays(tmp_path, provider_url, name):
    verify(tmp_path, provider_url, call(name, rules={"object": RULES, "nullable": NULLABLE}.get(name, ())))


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2", "3"])
@pytest.mark.parametrize("name", ["object", "text", "bytes", "empty"])
def test_a_file_of_an_older_version_replays(tmp_path, provider_url, name, version):
    kept = [each for each in RULES if version == "3" or each.rules[0].name == "type"]
    body = JsonBody({"a": 2, "list": [1]}) if name == "object" else ANSWERS[name][0]
    interaction = call(name, rules=kept if name == "object" else ())
    response = replace(interaction.exchange.response, body=body)
    exchange = replace(interaction.exchange, request=HttpRequest(method="GET", path=f"/{name}"), response=response)
    verify(tmp_path, provider_url, replace(interaction, exchange=exchange), version=version)


@pytest.mark.slow
@pytest.mark.parametrize("version", ["2", "3"])
def test_a_wrong_answer_is_red_in_an_older_version(tmp_path, provider_url, version):
    interaction = call("object")
    exchange = replace(interaction.exchange, request=HttpRequest(method="GET", path="/object"))
    with pytest.raises(RuntimeError):
        verify(tmp_path, provider_url, replace(interaction, exchange=exchange), version=version)


@pytest.mark.slow
def test_no_foreign_verifier_is_asked_for_a_derived_state_or_sent_a_procedure_call(tmp_path, provider_url):
    stream = Interaction(key="s", description="a stream", exchange=RpcCall(procedure="a.B/C", events=(Cancelled(),)))
    named = call("text", states=(ProviderState(name="text exists"),))
    assert [state for state in verify(tmp_path, provider_url, call("object", rules=RULES), named, stream) if state] == [
        "text exists"
    ]


@pytest.mark.slow
def test_a_wrong_answer_is_red(tmp_path, provider_url):
    with pytest.raises(RuntimeError):
        verify(tmp_path, provider_url, call("object"))
