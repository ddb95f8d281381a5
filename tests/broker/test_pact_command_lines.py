"""Pact's command lines on a running broker: the wheel of PyPI in every run, what npm ships where the deep tests run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.broker.conftest import Story, contract, interaction
from tests.broker.pact_commands import PactCommand, forwarding, from_pypi, npm_install

Json = Any

pytestmark = pytest.mark.slow

NPM = {"rust": "@pact-foundation/pact-cli@18.1.2", "ruby": "@pact-foundation/pact-cli@16.1.7"}
CONTENT = "0a38efde8fe0225ca2ec8fcf53c706f13b55edd4e777d2286f8f784c5271e4e3"
ROWS = "CONSUMER | C.VERSION | PROVIDER | P.VERSION | SUCCESS? | RESULT\n"
UNKNOWN = f"""{ROWS}web-shop | 1.0 | orders | unknown | unknown | 0
It is unknown whether web-shop 1.0 can be deployed to production.
orders unknown it has never been deployed to production
This is a first deployment: deploy the provider first, and record its deployment.
To settle the unknown: contractkit record-deployment orders --version VERSION --environment production
❌ Computer says no ¯\\_(ツ)_/¯
"""
VERIFIED = f"""{ROWS}web-shop | 1.0 | orders | 2.0 | true | 1
VERIFICATION RESULTS
1. BROKER/pacts/provider/orders/consumer/web-shop/pact-version/{CONTENT}/verification-results/1 (success)
"""
PAGE = f"See it at BROKER/ui/contracts/orders/web-shop/{CONTENT}"
SENDING = "📨 Attempting to publish pact for consumer: web-shop against provider: orders\n✅ "

BEFORE: list[tuple[str, int, str]] = [
    (
        "publish FILE --consumer-app-version 1.0 --branch main --tag blue --build-url https://ci.example/1",
        0,
        f"{SENDING}Contract with orders published: its content is new.\n{PAGE}",
    ),
    (
        "publish FILE --consumer-app-version 1.0 --branch main",
        0,
        f"{SENDING}Contract with orders was published before, byte for byte.\n{PAGE}",
    ),
    (
        "list-latest-pact-versions",
        0,
        'CONSUMER | CONSUMER_VERSION | PROVIDER | CREATED_AT\n"web-shop" | "1.0" | "orders" | "TIME"',
    ),
    (
        "create-environment --name stage --display-name Stage",
        0,
        "✅ Created stage environment in the Pact Broker with UUID UUID",
    ),
    ("create-environment --name stage", 1, "❌ name: 'stage' is another environment's"),
    (
        "list-environments",
        0,
        "UUID | NAME | DISPLAY NAME | PRODUCTION\nUUID | production | Production | true\n"
        "UUID | stage | Stage | false\nUUID | test | Test | false",
    ),
    (
        "can-i-deploy --pacticipant web-shop --version 1.0 --to-environment production",
        1,
        f"{UNKNOWN}❌ No deployable version found",
    ),
    (
        "can-i-deploy --pacticipant web-shop --version 1.0 --to-environment production --dry-run",
        0,
        f"{UNKNOWN}📌 Dry run enabled, suppressing failing exit code",
    ),
    (
        "can-i-deploy --pacticipant web-shop --version 1.0 --to-environment production --ignore orders",
        0,
        f"{ROWS}web-shop | 1.0 | orders | unknown | unknown | 0\nweb-shop 1.0 can be deployed to production.\n"
        "orders ignored it has never been deployed to production\n✅ Computer says yes \\o/",
    ),
    (
        "can-i-deploy --pacticipant web-shop --version 1.0 --to-environment nowhere",
        1,
        "❌ failed validation - [\"No environment named 'nowhere' is known. Known: production, stage, test.\"]\n"
        "❌ No environment named 'nowhere' is known. Known: production, stage, test.",
    ),
    (
        "can-i-deploy --pacticipant nobody --version 1.0 --to-environment production",
        1,
        "❌ failed validation - [\"No pacticipant with name 'nobody' found\"]\n"
        "❌ No pacticipant with name 'nobody' found",
    ),
    (
        "can-i-deploy --pacticipant web-shop --version 9 --to-environment production",
        1,
        "web-shop 9 cannot be deployed to production.\nNo version 9 of web-shop is known here.\n"
        "To make it known: contractkit publish --version 9, run where web-shop is built\n"
        "❌ Computer says no ¯\\_(ツ)_/¯\n❌ No deployable version found",
    ),
]
"""What is typed, the exit code, and what is shown, while no provider has verified anything."""

AFTER: list[tuple[str, int, str]] = [
    (
        "record-deployment --pacticipant orders --version 2.0 --environment production",
        0,
        "✅ Recorded deployment of orders version 2.0 to production environment in the Pact Broker.",
    ),
    (
        "record-deployment --pacticipant orders --version 2.0 --environment nowhere",
        1,
        "❌ Environment nowhere does not exist\n❌ ❌ Environment nowhere does not exist",
    ),
    (
        "can-i-deploy --pacticipant web-shop --version 1.0 --to-environment production",
        0,
        f"{VERIFIED}web-shop 1.0 can be deployed to production.\norders 2.0 verified 1 interaction (result 1)\n"
        "✅ Computer says yes \\o/",
    ),
    (
        "can-i-merge --pacticipant web-shop --version 1.0",
        0,
        f"{VERIFIED}web-shop 1.0 can be deployed to the heads of the main branches.\n"
        "orders 2.0 verified 1 interaction (result 1)\n✅ Computer says yes \\o/",
    ),
    (
        "record-release --pacticipant web-shop --version 1.0 --environment production",
        0,
        "✅ Recorded release of web-shop version 1.0 to production environment in the Pact Broker.",
    ),
    (
        "record-support-ended --pacticipant web-shop --version 1.0 --environment production",
        0,
        "✅ ♻️ Recorded support ended for application web-shop, version 1.0 from production environment",
    ),
    (
        "record-undeployment --pacticipant orders --environment production",
        0,
        "✅ ♻️ Undeployed orders from production environment",
    ),
    ("describe-version --pacticipant web-shop --version 1.0", 0, "NAME | TAGS\n1.0 | blue"),
    ("describe-version --pacticipant web-shop --latest blue", 0, "NAME | TAGS\n1.0 | blue"),
    (
        "create-version-tag --pacticipant web-shop --version 5 --tag green",
        1,
        "❌ Version '5' of pacticipant 'web-shop' does not exist. Use --auto-create-version to create it.",
    ),
    (
        "create-version-tag --pacticipant web-shop --version 5 --tag green --auto-create-version",
        0,
        "Tagging version '5' of pacticipant 'web-shop' with tag 'green' - Success",
    ),
    (
        "create-or-update-version --pacticipant web-shop --version 7 --branch feature/x",
        0,
        "Branch 'feature/x' created for version '7'",
    ),
    (
        "delete-branch --pacticipant web-shop --branch feature/x",
        0,
        "Successfully deleted branch 'feature/x' of pacticipant 'web-shop'",
    ),
    (
        "create-or-update-pacticipant --name web-shop --main-branch main --repository-url https://git.example/shop",
        0,
        "Pacticipant 'web-shop' updated successfully",
    ),
    (
        "describe-pacticipant --name web-shop",
        0,
        "Name: web-shop\nDisplay Name: web-shop\nMain Branch: main\nRepo URL: https://git.example/shop\n"
        "Created: TIME\nUpdated: -",
    ),
    ("list-pacticipants", 0, 'NAME | DISPLAY NAME\n"orders" | "orders"\n"web-shop" | "web-shop"'),
]
"""The same, once the version 2.0 of the provider has verified the contract."""

NEWER: list[tuple[str, int, str]] = [
    *(
        (
            f"get-pacts --provider orders {narrowed}",
            0,
            'CONSUMER | TITLE | LINK\n"web-shop" | "Contract between web-shop (1.0) and orders" | '
            '"BROKER/pacts/provider/orders/consumer/web-shop/version/1.0"',
        )
        for narrowed in ("--consumer web-shop", "--consumer web-shop --branch main --latest")
    ),
    (
        "provider-states list --provider orders",
        0,
        "Provider States for Provider: orders\nScope: Main branch\nProvider State Name | Consumers | Parameters\n"
        'order exists | web-shop | {"id":7}',
    ),
]
"""What the command line in Ruby does not know."""


@pytest.fixture(scope="session", params=["pypi", *(pytest.param(name, marks=pytest.mark.deep) for name in NPM)])
def command(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PactCommand:
    """Give one of the command lines."""
    if request.param == "pypi":
        return from_pypi()
    modules = npm_install(tmp_path_factory.mktemp("npm"), NPM[request.param])
    return PactCommand(program=(str(modules / ".bin/pact-broker"),))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "web-shop-orders.json"
    path.write_text(json.dumps(contract("web-shop", "orders")))
    return path


@pytest.fixture
def url(broker: Story) -> Iterator[str]:
    yield str(broker.http.base_url).rstrip("/")


def is_in_ruby(command: PactCommand, url: str) -> bool:
    return command.run(url, "version")[0] == 0  # the others have an option for it


def test_what_is_typed_in_a_pipeline_is_done_and_said(
    broker: Story, url: str, command: PactCommand, file: Path
) -> None:
    ruby = is_in_ruby(command, url)
    journey = [*BEFORE, ("", 0, ""), *AFTER, *([] if ruby else NEWER)]
    for line, code, shown in journey:
        if not line:
            broker.verify("orders", "2.0", "web-shop", branch="main")
            continue
        ended = command.run(url, line.replace("FILE", str(file)))
        assert (line, *(ended[:1] if ruby else ended)) == (line, *((code,) if ruby else (code, shown)))
    version = broker.http.get("/pacticipants/web-shop/versions/1.0").json()
    assert (version["buildUrl"], [each["name"] for each in version["_embedded"]["branchVersions"]]) == (
        "https://ci.example/1",
        ["main"],
    )
    application = broker.http.get("/pacticipants/web-shop").json()
    assert (application["mainBranch"], application["repositoryUrl"]) == ("main", "https://git.example/shop")


def test_other_content_under_a_published_version_stops_the_build(
    broker: Story, url: str, command: PactCommand, file: Path
) -> None:
    broker.publish("web-shop", "1.0", contract("web-shop", "orders", interaction(total=99)))
    code, shown = command.run(url, f"publish {file} --consumer-app-version 1.0")
    assert code == 1
    assert "web-shop 1.0 already published a contract with orders, and this one differs" in shown
    assert "Publish under a new version, or check that the tests record the same values each run." in shown
    assert "response.body.total: 99 became 12.5" in shown


def test_shards_of_a_build_are_joined(broker: Story, url: str, command: PactCommand, file: Path) -> None:
    broker.publish("web-shop", "1.0", contract("web-shop", "orders", interaction("no order", total=0)))
    assert command.run(url, f"publish {file} --consumer-app-version 1.0 --merge")[0] == 0
    joined = broker.http.get("/pacts/provider/orders/consumer/web-shop/version/1.0").json()
    assert [each["description"] for each in joined["interactions"]] == ["an order", "no order"]


def test_it_waits_for_a_result_that_is_still_unknown(broker: Story, url: str, command: PactCommand) -> None:
    broker.publish("web-shop", "1.0", contract("web-shop", "orders"))
    broker.http.put("/pacticipants/orders/versions/2.0", json={})
    broker.deploy("orders", "2.0", "production")
    asked = "--pacticipant web-shop --version 1.0 --to-environment production"
    with forwarding(url) as forwarder:
        line = f"can-i-deploy {asked} --retry-while-unknown 30 --retry-interval 1"
        process = command.start(forwarder.url, *line.split())
        forwarder.wait_for("GET /matrix")
        broker.verify("orders", "2.0", "web-shop")
        forwarder.wait_for("GET /matrix")
        written, _ = process.communicate()
    assert process.returncode == 0, written
    assert "web-shop 1.0 can be deployed to production." in written


def test_a_broker_below_a_path_is_used_as_any_other(broker: Story, url: str, command: PactCommand, file: Path) -> None:
    """Links come back below the path, and the questions that the client writes itself go there too."""
    with forwarding(url, prefix="/pact") as forwarder:
        at = f"{forwarder.url}/pact"
        code, shown = command.run(at, f"publish {file} --consumer-app-version 1.0 --branch main")
        assert (code, f"See it at BROKER/ui/contracts/orders/web-shop/{CONTENT}" in shown) == (0, True)
        broker.verify("orders", "2.0", "web-shop")
        assert command.run(at, "record-deployment --pacticipant orders --version 2.0 --environment production")[0] == 0
        asked = "can-i-deploy --pacticipant web-shop --version 1.0 --to-environment production"
        assert command.run(at, asked)[0] == 0
