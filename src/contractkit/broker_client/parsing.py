"""Parsing: a broker's documents into records. What is not there is absent, never a crash."""

from collections.abc import Iterator, Mapping
from typing import Any

from contractkit.broker_client.records import (
    ConsumerVersion,
    DeploymentAnswer,
    Environment,
    MatrixEntry,
    Notice,
    StoredContract,
)
from contractkit.exact_json import Json


def read_notices(document: Mapping[str, Json]) -> tuple[Notice, ...]:
    """Give the notices of a document; brokers of before 2021 wrote `logs` instead."""
    notices = [Notice(kind=each.get("type", "info"), text=each["text"]) for each in document.get("notices") or ()]
    logs = [Notice(kind=each.get("level", "info"), text=each["message"]) for each in document.get("logs") or ()]
    return tuple(notices or logs)


def read_pages(document: Mapping[str, Json]) -> dict[str, str]:
    """Give the URL of each published contract, by the name the broker gives it."""
    links = (document.get("_links") or {}).get("pb:contracts") or ()
    return {each.get("name", each["href"]): each["href"] for each in links}


def read_answer(document: Mapping[str, Json]) -> DeploymentAnswer:
    """Give the answer that a matrix document amounts to."""
    summary = document.get("summary") or {}
    own = document.get("contractkit") or {}
    return DeploymentAnswer(
        deployable=summary.get("deployable"),
        reason=str(summary.get("reason") or ""),
        entries=tuple(_entry(row) for row in document.get("matrix") or ()),
        notices=read_notices(document),
        answer=own.get("answer", ""),
        text=own.get("text", ""),
        reasons=tuple(own.get("reasons") or ()),
    )


def read_environments(document: Mapping[str, Json]) -> tuple[Environment, ...]:
    """Give the environments of a list."""
    found = (document.get("_embedded") or {}).get("environments") or ()
    return tuple(
        Environment(
            uuid=each["uuid"],
            name=each["name"],
            is_production=bool(each.get("production")),
            display_name=each.get("displayName") or "",
        )
        for each in found
    )


def read_stored_contracts(document: Mapping[str, Json], rebase: Any) -> Iterator[StoredContract]:
    """Give the contracts of our broker's list."""
    for each in document["contracts"]:
        yield StoredContract(
            consumer=each["consumer"],
            provider=each["provider"],
            content_id=each["contentId"],
            file_digest=each["fileDigest"],
            consumer_versions=tuple(_consumer_version(version) for version in each["consumerVersions"]),
            file_url=rebase(each["_links"]["file"]),
        )


def _consumer_version(version: Mapping[str, Json]) -> ConsumerVersion:
    return ConsumerVersion(
        number=version["number"],
        branches=tuple(version.get("branches") or ()),
        environments=tuple(version.get("environments") or ()),
    )


def _entry(row: Mapping[str, Json]) -> MatrixEntry:
    provider_version = row["provider"].get("version") or {}
    result = row.get("verificationResult") or {}
    url = ((result.get("_links") or {}).get("self") or {}).get("href", "")
    return MatrixEntry(
        consumer=row["consumer"]["name"],
        consumer_version=(row["consumer"].get("version") or {}).get("number", ""),
        provider=row["provider"]["name"],
        provider_version=provider_version.get("number"),
        passed=result.get("success"),
        ignored=bool(row.get("ignored")),
        result_number=_number(result, url),
        result_url=url,
        failed=result.get("failed") or 0,
        total=result.get("total") or 0,
    )


def _number(result: Mapping[str, Json], url: str) -> int:
    last = url.rstrip("/").rpartition("/")[2]
    number = result.get("number")
    return number if isinstance(number, int) else (int(last) if last.isdigit() else 0)
