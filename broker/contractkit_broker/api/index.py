"""The index: the links by which clients find everything else; and what tells whether the broker is well."""

from sqlalchemy import func, select

from contractkit_broker.routing import Answer, Route
from contractkit_broker.store import schema
from contractkit_broker.web import Call, Reply

_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"

RELATIONS = {
    "self": ("/", "Index"),
    "pb:publish-contracts": ("/contracts/publish", "Publish contracts"),
    "pb:publish-pact": (f"{_PAIR}/version/{{consumerApplicationVersion}}", "Publish one pact"),
    "pb:latest-pact-versions": ("/pacts/latest", "Latest contracts"),
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
    "pb:metrics": ("/metrics", "Counts"),
    "contractkit:contracts": ("/contracts", "Contracts with a provider"),
    "contractkit:definition": (
        "/pacticipants/{pacticipant}/versions/{version}/definition",
        "The definition of a version",
    ),
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
    links = {name: call.template(path, title=title) for name, (path, title) in RELATIONS.items()}
    return Reply(body={"_links": links})


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
