"""Injection: what state handlers returned, put into the request before it is sent.

Two ways lead a returned value into a request. A contract of any tool may carry `ProviderState` generators, which say
where. A contract that contractkit recorded says which values its test used, by name (`id: 7`); where a handler
returns another value under the same name, that value takes the place of the used one:

- a query parameter or a header of that name with the used value,
- a member of that name with the used value, anywhere in a JSON body,
- a path segment that reads as the used value.

In a remote procedure call, those are entries of the metadata, and members of any message that the consumer sent.

Path segments have no names, so every used value that is no query parameter or header may stand there. Where two such
values read the same and a handler changes them differently, nothing is guessed.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from contractkit.errors import ProviderStateError
from contractkit.exact_json import Json, same_json, show_json
from contractkit.model import Event, Fields, HttpRequest, Interaction, JsonBody, Query, RpcCall, Sent


def used_values(interaction: Interaction) -> Mapping[str, Json]:
    """Give the values that the recording test used, by name: parameters of its states, or the derived state's."""
    if interaction.states or interaction.derived_state is None:
        return {name: value for state in interaction.states for name, value in state.params.items()}
    return interaction.derived_state.values


def inject_returned(request: HttpRequest, used: Mapping[str, Json], returned: Mapping[str, Json]) -> HttpRequest:
    """Give the request with used values replaced by what was returned under their names.

    Raises:
        ProviderStateError: Two used values read the same in the path and were changed differently.
    """
    changed = _changed(used, returned)
    if not changed:
        return request
    return replace(
        request,
        path=_path(request.path, _unplaced(request, used), changed),
        query=_query(request.query, changed),
        headers=_headers(request.headers, changed),
        body=JsonBody(_body(request.body.value, changed), request.body.media_type)
        if isinstance(request.body, JsonBody)
        else request.body,
    )


def inject_into_call(call: RpcCall, used: Mapping[str, Json], returned: Mapping[str, Json]) -> RpcCall:
    """Give the call with used values replaced, in every message sent and in its metadata."""
    changed = _changed(used, returned)
    if not changed:
        return call
    by_lower = {name.lower(): pair for name, pair in changed.items()}
    return replace(
        call,
        metadata={name: _entry(value, by_lower.get(name.lower())) for name, value in call.metadata.items()},
        events=tuple(_event(event, changed) for event in call.events),
    )


Changed = Mapping[str, tuple[Json, Json]]


def _changed(used: Mapping[str, Json], returned: Mapping[str, Json]) -> Changed:
    pairs = {name: (used[name], value) for name, value in returned.items() if name in used}
    return {name: (before, after) for name, (before, after) in pairs.items() if not same_json(before, after)}


def _event(event: Event, changed: Changed) -> Event:
    if isinstance(event, Sent) and isinstance(event.message, JsonBody):
        return replace(event, message=replace(event.message, value=_body(event.message.value, changed)))
    return event


def _entry(value: Json, pair: tuple[Json, Json] | None) -> Json:
    if isinstance(value, list):
        return [_entry(each, pair) for each in value]
    return _text(value, pair) if isinstance(value, str) else value


def _unplaced(request: HttpRequest, used: Mapping[str, Json]) -> Mapping[str, Json]:
    placed = {name.lower() for name in (*request.query, *request.headers)}
    return {name: value for name, value in used.items() if name.lower() not in placed}


def _path(path: str, used: Mapping[str, Json], changed: Changed) -> str:
    segments = path.split("/")
    for index, segment in enumerate(segments):
        text = unquote(segment)
        names = [name for name, value in used.items() if text and as_text(value) == text]
        after = {as_text(changed[name][1] if name in changed else used[name]) for name in names}
        if len(after) > 1:
            raise _ambiguous(path, text, names)
        if changed.keys() & set(names):
            segments[index] = quote(after.pop(), safe="")
    return "/".join(segments)


def _query(query: Query, changed: Changed) -> Query:
    return {name: tuple(_text(value, changed.get(name)) for value in values) for name, values in query.items()}


def _headers(headers: Fields, changed: Changed) -> Fields:
    by_lower = {name.lower(): pair for name, pair in changed.items()}
    return {name: tuple(_text(value, by_lower.get(name)) or "" for value in values) for name, values in headers.items()}


def _text(value: str | None, pair: tuple[Json, Json] | None) -> str | None:
    return as_text(pair[1]) if pair is not None and value == as_text(pair[0]) else value


def _body(value: Json, changed: Changed) -> Json:
    if isinstance(value, list):
        return [_body(item, changed) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: changed[name][1] if name in changed and same_json(item, changed[name][0]) else _body(item, changed)
        for name, item in value.items()
    }


def as_text(value: Json) -> str:
    """Give a JSON value as a path or query writes it: strings bare, all else as JSON."""
    return value if isinstance(value, str) else show_json(value, limit=1 << 20)


def _ambiguous(path: str, text: str, names: list[str]) -> ProviderStateError:
    return ProviderStateError(
        "The returned values cannot be placed in the request's path.",
        details=[("path", path), ("segment", text), ("could be", " or ".join(names))],
        next_step="Return both values, changed alike, or let the consumer's test use values that differ.",
    )
