"""Unary remote procedure calls in the form of Pact's protobuf plugin (0.7), ours and those that other tools wrote.

What we write has the call as trees beside the bytes, under `comments.contractkit.call`, so nothing needs decoding to be
read back. A call that the plugin wrote is kept to the byte; its trees are made by a decoder, where one is given.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol, TypeVar

from contractkit.document.calls import (
    read_call,
    read_located_generators,
    read_located_rules,
    write_located_generators,
    write_located_rules,
)
from contractkit.document.descriptors import Descriptors, Method, read_descriptors
from contractkit.document.parts import Generators, Rules
from contractkit.document.plugin_parts import (
    GRPC_MESSAGE,
    GRPC_STATUS,
    RESERVED,
    Places,
    PluginPart,
    read_part,
    write_contents,
)
from contractkit.document.reading import ObjectReader
from contractkit.errors import ContractkitError
from contractkit.exact_json import Json
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    Event,
    HalfClosed,
    Interaction,
    JsonBody,
    Received,
    RpcCall,
    Sent,
    Status,
    WireForm,
)
from contractkit.results import ABSENT

PLUGIN_TYPE = "Synchronous/Messages"
"""The `type` of such an interaction."""

PLUGIN = "protobuf"
TRANSPORT = "grpc"


Found = TypeVar("Found")


class Decoder(Protocol):
    """Gives a message as the tree that definitions of remote procedures use, with every field that has no presence."""

    def __call__(self, descriptors: bytes, procedure: str, side: Literal["request", "response"], data: bytes) -> Json:
        """Decode a message of a procedure.

        Args:
            descriptors: A serialised FileDescriptorSet.
            procedure: `package.Service/Method`; or the full name of a message that is emitted unasked.
            side: Whose message it is; what is emitted is a response.
            data: Its bytes.

        Raises:
            ContractkitError: The bytes are no such message, or protobuf is not installed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCall:
    """A call that was read, with its rules and its bytes."""

    call: RpcCall
    rules: Rules
    generators: Generators
    wire: WireForm


def is_plugin_call(members: Mapping[str, Json]) -> bool:
    """Say whether an interaction is a call in the plugin's form, by its type and configuration."""
    configuration = members.get("pluginConfiguration")
    ours = configuration.get(PLUGIN) if isinstance(configuration, dict) else None
    return members.get("type") == PLUGIN_TYPE and isinstance(ours, dict) and "service" in ours


def is_foreign(interaction: Interaction) -> bool:
    """Say whether an interaction is a call or a message as the plugin wrote it, kept in its bytes."""
    return interaction.wire is not None and "pluginConfiguration" in interaction.kept.get("interaction", {})


def descriptor_key(descriptors: bytes) -> str:
    """Give the key under which a file holds a descriptor set: the MD5 of its bytes, as the plugin has it."""
    return hashlib.md5(descriptors, usedforsecurity=False).hexdigest()


def method_of(interaction: Interaction) -> tuple[Descriptors, Method]:
    """Give the descriptors of a call with bytes, and its method among them."""
    assert isinstance(interaction.exchange, RpcCall) and interaction.wire is not None
    descriptors = read_descriptors(interaction.wire.descriptors)
    method = descriptors.method(interaction.exchange.procedure)
    if method is None:
        raise ValueError(f"the descriptors do not hold {interaction.exchange.procedure}")
    return descriptors, method


def read_configured(
    reader: ObjectReader,
    member: str,
    kind: str,
    find: Callable[[Descriptors, str], Found | None],
    descriptor_sets: Mapping[str, Json],
) -> tuple[ObjectReader, tuple[bytes, Descriptors] | None, Found | None]:
    """Read what the plugin's configuration of an interaction names; what it lacks is noted as wrong.

    Args:
        reader: The interaction.
        member: The member of the configuration that has the name.
        kind: What is named, in a word.
        find: Gives it by its name.
        descriptor_sets: The file's descriptor sets by their keys, in base64.

    Returns:
        The configuration, its descriptors with their bytes, and what is named.
    """
    configuration = reader.required_child("pluginConfiguration").required_child(PLUGIN)
    name, key = configuration.text(member), configuration.text("descriptorKey")
    found = _descriptors_of(configuration, key, descriptor_sets)
    named = find(found[1], name) if found is not None else None
    if found is not None and named is None:
        configuration.findings.wrong(configuration.at(member), f"a {kind} that its descriptors hold", name)
    return configuration, found, named


def warn_undecoded(reader: ObjectReader, error: Exception) -> None:
    """Note that contents stay in bytes."""
    problem = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
    reader.findings.warn(reader.at("contents"), f"cannot be decoded and stays in bytes: {problem}")


def read_plugin_call(
    reader: ObjectReader, own: ObjectReader | None, descriptor_sets: Mapping[str, Json], decode: Decoder | None
) -> ReadCall | None:
    """Read a call in the plugin's form; None, and noted as wrong, where that is not possible.

    Args:
        reader: The interaction.
        own: Its `comments.contractkit`, None in a file that the plugin wrote.
        descriptor_sets: The file's descriptor sets by their keys, in base64.
        decode: Makes the trees of a file that the plugin wrote; without it, its messages stay bytes.
    """
    configuration, found, method = read_configured(reader, "service", "method", Descriptors.method, descriptor_sets)
    request = read_part(reader.required_child("request"))
    responses = _read_responses(reader)
    if found is None or method is None or not responses:
        return None
    wire = WireForm(descriptors=found[0], request=request.data or b"", response=responses[0].data)
    if own is not None and "call" in own:
        call = read_call(own)
        if call.procedure != method.procedure:
            own.findings.wrong(f"{own.at('call')}/procedure", f"{method.procedure}, as configured", call.procedure)
        own_rules, own_generators = read_located_rules(own), read_located_generators(own)
    else:
        trees = _Trees(found[0], found[1], method, decode, configuration)
        call = _call(method, request, responses, trees)
        own_rules, own_generators = (), ()
    rules, generators = Places.of(call).read(request, responses[0])
    return ReadCall(
        call=call,
        rules=tuple(sorted((*rules, *own_rules), key=lambda each: each.location)),
        generators=tuple(sorted((*generators, *own_generators), key=lambda each: each.location)),
        wire=wire,
    )


def write_plugin_call(interaction: Interaction, wire: WireForm) -> dict[str, Json]:
    """Give the members of a call with bytes, in the plugin's form."""
    call = interaction.exchange
    assert isinstance(call, RpcCall)
    _, method = method_of(interaction)
    places = Places.of(call)
    rules, _ = places.split(interaction.rules)
    generators, _ = places.split(interaction.generators)
    asked = {**_own(call.metadata), "contentType": f"application/protobuf;message={method.request_type}"}
    answered = _answered(call, method, places)
    contents = {} if wire.response is None else {"contents": write_contents(wire.response, method.response_type)}
    return {
        "type": PLUGIN_TYPE,
        "transport": TRANSPORT,
        "pluginConfiguration": {
            PLUGIN: {"service": f".{method.procedure}", "descriptorKey": descriptor_key(wire.descriptors)}
        },
        "request": {
            "contents": write_contents(wire.request, method.request_type),
            "metadata": asked,
            **places.write(places.request, rules, generators, asked),
        },
        "response": [{**contents, "metadata": answered, **places.write(places.response, rules, generators, answered)}],
    }


def write_other_rules(interaction: Interaction) -> dict[str, Json]:
    """Give the rules and generators of a call for which the plugin's form has no place, by location."""
    assert isinstance(interaction.exchange, RpcCall)
    places = Places.of(interaction.exchange)
    _, rules = places.split(interaction.rules)
    _, generators = places.split(interaction.generators)
    said = {"matchingRules": write_located_rules(rules), "generators": write_located_generators(generators)}
    return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class _Trees:
    """Makes bodies of a plugin's contents: trees where there is a decoder, else bytes."""

    data: bytes
    descriptors: Descriptors
    method: Method
    decode: Decoder | None
    configuration: ObjectReader

    def body(self, side: Literal["request", "response"], part: PluginPart) -> Body:
        data = part.data or b""
        type_name = self.method.request_type if side == "request" else self.method.response_type
        media_type = f"application/protobuf;message={type_name}"
        as_it_is = BinaryBody(data, media_type) if data else EmptyBody(media_type)
        if self.decode is None:
            return as_it_is
        try:
            tree = self.decode(self.data, self.method.procedure, side, data)
            if side == "response":  # what the plugin's file does not hold, it does not expect
                tree = self.descriptors.only_set(tree, data, type_name, self._expected())
        except (ContractkitError, ValueError) as error:
            warn_undecoded(part.rest, error)
            return as_it_is
        return JsonBody(tree, media_type)

    def _expected(self) -> Json:
        """Give what the consumer configured of the answer (`expectations`, written from version 0.6 on)."""
        expectations = self.configuration.peek("expectations")
        found = expectations.get("response") if isinstance(expectations, dict) else None
        return found[0] if isinstance(found, list) and found else found


def _call(method: Method, request: PluginPart, responses: Sequence[PluginPart], trees: _Trees) -> RpcCall:
    """Give the events of a call that the plugin wrote; it compares one response, so of a unary call one counts."""
    first = responses[0]
    failed = first.status != "OK"
    sent = Sent(message=trees.body("request", request))
    told = responses if method.server_streaming else responses[:1]
    received = [] if failed else [Received(message=trees.body("response", each)) for each in told]
    status = Status(code=first.status, message=first.status_message, trailers=first.metadata if failed else {})
    events: tuple[Event, ...] = (sent, HalfClosed(), *received, status)
    return RpcCall(
        procedure=method.procedure,
        metadata=request.metadata,
        initial_metadata={} if failed else first.metadata,
        events=events,
    )


def _read_responses(reader: ObjectReader) -> list[PluginPart]:
    if isinstance(reader.peek("response"), dict):
        return [read_part(reader.required_child("response"))]
    found = [read_part(each) for each in reader.objects("response")]
    if not found:
        reader.findings.wrong(reader.at("response"), "a list with a response", ABSENT)
    return found


def _descriptors_of(
    configuration: ObjectReader, key: str, descriptor_sets: Mapping[str, Json]
) -> tuple[bytes, Descriptors] | None:
    """Give a file's descriptors of a key, None and noted as wrong where there are none."""
    text = descriptor_sets.get(key, ABSENT)
    if text is ABSENT:
        known = f"a key of metadata.plugins ({', '.join(sorted(descriptor_sets)) or 'it has none'})"
        configuration.findings.wrong(configuration.at("descriptorKey"), known, key)
        return None
    try:
        data = _decoded(text) if isinstance(text, str) else b""
        found = read_descriptors(data)
    except (ValueError, RecursionError) as error:
        configuration.findings.wrong(configuration.at("descriptorKey"), "descriptors that can be read", str(error))
        return None
    return data, found


@lru_cache(maxsize=32)
def _decoded(text: str) -> bytes:
    """Give the same bytes for the same text, so that the calls of a file share one descriptor set."""
    return base64.b64decode(text, validate=True)


def _answered(call: RpcCall, method: Method, places: Places) -> dict[str, Json]:
    status = next((event for event in call.events if isinstance(event, Status)), Status(code="OK"))
    kind = {"contentType": f"application/protobuf;message={method.response_type}"}
    if not places.trailing:
        return {**_own(call.initial_metadata), **kind}
    message = {GRPC_MESSAGE: status.message} if status.message else {}
    return {**_own(status.trailers), **kind, GRPC_STATUS: status.code, **message}


def _own(metadata: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in metadata.items() if name not in RESERVED}
