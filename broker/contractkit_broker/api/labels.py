"""Labels of applications."""

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit_broker.api.applications import GONE, application_of, applications_reply, saved
from contractkit_broker.api.links import label_json
from contractkit_broker.api.paging import PAGING, asked_page, cut, paged
from contractkit_broker.routing import Answer, Route, get
from contractkit_broker.store import applications, labels
from contractkit_broker.store.records import Application
from contractkit_broker.web import Call, Reply, not_found

_GROUP = "applications"


def list_labels(call: Call) -> Reply:
    """List every label that some application has."""
    page = asked_page(call)
    with call.database.reading() as connection:
        names = labels.list_labels(connection)
    found: list[Json] = [
        {"name": each, "_links": {"pb:pacticipants": call.link("pacticipants", "label", each)}}
        for each in cut(names, page)
    ]
    body = {"_embedded": {"labels": found}, "_links": {"self": call.link("labels")}}
    return Reply(body=paged(call, page, len(names), body))


def list_applications_with_label(call: Call) -> Reply:
    """List the applications with a label."""
    with call.database.reading() as connection:
        found = labels.applications_with(connection, call.path["label"])
        return applications_reply(call, connection, found, call.link("pacticipants", "label", call.path["label"]))


def put_label(call: Call) -> Reply:
    """Put a label on an application, which is created where it is not there."""
    name, word = call.path["name"], call.path["label"]

    def work(connection: Connection) -> tuple[Application, bool]:
        application = applications.ensure_application(connection, name, call.now)
        return application, labels.add_label(connection, application, word, call.now)

    application, is_new = call.database.write(work)
    return Reply(status=201 if is_new else 200, body=label_json(call, application, word))


def get_label(call: Call) -> Reply:
    """Give a label of an application."""
    word = call.path["label"]
    with call.database.reading() as connection:
        application = application_of(call, connection)
        if word not in labels.labels_of(connection, [application.id]).get(application.id, ()):
            not_found(f"Pacticipant '{application.name}' has no label '{word}'")
    return Reply(body=label_json(call, application, word))


def delete_label(call: Call) -> Reply:
    """Take a label off an application."""

    def work(connection: Connection) -> bool:
        return labels.remove_label(connection, application_of(call, connection), call.path["label"])

    if not call.database.write(work):
        not_found(f"Pacticipant '{call.path['name']}' has no label '{call.path['label']}'")
    return Reply(status=204, body=b"")


_LABEL = "/pacticipants/{name}/labels/{label}"

ROUTES = (
    Route(
        method="GET",
        path="/labels",
        handler=list_labels,
        summary="List every label.",
        group=_GROUP,
        query=PAGING,
        answers={200: Answer("They, by name.", "Labels")},
    ),
    Route(
        method="GET",
        path="/pacticipants/label/{label}",
        handler=list_applications_with_label,
        summary="List the applications with a label.",
        group=_GROUP,
        query=PAGING,
        answers={200: Answer("They, by name; none where nobody has it.", "Applications")},
    ),
    get(_LABEL, get_label, "Read a label.", "Label", group=_GROUP),
    Route(
        method="PUT",
        path=_LABEL,
        handler=put_label,
        summary="Put a label on an application.",
        group=_GROUP,
        answers=saved("Label"),
    ),
    Route(
        method="DELETE",
        path=_LABEL,
        handler=delete_label,
        summary="Take a label off an application.",
        group=_GROUP,
        answers=GONE,
    ),
)
