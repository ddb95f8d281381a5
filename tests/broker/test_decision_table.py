"""The decision table (3.2) and the picking rules (3.3) of the Pact Broker's can-i-deploy, each as one short story.

A story is told in sentences; the question is a query as clients send it; the answer is the Pact Broker's and ours,
and how many rows succeeded, failed, are unknown and were ignored.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from contractkit_broker.api.matrix import can_i_deploy, get_matrix
from contractkit_broker.service.publishing import Build, ContractUpload, join_branch, publish, register_build
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store import applications, contracts, environments, verifications
from contractkit_broker.store.database import Database
from contractkit_broker.store.records import Environment, Version
from contractkit_broker.web import Call
from sqlalchemy import Connection

from contractkit.document import load_contract
from tests.broker.conftest import contract, interaction

NOW = "2026-11-20T10:00:00.000000+00:00"


@dataclass
class Teller:
    """Stores what sentences say."""

    connection: Connection
    told: int = 0

    def tell(self, sentence: str) -> None:
        self.told += 1
        for pattern, act in self._sentences().items():
            if found := re.fullmatch(pattern, sentence):
                return act(*found.groups())
        raise ValueError(f"no sentence: {sentence}")

    def _sentences(self) -> dict[str, Callable[..., None]]:
        version = r"(\S+ \d+)"
        return {
            version + " exists": self._exists,
            version + r" calls (\S+)(?: saying (\d))?": self._calls,
            version + r" is on (\S+)": self._on_branch,
            version + r" is tagged (\S+)": self._tagged,
            version + r" (passes|fails) " + version + r"(?: of (\S+))?": self._verifies,
            version + r" runs in (\S+)(?: as (\S+))?": self._runs,
            version + r" left (\S+)": self._left,
            version + r" is released to (\S+)": self._released,
        }

    def _version(self, of: str) -> Version:
        name, number = of.split()
        return register_build(self.connection, Build(application=name, number=number), NOW)[0]

    def _exists(self, of: str) -> None:
        self._version(of)

    def _place(self, name: str) -> Environment:
        found = environments.find_environment(self.connection, name=name)
        assert found is not None
        return found

    def _calls(self, of: str, provider: str, saying: str | None) -> None:
        name, number = of.split()
        data = json.dumps(contract(name, provider, interaction(total=float(saying or 1)))).encode()
        upload = ContractUpload(data=data, contract=load_contract(data, origin="the story"))
        publish(self.connection, Build(application=name, number=number), [upload], NOW)

    def _on_branch(self, of: str, branch: str) -> None:
        join_branch(self.connection, self._version(of), branch, NOW)

    def _tagged(self, of: str, tag: str) -> None:
        applications.add_tag(self.connection, self._version(of).id, tag, NOW)

    def _verifies(self, of: str, verb: str, consumer: str, provider: str | None) -> None:
        name, number = consumer.split()
        found = contracts.find_publication(self.connection, name, number, provider or of.split()[0])
        assert found is not None
        verifications.add_verification(
            self.connection,
            content_row=found.content,
            provider_version=self._version(of),
            success=verb == "passes",
            build_url=None,
            verified_by={},
            test_results=[],
            outcomes=[],
            now=NOW,
        )

    def _runs(self, of: str, place: str, instance: str | None) -> None:
        version, uuid = self._version(of), f"d{self.told}"
        where = self._place(place).id
        environments.start_deployment(self.connection, version, where, instance or "", uuid=uuid, now=NOW)

    def _left(self, of: str, place: str) -> None:
        for each in environments.occupied(self.connection, [self._place(place).id]):
            if each.version.id == self._version(of).id:
                environments.end_occupancy(self.connection, each.kind, each.uuid, NOW)

    def _released(self, of: str, place: str) -> None:
        uuid = f"r{self.told}"
        environments.start_release(self.connection, self._version(of), self._place(place).id, uuid=uuid, now=NOW)


@pytest.fixture
def store(empty_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "broker.sqlite"
    shutil.copy(empty_sqlite, path)
    database = Database(str(path))
    yield database
    database.close()


def ask(store: Database, question: str) -> Any:
    path, _, query = question.partition("?")
    handler = {"can-i-deploy": can_i_deploy, "matrix": get_matrix}[path]
    call = Call(
        method="GET",
        path={},
        query=parse_qsl(query, keep_blank_values=True),
        headers={},
        body=b"",
        base_url="http://broker.example",
        own_path=f"/{path}",
        database=store,
        settings=BrokerSettings(),
    )
    return handler(call).body


SHOP = "can-i-deploy?pacticipant=shop&version=1&environment=production"
ORDERS = "can-i-deploy?pacticipant=orders&version=1&environment=production"
TO_DEV = "can-i-deploy?pacticipant=shop&version=1&to=dev"
BOTH = "matrix?q[][pacticipant]=shop&q[][version]=1&q[][pacticipant]=orders&q[][version]=1&latestby=cvpv"
TO_MAIN = "matrix?q[][pacticipant]=shop&q[][version]=1&latestby=cvp&mainBranch=true&latest=true"
NO_TARGET = "can-i-deploy?pacticipant=shop&version=1"

YES, NO, OPEN, HIDDEN = (True, "yes"), (False, "no"), (None, "unknown"), (None, "no")
"""The Pact Broker's answer and ours; an unknown hides a failure there, and not here."""

CASES: list[tuple[str, str, str, tuple[bool | None, str], tuple[int, int, int, int]]] = [
    # the decision table
    ("3.2 the version does not exist", "orders 1 exists; shop 2 exists", SHOP, NO, (0, 0, 0, 0)),
    ("3.2 a row without a result", "shop 1 calls orders; orders 1 runs in production", SHOP, OPEN, (0, 0, 1, 0)),
    (
        "3.2 an unknown outranks a failure for Pact",
        "shop 1 calls orders; shop 1 calls stock; orders 1 fails shop 1; orders 1 runs in production; "
        "stock 1 runs in production",
        SHOP,
        HIDDEN,
        (0, 1, 1, 0),
    ),
    ("3.2 a required provider is absent", "shop 1 calls orders; orders 1 passes shop 1", SHOP, OPEN, (0, 0, 1, 0)),
    (
        "3.2 one of two required providers is absent",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        OPEN,
        (1, 0, 1, 0),
    ),
    (
        "3.2 the provider has left the environment",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production; orders 1 left production",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 all have results and one failed",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; stock 1 fails shop 1; "
        "orders 1 runs in production; stock 1 runs in production",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.2 all successful",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    ("3.2 no rows: no contract at all", "shop 1 exists", SHOP, YES, (0, 0, 0, 0)),
    ("3.2 no rows: no consumer of ours there", "shop 1 calls orders; orders 1 exists", ORDERS, YES, (0, 0, 0, 0)),
    (
        "3.2 our consumer is in another environment",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in test",
        ORDERS,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.2 a deployed consumer we never verified",
        "shop 1 calls orders; orders 1 exists; shop 1 runs in production",
        ORDERS,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 a deployed consumer that another version of us verified",
        "shop 1 calls orders; orders 2 passes shop 1; orders 1 exists; shop 1 runs in production",
        ORDERS,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.2 the only failure is ignored",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in production",
        f"{ORDERS}&ignore[]=shop",
        YES,
        (0, 0, 0, 1),
    ),
    (
        "3.2 an ignored version",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in production",
        f"{ORDERS}&ignore[][pacticipant]=shop&ignore[][version]=1",
        YES,
        (0, 0, 0, 1),
    ),
    (
        "3.2 another version is ignored",
        "shop 1 calls orders; orders 1 fails shop 1; shop 1 runs in production",
        f"{ORDERS}&ignore[][pacticipant]=shop&ignore[][version]=2",
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.2 an absent provider is ignored",
        "shop 1 calls orders",
        f"{SHOP}&ignore[]=orders",
        YES,
        (0, 0, 0, 1),
    ),
    (
        "3.2 an ignored name that does not exist changes nothing",
        "shop 1 calls orders; orders 1 fails shop 1; orders 1 runs in production",
        f"{SHOP}&ignore[]=order",
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.2 pending does not count here: a first failure is a no",
        "shop 1 calls orders; orders 1 is on main; orders 1 fails shop 1; shop 1 runs in production",
        ORDERS,
        NO,
        (0, 1, 0, 0),
    ),
    # picking rules: environment
    (
        "3.3 every instance must pass",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1; orders 1 runs in production; "
        "orders 2 runs in production as blue",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a failing older live version is not hidden by a newer one (cvpv)",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 is released to production; "
        "orders 2 is released to production",
        SHOP,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 cvp as older clients send it is cvpv in an environment",
        "shop 1 calls orders; orders 1 fails shop 1; orders 2 passes shop 1; orders 1 is released to production; "
        "orders 2 is released to production",
        "matrix?q[][pacticipant]=shop&q[][version]=1&latestby=cvp&environment=production",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 deployed and released versions both count",
        "app 1 calls orders; app 2 calls orders saying 2; orders 1 passes app 1; orders 1 fails app 2; "
        "app 1 runs in production; app 2 is released to production",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a release that is supported no longer does not count",
        "app 1 calls orders; orders 1 fails app 1; app 1 is released to production; app 1 left production",
        ORDERS,
        YES,
        (0, 0, 0, 0),
    ),
    (
        "3.3 a deployment replaces the one before of the same instance",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2; "
        "shop 1 runs in production; shop 2 runs in production",
        ORDERS,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 rolling back is deploying again",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2; "
        "shop 1 runs in production; shop 2 runs in production; shop 1 runs in production",
        ORDERS,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 instances are deployed apart",
        "shop 1 calls orders; orders 1 fails shop 1; shop 2 calls orders saying 2; orders 1 passes shop 2; "
        "shop 1 runs in production as blue; shop 2 runs in production as green",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a deployed consumer version without the contract needs nothing",
        "shop 1 calls orders; shop 2 exists; orders 1 fails shop 1; shop 2 runs in production",
        ORDERS,
        YES,
        (0, 0, 0, 0),
    ),
    # overwriting, pre-verification
    (
        "3.3 a later failure undoes a success",
        "shop 1 calls orders; orders 1 passes shop 1; orders 1 fails shop 1; orders 1 runs in production",
        SHOP,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 a later success undoes a failure",
        "shop 1 calls orders; orders 1 fails shop 1; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.2 unchanged content has its results at once",
        "shop 2 calls orders; orders 1 passes shop 2; orders 1 runs in production; shop 1 calls orders",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "1.2 changed content has none",
        "shop 2 calls orders; orders 1 passes shop 2; orders 1 runs in production; shop 1 calls orders saying 2",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "1.2 equal content of another consumer is another content",
        "app 1 calls orders; orders 1 passes app 1; orders 1 runs in production; shop 1 calls orders",
        SHOP,
        OPEN,
        (0, 0, 1, 0),
    ),
    # other targets
    (
        "3.3 a tag means its newest version with to",
        "shop 1 calls orders; orders 1 is tagged dev; orders 1 fails shop 1; orders 2 is tagged dev; "
        "orders 2 passes shop 1",
        TO_DEV,
        YES,
        (1, 0, 0, 0),
    ),
    ("3.3 nobody has the tag", "shop 1 calls orders; orders 1 passes shop 1", TO_DEV, OPEN, (0, 0, 1, 0)),
    (
        "3.3 a tag alone means every version with it",
        "shop 1 calls orders; orders 1 is tagged dev; orders 1 fails shop 1; orders 2 is tagged dev; "
        "orders 2 passes shop 1",
        "matrix?q[][pacticipant]=shop&q[][version]=1&latestby=cvpv&tag=dev",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 the heads of the main branches",
        "shop 1 calls orders; orders 1 is on main; orders 1 fails shop 1; orders 2 is on main; orders 2 passes shop 1",
        TO_MAIN,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 another branch is not the main branch",
        "shop 1 calls orders; orders 1 is on main; orders 1 fails shop 1; orders 2 is on money; orders 2 passes shop 1",
        TO_MAIN,
        NO,
        (0, 1, 0, 0),
    ),
    (
        "3.3 no main branch is set",
        "shop 1 calls orders; orders 1 is on trunk; orders 1 passes shop 1",
        TO_MAIN,
        OPEN,
        (0, 0, 1, 0),
    ),
    (
        "3.3 no target means the newest of all",
        "shop 1 calls orders; orders 1 passes shop 1; orders 2 fails shop 1",
        NO_TARGET,
        NO,
        (0, 1, 0, 0),
    ),
    # several selectors
    ("3.3 two versions check each other", "shop 1 calls orders; orders 1 passes shop 1", BOTH, YES, (1, 0, 0, 0)),
    ("3.3 two versions, no result", "shop 1 calls orders; orders 1 exists", BOTH, OPEN, (0, 0, 1, 0)),
    ("3.3 two versions, one does not exist", "shop 1 calls orders; orders 2 exists", BOTH, NO, (0, 0, 1, 0)),
    (
        "3.3 only direct partners count",
        "shop 1 calls orders; orders 1 calls stock; orders 1 passes shop 1; orders 1 runs in production",
        SHOP,
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 versions deployed together check the environment too",
        "shop 1 calls orders; shop 1 calls stock; orders 1 passes shop 1; stock 1 fails shop 1; "
        "stock 1 runs in production",
        f"{BOTH}&environment=production",
        NO,
        (1, 1, 0, 0),
    ),
    (
        "3.3 a version deployed together stands in for the one in the environment",
        "shop 1 calls orders; orders 2 fails shop 1; orders 1 passes shop 1; orders 2 runs in production",
        f"{BOTH}&environment=production",
        YES,
        (1, 0, 0, 0),
    ),
    (
        "3.3 a version as provider and as consumer at once",
        "shop 1 calls orders; orders 1 calls stock; orders 1 passes shop 1; stock 1 fails orders 1; "
        "shop 1 runs in production; stock 1 runs in production",
        ORDERS,
        NO,
        (1, 1, 0, 0),
    ),
]


@pytest.mark.parametrize(
    ("story", "question", "answers", "counts"), [pytest.param(*each[1:], id=each[0]) for each in CASES]
)
def test_the_answer_to_a_story(
    store: Database, story: str, question: str, answers: tuple[bool | None, str], counts: tuple[int, ...]
) -> None:
    def told(connection: Connection) -> None:
        teller = Teller(connection)
        for sentence in story.split("; "):
            teller.tell(sentence)

    store.write(told)
    body = ask(store, question)
    summary = body["summary"]
    assert (summary["deployable"], body["contractkit"]["answer"]) == answers
    assert (summary["success"], summary["failed"], summary["unknown"], summary.get("ignored", 0)) == counts
