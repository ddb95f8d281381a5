"""Plain contract files: HTTP calls in the form that contractkit writes, read in one pass.

A file with anything else in it, right or wrong, is none: `files` reads it member by member, keeps what it does not know
and says what is wrong. Answers are full of bodies that other calls with the provider have too: they are read once.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

import msgspec
import orjson
from msgspec import UNSET, Raw

from contractkit.document import plain_form as form
from contractkit.document.bodies import read_envelope
from contractkit.document.interactions import sort_key
from contractkit.document.parts import RequestPart, ResponsePart, request_of, response_of
from contractkit.document.reading import Findings, GeneratorCheck, ObjectReader, RuleCheck, Scope
from contractkit.document.specifications import WRITTEN
from contractkit.model import (
    Body,
    Contract,
    DefinitionReference,
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    InferredNeeds,
    Interaction,
    Location,
    MissingBody,
    Need,
    Needs,
    ProviderState,
    Reaction,
    TestReference,
    UnknownNeeds,
    parse_location,
)

Part = TypeVar("Part")
Value = TypeVar("Value")


class _OtherForm(Exception):
    """A part says more than the plain form, or something is wrong with it."""


class _Locations(dict[str, Location]):
    """Locations by what is written; contracts name the same places by the hundred thousand."""

    def __missing__(self, text: str) -> Location:
        try:
            found = self[text] = parse_location(text)
        except ValueError:
            raise _OtherForm from None
        return found


class KnownParts:
    """What was read of parts that many files have.

    Attributes:
        parts: Parts by their kind and what they say.
        locations: Places by what they say.
        needs: Needs that list no values, by what they say.
    """

    def __init__(self) -> None:
        self.parts: dict[tuple[str, bytes], Any] = {}
        self.locations: Mapping[str, Location] = _Locations()
        self.needs: dict[Hashable, Need] = {}


def read_plain_contract(
    data: bytes, *, rule_check: RuleCheck | None, generator_check: GeneratorCheck | None, known: KnownParts
) -> Contract | None:
    """Give the contract of a plain file; None for any other file, and where anything is wrong with this one.

    Args:
        data: The bytes of the file.
        rule_check: Says of every rule what is wrong with it.
        generator_check: The same for generators.
        known: What was read before with the same checks; what is read is added.
    """
    try:
        file = form.FILES.decode(data)
        return _Reading(rule_check, generator_check, known).contract(file)
    except (_OtherForm, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _Reading:
    def __init__(self, rule_check: RuleCheck | None, generator_check: GeneratorCheck | None, known: KnownParts) -> None:
        self._checks = (rule_check, generator_check)
        self._known = known

    def contract(self, file: form.File) -> Contract:
        if len({each.key for each in file.interactions}) < len(file.interactions):
            raise _OtherForm
        definition = file.metadata.contractkit.definition
        return Contract(
            consumer=file.consumer.name,
            provider=file.provider.name,
            interactions=tuple(sorted(map(self._interaction, file.interactions), key=sort_key)),
            specification=WRITTEN,
            definition=None
            if definition is UNSET
            else DefinitionReference(source=definition.source, digest=definition.digest),
        )

    def _interaction(self, call: form.Call) -> Interaction:
        own, evidence = call.comments.contractkit, call.comments.contractkit.evidence
        if call.comments.testname != (evidence[0].test.node_id if evidence else UNSET):
            raise _OtherForm
        request, answer = self._request(call.request), self._response(call.response)
        return Interaction(
            key=call.key,
            description=call.description,
            exchange=HttpCall(request=request.part, response=answer.part),
            operation=None if own.operation is UNSET else own.operation,
            states=tuple(ProviderState(name=each.name, params=_shallow(each.params)) for each in call.provider_states),
            derived_state=None if own.derived_state is UNSET else _derived_state(own.derived_state),
            rules=request.rules + answer.rules,
            generators=(*request.generators, *answer.generators),
            pending=call.pending,
            served=MissingBody() if own.served is UNSET else self._served(own.served),
            evidence=tuple(map(self._evidence, evidence)),
            comments=tuple(call.comments.text),
            transport=None if call.transport is UNSET else call.transport,
        )

    def _request(self, raw: Raw) -> RequestPart:
        try:
            said = form.REQUESTS.decode(raw)
        except msgspec.ValidationError:
            return self._alone(raw, lambda reader: request_of(reader, specification=WRITTEN))
        headers = {name.lower(): tuple(values) for name, values in said.headers.items()}
        if len(headers) < len(said.headers):
            raise _OtherForm
        query = {name: tuple(values) for name, values in said.query.items()}
        request = HttpRequest(method=said.method.upper(), path=said.path, query=query, headers=headers)
        return RequestPart(request, (), ())

    def _response(self, raw: Raw) -> ResponsePart:
        return self._once("response", raw, lambda reader: response_of(reader, specification=WRITTEN))

    def _served(self, raw: Raw) -> Body:
        return self._once("served", raw, read_envelope)

    def _once(self, kind: str, raw: Raw, read: Callable[[ObjectReader], Part]) -> Part:
        key = (kind, bytes(raw))
        if key not in self._known.parts:
            self._known.parts[key] = self._alone(raw, read)
        found: Part = self._known.parts[key]
        return found

    def _evidence(self, said: form.Evidence) -> Evidence:
        test = TestReference(node_id=said.test.node_id, file=said.test.file, line=said.test.line)
        return Evidence(test=test, needs=self._needs(said.needs))

    def _needs(self, said: form.Unknown | form.Inferred) -> Needs:
        if isinstance(said, form.Unknown):
            return UnknownNeeds(reason=said.reason, pinned=self._places(said.pinned))
        return InferredNeeds(
            needed=tuple(map(self._need, said.needed)),
            any_of=tuple(map(self._places, said.any_of)),
            tolerated=self._places(said.tolerated),
            untouched=self._places(said.untouched),
            weak=self._places(said.weak),
            reactions=tuple(Reaction(to=each.to, result=each.result) for each in said.reactions),
            valid_for=said.valid_for,
        )

    def _need(self, said: form.Need) -> Need:
        if said.members:
            return self._read_need(said)
        key = (said.location, said.may_lack, said.non_null, said.non_empty, said.at_most, said.pattern)
        found = self._known.needs.get(key)
        if found is None:
            found = self._known.needs[key] = self._read_need(said)
        return found

    def _read_need(self, said: form.Need) -> Need:
        return Need(
            location=self._known.locations[said.location],
            may_lack=said.may_lack,
            non_null=said.non_null,
            non_empty=said.non_empty,
            at_most=None if said.at_most is UNSET else said.at_most,
            members=tuple(_shallow(said.members)),
            pattern=said.pattern,
        )

    def _places(self, said: form.Texts) -> tuple[Location, ...]:
        return tuple(map(self._known.locations.__getitem__, said))

    def _alone(self, raw: Raw, read: Callable[[ObjectReader], Part]) -> Part:
        """Read a part of which nothing is wrong and nothing is to be kept."""
        scope = Scope(Findings(*self._checks), "part")
        found = read(scope.open(_shallow(msgspec.json.decode(raw)), ""))
        if scope.findings.problems or scope.kept():
            raise _OtherForm
        return found


def _derived_state(said: form.Derived) -> DerivedState:
    return DerivedState(operation=said.operation, status=said.status, values=_shallow(said.values))


def _shallow(value: Value) -> Value:
    """Give a value that nests no deeper, where it stands, than the writer writes, and has no integer beyond 64 bits."""
    if not value:
        return value
    try:
        orjson.dumps([[[[[[[[[[[value]]]]]]]]]]])  # as deep as `members` of a need, the deepest part of a file
    except TypeError:
        raise _OtherForm from None
    return value
