"""Who uses what: the operations and locations of a provider with the consumers whose contracts reach them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias, TypeVar

from contractkit.exact_json import Json
from contractkit.impact.usage import UsedPlace
from contractkit.impact.usage_questions import places_named
from contractkit_broker.api.definitions import SCOPE, asked_scope, contracts_that_count
from contractkit_broker.routing import Answer, Query, Route
from contractkit_broker.service.usage import by_place, by_value, shortened
from contractkit_broker.store.usages import Use, UsedValue, uses_of, values_of
from contractkit_broker.web import Call, Refusal, Reply

_Used = TypeVar("_Used", Use, UsedValue)
_Gather: TypeAlias = Callable[[Iterable[tuple[_Used, str]]], tuple[UsedPlace, ...]]


def list_usage(call: Call) -> Reply:
    """List the locations that the contracts which count use, each with its consumers and whether they need it."""
    found = _found(call, uses_of, partial(by_place, is_whole=call.parameter("location") is None))
    page = call.link("ui", "usage", call.parameter("provider") or "")
    links = {"self": {"href": call.own_url}, "contractkit:page": page}
    return Reply(body={"uses": found, "_links": links})


def list_values(call: Call) -> Reply:
    """List the values that the contracts which count use, as their locations are listed."""
    found = _found(call, values_of, by_value)
    return Reply(body={"uses": found, "_links": {"self": {"href": call.own_url}}})


def _found(call: Call, read: Callable[..., Iterable[_Used]], gather: _Gather[_Used]) -> list[Json]:
    provider = call.parameter("provider")
    if not provider:
        raise Refusal(400, {"errors": {"provider": ["is missing"]}})
    operation, location = (call.parameter(name) for name in ("operation", "location"))
    named = None if operation is None else shortened(operation)
    locations = None if location is None else tuple(map(shortened, places_named(location)))
    with call.database.reading() as connection:
        published = contracts_that_count(connection, provider, **asked_scope(call))
        consumers = {each.file_digest: each.consumer for each in published}
        uses = read(connection, consumers.keys(), operation=named, locations=locations)
        return [_use_json(place) for place in gather((use, consumers[use.file_digest]) for use in uses)]


def _use_json(place: UsedPlace) -> Json:
    return {
        "operation": place.operation,
        "location": place.location,
        "consumers": [{"name": name, "needed": needed} for name, needed in place.consumers.items()],
    }


_ONLY = {
    "operation": "Only this operation, as contracts name it: `getOrder`, else `GET /orders/7`.",
    "location": "Only this location, with elements as `[*]`: `response.body.lines[*].sku`. "
    "`events[*].message.sku` is that of messages which are sent and received.",
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
            **_ONLY,
        },
        answers={200: Answer("They, by operation and location.", "Usage"), 404: Answer("No such provider.", "Error")},
    ),
    Route(
        method="GET",
        path="/usage/values",
        handler=list_values,
        summary="Ask who uses which values: statuses, and texts that may be members of an enumeration.",
        group="impact",
        query={"provider": Query(meaning="The provider.", required=True), **SCOPE, **_ONLY},
        answers={
            200: Answer("They, a location written with its value: `response.status = 404`.", "Usage"),
            404: Answer("No such provider.", "Error"),
        },
    ),
)
