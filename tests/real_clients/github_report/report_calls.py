"""The report's own tests; recorded and inferred by `test_needs_of_a_real_consumer`."""

import pytest
import report


@pytest.fixture
def stub(contract_stub):
    return contract_stub("github")


@pytest.fixture
def api(stub):
    client = report.connect(stub.url)
    yield client
    client.close()


def test_headline(api, stub):
    stub.on("repos/get").reply(200, {"full_name": "ada/engine", "archived": False, "default_branch": "main"})
    assert report.headline(api, "ada/engine").startswith("ada/engine on main: ")


def test_open_bugs(api, stub):
    stub.on("issues/list-for-repo").reply(200, [{"number": 7, "title": "The mill turns backwards"}])
    (line,) = report.open_bugs(api, "ada/engine")
    assert line.startswith("#7 The mill turns backwards (")


def test_latest_release(api, stub):
    stub.on("repos/get-latest-release").reply(200, {"tag_name": "v2", "published_at": "2021-10-01T08:00:00Z"})
    assert report.latest_release(api, "ada/engine") == "v2 of 2021-10-01"


def test_merged(api, stub):
    stub.on("pulls/list").reply(200, [{"title": "Oil it", "merged_at": "2021-10-01T08:00:00Z"}])
    (line,) = report.merged(api, "ada/engine")
    assert line.startswith("Oil it by ")


def test_helpers(api, stub):
    stub.on("repos/list-contributors").reply(200, [{"login": "ada", "contributions": 42}])
    assert report.helpers(api, "ada/engine") == {"ada": 42}


def test_is_green(api, stub):
    stub.on("repos/get-combined-status-for-ref").reply(200, {"state": "success", "statuses": []})
    assert report.is_green(api, "ada/engine", "c0ffee")
