"""State catalogues: which provider states a provider's team prepares, by version, environment and branch."""

from collections.abc import Iterable

from sqlalchemy import Connection

from contractkit.document import file_digest
from contractkit.document.state_catalogue import StateCatalogue, dump_state_catalogue, load_state_catalogue
from contractkit.errors import StateCatalogueError
from contractkit.exact_json import Json, show_json
from contractkit_broker.api.applications import application_of, version_of
from contractkit_broker.api.definitions import SCOPE, asked_scope, refused_environment
from contractkit_broker.routing import Answer, Route
from contractkit_broker.service.publishing import Build, register_build
from contractkit_broker.service.scopes import versions_that_hold
from contractkit_broker.store import blobs, catalogues, definitions
from contractkit_broker.store.catalogues import StoredCatalogue
from contractkit_broker.store.records import AuditEntry
from contractkit_broker.web import JSON, Call, Refusal, Reply, encoded, not_found


def put_state_catalogue(call: Call) -> Reply:
    """Store the state catalogue of a version in its one spelling; one that replaces another is audited."""
    catalogue, build, now = _sent(call), Build(application=call.path["name"], number=call.path["version"]), call.now
    data = dump_state_catalogue(catalogue)
    digest = file_digest(data)

    def work(connection: Connection) -> bool:
        blobs.add_blob(connection, digest, data, now)
        version, _ = register_build(connection, build, now)
        before = catalogues.find_catalogue(connection, version)
        if before is None or before.digest != digest:
            catalogues.put_catalogue(connection, version, digest, now)
        if before is not None and before.digest != digest:
            definitions.add_audit(connection, _replaced(before, digest, now))
        return before is None

    is_first = call.database.write(work)
    own = {"self": call.link("pacticipants", build.application, "versions", build.number, "state-catalogue")}
    body = {"digest": digest, "states": len(catalogue.states), "_links": own}
    return Reply(status=201 if is_first else 200, body=body)


def get_state_catalogue(call: Call) -> Reply:
    """Give the state catalogue of a version."""
    with call.database.reading() as connection:
        version = version_of(call, connection)
        found = catalogues.find_catalogue(connection, version)
    if found is None:
        not_found(f"Version {version.number} of pacticipant '{version.application}' has no state catalogue")
    return _document(found)


def get_current_state_catalogue(call: Call) -> Reply:
    """Give the state catalogue in an environment, of a branch, or of the main branch, else the newest."""
    scope = asked_scope(call)
    with call.database.reading() as connection:
        application = application_of(call, connection)
        newest = catalogues.newest_version_with_catalogue(connection, application.name)
        with refused_environment():
            versions = versions_that_hold(connection, application, **scope, newest=newest)
        stored = (catalogues.find_catalogue(connection, version) for version in versions)
        found = next((each for each in stored if each is not None), None)
    if found is None:
        place = scope["environment"] or scope["branch"]
        where = f"in {place} " if place else ""
        not_found(f"No state catalogue of pacticipant '{application.name}' {where}found")
    return _document(found)


def _sent(call: Call) -> StateCatalogue:
    try:
        catalogue = load_state_catalogue(call.body, origin="The state catalogue")
    except StateCatalogueError as error:
        raise Refusal(400, _problems(error.explanation.summary, error.explanation.details)) from None
    if catalogue.provider != call.path["name"]:
        words = f"expected {show_json(call.path['name'])}, received {show_json(catalogue.provider, limit=60)}"
        raise Refusal(400, {"errors": {"provider": [words]}})
    return catalogue


def _problems(summary: str, details: Iterable[tuple[str, str]]) -> Json:
    """Give a refusal: by place where places are wrong, else in one sentence."""
    places = [(pointer, sentence) for pointer, sentence in details if pointer.startswith("/") or not pointer]
    if not places:
        return {"error": " ".join([summary, *(f"{label}: {text}." for label, text in details)])}
    errors: dict[str, list[str]] = {}
    for pointer, sentence in places:
        errors.setdefault(pointer[1:].replace("/", ".") or "body", []).append(sentence)
    return {"errors": errors}


def _replaced(before: StoredCatalogue, digest: str, now: str) -> AuditEntry:
    return AuditEntry(
        at=now,
        event="state catalogue replaced",
        application=before.version.application,
        version=before.version.number,
        details={"digest": {"from": before.digest, "to": digest}},
    )


def _document(found: StoredCatalogue) -> Reply:
    return Reply(body=found.data, media_type=JSON, headers={"Contractkit-Version": encoded(found.version.number)})


_VERSION = "/pacticipants/{name}/versions/{version}/state-catalogue"
_READ = {
    200: Answer("The catalogue.", "StateCatalogue", JSON),
    404: Answer("There is none.", "Error"),
}

ROUTES = (
    Route(
        method="PUT",
        path=_VERSION,
        handler=put_state_catalogue,
        summary="Store which provider states a version prepares.",
        group="definitions",
        body="StateCatalogueForm",
        answers={200: Answer("It is replaced.", "StoredCatalogue"), 201: Answer("It is new.", "StoredCatalogue")},
    ),
    Route(
        method="GET",
        path=_VERSION,
        handler=get_state_catalogue,
        summary="Read which provider states a version prepares.",
        group="definitions",
        answers=_READ,
    ),
    Route(
        method="GET",
        path="/pacticipants/{name}/state-catalogue",
        handler=get_current_state_catalogue,
        summary="Read which provider states are prepared in an environment, on a branch, or by default.",
        group="definitions",
        query=SCOPE,
        answers=_READ,
    ),
)
