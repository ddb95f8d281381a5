"""Branches and tags of an application's versions."""

from sqlalchemy import Connection

from contractkit_broker.api.applications import GONE, application_of, saved, version_of
from contractkit_broker.api.links import branch_json, membership_json, tag_json
from contractkit_broker.api.paging import PAGING, asked_page, cut, paged
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.service.publishing import Build, join_branch, register_build
from contractkit_broker.service.tagging import tag_version
from contractkit_broker.store import applications, branching
from contractkit_broker.store.records import Version
from contractkit_broker.web import Call, Reply, not_found

_GROUP = "applications"


def put_branch_version(call: Call) -> Reply:
    """Put a version on a branch; application, branch and version are created where they are not there."""
    build = Build(application=call.path["name"], number=call.path["version"])

    def work(connection: Connection) -> tuple[Version, bool]:
        version, _ = register_build(connection, build, call.now)
        if call.is_past:
            return version, branching.add_to_branch(connection, version, call.path["branch"], call.now, is_past=True)
        return version, join_branch(connection, version, call.path["branch"], call.now)

    version, is_new = call.database.write(work)
    return Reply(status=201 if is_new else 200, body=_membership(call, version))


def get_branch_version(call: Call) -> Reply:
    """Give a version's place on a branch."""
    with call.database.reading() as connection:
        version = version_of(call, connection)
    return Reply(body=_membership(call, version))


def _membership(call: Call, version: Version) -> dict[str, object]:
    with call.database.reading() as connection:
        found = branching.memberships(connection, [version.id])
    mine = next((each for each in found if each.branch == call.path["branch"]), None)
    if mine is None:
        not_found(f"Version {version.number} is not on the branch '{call.path['branch']}'")
    return membership_json(call, version, mine)


def list_branches(call: Call) -> Reply:
    """List the branches of an application, the one moved last first."""
    page = asked_page(call)
    with call.database.reading() as connection:
        name = application_of(call, connection).name
        branches = branching.list_branches(connection, name)
    found = [branch_json(call, each) for each in cut(branches, page)]
    body = {"_embedded": {"branches": found}, "_links": {"self": call.link("pacticipants", name, "branches")}}
    return Reply(body=paged(call, page, len(branches), body))


def delete_branches(call: Call) -> Reply:
    """Remove every branch of an application except its main branch and those named; their versions stay."""
    kept = {value for key, value in call.query if key in ("exclude[]", "exclude")}

    def work(connection: Connection) -> int:
        return branching.delete_branches(connection, application_of(call, connection), kept)

    count = call.database.write(work)
    what = "1 branch was removed." if count == 1 else f"{count} branches were removed."
    own = call.link("pacticipants", call.path["name"], "branches")
    return Reply(status=202, body={"notices": [{"type": "success", "text": what}], "_links": {"pb:branches": own}})


def get_branch(call: Call) -> Reply:
    """Give a branch with its head."""
    with call.database.reading() as connection:
        name = application_of(call, connection).name
        found = branching.find_branch(connection, name, call.path["branch"])
    if found is None:
        not_found(f"No branch '{call.path['branch']}' of pacticipant '{name}' found")
    return Reply(body=branch_json(call, found))


def delete_branch(call: Call) -> Reply:
    """Remove a branch; its versions stay."""

    def work(connection: Connection) -> bool:
        found = branching.find_branch(connection, application_of(call, connection).name, call.path["branch"])
        if found is not None:
            branching.delete_branch(connection, found.id)
        return found is not None

    if not call.database.write(work):
        not_found(f"No branch '{call.path['branch']}' of pacticipant '{call.path['name']}' found")
    return Reply(status=204, body=b"")


def put_tag(call: Call) -> Reply:
    """Put a tag on a version; application and version are created where they are not there."""
    build = Build(application=call.path["name"], number=call.path["version"])

    def work(connection: Connection) -> tuple[Version, bool]:
        version, _ = register_build(connection, build, call.now)
        return version, tag_version(connection, version, call.path["tag"], call.now, is_past=call.is_past)

    version, is_new = call.database.write(work)
    return Reply(status=201 if is_new else 200, body=tag_json(call, version, call.path["tag"]))


def get_tag(call: Call) -> Reply:
    """Give a tag on a version."""
    with call.database.reading() as connection:
        version = version_of(call, connection)
        if call.path["tag"] not in [name for _, name in applications.tags_of(connection, [version.id])]:
            not_found(f"Version {version.number} has no tag '{call.path['tag']}'")
    return Reply(body=tag_json(call, version, call.path["tag"]))


def delete_tag(call: Call) -> Reply:
    """Take a tag off a version."""

    def work(connection: Connection) -> bool:
        return applications.remove_tag(connection, version_of(call, connection).id, call.path["tag"])

    if not call.database.write(work):
        not_found(f"Version {call.path['version']} has no tag '{call.path['tag']}'")
    return Reply(status=204, body=b"")


_ONE = "/pacticipants/{name}"
_VERSION = f"{_ONE}/versions/{{version}}"
_BRANCH = f"{_ONE}/branches/{{branch}}"

ROUTES = (
    get(
        f"{_ONE}/branches",
        list_branches,
        "List branches, the one moved last first.",
        "Branches",
        group=_GROUP,
        query=PAGING,
    ),
    Route(
        method="DELETE",
        path=f"{_ONE}/branches",
        handler=delete_branches,
        summary="Remove every branch but the main one and those named; their versions stay.",
        group=_GROUP,
        query={"exclude[]": "A branch to keep."},
        answers={202: Answer("They are gone.", "Notices"), 404: Answer("No such application.", "Error")},
    ),
    get(_BRANCH, get_branch, "Read a branch.", "Branch", group=_GROUP),
    Route(
        method="DELETE",
        path=_BRANCH,
        handler=delete_branch,
        summary="Remove a branch; its versions stay.",
        group=_GROUP,
        answers=GONE,
    ),
    get(
        f"{_BRANCH}/versions/{{version}}", get_branch_version, "Read a version's place.", "BranchVersion", group=_GROUP
    ),
    Route(
        method="PUT",
        path=f"{_BRANCH}/versions/{{version}}",
        handler=put_branch_version,
        summary="Put a version on a branch.",
        group=_GROUP,
        answers=saved("BranchVersion"),
    ),
    get(f"{_VERSION}/tags/{{tag}}", get_tag, "Read a tag.", "Tag", group=_GROUP),
    Route(
        method="PUT",
        path=f"{_VERSION}/tags/{{tag}}",
        handler=put_tag,
        summary="Put a tag on a version.",
        group=_GROUP,
        answers=saved("Tag"),
    ),
    Route(
        method="DELETE",
        path=f"{_VERSION}/tags/{{tag}}",
        handler=delete_tag,
        summary="Take a tag off a version.",
        group=_GROUP,
        answers=GONE,
    ),
)
