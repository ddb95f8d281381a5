"""The broker client: what a build asks of a broker, on the Pact Broker's own paths."""

import base64
from collections.abc import Sequence
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from contractkit.broker_client.administration import Administration
from contractkit.broker_client.connection import Connection
from contractkit.broker_client.earlier import EarlierResults
from contractkit.broker_client.heads import Heads
from contractkit.broker_client.occupancies import Occupancies
from contractkit.broker_client.outcomes import Outcomes
from contractkit.broker_client.parsing import read_answer, read_notices, read_pages
from contractkit.broker_client.records import (
    Build,
    ContractToVerify,
    ContractUpload,
    DeploymentAnswer,
    InteractionVerdict,
    Publication,
)
from contractkit.broker_client.refusals import refusal
from contractkit.broker_client.resources import Resources, assumptions
from contractkit.broker_client.verdicts import verdict_document
from contractkit.errors import BrokerRefusedError, UsageError
from contractkit.exact_json import Json, read_json

DEFAULT_SELECTORS: tuple[dict[str, Json], ...] = ({"mainBranch": True}, {"deployedOrReleased": True})
"""What a provider verifies where nothing else is asked: each consumer's main branch, and everything that runs."""

MOST_ROWS = 10_000
"""How many rows an answer to can-i-deploy may rest on; brokers cut the matrix at some limit, and some say nothing."""

_BAD_REQUEST = 400
_NOT_FOUND = 404
_FOR_VERIFICATION = "pb:provider-pacts-for-verification"


class BrokerClient:
    """A broker, ours or a Pact Broker. Every method may raise `BrokerUnreachableError` and `BrokerRefusedError`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.administration = Administration(connection)
        """Environments, applications and branches."""
        self.occupancies = Occupancies(connection, self.administration)
        """What is deployed and released where."""
        self.heads = Heads(connection, self.administration)
        """Which version a branch or a tag means."""
        self.earlier = EarlierResults(connection, connection.sleep)
        """Results that a contract's content has."""
        self.resources = Resources(connection)
        """What only our own broker has: definitions, state catalogues, stored files, impact jobs."""
        self.outcomes = Outcomes(connection)
        """What only our own broker keeps: results by interaction, their history, and what is owed."""

    def __enter__(self) -> "BrokerClient":
        """Give the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._connection.close()

    @property
    def url(self) -> str:
        """Give the broker's base URL, without credentials."""
        return self._connection.address.url

    def publish(
        self, build: Build, contracts: Sequence[ContractUpload], *, tags: Sequence[str] = (), merge: bool = False
    ) -> Publication:
        """Publish contracts of one consumer version, all or none.

        Args:
            build: The consumer's.
            contracts: One for each provider.
            tags: For the version, where a broker still uses them.
            merge: Join them with what this version has published, as the shards of one build do.

        Raises:
            BrokerRefusedError: With status 409 where the version already published other content; the details hold
                the broker's readable difference.
        """
        document = {
            "pacticipantName": build.application,
            "pacticipantVersionNumber": build.version,
            "tags": list(tags),
            "contracts": [_uploaded(contract, merge=merge) for contract in contracts],
            **({"branch": build.branch} if build.branch else {}),
            **({"buildUrl": build.url} if build.url else {}),
        }
        url = self._connection.link("pb:publish-contracts")
        answer = self._read("POST", url, document, f"The contracts of {build.application} were not published.")
        return Publication(notices=read_notices(answer), pages=read_pages(answer))

    def contracts_to_verify(
        self,
        provider: str,
        *,
        selectors: Sequence[dict[str, Json]] = DEFAULT_SELECTORS,
        branch: str | None = None,
        include_pending: bool = False,
    ) -> tuple[ContractToVerify, ...]:
        """Give the contracts that a provider is to verify, empty where the broker knows no such provider.

        Args:
            provider: Its name.
            selectors: Consumer version selectors, as the Pact Broker defines them.
            branch: The provider's branch, by which the broker decides what is pending.
            include_pending: Have the broker say which contracts never passed on that branch, so that they block nobody.
        """
        url = self._connection.link(_FOR_VERIFICATION, provider=provider)
        start = self._connection.send("GET", url)
        if start.status_code == _NOT_FOUND:
            return ()
        if not start.is_success:
            raise refusal(start)
        chosen: dict[str, Json] = {
            "consumerVersionSelectors": list(selectors),
            "includePendingStatus": include_pending,
        }
        if branch is not None:
            chosen["providerVersionBranch"] = branch
        answer = self._read("POST", url, chosen, f"The contracts to verify for {provider} were not selected.")
        return tuple(self._fetched(each) for each in (answer.get("_embedded") or {}).get("pacts") or ())

    def publish_results(
        self, url: str, build: Build, verdicts: Sequence[InteractionVerdict], *, passed: bool, verifier_version: str
    ) -> str:
        """Publish what verifying one contract gave, and give the URL of the stored result.

        Args:
            url: The contract's `results_url`.
            build: The provider's; its branch is recorded by `record_branch` before.
            verdicts: One per interaction of the contract.
            passed: The verdict on the contract as a whole.
            verifier_version: The version of contractkit.
        """
        document = verdict_document(build, verdicts, passed=passed, verifier_version=verifier_version)
        summary = f"The results of {build.application} {build.version} were not published."
        return self.earlier.publish_once(url, document, summary=summary)

    def record_branch(self, build: Build) -> None:
        """Record that a version was built on its branch; nothing where the branch is not known."""
        if build.branch is None:
            return
        values = {"pacticipant": build.application, "branch": build.branch, "version": build.version}
        summary = f"The branch of {build.application} {build.version} was not recorded."
        self._connection.put(self._connection.link("pb:pacticipant-branch-version", **values), summary)

    def can_i_deploy(
        self,
        subjects: Sequence[tuple[str, str]],
        *,
        environment: str | None = None,
        tag: str | None = None,
        ignored: Sequence[str] = (),
        ignored_versions: Sequence[tuple[str, str]] = (),
        assumed: Sequence[tuple[str, str | None]] = (),
    ) -> DeploymentAnswer:
        """Give the broker's answer, with the rows it rests on; a yes that rests on a part of them is an unknown.

        Args:
            subjects: Applications with their versions, to be deployed together.
            environment: Where to; what is deployed or released there counts.
            tag: Instead of an environment: the newest version of every other application with this tag counts; where
                neither is named, the heads of their main branches.
            ignored: Applications whose rows do not count.
            ignored_versions: Applications with the one version of each whose rows do not count.
            assumed: Applications with the version that is supposed to be in the environment, None where it is supposed
                not to be there.

        Raises:
            UsageError: The broker is another, and answers nothing that is supposed.
            UnknownNameError: The broker knows no such environment, application or supposed version; the nearest are
                suggested.
        """
        query = [
            *(pair for name, version in subjects for pair in (("q[][pacticipant]", name), ("q[][version]", version))),
            ("latestby", "cvpv"),
            *([("environment", environment)] if environment is not None else []),
            *([("tag", tag), ("latest", "true")] if tag is not None else []),
            *([("mainBranch", "true"), ("latest", "true")] if environment is None and tag is None else []),
            *(
                pair
                for name, version in ignored_versions
                for pair in (("ignore[][pacticipant]", name), ("ignore[][version]", version))
            ),
            *(("ignore[][pacticipant]", name) for name in ignored),
            *assumptions(assumed),
            ("limit", str(MOST_ROWS + 1)),
        ]
        url = f"{self._connection.path('matrix')}?{urlencode(query)}"
        try:
            document = self._read("GET", url, None, "The broker did not answer whether this may be deployed.")
        except BrokerRefusedError as error:
            if error.status == _BAD_REQUEST:
                self._check_known([name for name, _ in subjects], assumed, environment)
            raise
        answer = read_answer(document, most_rows=MOST_ROWS)
        if assumed and answer.assumed != len(assumed):
            raise UsageError(
                "The broker answers what is, and not what would be.",
                details=[("broker", self.url)],
                next_step="Suppositions take contractkit's own broker.",
            )
        return answer

    def _check_known(
        self, applications: Sequence[str], assumed: Sequence[tuple[str, str | None]], environment: str | None
    ) -> None:
        """Check that a refusal does not come from a name that the broker does not know."""
        known = self.administration
        if environment is not None:
            known.environment(environment)
        for application in (*applications, *(name for name, _ in assumed)):
            known.check_application(application)
        for application, version in assumed:
            if version is not None:
                known.check_version(application, version)

    def _fetched(self, listed: dict[str, Json]) -> ContractToVerify:
        url = self._connection.follow(listed["_links"]["self"])
        answer = self._connection.send("GET", url)
        if not answer.is_success:
            raise refusal(answer, "A contract that was selected for verification cannot be fetched.")
        document = read_json(answer.content)
        properties = listed.get("verificationProperties") or {}
        link = (document.get("_links") or {}).get("pb:publish-verification-results")
        notices = [each["text"] for each in properties.get("notices") or () if each["when"] == "before_verification"]
        return ContractToVerify(
            data=answer.content,
            url=url,
            results_url=self._connection.follow(link) if link else None,
            pending=bool(properties.get("pending")),
            notices=tuple(notices),
        )

    def _read(self, method: str, url: str, body: Json, summary: str) -> Any:
        return self._connection.read(method, url, body=body, summary=summary)


def _uploaded(contract: ContractUpload, *, merge: bool) -> dict[str, Json]:
    return {
        "consumerName": contract.consumer,
        "providerName": contract.provider,
        "specification": "pact",
        "contentType": "application/json",
        "content": base64.b64encode(contract.data).decode(),
        **({"onConflict": "merge"} if merge else {}),
    }
