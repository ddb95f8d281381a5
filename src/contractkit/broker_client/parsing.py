"""Parsing: a broker's documents into records. What is not there is absent, never a crash."""

from collections.abc import Iterator, Mapping
from typing import Any

from contractkit.broker_client.records import (
    Application,
    Branch,
    ConsumerVersion,
    Contact,
    DeploymentAnswer,
    Environment,
    MatrixEntry,
    Notice,
    Occupancy,
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


def read_answer(document: Mapping[str, Json], *, most_rows: int) -> DeploymentAnswer:
    """Give the answer that a matrix document amounts to; of more than `most_rows` rows a yes is unknown."""
    summary = document.get("summary") or {}
    own = document.get("contractkit") or {}
    rows = document.get("matrix") or ()
    deployable = summary.get("deployable")
    is_cut = len(rows) > most_rows
    return DeploymentAnswer(
        deployable=None if is_cut and deployable else deployable,
        reason=str(summary.get("reason") or ""),
        entries=tuple(_entry(row) for row in rows),
        is_cut=is_cut,
        notices=read_notices(document),
        answer=own.get("answer", ""),
        text=own.get("text", ""),
        reasons=tuple(own.get("reasons") or ()),
        assumed=len(own.get("assumed") or ()),
    )


def read_environments(document: Mapping[str, Json]) -> tuple[Environment, ...]:
    """Give the environments of a list."""
    return tuple(map(read_environment, embedded(document, "environments")))


def read_environment(document: Mapping[str, Json]) -> Environment:
    """Give an environment."""
    return Environment(
        uuid=document["uuid"],
        name=document["name"],
        is_production=bool(document.get("production")),
        display_name=document.get("displayName") or "",
        contacts=tuple(_contact(each) for each in document.get("contacts") or ()),
    )


def read_application(document: Mapping[str, Json]) -> Application:
    """Give an application; one that is called by its name has no display name."""
    called = document.get("displayName")
    return Application(
        name=document["name"],
        display_name=called if called and called != document["name"] else "",
        main_branch=document.get("mainBranch") or "",
        repository_url=document.get("repositoryUrl") or "",
        labels=tuple(each["name"] for each in embedded(document, "labels")),
    )


def read_branch(document: Mapping[str, Json]) -> Branch:
    """Give a branch."""
    head = (document.get("_embedded") or {}).get("latestVersion") or {}
    return Branch(name=document["name"], head=head.get("number") or "", created_at=document.get("createdAt") or "")


def read_occupancy(document: Mapping[str, Json], rebase: Any, *, is_new: bool = True) -> Occupancy:
    """Give a deployed or released version."""
    inside = document.get("_embedded") or {}
    return Occupancy(
        application=(inside.get("pacticipant") or {}).get("name") or "",
        version=(inside.get("version") or {}).get("number") or "",
        environment=(inside.get("environment") or {}).get("name") or "",
        url=rebase(document["_links"]["self"]),
        since=document.get("createdAt") or "",
        instance=document.get("applicationInstance") or document.get("target") or "",
        is_new=is_new,
    )


def embedded(document: Mapping[str, Json] | None, name: str) -> list[Json]:
    """Give the members of an embedded list, none where it is not there."""
    return list(((document or {}).get("_embedded") or {}).get(name) or ())


def _contact(document: Mapping[str, Json]) -> Contact:
    details = document.get("details") or {}
    return Contact(name=document.get("name") or "", email=details.get("emailAddress") or "")


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
