"""Outcomes of single interactions, which only our own broker keeps: of a verification, over time, and what is owed."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from contractkit.broker_client.connection import Connection
from contractkit.broker_client.outcome_records import (
    InteractionHistory,
    InteractionOutcome,
    OwedContract,
    OwedInteraction,
    PastOutcome,
)
from contractkit.exact_json import Json


class Outcomes:
    """Results by interaction; another broker answers with 404, which is a `BrokerRefusedError`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_result(self, result_url: str) -> tuple[InteractionOutcome, ...]:
        """Give what a verification said of each interaction of its contract.

        Args:
            result_url: The result, as `publish_results` gives it.
        """
        document = self._read(f"{result_url}/interactions", "The broker gave no outcomes by interaction.")
        return tuple(_outcome(each) for each in document["interactions"])

    def history(
        self,
        consumer: str,
        provider: str,
        interaction_id: str,
        *,
        branch: str | None = None,
        version: str | None = None,
        limit: int | None = None,
    ) -> InteractionHistory:
        """Give how one interaction fared in verifications by all provider versions, the newest first.

        Args:
            consumer: Whose contract it stands in.
            provider: Who is to keep it.
            interaction_id: Its id, as results name it.
            branch: Only versions on this branch of the provider.
            version: Only this version of the provider.
            limit: How many outcomes the broker looks at; 100 by default, 200 at most.
        """
        wanted = {"branch": branch, "version": version, "limit": limit}
        path = ("pacts", "provider", provider, "consumer", consumer, "interactions", interaction_id, "results")
        url = _with_query(self._connection.path(*path), wanted)
        document = self._read(url, f"The broker gave no history of interaction {interaction_id}.")
        return _history(document)

    def owed(
        self, provider: str, version: str, *, environment: str | None = None, branch: str | None = None
    ) -> tuple[OwedContract, ...]:
        """Give the contracts that a provider version failed, or has no whole success for; empty where it owes none.

        Args:
            provider: The provider.
            version: Its version, which the broker must know.
            environment: Only of consumers in this environment.
            branch: Only of the heads of this branch of the consumers. Where neither is named: those of main branches,
                and all that runs.
        """
        path = self._connection.path("pacticipants", provider, "versions", version, "owed")
        url = _with_query(path, {"environment": environment, "branch": branch})
        document = self._read(url, f"The broker did not say what {provider} {version} owes.")
        return tuple(_owed(each, self._connection.follow) for each in document["contracts"])

    def _read(self, url: str, summary: str) -> Any:
        return self._connection.read("GET", url, summary=summary)


def _with_query(url: str, values: Mapping[str, str | int | None]) -> str:
    text = urlencode({name: value for name, value in values.items() if value is not None})
    return f"{url}?{text}" if text else url


def _outcome(document: Mapping[str, Json]) -> InteractionOutcome:
    return InteractionOutcome(
        **_called(document),
        passed=document["success"],
        mismatches=tuple(document["mismatches"]),
        errors=tuple(document["errors"]),
    )


def _history(document: Mapping[str, Json]) -> InteractionHistory:
    return InteractionHistory(
        **_called(document),
        outcomes=tuple(_past(each) for each in document["results"]),
        flaky_versions=tuple(document["flakyVersions"]),
        is_whole="next" not in document["_links"],
    )


def _past(document: Mapping[str, Json]) -> PastOutcome:
    version = document["providerVersion"]
    return PastOutcome(
        passed=document["success"],
        provider_version=version["number"],
        branches=tuple(version["branches"]),
        verified_at=document["verifiedAt"],
        mismatches=tuple(document["mismatches"]),
        errors=tuple(document["errors"]),
        page_url=document["_links"]["contractkit:page"]["href"],
    )


def _owed(document: Mapping[str, Json], follow: Callable[[Any], str]) -> OwedContract:
    links = document["_links"]
    return OwedContract(
        consumer=document["consumer"],
        consumer_versions=tuple(document["consumerVersions"]),
        content_id=document["contentId"],
        reason=document["reason"],
        interactions=tuple(
            OwedInteraction(**_called(each), failed=each["reason"] == "failed") for each in document["interactions"]
        ),
        file_url=follow(links["contractkit:file"]),
        results_url=follow(links["pb:publish-verification-results"]),
        page_url=(links.get("contractkit:result-page") or {}).get("href", ""),
    )


def _called(document: Mapping[str, Json]) -> dict[str, str]:
    return {
        "interaction_id": document["interactionId"],
        "description": document["description"] or "",
        "operation": document["operation"] or "",
    }
