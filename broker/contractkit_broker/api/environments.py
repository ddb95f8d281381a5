"""Environments, and the deployments and releases into them."""

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit_broker.api.applications import version_of
from contractkit_broker.api.links import OCCUPANCY_RESOURCES, environment_json, occupancies_json, occupancy_json
from contractkit_broker.forms import DeploymentForm, DeploymentPatch, EnvironmentForm, ReleaseForm, ReleasePatch
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.store import environments
from contractkit_broker.store.records import Environment, Occupancy
from contractkit_broker.web import Call, Refusal, Reply, not_found


def list_environments(call: Call) -> Reply:
    """List environments, or the one of a name."""
    with call.database.reading() as connection:
        found = environments.list_environments(connection, call.parameter("name"))
    links = [call.link("environments", each.uuid, name=each.name, title=each.display_name) for each in found]
    return Reply(
        body={
            "_embedded": {"environments": [environment_json(call, each) for each in found]},
            "_links": {"self": call.link("environments"), "pb:environments": links},
        }
    )


def create_environment(call: Call) -> Reply:
    """Create an environment."""
    form = call.form(EnvironmentForm)
    uuid = call.settings.new_id()
    values = {**_columns(form), "uuid": uuid, "created_at": call.now}

    def work(connection: Connection) -> None:
        _refuse_taken_name(connection, form.name, uuid)
        environments.add_environment(connection, values)

    call.database.write(work)
    headers = {"Location": call.href("environments", uuid)}
    return Reply(status=201, body=environment_json(call, _environment(call, uuid)), headers=headers)


def get_environment(call: Call) -> Reply:
    """Give an environment."""
    return Reply(body=environment_json(call, _environment(call, call.path["uuid"])))


def put_environment(call: Call) -> Reply:
    """Change an environment."""
    form, uuid = call.form(EnvironmentForm), call.path["uuid"]
    _environment(call, uuid)

    def work(connection: Connection) -> None:
        _refuse_taken_name(connection, form.name, uuid)
        environments.change_environment(connection, uuid, _columns(form))

    call.database.write(work)
    return Reply(body=environment_json(call, _environment(call, uuid)))


def delete_environment(call: Call) -> Reply:
    """Remove an environment with its deployments and releases."""
    uuid = call.path["uuid"]
    if not call.database.write(lambda connection: environments.delete_environment(connection, uuid)):
        not_found(f"No environment with uuid '{uuid}' found")
    return Reply(status=204, body=b"")


def record_deployment(call: Call) -> Reply:
    """Record that a version is deployed; what ran as the same instance before is no longer."""
    instance, uuid, now = call.form(DeploymentForm).instance, call.settings.new_id(), call.now

    def work(connection: Connection) -> str:
        place = _place(call, connection)
        version = version_of(call, connection)
        return environments.start_deployment(connection, version, place.id, instance, uuid=uuid, now=now)

    return _occupancy_reply(call, "deployment", call.database.write(work), status=201)


def record_release(call: Call) -> Reply:
    """Record that a version is released and supported."""
    call.form(ReleaseForm)
    uuid, now = call.settings.new_id(), call.now

    def work(connection: Connection) -> tuple[str, bool]:
        place = _place(call, connection)
        return environments.start_release(connection, version_of(call, connection), place.id, uuid=uuid, now=now)

    found, is_new = call.database.write(work)
    return _occupancy_reply(call, "release", found, status=201 if is_new else 200)


def list_deployments_of_version(call: Call) -> Reply:
    """List as what a version is deployed to an environment now."""
    return _recorded(call, "deployment")


def list_releases_of_version(call: Call) -> Reply:
    """List whether a version is released and supported in an environment now."""
    return _recorded(call, "release")


def _recorded(call: Call, kind: str) -> Reply:
    with call.database.reading() as connection:
        place, version = _place(call, connection), version_of(call, connection)
        found = [
            each
            for each in environments.occupancies_of(connection, [version.id])
            if each.kind == kind and each.environment.id == place.id
        ]
        return _listed(call, connection, kind, found)


def list_deployed(call: Call) -> Reply:
    """List what is deployed to an environment now."""
    return _current(call, "deployment")


def list_supported(call: Call) -> Reply:
    """List what is released to an environment and supported now."""
    return _current(call, "release")


def _current(call: Call, kind: str) -> Reply:
    name, instance = call.parameter("pacticipant"), call.parameter("applicationInstance")
    with call.database.reading() as connection:
        place = _place(call, connection)
        found = [
            each
            for each in environments.occupied(connection, [place.id])
            if each.kind == kind
            and name in (None, each.version.application)
            and instance in (None, each.instance)
            and call.parameter("version") in (None, each.version.number)
        ]
        return _listed(call, connection, kind, found)


def get_deployment(call: Call) -> Reply:
    """Give a deployed version."""
    return _occupancy_reply(call, "deployment", call.path["uuid"], status=200)


def get_release(call: Call) -> Reply:
    """Give a released version."""
    return _occupancy_reply(call, "release", call.path["uuid"], status=200)


def end_deployment(call: Call) -> Reply:
    """Record that a version was undeployed."""
    if call.form(DeploymentPatch).currently_deployed:
        _refuse_restart("currentlyDeployed", "record the deployment again")
    return _end(call, "deployment")


def end_release(call: Call) -> Reply:
    """Record that a version's support ended."""
    if call.form(ReleasePatch).currently_supported:
        _refuse_restart("currentlySupported", "record the release again")
    return _end(call, "release")


def _end(call: Call, kind: str) -> Reply:
    _occupancy_reply(call, kind, call.path["uuid"], status=200)  # 404 where there is none
    call.database.write(lambda connection: environments.end_occupancy(connection, kind, call.path["uuid"], call.now))
    return _occupancy_reply(call, kind, call.path["uuid"], status=200)


def _refuse_restart(field: str, instead: str) -> None:
    raise Refusal(422, {"errors": {field: [f"cannot be set to true: {instead}"]}})


def _refuse_taken_name(connection: Connection, name: str, uuid: str) -> None:
    found = environments.find_environment(connection, name=name)
    if found is not None and found.uuid != uuid:
        raise Refusal(400, {"errors": {"name": [f"'{name}' is another environment's"]}})


def _columns(form: EnvironmentForm) -> dict[str, Json]:
    return {
        "name": form.name,
        "display_name": form.display_name or form.name.capitalize(),
        "production": form.production,
        "contacts": list(form.contacts),
    }


def _environment(call: Call, uuid: str) -> Environment:
    with call.database.reading() as connection:
        found = environments.find_environment(connection, uuid=uuid)
    return found or not_found(f"No environment with uuid '{uuid}' found")


def _place(call: Call, connection: Connection) -> Environment:
    uuid = call.path["uuid"]
    found = environments.find_environment(connection, uuid=uuid)
    return found or not_found(f"No environment with uuid '{uuid}' found")


def _occupancy_reply(call: Call, kind: str, uuid: str, *, status: int) -> Reply:
    with call.database.reading() as connection:
        found = environments.find_occupancy(connection, kind, uuid)
        if found is None:
            not_found(f"No {kind} with uuid '{uuid}' found")
        body = occupancy_json(call, connection, found)
    return Reply(status=status, body=body, headers={"Location": call.href(OCCUPANCY_RESOURCES[kind], uuid)})


def _listed(call: Call, connection: Connection, kind: str, found: list[Occupancy]) -> Reply:
    name = "deployedVersions" if kind == "deployment" else "releasedVersions"
    members = occupancies_json(call, connection, found)
    return Reply(body={"_embedded": {name: members}, "_links": {"self": {"href": call.own_url}}})


_GROUP = "environments"
_ONE = "/environments/{uuid}"
_OF_VERSION = "/pacticipants/{name}/versions/{version}"
_WHICH = {
    "pacticipant": "Only of this application.",
    "version": "Only this version.",
    "applicationInstance": "Only this instance.",
}
_NONE = Answer("There is none.", "Error")

ROUTES = (
    Route(
        method="GET",
        path="/environments",
        handler=list_environments,
        summary="List environments.",
        group=_GROUP,
        query={"name": "Only the environment of this name."},
        answers={200: Answer("They.", "Environments")},
    ),
    Route(
        method="POST",
        path="/environments",
        handler=create_environment,
        summary="Create an environment.",
        group=_GROUP,
        body="EnvironmentForm",
        answers={201: Answer("It is there.", "Environment")},
    ),
    get(_ONE, get_environment, "Read an environment.", "Environment", group=_GROUP),
    Route(
        method="PUT",
        path=_ONE,
        handler=put_environment,
        summary="Change an environment.",
        group=_GROUP,
        body="EnvironmentForm",
        answers={200: Answer("It is changed.", "Environment"), 404: _NONE},
    ),
    Route(
        method="DELETE",
        path=_ONE,
        handler=delete_environment,
        summary="Remove an environment with its deployments and releases.",
        group=_GROUP,
        answers={204: Answer("It is gone."), 404: _NONE},
    ),
    Route(
        method="GET",
        path=f"{_ONE}/deployed-versions/currently-deployed",
        handler=list_deployed,
        summary="List what is deployed to an environment now.",
        group=_GROUP,
        query=_WHICH,
        answers={200: Answer("They.", "DeployedVersions"), 404: _NONE},
    ),
    Route(
        method="GET",
        path=f"{_ONE}/released-versions/currently-supported",
        handler=list_supported,
        summary="List what is released to an environment and supported now.",
        group=_GROUP,
        query=_WHICH,
        answers={200: Answer("They.", "ReleasedVersions"), 404: _NONE},
    ),
    get(
        f"{_OF_VERSION}/deployed-versions/environment/{{uuid}}",
        list_deployments_of_version,
        "List as what a version is deployed to an environment now.",
        "DeployedVersions",
        group=_GROUP,
    ),
    Route(
        method="POST",
        path=f"{_OF_VERSION}/deployed-versions/environment/{{uuid}}",
        handler=record_deployment,
        summary="Record that a version is deployed; what ran as the same instance before is no longer.",
        group=_GROUP,
        body="DeploymentForm",
        answers={201: Answer("It is recorded.", "DeployedVersion"), 404: _NONE},
    ),
    get(
        f"{_OF_VERSION}/released-versions/environment/{{uuid}}",
        list_releases_of_version,
        "List whether a version is released and supported in an environment now.",
        "ReleasedVersions",
        group=_GROUP,
    ),
    Route(
        method="POST",
        path=f"{_OF_VERSION}/released-versions/environment/{{uuid}}",
        handler=record_release,
        summary="Record that a version is released and supported.",
        group=_GROUP,
        body="ReleaseForm",
        answers={
            200: Answer("It was recorded before, and is supported.", "ReleasedVersion"),
            201: Answer("It is recorded.", "ReleasedVersion"),
            404: _NONE,
        },
    ),
    get("/deployed-versions/{uuid}", get_deployment, "Read a deployed version.", "DeployedVersion", group=_GROUP),
    Route(
        method="PATCH",
        path="/deployed-versions/{uuid}",
        handler=end_deployment,
        summary="Record that a version was undeployed.",
        group=_GROUP,
        body="DeploymentPatch",
        answers={200: Answer("It is.", "DeployedVersion"), 404: _NONE, 422: Answer("It cannot begin.", "Errors")},
    ),
    get("/released-versions/{uuid}", get_release, "Read a released version.", "ReleasedVersion", group=_GROUP),
    Route(
        method="PATCH",
        path="/released-versions/{uuid}",
        handler=end_release,
        summary="Record that a version's support ended.",
        group=_GROUP,
        body="ReleasePatch",
        answers={200: Answer("It has.", "ReleasedVersion"), 404: _NONE, 422: Answer("It cannot begin.", "Errors")},
    ),
)
