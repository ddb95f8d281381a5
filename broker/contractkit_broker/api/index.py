"""The index: the links by which clients find everything else; and what tells whether the broker is well."""

from sqlalchemy import func, select

from contractkit.exact_json import Json
from contractkit_broker.routing import Answer, Route
from contractkit_broker.store import schema
from contractkit_broker.web import TEXT, Call, Reply, not_found

_PROVIDER = "/pacts/provider/{provider}"
_PAIR = f"{_PROVIDER}/consumer/{{consumer}}"

RELATIONS = {
    "self": ("/", "Index"),
    "pb:publish-contracts": ("/contracts/publish", "Publish contracts"),
    "pb:publish-pact": (f"{_PAIR}/version/{{consumerApplicationVersion}}", "Publish one pact"),
    "pb:latest-pact-versions": ("/pacts/latest", "Latest contracts"),
    "pb:tagged-pact-versions": (f"{_PAIR}/tag/{{tag}}", "Contracts of a pair with a tag"),
    "pb:branch-pact-versions": (f"{_PAIR}/branch/{{branch}}", "Contracts of a pair on a branch"),
    "pb:latest-branch-pact-versions": (f"{_PAIR}/branch/{{branch}}/latest/versions", "The head of a branch"),
    "pb:main-branch-pact-versions": (f"{_PAIR}/branch/versions", "Contracts of a pair on the main branch"),
    "pb:latest-main-branch-pact-versions": (f"{_PAIR}/branch/latest/versions", "The head of the main branch"),
    "pb:provider-pacts": (_PROVIDER, "Contracts with a provider"),
    "pb:provider-pacts-with-tag": (f"{_PROVIDER}/tag/{{tag}}", "The same, with a tag"),
    "pb:provider-pacts-with-branch": (f"{_PROVIDER}/branch/{{branch}}", "The same, on a branch"),
    "pb:latest-provider-pacts-with-branch": (f"{_PROVIDER}/branch/{{branch}}/latest", "The same, heads of a branch"),
    "pb:provider-pacts-with-main-branch": (f"{_PROVIDER}/branch", "The same, on the main branches"),
    "pb:latest-provider-pacts-with-main-branch": (f"{_PROVIDER}/branch/latest", "The same, heads of main branches"),
    "pb:latest-provider-pacts": ("/pacts/provider/{provider}/latest", "Latest contracts of a provider"),
    "pb:latest-provider-pacts-with-tag": ("/pacts/provider/{provider}/latest/{tag}", "The same, with a tag"),
    "pb:provider-pacts-for-verification": ("/pacts/provider/{provider}/for-verification", "Contracts to verify"),
    "beta:provider-pacts-for-verification": ("/pacts/provider/{provider}/for-verification", "Contracts to verify"),
    "pb:pacticipants": ("/pacticipants", "Applications"),
    "pb:pacticipant": ("/pacticipants/{pacticipant}", "An application"),
    "pb:pacticipant-version": ("/pacticipants/{pacticipant}/versions/{version}", "A version"),
    "pb:pacticipant-version-tag": ("/pacticipants/{pacticipant}/versions/{version}/tags/{tag}", "A tag"),
    "pb:pacticipant-branch": ("/pacticipants/{pacticipant}/branches/{branch}", "A branch"),
    "pb:pacticipant-branch-version": (
        "/pacticipants/{pacticipant}/branches/{branch}/versions/{version}",
        "A version on a branch",
    ),
    "pb:latest-version": ("/pacticipants/{pacticipant}/latest-version", "The newest version"),
    "pb:latest-tagged-version": ("/pacticipants/{pacticipant}/latest-version/{tag}", "The newest version with a tag"),
    "pb:can-i-deploy-pacticipant-version-to-tag": (
        "/can-i-deploy?pacticipant={pacticipant}&version={version}&to={tag}",
        "May it join the versions with a tag",
    ),
    "pb:can-i-deploy-pacticipant-version-to-environment": (
        "/can-i-deploy?pacticipant={pacticipant}&version={version}&environment={environment}",
        "May it be deployed to an environment",
    ),
    "pb:environments": ("/environments", "Environments"),
    "pb:environment": ("/environments/{uuid}", "An environment"),
    "pb:integrations": ("/integrations", "Integrations"),
    "pb:labels": ("/labels", "Labels"),
    "pb:pacticipants-with-label": ("/pacticipants/label/{label}", "Applications with a label"),
    "pb:metrics": ("/metrics", "Counts"),
    "contractkit:contracts": ("/contracts", "Contracts with a provider"),
    "contractkit:definition": (
        "/pacticipants/{pacticipant}/versions/{version}/definition",
        "The definition of a version",
    ),
    "contractkit:usage": ("/usage", "Who uses which operations and locations"),
    "contractkit:state-catalogue": (
        "/pacticipants/{pacticipant}/state-catalogue",
        "Which provider states are prepared",
    ),
    "contractkit:owed": ("/pacticipants/{pacticipant}/versions/{version}/owed", "What a version has not kept yet"),
    "contractkit:interaction-history": (
        "/pacts/provider/{provider}/consumer/{consumer}/interactions/{interaction}/results",
        "How one interaction fared",
    ),
    "contractkit:search": ("/search?q={text}", "Look for anything by name"),
    "contractkit:blob": ("/blobs/{digest}", "A file by its digest"),
    "contractkit:impact-jobs": ("/impact-jobs", "Who breaks on a change"),
    "contractkit:openapi": ("/openapi.json", "This API as an OpenAPI document"),
    "contractkit:first-page": ("/ui", "The pages"),
}
"""Relation to path and title."""

_COUNTED = {
    "pacticipants": schema.application,
    "pacticipantVersions": schema.version,
    "integrations": schema.integration,
    "pactPublications": schema.publication,
    "pactVersions": schema.content,
    "verificationResults": schema.verification,
    "environments": schema.environment,
    "deployedVersions": schema.deployment,
    "releasedVersions": schema.release,
}


def get_index(call: Call) -> Reply:
    """Give the links to every resource."""
    links: dict[str, Json] = {name: call.template(path, title=title) for name, (path, title) in RELATIONS.items()}
    curies = [call.template(f"/doc/{prefix}:{{rel}}", name=prefix) for prefix in ("pb", "beta", "contractkit")]
    return Reply(body={"_links": {**links, "curies": curies}})


def get_relation(call: Call) -> Reply:
    """Say in words what a relation of the index leads to."""
    name = call.path["relation"]
    if name not in RELATIONS:
        not_found(f"No relation '{name}' in the index. See {call.href()} for all, {call.href('openapi.json')} for more")
    path, title = RELATIONS[name]
    return Reply(body=f"{name}: {title}\n\n{call.base_url}{path}\n", media_type=TEXT)


def get_heartbeat(call: Call) -> Reply:
    """Say that the process answers."""
    return Reply(body={"ok": True, "_links": {"self": call.link("diagnostic", "status", "heartbeat")}})


def get_dependencies(call: Call) -> Reply:
    """Say that the database answers."""
    with call.database.reading() as connection:
        connection.execute(select(1))
    links = {"self": call.link("diagnostic", "status", "dependencies")}
    return Reply(body={"database": {"ok": True}, "_links": links})


def get_metrics(call: Call) -> Reply:
    """Count what is stored."""
    with call.database.reading() as connection:
        counts = {
            name: {"count": connection.execute(select(func.count()).select_from(table)).scalar_one()}
            for name, table in _COUNTED.items()
        }
    return Reply(body=counts)


ROUTES = (
    Route(
        method="GET",
        path="/",
        handler=get_index,
        summary="Find every resource by its relation; a browser is shown the first page instead.",
        group="index",
        answers={200: Answer("The links.", "Index")},
    ),
    Route(
        method="GET",
        path="/doc/{relation}",
        handler=get_relation,
        summary="Read what a relation of the index leads to.",
        group="index",
        answers={200: Answer("In words.", None, "text/plain"), 404: Answer("No such relation.", "Error")},
    ),
    Route(
        method="GET",
        path="/diagnostic/status/heartbeat",
        handler=get_heartbeat,
        summary="Ask whether the process answers.",
        group="diagnostics",
        answers={200: Answer("It does.", "Heartbeat")},
    ),
    Route(
        method="GET",
        path="/diagnostic/status/dependencies",
        handler=get_dependencies,
        summary="Ask whether the database answers.",
        group="diagnostics",
        answers={200: Answer("It does.", "Dependencies")},
    ),
    Route(
        method="GET",
        path="/metrics",
        handler=get_metrics,
        summary="Count what is stored.",
        group="diagnostics",
        answers={200: Answer("The counts.", "Metrics")},
    ),
)
