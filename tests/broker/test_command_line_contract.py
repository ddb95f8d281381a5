"""The broker keeps what the command line needs: the committed contract, replayed on both databases."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker
from contractkit_broker.store import applications, blobs, definitions, environments
from contractkit_broker.store.database import Database
from sqlalchemy import Connection

from contractkit.broker_client import (
    BrokerClient,
    Build,
    ContractUpload,
    InteractionVerdict,
    open_broker,
    read_address,
)
from contractkit.document import file_digest, load_contract, read_contract
from contractkit.document.state_catalogue import NamedState, StateCatalogue
from contractkit.exact_json import Json
from contractkit.explain.verification import explain_verification
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.states import StateHandler, StateHandlers
from contractkit.verification.verifier import SelectedContract, VerificationOptions, verify_contracts

pytestmark = pytest.mark.slow

COMMITTED = Path(__file__).parents[2] / "contracts/contractkit-contractkit-broker.json"
NOW = "2026-11-20T10:00:00.000000+00:00"
PRODUCTION = "b3c1a9d0-6f0e-4c43-9a51-0c6a6ad4f001"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """Brings a broker into the states of the contract, whatever an earlier interaction left in it."""

    client: BrokerClient
    database: Database

    def published(self) -> None:
        build = Build(application="web-shop", version="1.4.0", branch="main")
        upload = ContractUpload(consumer="web-shop", provider="orders", data=json.dumps(CONTRACT).encode())
        self.client.publish(build, [upload])
        self.client.administration.save_application("web-shop", {"mainBranch": "main"})

    def on_feature_branch(self) -> None:
        self.client.record_branch(Build(application="web-shop", version="1.4.0", branch="feature/x"))
        self.client.administration.save_application("web-shop", {"mainBranch": "main"})

    def labelled(self) -> None:
        self.client.administration.add_label("web-shop", "mobile")

    def application(self, called: str) -> None:
        self.client.administration.save_application(called, {})

    def no_application(self, called: str) -> None:
        if self.client.administration.find_application(called) is not None:
            self.client.administration.delete_application(called)

    def environment(self, called: str, uuid: str, production: bool) -> None:
        values = {"uuid": uuid, "name": called, "display_name": called.title(), "contacts": [{"name": "Ada"}]}

        def work(connection: Connection) -> None:
            for each in environments.list_environments(connection, called):
                environments.delete_environment(connection, each.uuid)
            environments.add_environment(connection, {**values, "production": production, "created_at": NOW})

        self.database.write(work)

    def no_environment(self, called: str) -> None:
        for each in self.client.administration.environments():
            if each.name == called:
                self.client.administration.delete_environment(each)

    def no_release(self) -> None:
        [place] = [each for each in self.client.administration.environments() if each.name == "production"]
        self.client.occupancies.end_support(self.client.occupancies.released(place, "web-shop"))

    def deployed(self, uuid: str, environment: str, instance: str) -> None:
        self._occupy("deployment", uuid, environment, instance)

    def released(self, uuid: str, environment: str) -> None:
        self._occupy("release", uuid, environment, "")

    def _occupy(self, kind: str, uuid: str, environment: str, instance: str) -> None:
        self.published()
        self.environment("production", environment, True)

        def work(connection: Connection) -> None:
            place = environments.find_environment(connection, uuid=environment)
            version = applications.find_version(connection, "web-shop", "1.4.0")
            assert place is not None
            assert version is not None
            if kind == "deployment":
                environments.start_deployment(connection, version, place.id, instance, uuid=uuid, now=NOW)
            else:
                environments.start_release(connection, version, place.id, uuid=uuid, now=NOW)

        self.database.write(work)

    def verified(self, environment: str) -> None:
        self._provider_in_production("verified", environment)
        [chosen] = self.client.contracts_to_verify("orders", selectors=[{"mainBranch": True, "consumer": "web-shop"}])
        assert chosen.results_url is not None
        build = Build(application="orders", version="verified")
        self.client.publish_results(chosen.results_url, build, [], passed=True, verifier_version="0.1.0")

    def not_verified(self, environment: str) -> None:
        self._provider_in_production("not-verified", environment)

    def _provider_in_production(self, version: str, environment: str) -> None:
        self.published()
        self.environment("production", environment, True)
        self.client.record_branch(Build(application="orders", version=version, branch="main"))
        self.client.occupancies.deploy("orders", version, "production")

    def with_definition(self, environment: str) -> None:
        self._provider_in_production("1.0", environment)
        self.client.resources.publish_definition("orders", "1.0", b"openapi: 3.1.0\n", content_type="application/yaml")

    def with_state_catalogue(self, environment: str) -> None:
        self._provider_in_production("1.0", environment)
        states = (NamedState(name="order exists"),)
        self.client.resources.publish_state_catalogue("1.0", StateCatalogue(provider="orders", states=states))

    def failed(self) -> None:
        self.published()
        [contract] = self.client.contracts_to_verify("orders")
        build = Build(application="orders", version="8f2c1e4")
        assert contract.results_url is not None
        loaded = read_contract(contract.data, origin="the contract")
        [interaction] = loaded.contract.interactions
        identity = loaded.broker_ids[interaction.key]
        verdict = InteractionVerdict(interaction=interaction, interaction_id=identity, passed=False)
        self.client.publish_results(contract.results_url, build, [verdict], passed=False, verifier_version="1")

    def impact_job(self, uuid: str, exemptions: str | None = None) -> None:
        self.published()

        def work(connection: Connection) -> None:
            if definitions.find_job(connection, uuid) is not None:
                return
            provider = applications.ensure_application(connection, "orders", NOW)
            digest = file_digest(b"{}")
            blobs.add_blob(connection, digest, b"{}", NOW)
            values = {"provider_id": provider.id, "old_digest": digest, "new_digest": digest, "against": {}}
            values["exemptions"] = exemptions
            definitions.add_job(connection, {"uuid": uuid, "created_at": NOW, **values})
            definitions.finish_job(connection, uuid, report={"consumers": []}, problem=None, now=NOW)

        self.database.write(work)

    def handlers(self) -> StateHandlers:
        named: dict[str, Callable[..., None]] = {
            "web-shop 1.4.0 on the branch main": self.published,
            "web-shop 1.4.0 on the branch feature/x": self.on_feature_branch,
            "web-shop has the label mobile": self.labelled,
            "an application": self.application,
            "no application": self.no_application,
            "an environment": self.environment,
            "no environment": self.no_environment,
            "no release of web-shop in production": self.no_release,
            "web-shop 1.4.0 is deployed": self.deployed,
            "web-shop 1.4.0 is released": self.released,
            "web-shop 1.4.0 is verified by what is in production": self.verified,
            "web-shop 1.4.0 is not verified by what is in production": self.not_verified,
            "orders 1.0 runs in production with a definition": self.with_definition,
            "orders 1.0 runs in production with a state catalogue": self.with_state_catalogue,
            "orders 8f2c1e4 failed web-shop 1.4.0": self.failed,
            "an impact job is done": self.impact_job,
        }
        return StateHandlers(StateHandler(name=name, function=function) for name, function in named.items())


@pytest.fixture
def opened(database: str) -> Iterator[Database]:
    found = Database(database)
    yield found
    found.close()


@pytest.mark.slow
def test_the_broker_keeps_the_command_line_s_contract(database: str, opened: Database) -> None:
    contract = load_contract(COMMITTED.read_bytes(), origin=COMMITTED.name)
    selected = SelectedContract(contract=contract, interactions=contract.interactions)
    with running_broker(database) as url, open_broker(read_address(url)) as client:
        states = Preparation(client=client, database=opened).handlers()
        [result] = verify_contracts([selected], HttpTransport(url), VerificationOptions(states=states))
    failures: Json = [each for each in result.results if each.outcome.value != "passed"]
    assert failures == [], explain_verification("contractkit-broker", [result])
    assert len(result.results) == len(contract.interactions)
