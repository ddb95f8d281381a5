"""Observed answers: from what a test recorded to the answers that re-runs can change, with what is legal there."""

from collections.abc import Collection, Mapping
from typing import cast

from contractkit.definitions.messages import MessageDefinition
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.inference import Alternatives, AnswerId, Kind, ObservedAnswer
from contractkit.inference.legal_answers import legal_answers
from contractkit.inference.legal_messages import DescribedProcedures, legal_messages
from contractkit.model import HttpCall, HttpResponse, Interaction, JsonBody, Location, Message, RpcCall
from contractkit.recording.serving_again import RESPONSE_BODY, expected_headers, has_no_body, place_of, served_trees
from contractkit.recording.stubbed import StubbedProvider


def observed_answer(
    provider: StubbedProvider,
    interaction: Interaction,
    kinds: frozenset[Kind],
    *,
    read: Collection[Location] | None = None,
    pinned: tuple[Location, ...] = (),
) -> ObservedAnswer:
    """Give the answer of an interaction as inference takes it.

    Args:
        provider: Who answered.
        interaction: It has a JSON body or messages that were served, or headers that are expected.
        kinds: The changes that will be tried; for most nothing else needs to be known to be legal.
        read: The places that were read, None where that cannot be known.
        pinned: The places that the test says it needs; those of other answers are passed over.
    """
    at, trees = place_of(interaction), served_trees(interaction)
    is_json = isinstance(interaction.exchange, HttpCall) or (
        isinstance(interaction.exchange, Message) and interaction.wire is None
    )
    return ObservedAnswer(
        id=AnswerId(provider.name, interaction.key),
        operation=str(interaction.operation),
        at=at,
        bodies=trees,
        alternatives=_alternatives(provider, interaction, kinds),
        read=None if read is None else frozenset(each.generalised() for each in read),
        pinned=tuple(at.under(each.generalised().steps[len(at.steps) :]) for each in pinned if each.starts_with(at)),
        has_null=is_json,
        may_hold_more=is_json,
        has_status=isinstance(interaction.exchange, HttpCall) and bool(trees),
        headers=expected_headers(interaction),
    )


def can_be_changed(interaction: Interaction) -> bool:
    """Say whether re-runs can change all of an answer that may be needed, as of a body that is not JSON they cannot."""
    if isinstance(interaction.served, JsonBody):
        return isinstance(interaction.exchange, HttpCall | RpcCall | Message)
    return has_no_body(interaction) and bool(expected_headers(interaction))


def _alternatives(
    provider: StubbedProvider, interaction: Interaction, kinds: frozenset[Kind]
) -> Mapping[Location, Alternatives]:
    with_values = Kind.VALUE in kinds
    match interaction.exchange:
        case HttpCall(response=expected) if provider.surfaces is not None and isinstance(interaction.served, JsonBody):
            served = HttpResponse(status=expected.status, headers=expected.headers, body=interaction.served)
            definition = cast(DocumentedDefinition, provider.definition)
            operation = provider.operation(str(interaction.operation))
            return legal_answers(definition, provider.surfaces, operation, served, with_values=with_values)
        case RpcCall(procedure=procedure) if with_values:
            described = cast(DescribedProcedures, provider.procedures.definition)
            found = described.procedure(procedure)
            return legal_messages(described, found, served_trees(interaction), place_of(interaction))
        case Message():
            return _emitted(provider, interaction, with_values)
    return {}


def _emitted(provider: StubbedProvider, interaction: Interaction, with_values: bool) -> Mapping[Location, Alternatives]:
    """Give what is legal beside a message: it is the answer of an operation, or of a procedure, that nobody calls."""
    definition, name, at = provider.messages, str(interaction.operation), place_of(interaction)
    if not isinstance(definition, MessageDefinition):
        described = cast(DescribedProcedures, definition)
        trees = served_trees(interaction)
        return legal_messages(described, described.emission(name), trees, at) if with_values else {}
    operation = definition.contents(definition.message(name))
    served = HttpResponse(status=200, body=interaction.served)
    reader = SurfaceReader(definition.answers.documents)
    found = legal_answers(definition.answers, reader, operation, served, with_values=with_values)
    return {at.under(each.steps[len(RESPONSE_BODY.steps) :]): value for each, value in found.items()}
