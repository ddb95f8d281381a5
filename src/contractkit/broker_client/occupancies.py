"""Occupancies: which versions are deployed or released where, recorded and ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from contractkit.broker_client.administration import Administration, unknown_environment, unknown_version
from contractkit.broker_client.connection import Connection
from contractkit.broker_client.parsing import embedded, read_occupancy
from contractkit.broker_client.records import Environment, Occupancy
from contractkit.broker_client.refusals import refusal
from contractkit.errors import BrokerRefusedError
from contractkit.exact_json import Json

_NOT_FOUND = 404
_CREATED = 201
_MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How an environment leads to what is in it: a link relation, and what the list there is called."""

    relation: str
    name: str


_DEPLOYED = _Kind(relation="pb:currently-deployed-deployed-versions", name="deployedVersions")
_RELEASED = _Kind(relation="pb:currently-supported-released-versions", name="releasedVersions")


class Occupancies:
    """What runs and what is supported where, in a broker of ours or a Pact Broker.

    Names that are not there are `UnknownNameError`, with the nearest suggested.
    """

    def __init__(self, connection: Connection, administration: Administration) -> None:
        self._connection = connection
        self._administration = administration

    def deploy(self, application: str, version: str, environment: str, *, instance: str | None = None) -> Occupancy:
        """Record that a version now runs in an environment, in place of what ran there as the same instance."""
        body: dict[str, Json] = {} if instance is None else {"applicationInstance": instance}
        return self._record("pb:record-deployment", application, version, environment, body)

    def release(self, application: str, version: str, environment: str) -> Occupancy:
        """Record that a version is supported in an environment, beside others that are."""
        return self._record("pb:record-release", application, version, environment, {})

    def deployed(self, environment: Environment, application: str | None = None) -> tuple[Occupancy, ...]:
        """Give what is deployed to an environment now, of one application or of all; each instance."""
        return self._current(_DEPLOYED, environment, application)

    def released(self, environment: Environment, application: str | None = None) -> tuple[Occupancy, ...]:
        """Give what is released to an environment and supported now, of one application or of all."""
        return self._current(_RELEASED, environment, application)

    def undeploy(self, occupancies: Sequence[Occupancy]) -> None:
        """Record that deployed versions run no longer."""
        self._end(occupancies, "currentlyDeployed", "was not recorded as undeployed from")

    def end_support(self, occupancies: Sequence[Occupancy]) -> None:
        """Record that released versions are supported no longer."""
        self._end(occupancies, "currentlySupported", "was not recorded as unsupported in")

    def _record(self, relation: str, application: str, version: str, environment: str, body: Json) -> Occupancy:
        summary = f"{application} {version} was not recorded in {environment}."
        links = self._links_of(application, version, relation, summary)
        if environment not in links:
            raise unknown_environment(environment, links)
        answer = self._connection.send("POST", self._connection.follow(links[environment]), body=body)
        if not answer.is_success:
            raise refusal(answer, summary)
        is_new = answer.status_code == _CREATED
        return read_occupancy(self._connection.parsed(answer), self._connection.follow, is_new=is_new)

    def _links_of(self, application: str, version: str, relation: str, summary: str) -> dict[str, Any]:
        url = self._connection.link("pb:pacticipant-version", pacticipant=application, version=version)
        try:
            document = self._read("GET", url, None, summary)
        except BrokerRefusedError as error:
            if error.status != _NOT_FOUND:
                raise
            self._administration.check_application(application)
            raise unknown_version(application, version) from None
        return {link["name"]: link for link in (document.get("_links") or {}).get(relation) or ()}

    def _current(self, kind: _Kind, place: Environment, application: str | None) -> tuple[Occupancy, ...]:
        summary = f"The broker did not say what is in {place.name}."
        document = self._read("GET", self._connection.path("environments", place.uuid), None, summary)
        url = self._connection.follow(document["_links"][kind.relation]).partition("{")[0]
        asked = "" if application is None else f"?{urlencode({'pacticipant': application})}"
        found = embedded(self._read("GET", f"{url}{asked}", None, summary), kind.name)
        current = (read_occupancy(each, self._connection.follow) for each in found)
        return tuple(each for each in current if application in (None, each.application))

    def _end(self, occupancies: Sequence[Occupancy], flag: str, what: str) -> None:
        for each in occupancies:
            summary = f"{each.application} {each.version} {what} {each.environment}."
            answer = self._connection.send("PATCH", each.url, body={flag: False}, content_type=_MERGE_PATCH)
            if not answer.is_success:
                raise refusal(answer, summary)

    def _read(self, method: str, url: str, body: Json, summary: str) -> Any:
        return self._connection.read(method, url, body=body, summary=summary)
