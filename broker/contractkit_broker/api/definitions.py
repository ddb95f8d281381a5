"""What Pact has no word for: definitions by version, contracts by provider, files by digest."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import TypedDict

from sqlalchemy import Connection

from contractkit.document import file_digest
from contractkit.exact_json import Json, JsonSyntaxError, read_json
from contractkit_broker.api.applications import application_of, version_of
from contractkit_broker.api.elements import ASSUME, asked_assumptions
from contractkit_broker.routing import Answer, Query, Route
from contractkit_broker.service.assuming import Assumed, with_assumed
from contractkit_broker.service.publishing import Build, register_build
from contractkit_broker.service.scopes import versions_that_hold
from contractkit_broker.service.selectors import SelectorError, known_environment
from contractkit_broker.store import applications, blobs, branching, contracts, definitions, environments
from contractkit_broker.store.records import Publication, StoredDefinition, Version
from contractkit_broker.web import JSON, Call, Refusal, Reply, encoded, not_found


def put_definition(call: Call) -> Reply:
    """Store the definition of a version, bytes and content type as they came."""
    if not call.body:
        raise Refusal(400, {"error": "The body is empty: expected an OpenAPI document."})
    digest, now = file_digest(call.body), call.now
    content_type = call.headers.get("content-type", "application/octet-stream")
    build = Build(application=call.path["name"], number=call.path["version"])

    def work(connection: Connection) -> bool:
        blobs.add_blob(connection, digest, call.body, now)
        version, _ = register_build(connection, build, now)
        return definitions.put_definition(connection, version, digest, content_type, now)

    is_first = call.database.write(work)
    own = {"self": call.link("pacticipants", build.application, "versions", build.number, "definition")}
    body = {"digest": digest, "contentType": content_type, "_links": own}
    return Reply(status=201 if is_first else 200, body=body)


def get_definition(call: Call) -> Reply:
    """Give the definition of a version, bytes and content type as they were stored."""
    with call.database.reading() as connection:
        version = version_of(call, connection)
        found = definitions.find_definition(connection, version)
    if found is None:
        not_found(f"Version {version.number} of pacticipant '{version.application}' has no definition")
    return _document(found)


def get_current_definition(call: Call) -> Reply:
    """Give the definition in an environment, of a branch, or of the main branch, else the newest."""
    with call.database.reading() as connection:
        name = application_of(call, connection).name
        found = current_definition(connection, name, **asked_scope(call))
    if found is None:
        where = call.parameter("environment") or call.parameter("branch")
        not_found(f"No definition of pacticipant '{name}' {f'in {where} ' if where else ''}found")
    return _document(found)


def current_definition(
    connection: Connection, name: str, *, environment: str | None, branch: str | None
) -> StoredDefinition | None:
    """Give the definition of an application that holds in an environment, on a branch, or by default.

    Raises:
        Refusal: The environment is unknown (400).
    """
    application = applications.find_application(connection, name)
    if application is None:
        return None
    newest = definitions.newest_version_with_definition(connection, name)
    with refused_environment():
        versions = versions_that_hold(connection, application, environment=environment, branch=branch, newest=newest)
    found = (definitions.find_definition(connection, version) for version in versions)
    return next((each for each in found if each is not None), None)


def list_contracts(call: Call) -> Reply:
    """List the contracts that count for a provider, each content once with the versions that publish it."""
    provider = call.parameter("provider")
    if not provider:
        raise Refusal(400, {"errors": {"provider": ["is missing"]}})
    with call.database.reading() as connection:
        scope = asked_scope(call)
        assumed = asked_assumptions(call, scope["environment"])
        found = contracts_that_count(connection, provider, **scope, assumed=assumed)
        versions = {each.version.id for each in found}
        branches = branching.memberships(connection, versions)
        places = environments.occupancies_of(connection, versions)
    listed: dict[int, dict[str, Json]] = {}
    for each in found:
        entry = listed.setdefault(
            each.content,
            {
                "consumer": each.consumer,
                "provider": each.provider,
                "contentId": each.content_id,
                "fileDigest": each.file_digest,
                "consumerVersions": [],
                "_links": {"file": call.link("blobs", each.file_digest)},
            },
        )
        entry["consumerVersions"].append(
            {
                "number": each.version.number,
                "branches": [place.branch for place in branches if place.version_id == each.version.id],
                "environments": sorted(
                    {place.environment.name for place in places if place.version.id == each.version.id}
                ),
            }
        )
    return Reply(body={"contracts": list(listed.values()), "_links": {"self": {"href": call.own_url}}})


def contracts_that_count(
    connection: Connection,
    provider_name: str,
    *,
    environment: str | None,
    branch: str | None,
    assumed: Sequence[Assumed] = (),
) -> tuple[Publication, ...]:
    """Give the publications for a provider in an environment, on a branch, or by default.

    By default: the head of each consumer's main branch, else its newest, and everything deployed or released. What is
    `assumed` holds of the environment.

    Raises:
        Refusal: The environment, or something assumed of it, is unknown (400).
    """
    provider = applications.find_application(connection, provider_name)
    if provider is None:
        not_found(f"No provider with name '{provider_name}' found")
    consumers = {consumer for consumer, _ in contracts.consumers_of(connection, [provider.id])}
    if environment is not None:
        with refused_environment():
            place = known_environment(connection, environment)
            there = [each.version for each in environments.occupied(connection, [place.id], consumers)]
            versions = list(with_assumed(connection, assumed, there, consumers))
    elif branch is not None:
        versions = list(applications.named_branch_heads(connection, consumers, branch))
    else:
        versions = _default_versions(connection, provider.id, consumers)
    return contracts.publications_of(connection, {each.id for each in versions}, [provider.id])


def get_blob(call: Call) -> Reply:
    """Give a file, byte for byte, by its digest."""
    with call.database.reading() as connection:
        data = blobs.find_blob(connection, call.path["digest"])
    if data is None:
        not_found(f"No file with digest {call.path['digest']} found")
    kept_for_ever = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Reply(body=data, media_type=JSON if _is_json(data) else "text/plain", headers=kept_for_ever)


def _is_json(data: bytes) -> bool:
    if data.lstrip()[:1] not in (b"{", b"["):
        return False
    try:
        read_json(data)
    except JsonSyntaxError:  # a definition in YAML may begin like it
        return False
    return True


def get_audit(call: Call) -> Reply:
    """List what was changed after the fact in an application's contracts, the newest first."""
    with call.database.reading() as connection:
        name = application_of(call, connection).name
        found = definitions.audit_of(connection, name)
    entries = [
        {"at": each.at, "event": each.event, "version": each.version, "details": dict(each.details)} for each in found
    ]
    return Reply(body={"entries": entries, "_links": {"self": call.link("pacticipants", name, "audit")}})


def _default_versions(connection: Connection, provider_id: int, consumers: Collection[int]) -> list[Version]:
    heads = applications.main_branch_heads(connection, consumers)
    published = contracts.publications_of(connection, [head.id for head in heads], [provider_id])
    rest = set(consumers) - {each.version.application_id for each in published}
    newest = (contracts.newest_publication(connection, consumer, provider_id) for consumer in rest)
    places = [place.id for place in environments.list_environments(connection)]
    return [
        *(each.version for each in published),
        *(each.version for each in newest if each is not None),
        *(each.version for each in environments.occupied(connection, places, consumers)),
    ]


def _document(found: StoredDefinition) -> Reply:
    headers = {"X-Content-Type-Options": "nosniff", "Contractkit-Version": encoded(found.version.number)}
    return Reply(body=found.data, media_type=found.content_type, headers=headers)


class Scope(TypedDict):
    """Which versions count: what is in an environment, the heads of a branch, or the default where both are None."""

    environment: str | None
    branch: str | None


def asked_scope(call: Call) -> Scope:
    """Give the environment and the branch that a client names, each None where it does not.

    Raises:
        Refusal: One is blank (400), as an unset variable of a script leaves it: it would mean something else.
    """
    said = {name: call.parameter(name) for name in SCOPE}
    blank = {name: ["can't be blank"] for name, value in said.items() if value is not None and not value.strip()}
    if blank:
        raise Refusal(400, {"errors": blank})
    return Scope(environment=said["environment"], branch=said["branch"])


@contextmanager
def refused_environment() -> Iterator[None]:
    """Refuse a request that names an environment which is not there (400)."""
    try:
        yield
    except SelectorError as error:
        raise Refusal(400, {"errors": {"environment": [str(error)]}}) from None


_VERSION = "/pacticipants/{name}/versions/{version}/definition"
_RAW = {200: Answer("The document as it was stored.", None, "*/*"), 404: Answer("There is none.", "Error")}
SCOPE: dict[str, str | Query] = {
    "environment": Query(meaning="What is in this environment now."),
    "branch": Query(meaning="The heads of this branch."),
}
"""The query parameters that say which versions count."""

ROUTES = (
    Route(
        method="PUT",
        path=_VERSION,
        handler=put_definition,
        summary="Store the definition of a version.",
        group="definitions",
        body="*/*",
        answers={200: Answer("It is replaced.", "StoredDefinition"), 201: Answer("It is new.", "StoredDefinition")},
    ),
    Route(
        method="GET",
        path=_VERSION,
        handler=get_definition,
        summary="Read the definition of a version.",
        group="definitions",
        answers=_RAW,
    ),
    Route(
        method="GET",
        path="/pacticipants/{name}/definition",
        handler=get_current_definition,
        summary="Read the definition that holds in an environment, on a branch, or by default.",
        group="definitions",
        query=SCOPE,
        answers=_RAW,
    ),
    Route(
        method="GET",
        path="/contracts",
        handler=list_contracts,
        summary="List the contracts that count for a provider.",
        group="contracts",
        query={"provider": Query(meaning="The provider.", required=True), **SCOPE, **ASSUME},
        answers={200: Answer("They, each content once.", "Contracts"), 404: Answer("No such provider.", "Error")},
    ),
    Route(
        method="GET",
        path="/blobs/{digest}",
        handler=get_blob,
        summary="Read a file, byte for byte, by its digest.",
        group="contracts",
        answers={
            200: Answer("The file as it was stored.", "File", JSON, also=("text/plain",)),
            404: Answer("There is none.", "Error"),
        },
    ),
    Route(
        method="GET",
        path="/pacticipants/{name}/audit",
        handler=get_audit,
        summary="List what was changed after the fact.",
        group="applications",
        answers={200: Answer("The entries, the newest first.", "Audit"), 404: Answer("No such application.", "Error")},
    ),
)
