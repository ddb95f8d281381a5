"""Rendering: records as the resources of the API, with their links. Every `_links` object is made here."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit_broker.store import applications, branching, environments, labels
from contractkit_broker.store.records import (
    Application,
    Branch,
    BranchMembership,
    Content,
    Environment,
    Occupancy,
    Publication,
    Verification,
    Version,
)
from contractkit_broker.store.whereabouts import Whereabouts, whereabouts_of
from contractkit_broker.web import Call, encoded

Value = TypeVar("Value")


def application_json(call: Call, application: Application, labels: Sequence[str] = ()) -> dict[str, Json]:
    """Give an application with its labels.

    The name is also what it is called where nobody said otherwise: the Pact command lines stop without it.
    """
    at = f"/pacticipants/{encoded(application.name)}"
    optional = {
        "repositoryUrl": application.repository_url,
        "repositoryName": application.repository_name,
        "repositoryNamespace": application.repository_namespace,
        "mainBranch": application.main_branch,
    }
    return {
        "name": application.name,
        "displayName": application.display_name or application.name,
        **{name: value for name, value in optional.items() if value is not None},
        "createdAt": application.created_at,
        "_embedded": {"labels": [label_json(call, application, each) for each in labels]},
        "_links": {
            "self": call.link("pacticipants", application.name, title=application.name),
            "pb:versions": call.link("pacticipants", application.name, "versions"),
            "pb:version": call.template(f"{at}/versions/{{version}}"),
            "pb:latest-version": call.link("pacticipants", application.name, "latest-version"),
            "pb:version-tag": call.template(f"{at}/versions/{{version}}/tags/{{tag}}"),
            "pb:branches": call.link("pacticipants", application.name, "branches"),
            "pb:branch-version": call.template(f"{at}/branches/{{branch}}/versions/{{version}}"),
            "pb:label": call.template(f"{at}/labels/{{label}}"),
        },
    }


def label_json(call: Call, application: Application, name: str) -> dict[str, Json]:
    """Give a label of an application."""
    at = ("pacticipants", application.name, "labels", name)
    links = {"self": call.link(*at, name=name), "pb:pacticipants": call.link("pacticipants", "label", name)}
    return {"name": name, "_links": links}


def version_json(call: Call, connection: Connection, version: Version) -> dict[str, Json]:
    """Give a version with its branches and tags, and where its deployments and releases are recorded."""
    (shown,) = versions_json(call, connection, [version])
    return shown


def versions_json(call: Call, connection: Connection, versions: Collection[Version]) -> list[dict[str, Json]]:
    """Give versions as `version_json` gives one, with as many statements as for one."""
    ids = {version.id for version in versions}
    places = environments.list_environments(connection)
    branches = _grouped((each.version_id, each) for each in branching.memberships(connection, ids))
    tags = _grouped(applications.tags_of(connection, ids))
    return [_version_json(call, each, places, branches.get(each.id, ()), tags.get(each.id, ())) for each in versions]


def _version_json(
    call: Call,
    version: Version,
    places: Sequence[Environment],
    branches: Sequence[BranchMembership],
    tags: Sequence[str],
) -> dict[str, Json]:
    at = ("pacticipants", version.application, "versions", version.number)

    def recording(resource: str) -> list[Json]:
        return [call.link(*at, resource, "environment", place.uuid, name=place.name) for place in places]

    return {
        "number": version.number,
        **({"buildUrl": version.build_url} if version.build_url else {}),
        "createdAt": version.created_at,
        "_embedded": {
            "branchVersions": [membership_json(call, version, each) for each in branches],
            "tags": [tag_json(call, version, name) for name in tags],
        },
        "_links": {
            **version_links(call, version),
            "pb:pacticipant": call.link("pacticipants", version.application, name=version.application),
            "pb:tag": call.template(
                f"/pacticipants/{encoded(version.application)}/versions/{encoded(version.number)}/tags/{{tag}}"
            ),
            "pb:record-deployment": recording("deployed-versions"),
            "pb:record-release": recording("released-versions"),
            "contractkit:definition": call.link(*at, "definition"),
            "contractkit:owed": call.link(*at, "owed"),
        },
    }


def version_links(call: Call, version: Version) -> dict[str, Json]:
    """Give the link of a version to itself."""
    at = ("pacticipants", version.application, "versions", version.number)
    return {"self": call.link(*at, name=version.number, title=f"{version.application} {version.number}")}


def membership_json(call: Call, version: Version, membership: BranchMembership) -> dict[str, Json]:
    """Give a version's place on a branch."""
    at = ("pacticipants", version.application, "branches", membership.branch, "versions", version.number)
    return {
        "name": membership.branch,
        "latest": membership.is_head,
        "createdAt": membership.created_at,
        "_links": {
            "self": call.link(*at, name=membership.branch),
            "pb:pacticipant": call.link("pacticipants", version.application),
            "pb:version": call.link("pacticipants", version.application, "versions", version.number),
        },
    }


def tag_json(call: Call, version: Version, name: str) -> dict[str, Json]:
    """Give a tag on a version."""
    at = ("pacticipants", version.application, "versions", version.number, "tags", name)
    return {"name": name, "_links": {"self": call.link(*at, name=name)}}


def branch_json(call: Call, branch: Branch) -> dict[str, Json]:
    """Give a branch with its head."""
    at = ("pacticipants", branch.application, "branches", branch.name)
    head = call.link("pacticipants", branch.application, "versions", branch.head) if branch.head else None
    return {
        "name": branch.name,
        "createdAt": branch.created_at,
        "_embedded": {"latestVersion": {"number": branch.head}} if branch.head else {},
        "_links": {"self": call.link(*at, name=branch.name), **({"pb:latest-version": head} if head else {})},
    }


def environment_json(call: Call, environment: Environment) -> dict[str, Json]:
    """Give an environment with the links to what is in it."""
    at = ("environments", environment.uuid)
    return {
        "uuid": environment.uuid,
        "name": environment.name,
        "displayName": environment.display_name,
        "production": environment.production,
        "contacts": list(environment.contacts),
        "createdAt": environment.created_at,
        "_links": {
            "self": call.link(*at, title="Environment", name=environment.name),
            "pb:environments": call.link("environments"),
            "pb:currently-deployed-deployed-versions": call.link(*at, "deployed-versions", "currently-deployed"),
            "pb:currently-supported-released-versions": call.link(*at, "released-versions", "currently-supported"),
        },
    }


def occupancy_json(call: Call, connection: Connection, each: Occupancy) -> dict[str, Json]:
    """Give a deployed or released version."""
    (shown,) = occupancies_json(call, connection, [each])
    return shown


def occupancies_json(call: Call, connection: Connection, found: Collection[Occupancy]) -> list[dict[str, Json]]:
    """Give deployed and released versions as `occupancy_json` gives one, with as many statements as for one."""
    ids = {each.version.application_id for each in found}
    words = labels.labels_of(connection, ids)
    of = {
        each.id: application_json(call, each, words.get(each.id, ()))
        for each in applications.applications_by_id(connection, ids)
    }
    versions = versions_json(call, connection, [each.version for each in found])
    return [
        _occupancy_json(call, each, of[each.version.application_id], version)
        for each, version in zip(found, versions, strict=True)
    ]


def _occupancy_json(call: Call, each: Occupancy, application: Json, version: Json) -> dict[str, Json]:
    is_current = each.ended_at is None
    state: dict[str, Json]
    if each.kind == "deployment":
        instance = {"applicationInstance": each.instance, "target": each.instance} if each.instance else {}
        ended = {"undeployedAt": each.ended_at} if each.ended_at else {}
        state = {"currentlyDeployed": is_current, **instance, **ended}
    else:
        ended = {"supportEndedAt": each.ended_at} if each.ended_at else {}
        state = {"currentlySupported": is_current, **ended}
    return {
        "uuid": each.uuid,
        **state,
        "createdAt": each.started_at,
        "_embedded": {
            "pacticipant": application,
            "version": version,
            "environment": environment_json(call, each.environment),
        },
        "_links": {"self": call.link(OCCUPANCY_RESOURCES[each.kind], each.uuid)},
    }


OCCUPANCY_RESOURCES = {"deployment": "deployed-versions", "release": "released-versions"}
"""Kind of occupancy to the first segment of its resource."""


def version_details(call: Call, connection: Connection, versions: Collection[Version]) -> dict[int, dict[str, Json]]:
    """Give versions as the matrix shows them, with branches, environments and tags, by store id."""
    found = whereabouts_of(connection, {version.id for version in versions})
    return {version.id: _details(call, version, found[version.id]) for version in versions}


def _details(call: Call, version: Version, found: Whereabouts) -> dict[str, Json]:
    return {
        "number": version.number,
        "branch": found.branches[0].branch if found.branches else None,
        "branches": [{"name": each.branch, "latest": each.is_head} for each in found.branches],
        "branchVersions": [membership_json(call, version, each) for each in found.branches],
        "environments": [
            {
                "uuid": each.uuid,
                "name": each.name,
                "displayName": each.display_name,
                "production": each.production,
                "createdAt": each.started_at,
            }
            for each in found.places
        ],
        "tags": [
            {"name": name, "latest": False, "_links": tag_json(call, version, name)["_links"]} for name in found.tags
        ],
        "_links": version_links(call, version),
    }


def pact_segments(content: Content | Publication) -> tuple[str, ...]:
    """Give the path of a contract by its content."""
    return ("pacts", "provider", content.provider, "consumer", content.consumer, "pact-version", content.sha)


def contract_page(call: Call, content: Content | Publication) -> str:
    """Give the URL of the page that shows a contract."""
    return call.href("ui", "contracts", content.provider, content.consumer, content.sha)


def version_pact_segments(publication: Publication) -> tuple[str, ...]:
    """Give the path of a contract by the consumer version that published it."""
    pair = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    return (*pair, "version", publication.version.number)


def verification_json(call: Call, content: Content, verification: Verification) -> dict[str, Json]:
    """Give a verification's result."""
    return {
        "success": verification.success,
        "providerApplicationVersion": verification.provider_version.number,
        **({"buildUrl": verification.build_url} if verification.build_url else {}),
        "verifiedBy": dict(verification.verified_by),
        "testResults": list(verification.test_results),
        "verificationDate": verification.verified_at,
        **({"contractkit:leftOut": verification.left_out} if verification.left_out else {}),
        "_links": {
            "self": call.link(*pact_segments(content), "verification-results", str(verification.id)),
            "pb:pact-version": call.link(*pact_segments(content)),
            "pb:triggered-webhooks": call.link(
                *pact_segments(content), "verification-results", str(verification.id), "triggered-webhooks"
            ),
            "contractkit:page": call.link("ui", "results", str(verification.id)),
            "contractkit:interactions": call.link(
                *pact_segments(content), "verification-results", str(verification.id), "interactions"
            ),
        },
    }


def _grouped(pairs: Iterable[tuple[int, Value]]) -> dict[int, list[Value]]:
    found: dict[int, list[Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
