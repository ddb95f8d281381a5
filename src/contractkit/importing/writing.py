"""Writing: facts of another broker into ours, each in one request with the time at which it was recorded there."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from contractkit.broker_client import Connection, ContractUpload
from contractkit.broker_client.refusals import refusal
from contractkit.exact_json import Json
from contractkit.importing.records import PastApplication, PastEnvironment, PastMembership, PastVersion

RECORDED_AT = "Contractkit-Recorded-At"
"""The header by which our broker is told when a fact was recorded elsewhere."""


class Writer:
    """Writes to our broker; nothing in a dry run. A refusal is a `BrokerRefusedError`."""

    def __init__(self, connection: Connection, *, is_dry_run: bool = False) -> None:
        self._connection = connection
        self.is_dry_run = is_dry_run

    def create_environment(self, environment: PastEnvironment) -> None:
        """Create an environment."""
        self._send("POST", self._path("environments"), environment.form, environment.created_at)

    def save_application(self, application: PastApplication, said: Mapping[str, str]) -> None:
        """Create an application, or set what is named."""
        self._send("PATCH", self._path("pacticipants", application.name), dict(said), application.created_at)

    def add_label(self, application: PastApplication, label: str) -> None:
        """Put a label on an application."""
        self._send("PUT", self._path("pacticipants", application.name, "labels", label), {}, application.created_at)

    def save_version(self, application: str, version: PastVersion) -> None:
        """Create a version with its tags and the page of its build, or add them to it."""
        body: dict[str, Json] = {"tags": list(version.tags)} if version.tags else {}
        body |= {"buildUrl": version.build_url} if version.build_url else {}
        self._send(
            "PATCH", self._path("pacticipants", application, "versions", version.number), body, version.created_at
        )

    def publish(self, version: PastVersion, contracts: Sequence[ContractUpload]) -> None:
        """Publish contracts of one version, which comes to be with them, all or none."""
        body = {
            "pacticipantName": contracts[0].consumer,
            "pacticipantVersionNumber": version.number,
            "tags": list(version.tags),
            "contracts": [_uploaded(each) for each in contracts],
            **({"buildUrl": version.build_url} if version.build_url else {}),
        }
        self._send("POST", self._path("contracts", "publish"), body, version.created_at)

    def join(self, application: str, version: PastVersion, membership: PastMembership) -> None:
        """Put a version on a branch, of which it becomes the head."""
        path = ("pacticipants", application, "branches", membership.branch, "versions", version.number)
        self._send("PUT", self._path(*path), {}, membership.created_at or version.created_at)

    def add_result(self, url: str, result: Mapping[str, Json], at: str) -> None:
        """Add a verification's result to the content that the address names."""
        self._send("POST", url, dict(result), at)

    def occupy(self, pair: tuple[str, str], kind: str, uuid: str, instance: str, at: str) -> None:
        """Record that a version (of an application) is deployed or released to the environment with this uuid."""
        application, version = pair
        resource = "deployed-versions" if kind == "deployment" else "released-versions"
        body: dict[str, Json] = {"applicationInstance": instance} if instance else {}
        path = ("pacticipants", application, "versions", version, resource, "environment", uuid)
        self._send("POST", self._path(*path), body, at)

    def _send(self, method: str, url: str, body: Mapping[str, Json], at: str) -> None:
        if self.is_dry_run:
            return
        headers = {RECORDED_AT: at} if _is_past(at) else {}
        answer = self._connection.send(method, url, body=dict(body), headers=headers)
        if not answer.is_success:
            raise refusal(answer)

    def _path(self, *steps: str) -> str:
        return self._connection.path(*steps)


def _uploaded(contract: ContractUpload) -> dict[str, Json]:
    return {
        "consumerName": contract.consumer,
        "providerName": contract.provider,
        "specification": "pact",
        "contentType": "application/json",
        "content": base64.b64encode(contract.data).decode(),
    }


def _is_past(text: str) -> bool:
    """Say whether a time can be told to our broker: some clocks go ahead, and some brokers tell none."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        return False
    return (said if said.tzinfo else said.replace(tzinfo=UTC)) <= datetime.now(UTC)
