"""Resources that only our own broker has: definitions, state catalogues, files as stored, and impact jobs."""

import base64
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

from contractkit.broker_client.connection import Connection
from contractkit.broker_client.parsing import read_stored_contracts
from contractkit.broker_client.records import StoredContract, StoredDefinition, UsedPlace
from contractkit.broker_client.refusals import refusal
from contractkit.document.state_catalogue import StateCatalogue, dump_state_catalogue, load_state_catalogue
from contractkit.errors import BrokerError
from contractkit.exact_json import Json

if TYPE_CHECKING:
    import httpx

_POLL_SECONDS = 0.5
_NOT_FOUND = 404


class Resources:
    """Resources beyond the Pact Broker's; another broker answers them with 404, which is a `BrokerRefusedError`."""

    def __init__(self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._sleep = sleep

    @property
    def keeps_definitions(self) -> bool:
        """Say whether the broker keeps definitions; only our own does."""
        return self._connection.has_link("contractkit:definition")

    def publish_definition(self, application: str, version: str, data: bytes, *, content_type: str) -> None:
        """Publish the definition of an application version, its bytes kept as they are."""
        url = self._connection.path("pacticipants", application, "versions", version, "definition")
        answer = self._connection.send("PUT", url, data=data, content_type=content_type)
        if not answer.is_success:
            raise refusal(answer, f"The definition of {application} {version} was not published.")

    def definition(
        self, application: str, *, environment: str | None = None, branch: str | None = None
    ) -> StoredDefinition:
        """Give the definition that runs in an environment, or of a branch, else of the main branch, else the newest."""
        url = f"{self._connection.path('pacticipants', application, 'definition')}{_query(environment, branch)}"
        answer = self._given(url, f"The broker gave no definition of {application}.")
        return StoredDefinition(
            data=answer.content,
            content_type=answer.headers.get("content-type", ""),
            url=url,
            version=unquote(answer.headers.get("contractkit-version", "")),
        )

    def publish_state_catalogue(self, version: str, catalogue: StateCatalogue) -> None:
        """Publish which provider states a version of a provider prepares."""
        provider = catalogue.provider
        url = self._connection.path("pacticipants", provider, "versions", version, "state-catalogue")
        answer = self._connection.send("PUT", url, data=dump_state_catalogue(catalogue))
        if not answer.is_success:
            raise refusal(answer, f"The state catalogue of {provider} {version} was not published.")

    def state_catalogue(
        self, provider: str, *, environment: str | None = None, branch: str | None = None
    ) -> StateCatalogue | None:
        """Give the states prepared in an environment, or on a branch, else on the main branch, else by the newest.

        None where the broker has no catalogue there, or keeps none at all.

        Raises:
            StateCatalogueError: What the broker gave is of a newer release.
        """
        url = f"{self._connection.path('pacticipants', provider, 'state-catalogue')}{_query(environment, branch)}"
        answer = self._connection.send("GET", url)
        if answer.status_code == _NOT_FOUND:
            return None
        if not answer.is_success:
            raise refusal(answer, f"The broker gave no state catalogue of {provider}.")
        return load_state_catalogue(answer.content, origin=url)

    def contracts_of(
        self,
        provider: str,
        *,
        environment: str | None = None,
        branch: str | None = None,
        assumed: Sequence[tuple[str, str | None]] = (),
    ) -> tuple[StoredContract, ...]:
        """Give the contracts with a provider, unfiltered those of main branches and all that runs.

        `assumed` are applications with the version that is supposed to be in the environment, None for absent.
        """
        supposed = f"&{urlencode(assumptions(assumed))}" if assumed else ""
        url = f"{self._connection.path('contracts')}{_query(environment, branch, provider)}{supposed}"
        document = self._read("GET", url, None, f"The broker gave no contracts with {provider}.")
        return tuple(read_stored_contracts(document, self._connection.follow))

    def usage(
        self,
        provider: str,
        *,
        operation: str | None = None,
        location: str | None = None,
        environment: str | None = None,
        branch: str | None = None,
        values: bool = False,
    ) -> tuple[UsedPlace, ...]:
        """Give who uses which locations of a provider's operations, by operation and location.

        Args:
            provider: The provider.
            operation: Only this operation, as contracts name it.
            location: Only this location, elements written `[*]`.
            environment: Only consumers in this environment.
            branch: Only the heads of this branch of the consumers.
            values: Which values are used instead, each written with its location: `response.status = 404`.
        """
        wanted = {"operation": operation, "location": location}
        path = self._connection.path("usage", "values") if values else self._connection.path("usage")
        url = f"{path}{_query(environment, branch, provider, **wanted)}"
        document = self._read("GET", url, None, f"The broker did not say who uses {provider}.")
        return tuple(
            UsedPlace(
                operation=each["operation"],
                location=each["location"],
                consumers={consumer["name"]: consumer["needed"] for consumer in each["consumers"]},
            )
            for each in document["uses"]
        )

    def contract_file(self, contract: StoredContract) -> bytes:
        """Give the exact bytes of a stored contract."""
        return self._given(contract.file_url, f"The contract {contract.file_digest} cannot be fetched.").content

    def impact(
        self,
        provider: str,
        definition: bytes,
        *,
        old: bytes | None = None,
        environment: str | None = None,
        branch: str | None = None,
        exemptions: str | None = None,
    ) -> Json:
        """Have the broker say which of its consumers a new definition breaks; waits for the job, gives its document.

        Args:
            provider: Whose definition changes.
            definition: The new one's bytes.
            old: The old one's; the broker's own where None.
            environment: Which consumers count: those that run there.
            branch: Likewise: those of its heads.
            exemptions: The text of a file of exemptions.

        Raises:
            BrokerError: It refuses, or takes no exemptions, as earlier releases do.
        """
        target = {"environment": environment, "branch": branch}
        body: dict[str, Json] = {
            "provider": provider,
            "definition": base64.b64encode(definition).decode(),
            "against": {name: value for name, value in target.items() if value} or None,
        }
        if old is not None:
            body["old"] = base64.b64encode(old).decode()
        if exemptions is not None:
            body["exemptions"] = exemptions
        started = self._connection.send("POST", self._connection.path("impact-jobs"), body=body)
        if not started.is_success:
            raise refusal(started, f"The impact on the consumers of {provider} was not analysed.")
        url = self._connection.address.rebase(started.headers["location"])
        job = self._finished(url, provider)
        if exemptions is not None and job.get("exemptions") is None:
            raise BrokerError(
                f"The broker at {self._connection.address.url} counts no exemptions, so its answer is another one.",
                next_step="Upgrade it, or ask without exemptions.",
            )
        return job

    def publish_impact_proof(
        self, consumer: str, version: str, provider: str, *, digests: tuple[str, str], interactions: Sequence[Json]
    ) -> None:
        """Publish what the tests of a consumer version proved of a definition that a provider proposes.

        Args:
            consumer: Whose tests ran.
            version: Its version.
            provider: Whose definition it is.
            digests: Of the present and of the proposed definition's file.
            interactions: What was predicted and proven of each, in the form that the broker's document describes.
        """
        at = ("pacticipants", consumer, "versions", version, "impact-proofs", provider, *digests)
        answer = self._connection.send("PUT", self._connection.path(*at), body={"interactions": list(interactions)})
        if not answer.is_success:
            raise refusal(answer, f"What the tests of {consumer} {version} proved was not published.")

    def _finished(self, url: str, provider: str) -> Json:
        while True:
            job = self._read("GET", url, None, f"The impact on the consumers of {provider} was not analysed.")
            if job["status"] not in ("queued", "running"):
                return job
            self._sleep(_POLL_SECONDS)

    def _given(self, url: str, summary: str) -> "httpx.Response":
        answer = self._connection.send("GET", url)
        if not answer.is_success:
            raise refusal(answer, summary)
        return answer

    def _read(self, method: str, url: str, body: Json, summary: str) -> Any:
        return self._connection.read(method, url, body=body, summary=summary)


def assumptions(assumed: Sequence[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """Give the query that supposes versions to be in an environment, None not to be there."""
    return [
        pair
        for name, version in assumed
        for pair in (
            ("assume[][pacticipant]", name),
            ("assume[][absent]", "true") if version is None else ("assume[][version]", version),
        )
    ]


def _query(environment: str | None, branch: str | None, provider: str | None = None, **more: str | None) -> str:
    values = {"provider": provider, "environment": environment, "branch": branch, **more}
    text = urlencode({name: value for name, value in values.items() if value is not None})
    return f"?{text}" if text else ""
