"""What the command line asks of a broker: these tests are recorded as its contract, by the plugin of this project.

`tests/cli/test_own_contract.py` runs them beside the OpenAPI document that a broker serves.
"""

import json

import pytest

from contractkit.broker_client import Build, InteractionVerdict, open_broker, read_address
from contractkit.cli.main import run
from contractkit.document import file_digest, interaction_content_id, load_contract
from contractkit.document.state_catalogue import NamedState, StateCatalogue
from contractkit.errors import BrokerRefusedError
from contractkit.matchers import regex

BASE = "http://broker.example"
PRODUCTION = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f001"
STAGING = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f002"
DEPLOYED = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f003"
RELEASED = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f004"
CONTRACT = {
    "consumer": {"name": "web-shop"},
    "provider": {"name": "orders"},
    "interactions": [
        {
            "description": "an order",
            "type": "Synchronous/HTTP",
            "request": {"method": "GET", "path": "/orders/7"},
            "response": {"status": 200},
        }
    ],
    "metadata": {"pactSpecification": {"version": "4.0"}},
}
CONTENT = "9116ed5806b86f9331c127981f4a2e6fefc24fb1d9ff47d28957db26a2695f1c"
LOADED = load_contract(json.dumps(CONTRACT).encode(), origin="web-shop")
INTERACTION = LOADED.interactions[0]
IDENTITY = interaction_content_id(LOADED, INTERACTION).partition(":")[2]
CALLED = {"interactionId": IDENTITY, "description": "an order", "operation": "GET /orders/7"}
CATALOGUE = StateCatalogue(provider="orders", states=(NamedState(name="order exists"),))
FILE = file_digest(json.dumps(CONTRACT).encode())
JOB = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f005"
EXEMPTING_JOB = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f006"
EXEMPTIONS = """\
[[exemption]]
fingerprint = "0123456789abcdef"
reason = "not shown"
owner = "shop"
expires = 2027-01-31
"""
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
DEFINITION = """\
openapi: 3.1.0
info: {title: orders, version: "1"}
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: It.}}
"""
LABEL = {"name": "mobile", "_links": {}}
RELATIONS = {
    "pb:publish-contracts": "/contracts/publish",
    "pb:provider-pacts-for-verification": "/pacts/provider/{provider}/for-verification",
    "pb:pacticipants": "/pacticipants",
    "pb:pacticipant": "/pacticipants/{pacticipant}",
    "pb:pacticipant-version": "/pacticipants/{pacticipant}/versions/{version}",
    "pb:pacticipant-branch": "/pacticipants/{pacticipant}/branches/{branch}",
    "pb:pacticipant-branch-version": "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
    "pb:environments": "/environments",
}


def link(path, **more):
    return {"href": f"{BASE}{path}", **more}


@pytest.fixture
def broker(contract_stub, monkeypatch):
    stub = contract_stub("contractkit-broker")
    monkeypatch.setenv("CONTRACTKIT_BROKER", stub.url)
    return stub


@pytest.fixture
def index(broker):
    broker.on("GET /").reply(200, {"_links": {name: link(path) for name, path in RELATIONS.items()}})


def environment(name="production", uuid=PRODUCTION, **more):
    at = f"/environments/{uuid}"
    links = {
        "pb:currently-deployed-deployed-versions": link(f"{at}/deployed-versions/currently-deployed"),
        "pb:currently-supported-released-versions": link(f"{at}/released-versions/currently-supported"),
    }
    return {"uuid": uuid, "name": name, "displayName": name.title(), "_links": links, **more}


def listed(name="production", uuid=PRODUCTION):
    entry = {"uuid": uuid, "name": name, "displayName": name.title(), "production": uuid == PRODUCTION, "_links": {}}
    return {"_embedded": {"environments": [entry]}}


def occupancy(resource, uuid, **state):
    inside = {
        "pacticipant": {"name": "web-shop"},
        "version": {"number": "1.4.0"},
        "environment": {"name": "production"},
    }
    return {"uuid": uuid, "_embedded": inside, "_links": {"self": link(f"/{resource}/{uuid}")}, **state}


def occupied(broker, relation, name, entries):
    """Reply what is in production, as the command line asks for it: the list, the environment, what is there."""
    broker.on("GET /environments").reply(200, listed())
    broker.on("GET /environments/{uuid}").reply(200, environment())
    broker.on(f"GET /environments/{{uuid}}/{relation}").reply(200, {"_embedded": {name: entries}})


def test_environments_are_listed(broker, index, capsys):
    broker.given("an environment", called="production", uuid=PRODUCTION, production=True)
    broker.on("GET /environments").reply(200, listed())
    assert run(["environment", "list"]) == 0
    assert capsys.readouterr().out == "production   production   Production\n"


def test_an_environment_is_described(broker, index, capsys):
    broker.given("web-shop 1.4.0 is deployed", uuid=DEPLOYED, environment=PRODUCTION, instance="blue")
    here = occupancy("deployed-versions", DEPLOYED, currentlyDeployed=True, applicationInstance="blue")
    occupied(broker, "deployed-versions/currently-deployed", "deployedVersions", [here])
    released = "GET /environments/{uuid}/released-versions/currently-supported"
    broker.on(released).reply(200, {"_embedded": {"releasedVersions": []}})
    assert run(["environment", "describe", "production"]) == 0
    assert "  web-shop 1.4.0   deployed   instance blue\n" in capsys.readouterr().out


def test_an_environment_is_created(broker, index):
    broker.given("no environment", called="staging")
    broker.on("GET /environments").reply(200, listed())
    broker.on("POST /environments").reply(201, environment("staging", STAGING))
    assert run(["environment", "create", "staging", "--contact", "Ada <ada@example.com>"]) == 0


def test_an_environment_is_changed(broker, index):
    broker.given("an environment", called="staging", uuid=STAGING, production=False)
    broker.on("GET /environments").reply(200, listed("staging", STAGING))
    broker.on("PUT /environments/{uuid}").reply(200, environment("staging", STAGING))
    assert run(["environment", "update", "staging", "--display-name", "Before production"]) == 0


def test_an_environment_is_deleted(broker, index):
    broker.given("an environment", called="staging", uuid=STAGING, production=False)
    broker.on("GET /environments").reply(200, listed("staging", STAGING))
    broker.on("DELETE /environments/{uuid}").reply(204)
    assert run(["environment", "delete", "staging", "--yes"]) == 0


def test_applications_are_listed(broker, index, capsys):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.given("web-shop has the label mobile")
    here = {"name": "web-shop", "mainBranch": "main", "_embedded": {"labels": [LABEL]}, "_links": {}}
    broker.on("GET /pacticipants").reply(200, {"_embedded": {"pacticipants": [here]}})
    assert run(["application", "list"]) == 0
    assert capsys.readouterr().out == "web-shop   main   mobile\n"


def test_an_application_is_created(broker, index):
    broker.given("no application", called="courier")
    broker.on("GET /pacticipants/{name}").reply(404, {"error": "none"})
    broker.on("PATCH /pacticipants/{name}").reply(201, {"name": "courier", "mainBranch": "trunk"})
    assert run(["application", "create", "courier", "--main-branch", "trunk"]) == 0


def test_an_application_is_changed(broker, index):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("GET /pacticipants/{name}").reply(200, {"name": "web-shop"})
    broker.on("PATCH /pacticipants/{name}").reply(200, {"name": "web-shop", "mainBranch": "main"})
    broker.on("GET /pacticipants/{name}/branches").reply(
        200, {"_embedded": {"branches": [{"name": "main", "_links": {}}]}}
    )
    assert run(["application", "update", "web-shop", "--main-branch", "main"]) == 0


def test_an_application_is_labelled_and_unlabelled(broker, index):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.given("web-shop has the label mobile")
    labels = {"_embedded": {"labels": [LABEL]}, "_links": {}}
    broker.on("GET /pacticipants/{name}").reply(200, {"name": "web-shop", **labels})
    broker.on("PUT /pacticipants/{name}/labels/{label}").reply(200, {"name": "mobile"})
    broker.on("DELETE /pacticipants/{name}/labels/{label}").reply(204)
    assert run(["application", "label", "web-shop", "mobile"]) == 0
    assert run(["application", "unlabel", "web-shop", "mobile"]) == 0


def test_an_application_is_deleted(broker, index):
    broker.given("an application", called="courier")
    broker.on("GET /pacticipants/{name}").reply(200, {"name": "courier"})
    broker.on("DELETE /pacticipants/{name}").reply(204)
    assert run(["application", "delete", "courier", "--yes"]) == 0


def test_branches_are_listed_and_deleted(broker, index, capsys):
    broker.given("web-shop 1.4.0 on the branch feature/x")
    head = {"name": "feature/x", "_embedded": {"latestVersion": {"number": "1.4.0"}}, "_links": {}}
    broker.on("GET /pacticipants/{name}").reply(200, {"name": "web-shop", "mainBranch": "main"})
    broker.on("GET /pacticipants/{name}/branches").reply(200, {"_embedded": {"branches": [head]}})
    broker.on("DELETE /pacticipants/{name}/branches/{branch}").reply(204)
    assert run(["branch", "list", "web-shop"]) == 0
    assert capsys.readouterr().out == "feature/x   1.4.0\n"
    assert run(["branch", "delete", "web-shop", "feature/x"]) == 0


def test_contracts_are_published(broker, index, tmp_path):
    file = tmp_path / "web-shop-orders.json"
    file.write_text(json.dumps(CONTRACT))
    page = {"name": "orders", "href": f"{BASE}/pacts/provider/orders/consumer/web-shop/version/1.5.0"}
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("POST /contracts/publish").reply(
        200, {"notices": [{"type": "success", "text": "published"}], "_links": {"pb:contracts": [page]}}
    )
    arguments = ["--version", "1.5.0", "--branch", "main", "--build-url", "https://ci.example/7", "--tag", "dev"]
    assert run(["publish", str(file), *arguments]) == 0


def test_contracts_to_verify_are_fetched_and_results_published(broker, index):
    at = f"/pacts/provider/orders/consumer/web-shop/pact-version/{CONTENT}"
    notice = {"when": "before_verification", "text": "It is the newest on the main branch."}
    chosen = {
        "verificationProperties": {"pending": True, "notices": [notice]},
        "_links": {"self": link(at, name="web-shop's contract with orders")},
    }
    results = {"pb:publish-verification-results": link(f"{at}/verification-results")}
    rendered = {"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}, "_links": results}
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("GET /pacts/provider/{provider}/for-verification").reply(200)
    broker.on("POST /pacts/provider/{provider}/for-verification").reply(200, {"_embedded": {"pacts": [chosen]}})
    broker.on("GET /pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}").reply(200, rendered)
    broker.on("PUT /pacticipants/{name}/branches/{branch}/versions/{version}").reply(201)
    publish = "POST /pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results"
    broker.on(publish).reply(201, {"_links": {"self": link(f"{at}/verification-results/311")}})
    build = Build(application="orders", version="8f2c1e4", branch="main", url="https://ci.example/7")
    with open_broker(read_address(broker.url)) as client:
        [fetched] = client.contracts_to_verify("orders", branch="main", include_pending=True)
        client.record_branch(build)
        verdict = InteractionVerdict(interaction=INTERACTION, interaction_id=None, passed=True)
        url = client.publish_results(fetched.results_url, build, [verdict], passed=True, verifier_version="0.1.0")
    assert (fetched.pending, url) == (True, f"{broker.url}{at}/verification-results/311")


def test_the_results_that_a_content_has_are_listed(broker):
    at = f"/pacts/provider/orders/consumer/web-shop/pact-version/{CONTENT}/verification-results"
    broker.given("web-shop 1.4.0 is verified by what is in production", environment=PRODUCTION)
    stored = {
        "success": True,
        "providerApplicationVersion": "8f2c1e4",
        "_links": {"self": link(f"{at}/311")},
    }
    listed = "GET /pacts/provider/{provider}/consumer/{consumer}/pact-version/{sha}/verification-results"
    broker.on(listed).reply(200, {"_embedded": {"verificationResults": [stored]}})
    with open_broker(read_address(broker.url)) as client:
        [earlier] = client.earlier.of(f"{broker.url}{at}")
    assert (earlier.provider_version, earlier.passed, earlier.is_whole) == ("8f2c1e4", True, True)


def test_the_head_of_a_branch_is_looked_up(broker, index):
    broker.given("web-shop 1.4.0 on the branch main")
    head = {"name": "main", "_embedded": {"latestVersion": {"number": "1.4.0"}}, "_links": {}}
    broker.on("GET /pacticipants/{name}/branches/{branch}").reply(200, head)
    with open_broker(read_address(broker.url)) as client:
        assert client.heads.of_branch("web-shop", "main") == "1.4.0"


def test_a_version_may_be_deployed(broker):
    broker.given("web-shop 1.4.0 is verified by what is in production", environment=PRODUCTION)
    row = {
        "consumer": {"name": "web-shop", "version": {"number": "1.4.0", "_links": {}}, "_links": {}},
        "provider": {"name": "orders", "version": {"number": "8f2c1e4", "_links": {}}, "_links": {}},
        "pact": {"_links": {}},
        "verificationResult": {"success": True, "number": 311, "failed": 0, "total": 1, "_links": {}},
    }
    answer = {"answer": "yes", "text": "web-shop 1.4.0 can be deployed to production."}
    summary = {"deployable": True, "reason": "All required verification results are published and successful"}
    broker.on("GET /matrix").reply(200, {"summary": summary, "matrix": [row], "contractkit": answer})
    assert run(["can-i-deploy", "web-shop", "--version", "1.4.0", "--to-environment", "production"]) == 0


def test_a_version_that_nothing_verified_is_unknown(broker):
    broker.given("web-shop 1.4.0 is not verified by what is in production", environment=PRODUCTION)
    answer = {"answer": "unknown", "text": "It is unknown."}
    summary = {"deployable": None, "reason": "There is no verified pact"}
    broker.on("GET /matrix").reply(200, {"summary": summary, "contractkit": answer})
    assert run(["can-i-deploy", "web-shop", "--version", "1.4.0", "--to-environment", "production"]) == 1


def test_an_environment_that_is_not_there_is_refused(broker, index):
    broker.given("an environment", called="production", uuid=PRODUCTION, production=True)
    broker.on("GET /matrix").reply(400, {"errors": ["none"]})
    broker.on("GET /environments").reply(200, listed())
    assert run(["can-i-deploy", "web-shop", "--version", "1.4.0", "--to-environment", "prodution"]) == 2


def test_a_version_that_is_supposed_and_not_there_is_refused(broker, index, capsys):
    broker.given("web-shop 1.4.0 is not verified by what is in production", environment=PRODUCTION)
    broker.on("GET /matrix").reply(400, {"errors": ["none"]})
    broker.on("GET /environments").reply(200, listed())
    broker.on("GET /pacticipants/{name}").reply(200, {"name": "orders"})
    broker.on("GET /pacticipants/{name}/versions/{version}").reply(404, {"error": "none"})
    broker.on("GET /pacticipants/{name}/versions").reply(200, {"_embedded": {"versions": [{"number": "1.4.0"}]}})
    asked = ["can-i-deploy", "orders", "--version", "1.0", "--to-environment", "production"]
    assert run([*asked, "--what-if-deployed", "web-shop", "1.4.1"]) == 2
    assert capsys.readouterr().err == "The broker knows no version 1.4.1 of web-shop.\n\nDid you mean 1.4.0?\n"


def version_with(relation, resource):
    at = f"/pacticipants/web-shop/versions/1.4.0/{resource}/environment/{PRODUCTION}"
    return {"number": "1.4.0", "_links": {relation: [link(at, name="production")]}}


def test_a_deployment_is_recorded(broker, index):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.given("an environment", called="production", uuid=PRODUCTION, production=True)
    known = version_with("pb:record-deployment", "deployed-versions")
    made = occupancy("deployed-versions", DEPLOYED, currentlyDeployed=True, applicationInstance="blue")
    broker.on("GET /pacticipants/{name}/versions/{version}").reply(200, known)
    record = "POST /pacticipants/{name}/versions/{version}/deployed-versions/environment/{uuid}"
    broker.on(record).reply(201, made)
    arguments = ["--version", "1.4.0", "--environment", "production", "--instance", "blue"]
    assert run(["record-deployment", "web-shop", *arguments]) == 0


def test_a_version_that_is_not_there_cannot_be_recorded(broker, index, capsys):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("GET /pacticipants/{name}/versions/{version}").reply(404, {"error": "none"})
    broker.on("GET /pacticipants/{name}").reply(200, {"name": "web-shop"})
    assert run(["record-deployment", "web-shop", "--version", "9", "--environment", "production"]) == 2
    assert capsys.readouterr().err.startswith("The broker knows no version 9 of web-shop.\n")


def test_a_release_is_recorded(broker, index):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.given("an environment", called="production", uuid=PRODUCTION, production=True)
    broker.given("no release of web-shop in production")
    known = version_with("pb:record-release", "released-versions")
    broker.on("GET /pacticipants/{name}/versions/{version}").reply(200, known)
    record = "POST /pacticipants/{name}/versions/{version}/released-versions/environment/{uuid}"
    broker.on(record).reply(201, occupancy("released-versions", RELEASED, currentlySupported=True))
    assert run(["record-release", "web-shop", "--version", "1.4.0", "--environment", "production"]) == 0


def test_an_undeployment_is_recorded(broker, index):
    broker.given("web-shop 1.4.0 is deployed", uuid=DEPLOYED, environment=PRODUCTION, instance="blue")
    here = occupancy("deployed-versions", DEPLOYED, currentlyDeployed=True, applicationInstance="blue")
    occupied(broker, "deployed-versions/currently-deployed", "deployedVersions", [here])
    broker.on("PATCH /deployed-versions/{uuid}").reply(200, {**here, "currentlyDeployed": False})
    assert run(["record-undeployment", "web-shop", "--environment", "production", "--instance", "blue"]) == 0


def test_the_end_of_support_is_recorded(broker, index):
    broker.given("web-shop 1.4.0 is released", uuid=RELEASED, environment=PRODUCTION)
    here = occupancy("released-versions", RELEASED, currentlySupported=True)
    occupied(broker, "released-versions/currently-supported", "releasedVersions", [here])
    broker.on("PATCH /released-versions/{uuid}").reply(200, {**here, "currentlySupported": False})
    assert run(["record-support-ended", "web-shop", "--version", "1.4.0", "--environment", "production"]) == 0


def test_a_definition_is_published_and_fetched(broker):
    broker.given("orders 1.0 runs in production with a definition", environment=PRODUCTION)
    broker.on("PUT /pacticipants/{name}/versions/{version}/definition").reply(201)
    broker.on("GET /pacticipants/{name}/definition").reply(
        200, DEFINITION, headers={"Content-Type": "application/yaml"}
    )
    with open_broker(read_address(broker.url)) as client:
        client.resources.publish_definition("orders", "1.1", DEFINITION.encode(), content_type="application/yaml")
        found = client.resources.definition("orders", environment="production")
    assert found.data.decode() == DEFINITION


def test_a_definition_that_nobody_published_is_said(broker):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("GET /pacticipants/{name}/definition").reply(404, {"error": "none"})
    with open_broker(read_address(broker.url)) as client, pytest.raises(BrokerRefusedError) as refused:
        client.resources.definition("web-shop")
    assert refused.value.status == 404


def test_the_contracts_that_count_are_fetched_as_they_were_stored(broker):
    broker.given("web-shop 1.4.0 on the branch main")
    version = {"number": "1.4.0", "branches": ["main"], "environments": []}
    entry = {
        "consumer": "web-shop",
        "provider": "orders",
        "contentId": f"sha256:{CONTENT}",
        "fileDigest": FILE,
        "consumerVersions": [version],
        "_links": {"file": link(f"/blobs/{FILE}")},
    }
    broker.on("GET /contracts").reply(200, {"contracts": [entry]})
    broker.on("GET /blobs/{digest}").reply(200)
    with open_broker(read_address(broker.url)) as client:
        [stored] = client.resources.contracts_of("orders", branch="main")
        data = client.resources.contract_file(stored)
    assert (stored.consumer, stored.file_digest, stored.consumer_versions[0].branches) == ("web-shop", FILE, ("main",))
    assert json.loads(data) == {}


def test_the_broker_says_who_breaks(broker):
    broker.given("an impact job is done", uuid=JOB)
    job = {"uuid": JOB, "status": "done", "provider": "orders", "report": {}, "problem": None}
    at = regex(rf"https?://[^/]+/impact-jobs/{UUID}", f"{BASE}/impact-jobs/{JOB}")
    broker.on("POST /impact-jobs").reply(202, {"status": "queued"}, headers={"Location": at})
    broker.on("GET /impact-jobs/{uuid}").reply(200, job)
    with open_broker(read_address(broker.url)) as client:
        document = client.resources.impact("orders", DEFINITION.encode(), old=DEFINITION.encode())
    assert document["status"] == "done"


def test_the_broker_counts_exemptions(broker):
    broker.given("an impact job is done", uuid=EXEMPTING_JOB, exemptions=EXEMPTIONS)
    data = DEFINITION.encode()
    job = {"uuid": EXEMPTING_JOB, "status": "done", "provider": "orders", "report": {}, "problem": None}
    at = regex(rf"https?://[^/]+/impact-jobs/{UUID}", f"{BASE}/impact-jobs/{EXEMPTING_JOB}")
    broker.on("POST /impact-jobs").reply(202, {"status": "queued"}, headers={"Location": at})
    broker.on("GET /impact-jobs/{uuid}").reply(200, {**job, "exemptions": EXEMPTIONS})
    with open_broker(read_address(broker.url)) as client:
        document = client.resources.impact("orders", data, old=data, exemptions=EXEMPTIONS)
    assert document["exemptions"] == EXEMPTIONS


def test_what_tests_proved_is_published(broker):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("PUT /pacticipants/{name}/versions/{version}/impact-proofs/{provider}/{oldDigest}/{newDigest}").reply(201)
    test = {"nodeId": "tests/test_shop.py::test_total", "outcome": "fails", "message": "KeyError", "line": 12}
    proven = {"key": "getOrder 1", "description": "getOrder answers 200", "operation": "getOrder"}
    proven |= {
        "predicted": "broken",
        "outcome": "fails",
        "why": None,
        "tests": [{**test, "file": "tests/test_shop.py"}],
    }
    with open_broker(read_address(broker.url)) as client:
        client.resources.publish_impact_proof(
            "web-shop", "1.4.0", "orders", digests=(FILE, f"sha256:{CONTENT}"), interactions=[proven]
        )


def test_a_provider_s_states_are_published_and_fetched(broker):
    broker.given("orders 1.0 runs in production with a state catalogue", environment=PRODUCTION)
    broker.on("PUT /pacticipants/{name}/versions/{version}/state-catalogue").reply(201)
    states = {"schemaVersion": 1, "provider": "orders", "states": [{"name": "order exists"}]}
    broker.on("GET /pacticipants/{name}/state-catalogue").reply(200, states)
    with open_broker(read_address(broker.url)) as client:
        client.resources.publish_state_catalogue("1.1", CATALOGUE)
        found = client.resources.state_catalogue("orders", environment="production")
    assert found == CATALOGUE


def test_states_that_nobody_published_are_absent(broker):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("GET /pacticipants/{name}/state-catalogue").reply(404, {"error": "none"})
    with open_broker(read_address(broker.url)) as client:
        assert client.resources.state_catalogue("web-shop") is None


def test_the_broker_says_who_uses_a_location(broker):
    broker.given("web-shop 1.4.0 on the branch main")
    consumers = [{"name": "web-shop", "needed": None}]
    use = {"operation": "GET /orders/7", "location": "response.status", "consumers": consumers}
    broker.on("GET /usage").reply(200, {"uses": [use]})
    with open_broker(read_address(broker.url)) as client:
        [place] = client.resources.usage("orders", operation="GET /orders/7", location="response.status")
    assert (place.location, place.consumers) == ("response.status", {"web-shop": None})


def test_the_broker_says_what_a_version_owes(broker):
    broker.given("orders 8f2c1e4 failed web-shop 1.4.0")
    at = f"/pacts/provider/orders/consumer/web-shop/pact-version/{CONTENT}"
    owed = {
        "consumer": "web-shop",
        "consumerVersions": ["1.4.0"],
        "contentId": f"sha256:{CONTENT}",
        "reason": "failed",
        "interactions": [{**CALLED, "reason": "failed"}],
        "_links": {
            "contractkit:file": link(f"/blobs/{FILE}"),
            "contractkit:result-page": link("/ui/results/1"),
            "pb:publish-verification-results": link(f"{at}/verification-results"),
        },
    }
    broker.on("GET /pacticipants/{name}/versions/{version}/owed").reply(200, {"contracts": [owed]})
    with open_broker(read_address(broker.url)) as client:
        [found] = client.outcomes.owed("orders", "8f2c1e4")
    assert (found.reason, found.interactions[0].description, found.interactions[0].failed) == (
        "failed",
        "an order",
        True,
    )


def test_a_version_that_is_not_there_owes_nothing_that_is_known(broker):
    broker.given("web-shop 1.4.0 on the branch main")
    broker.on("GET /pacticipants/{name}/versions/{version}/owed").reply(404, {"error": "none"})
    with open_broker(read_address(broker.url)) as client, pytest.raises(BrokerRefusedError) as refused:
        client.outcomes.owed("orders", "9")
    assert refused.value.status == 404


def test_the_history_of_an_interaction_is_read(broker):
    broker.given("orders 8f2c1e4 failed web-shop 1.4.0")
    past = {
        "success": False,
        "providerVersion": {"number": "8f2c1e4", "branches": []},
        "verifiedAt": "2026-11-20T10:00:00.000000+00:00",
        "mismatches": [],
        "errors": [],
        "_links": {"contractkit:page": link("/ui/results/1")},
    }
    broker.on("GET /pacts/provider/{provider}/consumer/{consumer}/interactions/{interaction}/results").reply(
        200, {**CALLED, "flakyVersions": [], "results": [past], "_links": {}}
    )
    with open_broker(read_address(broker.url)) as client:
        found = client.outcomes.history("web-shop", "orders", IDENTITY)
    assert [(each.provider_version, each.passed) for each in found.outcomes] == [("8f2c1e4", False)]
