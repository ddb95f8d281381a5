"""Who uses what: the operations and locations of a provider with the consumers whose contracts reach them."""

from contractkit.exact_json import Json
from contractkit.impact.usage import UsedPlace
from contractkit_broker.api.definitions import SCOPE, asked_scope, contracts_that_count
from contractkit_broker.routing import Answer, Query, Route
from contractkit_broker.service.usage import by_place, shortened
from contractkit_broker.store.usages import uses_of
from contractkit_broker.web import Call, Refusal, Reply


def list_usage(call: Call) -> Reply:
    """List the locations that the contracts which count use, each with its consumers and whether they need it."""
    provider = call.parameter("provider")
    if not provider:
        raise Refusal(400, {"errors": {"provider": ["is missing"]}})
    asked = (call.parameter(name) for name in ("operation", "location"))
    operation, location = (None if value is None else shortened(value) for value in asked)
    with call.database.reading() as connection:
        published = contracts_that_count(connection, provider, **asked_scope(call))
        consumers = {each.file_digest: each.consumer for each in published}
        uses = uses_of(connection, consumers.keys(), operation=operation, location=location)
        found = by_place((use, consumers[use.file_digest]) for use in uses)
    links = {"self": {"href": call.own_url}, "contractkit:page": call.link("ui", "usage", provider)}
    return Reply(body={"uses": [_use_json(place) for place in found], "_links": links})


def _use_json(place: UsedPlace) -> Json:
    return {
        "operation": place.operation,
        "location": place.location,
        "consumers": [{"name": name, "needed": needed} for name, needed in place.consumers.items()],
    }


ROUTES = (
    Route(
        method="GET",
        path="/usage",
        handler=list_usage,
        summary="Ask who uses which operations and locations of a provider, and who needs them.",
        group="impact",
        query={
            "provider": Query(meaning="The provider.", required=True),
            **SCOPE,
            "operation": "Only this operation, as contracts name it: `getOrder`, else `GET /orders/7`.",
            "location": "Only this location, with elements as `[*]`: `response.body.lines[*].sku`.",
        },
        answers={200: Answer("They, by operation and location.", "Usage"), 404: Answer("No such provider.", "Error")},
    ),
)
