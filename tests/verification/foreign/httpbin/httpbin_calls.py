"""What a probe's tests ask of httpbin."""

import pytest
from httpbin_client import Httpbin


@pytest.fixture
def httpbin(contract_stub):
    return contract_stub("httpbin")


def test_it_is_alive(httpbin):
    assert Httpbin(httpbin.url).is_alive()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method(httpbin, method):
    assert Httpbin(httpbin.url).accepts(method)


def test_a_status(httpbin):
    httpbin.on("GET /status/{codes}").reply(400)
    assert Httpbin(httpbin.url).status(400) == 400


def test_a_login(httpbin):
    assert Httpbin(httpbin.url).lets_in("ada", "lovelace")


def test_a_wrong_password(httpbin):
    httpbin.on("GET /basic-auth/{user}/{passwd}").reply(401)
    assert not Httpbin(httpbin.url).lets_in("ada", "byron")


def test_a_token(httpbin):
    assert Httpbin(httpbin.url).lets_bearer_in("secret-of-the-probe")


def test_a_redirect(httpbin):
    httpbin.on("GET /redirect-to").reply(302, headers={"Location": "https://example.org/"})
    assert Httpbin(httpbin.url).target("https://example.org/") == "https://example.org/"


def test_an_etag_that_does_not_match(httpbin):
    httpbin.on("GET /etag/{etag}").reply(412)
    assert Httpbin(httpbin.url).is_unchanged("one", known='"two"')


def test_a_cached_answer(httpbin):
    assert Httpbin(httpbin.url).is_cached(60)
