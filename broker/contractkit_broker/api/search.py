"""Search: what a few letters may mean, over applications, versions, branches and what contracts say."""

from contractkit.exact_json import Json
from contractkit_broker.api.links import contract_page, pact_segments
from contractkit_broker.forms import LONGEST, NOT_BLANK
from contractkit_broker.routing import Answer, Query, Route
from contractkit_broker.service.interactions import named
from contractkit_broker.service.search import MOST, Found, FoundInteraction, Mention, search
from contractkit_broker.store import applications
from contractkit_broker.store.finding import FoundBranch
from contractkit_broker.store.records import Application, Version
from contractkit_broker.web import Call, Refusal, Reply, not_found


def get_search(call: Call) -> Reply:
    """Give what a text may mean, by kind."""
    found = asked_search(call)
    asked = {name: value for name in ("q", "provider") if (value := call.parameter(name)) is not None}
    links: dict[str, Json] = {
        "self": {"href": call.href("search", **asked)},
        "contractkit:page": {"href": call.href("ui", "search", q=call.parameter("q") or "")},
    }
    body = {
        "applications": [_application(call, each) for each in found.applications],
        "versions": [_version(call, each, found) for each in found.versions],
        "tagged": [_version(call, each, found) for each in found.tagged],
        "branches": [_branch(call, each) for each in found.branches],
        "operations": [_mention(call, each, "operation") for each in found.operations],
        "states": [_mention(call, each, "state") for each in found.states],
        "interactions": [_interaction(call, each) for each in found.interactions],
        "cut": list(found.cut),
        "_links": links,
    }
    return Reply(body=body)


def asked_search(call: Call) -> Found:
    """Give what was asked for.

    Raises:
        Refusal: Nothing is looked for, or more than a name is long (400); there is no such provider (404).
    """
    text, name = call.parameter("q") or "", call.parameter("provider")
    if not text.strip():
        raise Refusal(400, {"errors": {"q": ["is missing"]}})
    if len(text) > LONGEST:
        raise Refusal(400, {"errors": {"q": [f"is longer than {LONGEST} characters"]}})
    with call.database.reading() as connection:
        provider = None if name is None else applications.find_application(connection, name)
        if name is not None and provider is None:
            not_found(f"No provider with name '{name}' found")
        return search(connection, text, provider=provider)


def _application(call: Call, application: Application) -> Json:
    return {
        "name": application.name,
        "displayName": application.display_name or application.name,
        "_links": {
            "self": call.link("pacticipants", application.name),
            "contractkit:page": call.link("ui", "applications", application.name),
        },
    }


def _version(call: Call, version: Version, found: Found) -> Json:
    return {
        "application": version.application,
        "number": version.number,
        "branches": [each.branch for each in found.memberships if each.version_id == version.id],
        "environments": sorted({each.environment.name for each in found.places if each.version.id == version.id}),
        "_links": {"self": call.link("pacticipants", version.application, "versions", version.number)},
    }


def _branch(call: Call, branch: FoundBranch) -> Json:
    own = call.link("pacticipants", branch.application, "branches", branch.name)
    return {"application": branch.application, "name": branch.name, "head": branch.head, "_links": {"self": own}}


def _mention(call: Call, mention: Mention, kind: str) -> Json:
    leads = {
        "operation": {"contractkit:usage": _usage(call, mention)},
        "state": {"pb:provider-states": call.link("pacts", "provider", mention.provider, "provider-states")},
    }
    consumers = list(mention.consumers)
    return {"provider": mention.provider, kind: mention.text, "consumers": consumers, "_links": leads[kind]}


def _usage(call: Call, mention: Mention) -> Json:
    return {"href": call.href("usage", provider=mention.provider, operation=mention.text)}


def _interaction(call: Call, found: FoundInteraction) -> Json:
    publication = found.publication
    pair = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    return {
        **named(found.identity, found.interaction),
        "consumer": publication.consumer,
        "provider": publication.provider,
        "_links": {
            "pb:pact-version": call.link(*pact_segments(publication)),
            "contractkit:history": call.link(*pair, "interactions", found.identity, "results"),
            "contractkit:page": {"href": f"{contract_page(call, publication)}#i-{found.identity[:12]}"},
        },
    }


ROUTES = (
    Route(
        method="GET",
        path="/search",
        handler=get_search,
        summary="Look for applications, versions, branches, operations, provider states and interactions.",
        group="applications",
        query={
            "q": Query(
                meaning="A part of an application's name, the beginning of a version's number or a branch's name, a "
                f"tag, or words of an operation, a state or an interaction. At most {MOST} hits of each kind.",
                schema={"type": "string", "pattern": NOT_BLANK, "maxLength": LONGEST},
                required=True,
            ),
            "provider": Query(meaning="Only operations, states and interactions of this provider."),
        },
        answers={200: Answer("What was found.", "Found"), 404: Answer("No such provider.", "Error")},
    ),
)
