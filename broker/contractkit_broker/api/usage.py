"""Who uses what: the operations and locations of a provider with the consumers whose contracts reach them."""

from collections.abc import Iterable

from contractkit.exact_json import Json
from contractkit.impact.usage import together
from contractkit_broker.api.definitions import SCOPE, asked_scope, contracts_that_count
from contractkit_broker.routing import Answer, Query, Route
from contractkit_broker.service.usage import shortened
from contractkit_broker.store.usages import Use, uses_of
from contractkit_broker.web import Call, Refusal, Reply


def list_usage(call: Call) -> Reply:
    """List the locations that the contracts which count use, each with its consumers and whether they need it."""
    provider = call.parameter("provider")
    if not provider:
        raise Refusal(400, {"errors": {"provider": ["is missing"]}})
    asked = {name: call.parameter(name) for name in ("operation", "location")}
    named = {name: shortened(value) for name, value in asked.items() if value is not None}
    with call.database.reading() as connection:
        published = contracts_that_count(connection, provider, **asked_scope(call))
        consumers = {each.file_digest: each.consumer for each in published}
        found = list(uses_of(connection, consumers.keys(), **named))
    uses = _by_place((use, consumers[use.file_digest]) for use in found)
    return Reply(body={"uses": uses, "_links": {"self": {"href": call.own_url}}})


def _by_place(uses: Iterable[tuple[Use, str]]) -> list[Json]:
    places: dict[tuple[str, str], dict[str, list[bool | None]]] = {}
    for use, consumer in uses:
        places.setdefault((use.operation, use.location), {}).setdefault(consumer, []).append(use.needed)
    return [
        {
            "operation": operation,
            "location": location,
            "consumers": [{"name": name, "needed": together(said)} for name, said in sorted(consumers.items())],
        }
        for (operation, location), consumers in sorted(places.items())
    ]


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
