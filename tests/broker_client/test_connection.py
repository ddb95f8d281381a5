"""The connection: what is tried again, what is not, and how a refusal reads."""

import socket

import httpx
import pytest

from contractkit.broker_client import Connection, read_address
from contractkit.errors import BrokerError, BrokerRefusedError, BrokerUnreachableError, SettingsError

URL = "https://broker.example/pact"


class Broker:
    """Answers from a list, the last one for ever, and notes requests and waits."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def connection(self, url: str = URL, **credentials: str) -> Connection:
        address = read_address(url, **credentials)
        return Connection(address, transport=httpx.MockTransport(self.answer), sleep=self.waits.append)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 507, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    broker = Broker(httpx.Response(status), httpx.Response(200, json={"fine": True}))
    assert broker.connection().read("GET", URL) == {"fine": True}
    assert broker.waits == [0.25]


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 501, 505])
def test_what_will_not_pass_is_not(status: int) -> None:
    broker = Broker(httpx.Response(status))
    with pytest.raises(BrokerRefusedError) as caught:
        broker.connection().read("GET", URL)
    assert (caught.value.status, broker.waits) == (status, [])


def test_a_time_out_is_tried_four_times() -> None:
    broker = Broker(httpx.ReadTimeout("slow"))
    with pytest.raises(BrokerUnreachableError) as caught:
        broker.connection().read("GET", URL)
    assert broker.waits == [0.25, 0.5, 1.0]
    assert str(caught.value) == (
        "The broker at https://broker.example/pact cannot be reached.\n\n"
        "  reason   no answer in time\n\n"
        "Check the URL and the network."
    )


def test_the_wait_that_a_broker_asks_for_is_kept() -> None:
    broker = Broker(httpx.Response(429, headers={"retry-after": "3"}), httpx.Response(200, json=1))
    broker.connection().read("GET", URL)
    assert broker.waits == [3.0]


@pytest.mark.parametrize(("asked", "wait"), [("Wed, 21 Oct 2015 07:28:00 GMT", 0.25), ("86400", 30.0), ("soon", 0.25)])
def test_a_wait_that_makes_no_sense_is_bounded(asked: str, wait: float) -> None:
    broker = Broker(httpx.Response(503, headers={"retry-after": asked}), httpx.Response(200, json=1))
    broker.connection().read("GET", URL)
    assert broker.waits == [wait]


def test_an_unknown_certificate_is_not_tried_again() -> None:
    broker = Broker(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"))
    with pytest.raises(BrokerUnreachableError) as caught:
        broker.connection().read("GET", URL)
    assert (broker.waits, caught.value.explanation.next_step) == (
        [],
        "Name its certificate authority in CONTRACTKIT_BROKER_CA.",
    )


def test_a_broker_that_is_down_is_one_message(unused_port: int) -> None:
    waits: list[float] = []
    connection = Connection(read_address(f"http://127.0.0.1:{unused_port}"), sleep=waits.append)
    with pytest.raises(BrokerUnreachableError) as caught:
        connection.read("GET", connection.address.url)
    assert str(caught.value) == (
        f"The broker at http://127.0.0.1:{unused_port} cannot be reached.\n\n"
        "  reason   connection refused\n\n"
        "Check the URL and the network."
    )
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("document", "sentences"),
    [
        ({"notices": [{"type": "error", "text": "\x1b[31mNo\x1b[0m"}]}, ["No"]),
        ({"errors": {"contracts": ["differs"], "branch": ["is blank"]}}, ["contracts: differs", "branch: is blank"]),
        ({"errors": ["no such pacticipant"]}, ["no such pacticipant"]),
        ({"error": "not found"}, ["not found"]),
        ({"error": {"message": "broken", "reference": "x"}}, ["broken"]),
        ({"title": "Bad", "detail": "the name is missing"}, ["the name is missing"]),
        ({"title": "Bad", "errors": [{"detail": "is empty", "pointer": "#/name"}]}, ["#/name: is empty", "Bad"]),
    ],
)
def test_a_refusal_speaks_in_the_brokers_words(document: object, sentences: list[str]) -> None:
    with pytest.raises(BrokerRefusedError) as caught:
        Broker(httpx.Response(400, json=document)).connection().read("GET", f"{URL}/x", summary="It was not done.")
    assert [text for label, text in caught.value.explanation.details if label == "broker"] == sentences


def test_a_refusal_reads_whole() -> None:
    broker = Broker(httpx.Response(401, json={"error": "who?"}))
    with pytest.raises(BrokerRefusedError) as caught:
        broker.connection(token="secret").read("GET", f"{URL}/contracts")
    assert str(caught.value) == (
        "The broker does not know who is asking.\n\n"
        "  asked      GET /pact/contracts\n"
        "  answered   401 Unauthorized\n"
        "  broker     who?\n\n"
        "Set CONTRACTKIT_BROKER_TOKEN, or user and password in the broker's URL."
    )


def test_a_page_instead_of_json_is_no_broker() -> None:
    with pytest.raises(BrokerError) as caught:
        Broker(httpx.Response(200, text="<html>")).connection().link("pb:environments")
    assert caught.value.explanation.summary == "What answers at https://broker.example/pact is not a broker."


def test_json_without_links_is_no_broker() -> None:
    with pytest.raises(BrokerError) as caught:
        Broker(httpx.Response(200, json={"hello": 1})).connection().link("pb:environments")
    assert caught.value.explanation.summary == "What answers at https://broker.example/pact is not a broker."


def test_a_missing_link_relation_is_named() -> None:
    with pytest.raises(BrokerError) as caught:
        Broker(httpx.Response(200, json={"_links": {}})).connection().link("pb:publish-contracts")
    assert str(caught.value) == (
        "The broker at https://broker.example/pact does not offer what is needed.\n\n"
        "  missing   the link relation pb:publish-contracts\n\n"
        "Use a newer broker."
    )


def test_a_link_is_followed_behind_the_configured_url() -> None:
    href = "http://internal:9292/pact/pacticipants/{pacticipant}/versions/{version}"
    connection = Broker(httpx.Response(200, json={"_links": {"v": {"href": href}}})).connection()
    assert connection.link("v", pacticipant="web shop", version="a/b") == (
        "https://broker.example/pact/pacticipants/web%20shop/versions/a%2Fb"
    )


def test_a_link_without_the_base_path_gets_it() -> None:
    assert read_address(URL).rebase("http://internal/matrix?q=1") == "https://broker.example/pact/matrix?q=1"


@pytest.mark.parametrize(
    ("url", "credentials", "header"),
    [
        (URL, {"token": "t"}, "Bearer t"),
        ("https://user:p%40ss@broker.example", {}, "Basic dXNlcjpwQHNz"),
        (URL, {"username": "user", "password": "p"}, "Basic dXNlcjpw"),
        ("https://user:p@broker.example", {"token": "t"}, "Bearer t"),
        (URL, {}, None),
    ],
)
def test_who_asks(url: str, credentials: dict[str, str], header: str | None) -> None:
    broker = Broker(httpx.Response(200, json=1))
    connection = broker.connection(url, **credentials)
    connection.read("GET", connection.address.url)
    assert broker.requests[0].headers.get("authorization") == header


def test_credentials_never_show() -> None:
    address = read_address("https://user:secret@broker.example", token="secret")
    assert (address.url, "secret" in repr(address)) == ("https://broker.example", False)


@pytest.mark.parametrize("url", ["broker.example", "ftp://user:secret@broker.example", ""])
def test_what_is_no_url_is_refused_without_its_credentials(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_address(url)
    assert str(caught.value) == (
        "The broker's URL cannot be used.\n\n"
        "  expected   a URL such as https://broker.example\n"
        f"  received   {'broker.example' if url else 'nothing'}"
    )


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_broker_that_stays_busy_is_asked_six_times_and_long_waits_are_said() -> None:
    broker = Broker(httpx.Response(503))
    told: list[str] = []
    transport = httpx.MockTransport(broker.answer)
    connection = Connection(read_address(URL), transport=transport, sleep=broker.waits.append, tell=told.append)
    with pytest.raises(BrokerRefusedError) as caught:
        connection.read("GET", URL)
    assert (caught.value.status, broker.waits) == (503, [0.25, 0.5, 1.0, 2.0, 4.0])
    assert told == [
        "The broker answered 503; trying again in 2 s.",
        "The broker answered 503; trying again in 4 s.",
    ]


def test_a_redirection_is_told_and_not_followed() -> None:
    broker = Broker(httpx.Response(301, headers={"location": "https://broker.example/new/"}))
    with pytest.raises(BrokerRefusedError) as caught:
        broker.connection(token="secret").read("GET", URL)
    assert len(broker.requests) == 1
    assert caught.value.explanation.next_step == (
        "It leads to https://broker.example/new/: if that is the broker, set it as the broker's URL."
    )


@pytest.mark.parametrize(
    "url", ["", "broker.example", "ftp://broker.example", "http://", "http://[::1", "http://a:99999", "http://a b"]
)
def test_what_is_no_url_of_a_broker_is_refused(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_address(url)
    assert str(caught.value) == (
        "The broker's URL cannot be used.\n\n"
        "  expected   a URL such as https://broker.example\n"
        f"  received   {url or 'nothing'}"
    )


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tokén"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_address(URL, token=token)
    assert str(caught.value) == (
        "The broker's token cannot be used.\n\n"
        "  expected   one word of ASCII characters\n"
        "  received   a text with blanks, line breaks or other characters\n\n"
        "Check CONTRACTKIT_BROKER_TOKEN, or the file that CONTRACTKIT_BROKER_TOKEN_FILE names."
    )


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("HTTPS_PROXY", "carrier-pigeon://proxy", "Unknown scheme for proxy URL URL('carrier-pigeon://proxy')"),
        ("SSL_CERT_FILE", "/nowhere.pem", "No such file or directory"),
    ],
)
def test_variables_that_lead_nowhere_are_told(
    variable: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        Connection(read_address(URL))
    assert str(caught.value) == (
        "The way to the broker cannot be used.\n\n"
        f"  reason   {reason}\n\n"
        "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
    )


def test_what_has_nothing_to_say_is_put_with_a_type_and_no_body() -> None:
    broker = Broker(httpx.Response(201))
    broker.connection().put(URL, "It was not put.")
    [request] = broker.requests
    assert (request.method, request.content, request.headers["content-type"]) == ("PUT", b"", "application/json")
