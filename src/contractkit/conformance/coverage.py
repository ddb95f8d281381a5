"""Coverage: which operations, statuses and fields of a definition contracts depend on, and which nobody does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contractkit.conformance.checker import ContractChecker, InteractionConformance
from contractkit.conformance.uses import RESPONSE_BODY
from contractkit.definitions.interface import AnyDefinition, Operation
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import DocumentedDefinition, Response
from contractkit.model import Contract, HttpCall, Interaction, Location, RpcCall, Wildcard

_DEEPEST = 8
_MOST_FIELDS = 1_000
"""Of one body; schemas that describe themselves have no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCoverage:
    """One declared status of an operation (`200`, `4XX`, `default`), and who depends on it.

    `fields` are the declared places of its JSON bodies, list elements as `[*]`, each with the names of the consumers
    that depend on it; those without any may be free to change.
    """

    status: str
    interactions: int
    fields: Mapping[Location, tuple[str, ...]] = field(default_factory=dict)

    @property
    def used_fields(self) -> tuple[Location, ...]:
        """Give the places that somebody depends on."""
        return tuple(place for place, consumers in self.fields.items() if consumers)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCoverage:
    """One operation, the consumers that call it, and its declared statuses in the definition's order."""

    operation: Operation
    consumers: tuple[str, ...]
    interactions: int
    statuses: tuple[StatusCoverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All operations of a definition in its order. `unmatched` reach none: the consumer, and the description."""

    operations: tuple[OperationCoverage, ...]
    unmatched: tuple[tuple[str, str], ...] = ()


def coverage_of(definition: AnyDefinition, contracts: Iterable[Contract]) -> Coverage:
    """Say what of a definition some contracts depend on.

    Of remote procedures only the operations are counted: their answers' fields are those of one message.
    """
    calls = [(contract.consumer, each) for contract in contracts for each in contract.interactions]
    if getattr(definition, "documents", None) is not None:
        http = [(consumer, each) for consumer, each in calls if isinstance(each.exchange, HttpCall)]
        return _of_documented(definition, http)  # type: ignore[arg-type]  # that it has documents was seen
    return _of_procedures(definition, [(name, each) for name, each in calls if isinstance(each.exchange, RpcCall)])


def _of_procedures(definition: AnyDefinition, calls: list[tuple[str, Interaction]]) -> Coverage:
    names = {each.name for each in definition.operations}
    procedures = [(consumer, each, _procedure(each)) for consumer, each in calls]
    return Coverage(
        operations=tuple(
            OperationCoverage(
                operation=operation,
                consumers=tuple(sorted({consumer for consumer, _, name in procedures if name == operation.name})),
                interactions=sum(name == operation.name for _, _, name in procedures),
            )
            for operation in definition.operations
        ),
        unmatched=tuple((consumer, each.description) for consumer, each, name in procedures if name not in names),
    )


def _procedure(interaction: Interaction) -> str:
    call = interaction.exchange
    assert isinstance(call, RpcCall)
    return call.procedure


def _of_documented(definition: DocumentedDefinition, calls: list[tuple[str, Interaction]]) -> Coverage:
    checker = ContractChecker(definition, is_strict=False)
    reached: dict[str, list[tuple[str, InteractionConformance]]] = {}
    unmatched = []
    for consumer, each in calls:
        found = checker.check(each)
        if found.route is None:
            unmatched.append((consumer, each.description))
        else:
            reached.setdefault(found.route.operation.signature, []).append((consumer, found))
    return Coverage(
        operations=tuple(_operation(checker, each, reached.get(each.signature, [])) for each in definition.operations),
        unmatched=tuple(unmatched),
    )


def _operation(
    checker: ContractChecker, operation: Operation, found: list[tuple[str, InteractionConformance]]
) -> OperationCoverage:
    responses = checker.reader.surface_of(operation).responses
    return OperationCoverage(
        operation=operation,
        consumers=tuple(sorted({consumer for consumer, _ in found})),
        interactions=len(found),
        statuses=tuple(_status(each, found) for each in responses.values()),
    )


def _status(response: Response, found: list[tuple[str, InteractionConformance]]) -> StatusCoverage:
    own = [(consumer, each) for consumer, each in found if each.response is response]
    declared = {
        place: None for content in response.contents if content.view is not None for place in _fields(content.view)
    }
    used = [(consumer, _used(each)) for consumer, each in own]
    return StatusCoverage(
        status=response.status,
        interactions=len(own),
        fields={place: tuple(sorted({consumer for consumer, places in used if place in places})) for place in declared},
    )


def _used(found: InteractionConformance) -> frozenset[Location]:
    uses = found.uses
    every = (*uses.single, *(use for group in uses.any_of for use in group))
    return frozenset(use.location for use in every if not use.is_only_served)


def _fields(view: SchemaView) -> list[Location]:
    """Give the places that a schema describes, in the order they are written, as many as are bearable."""
    found: dict[Location, None] = {}
    for place in _walk(view, RESPONSE_BODY, ()):
        found[place] = None
        if len(found) >= _MOST_FIELDS:
            break
    return list(found)


def _walk(view: SchemaView, at: Location, above: tuple[object, ...]) -> Iterator[Location]:
    if view.key in above or len(above) > _DEEPEST:  # it describes itself
        return
    inside = (*above, view.key)
    for name, member in view.members.items():
        if member.is_write_only:
            continue
        yield at / name
        if member.view is not None:
            yield from _walk(member.view, at / name, inside)
    if view.elements is not None:
        yield from _walk(view.elements, at / Wildcard.INDEX, inside)
    for branch in view.branches:
        if branch is not view:
            yield from _walk(branch, at, inside)
