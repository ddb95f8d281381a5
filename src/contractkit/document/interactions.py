"""Interactions of a file: HTTP calls and messages in Pact's form, remote procedure calls in its plugin's or in ours."""

from collections.abc import Mapping
from dataclasses import replace

from contractkit.document.calls import (
    RPC_TYPE,
    read_call,
    read_located_generators,
    read_located_rules,
    write_call,
    write_located_generators,
    write_located_rules,
)
from contractkit.document.evidence import read_annotations, write_annotations
from contractkit.document.messages import has_place, read_synchronous, write_synchronous
from contractkit.document.parts import (
    Generators,
    Rules,
    message_of,
    parse_query,
    request_of,
    response_of,
    write_message,
    write_query,
    write_request,
    write_response,
)
from contractkit.document.plugin_calls import (
    PLUGIN_TYPE,
    Decoder,
    ReadCall,
    is_foreign,
    read_plugin_call,
    write_other_rules,
    write_plugin_call,
)
from contractkit.document.plugin_messages import (
    OWN_CONTENTS,
    PLUGIN_MESSAGE_TYPE,
    ReadMessage,
    is_plugin_message,
    read_plugin_message,
    write_plugin_message,
)
from contractkit.document.reading import Findings, ObjectReader, Scope
from contractkit.exact_json import Json, dump_compact
from contractkit.model import (
    Exchange,
    HttpCall,
    Interaction,
    JsonBody,
    Location,
    Message,
    MissingBody,
    ProviderState,
    RpcCall,
    SynchronousMessages,
    parse_location,
)
from contractkit.results import ABSENT

HTTP_TYPE = "Synchronous/HTTP"
MESSAGE_TYPE = "Asynchronous/Messages"
SYNCHRONOUS_TYPE = "Synchronous/Messages"
KINDS = (HTTP_TYPE, MESSAGE_TYPE, SYNCHRONOUS_TYPE, RPC_TYPE)

_ROOT = "interaction"
_OBJECTS = ("pluginConfiguration", "interactionMarkup", "references")  # kept as they are


def read_plugin_interaction(
    value: Json,
    pointer: str,
    findings: Findings,
    *,
    descriptor_sets: Mapping[str, Json],
    decode: Decoder | None,
) -> Interaction:
    """Read one interaction in the form of Pact's protobuf plugin; it exchanges nothing where findings say why.

    Args:
        value: The interaction, of which `is_plugin_call` or `is_plugin_message` says so.
        pointer: Where it stands.
        findings: Takes what is wrong with this interaction alone.
        descriptor_sets: The file's descriptor sets by their keys, in base64.
        decode: Makes trees of what the plugin wrote; without it, its messages stay bytes.
    """
    scope = Scope(findings, _ROOT)
    reader = scope.open(value, pointer)
    reader.take("type")
    comments = reader.child("comments")
    own = comments.child("contractkit") if comments is not None else None
    is_ours = own is not None and ("call" in own or OWN_CONTENTS in own)
    form_reader = reader if is_ours else Scope(findings, _ROOT).open(value, pointer)
    read: ReadCall | ReadMessage | None
    exchange: Exchange
    if isinstance(value, dict) and is_plugin_message(value):
        read = read_plugin_message(form_reader, own, descriptor_sets, decode)
        exchange = read.message if read is not None else Message(contents=MissingBody())
    else:
        read = read_plugin_call(form_reader, own, descriptor_sets, decode)
        exchange = read.call if read is not None else RpcCall(procedure="", events=())
    found = _interaction(reader, comments, own, exchange)
    if read is not None:
        found = replace(found, rules=read.rules, generators=read.generators, wire=read.wire)
    if is_ours:
        found = replace(found, transport=None)  # written for Pact alone
    return replace(found, kept=scope.kept())


def read_interaction(
    value: Json, pointer: str, findings: Findings, *, specification: str, default_type: str = HTTP_TYPE
) -> Interaction:
    """Read one interaction whose type is among `KINDS`; `key` is empty where the file has none."""
    scope = Scope(findings, _ROOT)
    reader = scope.open(value, pointer)
    comments = reader.child("comments")
    own = comments.child("contractkit") if comments is not None else None
    query = own.optional_text("query") if own is not None else None
    exchange, rules, generators = _read_exchange(
        reader, reader.text("type", default_type) or default_type, specification
    )
    interaction = _interaction(reader, comments, own, _in_order(exchange, query))
    return replace(interaction, rules=rules, generators=generators, kept=scope.kept())


def write_interaction(interaction: Interaction, *, specification: str) -> dict[str, Json]:
    """Give an interaction in the form of version 4, with what was kept of the file it came from.

    Args:
        interaction: What to write.
        specification: The version whose semantics hold: 1.x compares queries as text, so their order is written too.
    """
    members = {
        "key": interaction.key,
        "description": interaction.description,
        "providerStates": [_write_state(state) for state in interaction.states] or ABSENT,
        "pending": True if interaction.pending else ABSENT,
        "transport": ABSENT if interaction.transport is None else interaction.transport,
        "comments": _write_comments(interaction, specification) or ABSENT,
        **_write_form(interaction),
    }
    tree = {name: value for name, value in members.items() if value is not ABSENT}
    graft(tree, interaction.kept, root=_ROOT)
    return tree


def sort_key(interaction: Interaction) -> tuple[str, bytes, str]:
    """Give what the interactions of a file are sorted by: description, states, key."""
    states = [[state.name, dict(state.params)] for state in interaction.states]
    return interaction.description, dump_compact(states), interaction.key


def graft(tree: dict[str, Json], kept: Mapping[str, Mapping[str, Json]], *, root: str) -> None:
    """Put members that were kept back into the objects they stood in; what we write ourselves wins."""
    for name, members in kept.items():
        holder = _holder(tree, Location() if name == root else parse_location(name))
        if holder is None:
            continue
        for key, value in members.items():
            holder.setdefault(key, value)


def _interaction(
    reader: ObjectReader, comments: ObjectReader | None, own: ObjectReader | None, exchange: Exchange
) -> Interaction:
    """Read what interactions of every form have."""
    for name in _OBJECTS:
        if not isinstance(reader.peek(name), dict | None):
            reader.findings.wrong(reader.at(name), "an object", reader.peek(name))
    interaction = Interaction(
        key=reader.text("key", ""),
        description=reader.text("description"),
        exchange=exchange,
        states=_read_states(reader),
        pending=reader.flag("pending"),
        transport=reader.optional_text("transport"),
        comments=comments.texts("text") if comments is not None else (),
        **read_annotations(own)._asdict(),
    )
    if comments is not None and _testname(interaction) == comments.peek("testname"):
        comments.take("testname")
    return interaction


def _read_exchange(reader: ObjectReader, kind: str, specification: str) -> tuple[Exchange, Rules, Generators]:
    if kind == RPC_TYPE:
        return read_call(reader), read_located_rules(reader), read_located_generators(reader)
    if kind == MESSAGE_TYPE:
        return message_of(reader, specification=specification)
    if kind == SYNCHRONOUS_TYPE:
        return read_synchronous(reader, specification=specification)
    request, asked, made = request_of(reader.required_child("request"), specification=specification)
    response, promised, given = response_of(reader.required_child("response"), specification=specification)
    return HttpCall(request=request, response=response), (*asked, *promised), (*made, *given)


def write_exchange(interaction: Interaction) -> dict[str, Json]:
    """Give the members of an interaction that say what is exchanged, with rules and generators; calls in our own form.

    Raises:
        ValueError: A rule or generator stands at a place that the exchange does not have.
    """
    rules, generators = interaction.rules, interaction.generators
    for place in (*(each.location for each in rules), *(each.location for each in generators)):
        if not _has_place(interaction.exchange, place):
            raise ValueError(f"no rule can be written for {place}")
    match interaction.exchange:
        case HttpCall(request=request, response=response):
            return {
                "type": HTTP_TYPE,
                "request": write_request(request, rules, generators),
                "response": write_response(response, rules, generators),
            }
        case Message() as message:
            return {"type": MESSAGE_TYPE, **write_message(message, rules, generators)}
        case SynchronousMessages() as messages:
            return {"type": SYNCHRONOUS_TYPE, **write_synchronous(messages, rules, generators)}
        case RpcCall() as call:
            return {
                "type": RPC_TYPE,
                "call": write_call(call),
                **({"matchingRules": write_located_rules(rules)} if rules else {}),
                **({"generators": write_located_generators(generators)} if generators else {}),
            }


def _has_place(exchange: Exchange, location: Location) -> bool:
    match exchange:
        case HttpCall():
            return location.steps[:1] in {("request",), ("response",)}
        case Message():
            return location.steps[:1] == ("message",)
        case SynchronousMessages() as messages:
            return has_place(messages, location)
    return True


def _write_form(interaction: Interaction) -> dict[str, Json]:
    """Give the members that say what is exchanged in the form that most readers understand."""
    is_message, wire = isinstance(interaction.exchange, Message), interaction.wire
    if is_foreign(interaction):  # the rest of it was kept, and goes back as it was
        return {"type": PLUGIN_MESSAGE_TYPE if is_message else PLUGIN_TYPE}
    if wire is None:
        return write_exchange(interaction)
    return write_plugin_message(interaction, wire) if is_message else write_plugin_call(interaction, wire)


def _read_states(reader: ObjectReader) -> tuple[ProviderState, ...]:
    name = next((each for each in ("providerStates", "providerState", "provider_state") if each in reader), None)
    if name == "providerStates" and not isinstance(reader.peek(name), list | None):
        reader.findings.wrong(reader.at(name), "a list of states", reader.take(name))
        return ()
    if name is None or not isinstance(reader.peek(name), list):
        text = reader.optional_text(name) if name is not None else None
        return (ProviderState(name=text),) if text else ()
    states = []
    for number, (pointer, value) in enumerate(reader.elements(name)):
        if isinstance(value, str):
            states.append(ProviderState(name=value))
        else:
            state = reader.scope.open(value, pointer, (*reader.steps, name, number))
            states.append(ProviderState(name=state.text("name"), params=state.mapping("params")))
    return tuple(states)


def _write_state(state: ProviderState) -> Json:
    return {"name": state.name, "params": dict(state.params)} if state.params else {"name": state.name}


def _write_comments(interaction: Interaction, specification: str) -> dict[str, Json]:
    own = write_annotations(interaction)
    exchange = interaction.exchange
    if specification.startswith("1") and isinstance(exchange, HttpCall) and exchange.request.query:
        own["query"] = write_query(exchange.request.query)
    if interaction.wire is not None and not is_foreign(interaction):
        own.update(_write_trees(interaction))
    said = {"contractkit": own, "testname": _testname(interaction), "text": list(interaction.comments)}
    return {name: value for name, value in said.items() if value}


def _write_trees(interaction: Interaction) -> dict[str, Json]:
    """Give what the plugin's form has in bytes alone, or has no place for."""
    match interaction.exchange:
        case RpcCall() as call:
            return {"call": write_call(call), **write_other_rules(interaction)}
        case Message(contents=JsonBody(value=tree)):
            return {OWN_CONTENTS: tree}
    return {}


def _testname(interaction: Interaction) -> str | None:
    """Give the test that Pact's own tools show, the first of ours."""
    return interaction.evidence[0].test.node_id if interaction.evidence else None


def _in_order(exchange: Exchange, query: str | None) -> Exchange:
    """Give a call whose query has the order of a raw query string, where that says the same."""
    if query is None or not isinstance(exchange, HttpCall) or parse_query(query) != exchange.request.query:
        return exchange
    return replace(exchange, request=replace(exchange.request, query=parse_query(query)))


def _holder(tree: dict[str, Json], location: Location) -> dict[str, Json] | None:
    """Give the object at a location, made where only its members were missing; None where there is no such place."""
    found: Json = tree
    for step in location.steps:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.setdefault(step, {})
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found if isinstance(found, dict) else None
