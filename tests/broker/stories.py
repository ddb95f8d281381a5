"""Stories for the decision tables: sentences that are stored, questions as clients send them, and what is answered.

The number before a rule is its section in the description of the Pact Broker's behaviour that these tables follow:
1 what the records mean, 2.6 how questions are written, 3.2 the decision table, 3.3 the picking rules.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
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


def check(
    store: Database, story: str, question: str, answers: tuple[bool | None, str], counts: tuple[int, int, int, int]
) -> None:
    """Tell a story, ask the question, and hold the answer against what is expected."""

    def told(connection: Connection) -> None:
        teller = Teller(connection)
        for sentence in story.split("; "):
            teller.tell(sentence)

    store.write(told)
    body = ask(store, question)
    summary = body["summary"]
    assert (summary["deployable"], body["contractkit"]["answer"]) == answers
    assert (summary["success"], summary["failed"], summary["unknown"], summary.get("ignored", 0)) == counts


Case: TypeAlias = tuple[str, str, str, tuple[bool | None, str], tuple[int, int, int, int]]
"""The rule with its number, the story, the question, both answers, and how many rows succeeded, failed and so on."""


def table(cases: Sequence[Case]) -> pytest.MarkDecorator:
    """Run a test once for each case, named by its rule."""
    names = ("story", "question", "answers", "counts")
    return pytest.mark.parametrize(names, [pytest.param(*each[1:], id=each[0]) for each in cases])


SHOP = "can-i-deploy?pacticipant=shop&version=1&environment=production"
ORDERS = "can-i-deploy?pacticipant=orders&version=1&environment=production"
TO_DEV = "can-i-deploy?pacticipant=shop&version=1&to=dev"
BOTH = "matrix?q[][pacticipant]=shop&q[][version]=1&q[][pacticipant]=orders&q[][version]=1&latestby=cvpv"
TO_MAIN = "matrix?q[][pacticipant]=shop&q[][version]=1&latestby=cvp&mainBranch=true&latest=true"
NO_TARGET = "can-i-deploy?pacticipant=shop&version=1"

YES, NO, OPEN, HIDDEN = (True, "yes"), (False, "no"), (None, "unknown"), (None, "no")
"""The Pact Broker's answer and ours; an unknown hides a failure there, and not here."""
