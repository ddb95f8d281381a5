"""Applications, their versions, and the pairs they form."""

from collections.abc import Sequence

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit_broker.api.links import application_json, version_json, versions_json
from contractkit_broker.api.paging import PAGING, Page, asked_page, cut, paged
from contractkit_broker.forms import ApplicationForm, NewApplicationForm, VersionForm
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.service.publishing import Build, register_build
from contractkit_broker.store import applications, contracts, definitions, labels
from contractkit_broker.store.records import Application, AuditEntry, Version
from contractkit_broker.web import Call, Reply, not_found, read_count

_PAGE = 100
_GROUP = "applications"


def list_applications(call: Call) -> Reply:
    """List all applications."""
    with call.database.reading() as connection:
        found = applications.list_applications(connection)
        return applications_reply(call, connection, found, call.link("pacticipants"))


def applications_reply(call: Call, connection: Connection, found: Sequence[Application], own: Json) -> Reply:
    """Give a list of applications, or the page of it that was asked for; `own` is the link to the whole."""
    page = asked_page(call)
    shown = cut(found, page)
    words = labels.labels_of(connection, [each.id for each in shown])
    members = [application_json(call, each, words.get(each.id, ())) for each in shown]
    body = {"pacticipants": members, "_embedded": {"pacticipants": members}, "_links": {"self": own}}
    return Reply(body=paged(call, page, len(found), body))


def create_application(call: Call) -> Reply:
    """Create an application."""
    form = call.form(NewApplicationForm)
    return _save_application(call, form.name, form, replace=False)


def put_application(call: Call) -> Reply:
    """Create or replace an application."""
    return _save_application(call, call.path["name"], call.form(ApplicationForm), replace=True)


def patch_application(call: Call) -> Reply:
    """Create an application, or change what is named."""
    return _save_application(call, call.path["name"], call.form(ApplicationForm), replace=False)


def _save_application(call: Call, name: str, form: ApplicationForm, *, replace: bool) -> Reply:
    columns = form.model_dump(exclude={"name"}, exclude_unset=not replace)

    def work(connection: Connection) -> tuple[Json, bool]:
        is_new = applications.find_application(connection, name) is None
        applications.ensure_application(connection, name, call.now)
        applications.change_application(connection, name, columns)
        return _shown(call, connection, applications.ensure_application(connection, name, call.now)), is_new

    body, is_new = call.database.write(work)
    headers = {"Location": call.href("pacticipants", name)}
    return Reply(status=201 if is_new else 200, body=body, headers=headers)


def get_application(call: Call) -> Reply:
    """Give an application."""
    with call.database.reading() as connection:
        return Reply(body=_shown(call, connection, application_of(call, connection)))


def _shown(call: Call, connection: Connection, application: Application) -> Json:
    words = labels.labels_of(connection, [application.id]).get(application.id, ())
    return application_json(call, application, words)


def delete_application(call: Call) -> Reply:
    """Remove an application with everything that hangs on it."""
    name = call.path["name"]
    if not call.database.write(lambda connection: applications.delete_application(connection, name)):
        not_found(f"No pacticipant with name '{name}' found")
    return Reply(status=204, body=b"")


def application_of(call: Call, connection: Connection) -> Application:
    """Give the application that the path names.

    Raises:
        Refusal: There is none (404).
    """
    name = call.path["name"]
    return applications.find_application(connection, name) or not_found(f"No pacticipant with name '{name}' found")


def version_of(call: Call, connection: Connection) -> Version:
    """Give the version that the path names.

    Raises:
        Refusal: There is none (404).
    """
    name, number = call.path["name"], call.path["version"]
    found = applications.find_version(connection, application_of(call, connection).name, number)
    return found or not_found(f"No version {number} of pacticipant '{name}' found")


def list_versions(call: Call) -> Reply:
    """List the versions of an application, newest first, a page at a time."""
    before, page = call.parameter("before"), asked_page(call)
    if page is not None:
        return _page_of_versions(call, page)
    with call.database.reading() as connection:
        name = application_of(call, connection).name
        found = applications.list_versions(connection, name, limit=_PAGE + 1, before=read_count(before))
        shown = versions_json(call, connection, found[:_PAGE])
    links = {"self": call.link("pacticipants", name, "versions")}
    if len(found) > _PAGE:
        links["next"] = {"href": call.href("pacticipants", name, "versions", before=str(found[_PAGE - 1].id))}
    return Reply(body={"_embedded": {"versions": shown}, "versions": shown, "_links": links})


def _page_of_versions(call: Call, page: Page) -> Reply:
    with call.database.reading() as connection:
        of = application_of(call, connection)
        total = applications.count_versions(connection, of)
        found = applications.list_versions(connection, of.name, limit=page.size, offset=page.offset)
        shown = versions_json(call, connection, found)
    links = {"self": call.link("pacticipants", of.name, "versions")}
    body = {"_embedded": {"versions": shown}, "versions": shown, "_links": links}
    return Reply(body=paged(call, page, total, body))


def get_version(call: Call) -> Reply:
    """Give a version."""
    with call.database.reading() as connection:
        return Reply(body=version_json(call, connection, version_of(call, connection)))


def get_latest_version(call: Call) -> Reply:
    """Give the newest version of an application, of those with a tag where one is named."""
    with call.database.reading() as connection:
        name = application_of(call, connection).name
        found = applications.newest_version(connection, name, call.path.get("tag"))
        if found is None:
            not_found(f"No such version of pacticipant '{name}' found")
        return Reply(body=version_json(call, connection, found))


def put_version(call: Call) -> Reply:
    """Create or change a version; with PUT the tags named replace the others."""
    form = call.form(VersionForm)
    build = Build(
        application=call.path["name"],
        number=call.path["version"],
        branch=form.branch,
        tags=form.tags or (),
        build_url=form.build_url,
        is_past=call.is_past,
    )

    def work(connection: Connection) -> tuple[Version, bool]:
        version, created = register_build(connection, build, call.now)
        if call.method == "PUT" and form.tags is not None:
            for _, tag in applications.tags_of(connection, [version.id]):
                if tag not in form.tags:
                    applications.remove_tag(connection, version.id, tag)
        return version, created

    _, created = call.database.write(work)
    with call.database.reading() as connection:
        body = version_json(call, connection, version_of(call, connection))
    return Reply(status=201 if created else 200, body=body)


def delete_version(call: Call) -> Reply:
    """Remove a version with what it published and verified."""

    def work(connection: Connection) -> None:
        version = version_of(call, connection)
        applications.delete_version(connection, version, call.now)
        entry = AuditEntry(
            at=call.now, event="version removed", application=version.application, version=version.number, details={}
        )
        definitions.add_audit(connection, entry)

    call.database.write(work)
    return Reply(status=204, body=b"")


def list_integrations(call: Call) -> Reply:
    """List every pair of consumer and provider."""
    page = asked_page(call)
    with call.database.reading() as connection:
        pairs = contracts.list_integrations(connection)
    found = [
        {
            "consumer": {"name": consumer, "_links": {"self": call.link("pacticipants", consumer)}},
            "provider": {"name": provider, "_links": {"self": call.link("pacticipants", provider)}},
            "_links": {"self": call.link("integrations", "provider", provider, "consumer", consumer)},
        }
        for consumer, provider in cut(pairs, page)
    ]
    body = {"_embedded": {"integrations": found}, "_links": {"self": call.link("integrations")}}
    return Reply(body=paged(call, page, len(pairs), body))


def delete_integration(call: Call) -> Reply:
    """Remove a pair with its contracts and their results."""
    consumer, provider = call.path["consumer"], call.path["provider"]

    def work(connection: Connection) -> bool:
        both = [applications.find_application(connection, name) for name in (consumer, provider)]
        return all(both) and contracts.delete_integration(connection, both[0], both[1])  # type: ignore[arg-type]

    if not call.database.write(work):
        not_found(f"No integration between {consumer} and {provider} found")
    return Reply(status=204, body=b"")


_ONE = "/pacticipants/{name}"
_VERSION = f"{_ONE}/versions/{{version}}"
GONE = {204: Answer("It is gone."), 404: Answer("There is none.", "Error")}
"""The answers of what removes a resource."""


def saved(schema: str) -> dict[int, Answer]:
    """Give the answers of what creates or changes a resource."""
    return {200: Answer("It was there.", schema), 201: Answer("It is new.", schema)}


ROUTES = (
    get("/pacticipants", list_applications, "List all applications.", "Applications", group=_GROUP, query=PAGING),
    Route(
        method="POST",
        path="/pacticipants",
        handler=create_application,
        summary="Create an application.",
        group=_GROUP,
        body="NewApplicationForm",
        answers=saved("Application"),
    ),
    get(_ONE, get_application, "Read an application.", "Application", group=_GROUP),
    Route(
        method="PUT",
        path=_ONE,
        handler=put_application,
        summary="Create or replace an application.",
        group=_GROUP,
        body="ApplicationForm",
        answers=saved("Application"),
    ),
    Route(
        method="PATCH",
        path=_ONE,
        handler=patch_application,
        summary="Create an application, or change what is named.",
        group=_GROUP,
        body="ApplicationForm",
        answers=saved("Application"),
    ),
    Route(
        method="DELETE",
        path=_ONE,
        handler=delete_application,
        summary="Remove an application with everything that hangs on it.",
        group=_GROUP,
        answers=GONE,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/versions",
        handler=list_versions,
        summary="List versions, newest first, a hundred at a time.",
        group=_GROUP,
        query={"before": "Taken from the link `next`.", **PAGING},
        answers={200: Answer("They.", "Versions"), 404: Answer("No such application.", "Error")},
    ),
    get(f"{_ONE}/latest-version", get_latest_version, "Read the newest version.", "Version", group=_GROUP),
    get(
        f"{_ONE}/latest-version/{{tag}}",
        get_latest_version,
        "Read the newest version with a tag.",
        "Version",
        group=_GROUP,
        variant="with_tag",
    ),
    get(_VERSION, get_version, "Read a version.", "Version", group=_GROUP),
    Route(
        method="PUT",
        path=_VERSION,
        handler=put_version,
        summary="Create a version or replace its tags.",
        group=_GROUP,
        body="VersionForm",
        answers=saved("Version"),
    ),
    Route(
        method="PATCH",
        path=_VERSION,
        handler=put_version,
        variant="partly",
        summary="Create a version or add to it.",
        group=_GROUP,
        body="VersionForm",
        answers=saved("Version"),
    ),
    Route(
        method="DELETE",
        path=_VERSION,
        handler=delete_version,
        summary="Remove a version with what it published and verified.",
        group=_GROUP,
        answers=GONE,
    ),
    get("/integrations", list_integrations, "List who calls whom.", "Integrations", group="integrations", query=PAGING),
    Route(
        method="DELETE",
        path="/integrations/provider/{provider}/consumer/{consumer}",
        handler=delete_integration,
        summary="Remove a pair with its contracts and their results.",
        group="integrations",
        answers=GONE,
    ),
)
