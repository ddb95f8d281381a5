"""Contract files: bytes in, a contract out with everything that was found, and the one canonical spelling back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contractkit.document.calls import RPC_TYPE
from contractkit.document.interactions import (
    HTTP_TYPE,
    KINDS,
    MESSAGE_TYPE,
    SYNCHRONOUS_TYPE,
    graft,
    read_interaction,
    read_plugin_interaction,
    sort_key,
    write_interaction,
)
from contractkit.document.plain import KnownParts, read_plain_contract
from contractkit.document.plugin_calls import PLUGIN, Decoder, is_plugin_call
from contractkit.document.plugin_messages import is_plugin_message
from contractkit.document.plugins import descriptor_sets, with_descriptors, without_descriptors
from contractkit.document.reach import Walk
from contractkit.document.reading import (
    Findings,
    GeneratorCheck,
    LoadWarning,
    ObjectReader,
    RuleCheck,
    Scope,
)
from contractkit.document.specifications import WRITTEN, parse_specification, read_specification
from contractkit.document.syntax import parse_contract_text
from contractkit.exact_json import Json, dump_canonical, dump_compact, uncollected
from contractkit.model import (
    Contract,
    DefinitionReference,
    HttpCall,
    Interaction,
    Message,
    RpcCall,
    SynchronousMessages,
    interaction_key,
)
from contractkit.results import ABSENT

FORMAT = 1
"""The version of what we write under `metadata.contractkit` and `comments.contractkit`."""

SKIPPED = ("interactions", "metadata.contractkit.interactions")
"""Where interactions of unknown kinds stand; `Contract.kept` holds them under these names, numbered in order."""

_ROOT = "contract"
_BROKERS = ("_id", "_links", "createdAt")  # what brokers add to a file that they hand out


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedContract:
    """A contract with what was noticed while reading it.

    `broker_ids` gives, by the key of an interaction, the `_id` that the broker added to it and takes results under.
    """

    contract: Contract
    warnings: tuple[LoadWarning, ...] = ()
    broker_ids: Mapping[str, str] = field(default_factory=dict)


def load_contract(
    data: bytes,
    *,
    origin: str,
    decode: Decoder | None = None,
    rule_check: RuleCheck | None = None,
    generator_check: GeneratorCheck | None = None,
    known: KnownParts | None = None,
) -> Contract:
    """Give the contract that a file of the Pact specification, version 1 to 4, holds.

    Args:
        data: The bytes of the file.
        origin: The path or URL they came from, for messages.
        decode: Makes trees of the messages in calls that Pact's protobuf plugin wrote; without it they stay bytes.
            Calls that contractkit wrote need none.
        rule_check: Says of every rule what is wrong with it; without it, rules are read and not judged.
        generator_check: The same for generators.
        known: Parts that other files with the same checks had; many with one provider have the same answers. What is
            read is added.

    Raises:
        ContractFileError: The file is not JSON (with line and column) or not a contract (with every problem).
    """
    with uncollected():
        plain = read_plain_contract(
            data, rule_check=rule_check, generator_check=generator_check, known=known or KnownParts()
        )
        return plain or _read(data, origin, decode, Findings(rule_check, generator_check)).contract


def read_contract(
    data: bytes,
    *,
    origin: str,
    decode: Decoder | None = None,
    rule_check: RuleCheck | None = None,
    generator_check: GeneratorCheck | None = None,
) -> LoadedContract:
    """Give the contract of a file together with warnings; arguments and errors are those of `load_contract`."""
    with uncollected():
        return _read(data, origin, decode, Findings(rule_check, generator_check, Walk()))


def _read(data: bytes, origin: str, decode: Decoder | None, findings: Findings) -> LoadedContract:
    text = parse_contract_text(data, origin=origin)
    for pointer in text.repeated:
        findings.warn(pointer, "stands more than once in its object; the last one counts, and the others are not kept")
    scope = Scope(findings, _ROOT)
    reading = _Reading(findings, scope.open(text.value, ""), decode)
    contract, identifiers = reading.contract(scope)
    if findings.walk is not None and findings.walk.is_over:
        findings.warn("/", "has too many rules, or too large examples, for the path of each to be tried")
    findings.check(f"{origin} is not a contract.")
    return LoadedContract(contract=contract, warnings=tuple(findings.warnings), broker_ids=identifiers)


def dump_contract(contract: Contract) -> bytes:
    """Give the canonical file of a contract: Pact version 4, sorted, two spaces of indent, a newline at the end."""
    ordered = sorted(contract.interactions, key=sort_key)
    own = [each for each in ordered if isinstance(each.exchange, RpcCall) and each.wire is None]
    pact = [each for each in ordered if not isinstance(each.exchange, RpcCall) or each.wire is not None]
    plugins = with_descriptors(contract.plugins, pact)
    tree: dict[str, Json] = {
        "consumer": {"name": contract.consumer},
        "provider": {"name": contract.provider},
        "interactions": _written(pact, contract, SKIPPED[0]),
        "metadata": {
            "pactSpecification": {"version": WRITTEN},
            "contractkit": _section(contract, _written(own, contract, SKIPPED[1])),
            **({"plugins": [dict(plugin) for plugin in plugins]} if plugins else {}),
        },
    }
    graft(tree, {name: kept for name, kept in contract.kept.items() if name not in SKIPPED}, root=_ROOT)
    return dump_canonical(tree)


def skipped_interactions(contract: Contract) -> tuple[Json, ...]:
    """Give the interactions that are of no known kind, as the file has them."""
    return tuple(value for name in SKIPPED for value in contract.kept.get(name, {}).values())


def contract_file_name(consumer: str, provider: str) -> str:
    """Give the name of a contract's file, `<consumer>-<provider>.json`, without what file systems refuse."""
    return re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", f"{consumer}-{provider}.json")


class _Reading:
    """One file being read: its head, then its interactions from the three places where there may be some."""

    def __init__(self, findings: Findings, head: ObjectReader, decode: Decoder | None) -> None:
        self._findings = findings
        self._decode = decode
        self._head = head
        self._metadata = head.child("metadata")
        self._own = self._metadata.child("contractkit") if self._metadata is not None else None
        self._written_in = read_specification(self._metadata)
        self._skipped: dict[str, list[Json]] = {name: [] for name in SKIPPED}
        self._plugins = self._read_plugins()
        self._descriptor_sets = descriptor_sets(self._plugins)
        findings.may_have_other_rules = any(each.get("name") != PLUGIN for each in self._plugins)

    def contract(self, scope: Scope) -> tuple[Contract, Mapping[str, str]]:
        for name in _BROKERS:
            self._head.take(name)
        found = [*self._interactions(), *self._messages(), *self._calls()]
        interactions = self._with_keys([(pointer, read) for pointer, read, _ in found])
        identifiers = {
            read.key: identifier
            for read, (_, _, identifier) in zip(interactions, found, strict=True)
            if isinstance(identifier, str)
        }
        contract = Contract(
            consumer=self._head.required_child("consumer").text("name"),
            provider=self._head.required_child("provider").text("name"),
            interactions=tuple(sorted(interactions, key=sort_key)),
            specification=self._specification(),
            definition=self._definition(),
            plugins=without_descriptors(self._plugins, interactions),
        )
        return replace(contract, kept={**scope.kept(), **self._numbered()}), identifiers

    def _interactions(self) -> Iterator[tuple[str, Interaction, Json]]:
        is_there = any(name in self._head for name in ("interactions", "messages"))
        if not is_there and self._head.is_object:
            self._findings.wrong("/interactions", "a list of interactions", ABSENT)
        for pointer, value in self._head.elements("interactions"):
            yield from self._one(pointer, value, HTTP_TYPE, (HTTP_TYPE, MESSAGE_TYPE, SYNCHRONOUS_TYPE), SKIPPED[0])

    def _messages(self) -> Iterator[tuple[str, Interaction, Json]]:
        for pointer, value in self._head.elements("messages"):
            yield from self._one(pointer, value, MESSAGE_TYPE, (MESSAGE_TYPE,), SKIPPED[0])

    def _calls(self) -> Iterator[tuple[str, Interaction, Json]]:
        if self._own is not None:
            for pointer, value in self._own.elements("interactions"):
                yield from self._one(pointer, value, RPC_TYPE, KINDS, SKIPPED[1])

    def _one(
        self, pointer: str, value: Json, default: str, kinds: Sequence[str], group: str
    ) -> Iterator[tuple[str, Interaction, Json]]:
        if not isinstance(value, dict):
            self._findings.wrong(pointer, "an interaction", value)
            return
        members = {name: member for name, member in value.items() if name not in _BROKERS}
        if group == SKIPPED[0] and (is_plugin_call(members) or is_plugin_message(members)):
            found = self._of_plugin(pointer, members)
            if found is None:
                self._skipped[group].append(members)
            else:
                yield pointer, found, value.get("_id")
            return
        kind = value.get("type") or default
        if isinstance(kind, str) and kind not in kinds:
            self._findings.warn(pointer, f"is of type {kind}, which is not read; it is kept and skipped")
            self._skipped[group].append(members)
            return
        specification = WRITTEN if group == SKIPPED[1] else self._written_in
        read = read_interaction(members, pointer, self._findings, specification=specification, default_type=default)
        yield pointer, read, value.get("_id")

    def _of_plugin(self, pointer: str, members: Mapping[str, Json]) -> Interaction | None:
        """Give a call or a message in the form of Pact's plugin; None, with a warning, where it cannot be read."""
        alone = Findings(self._findings.rule_check, self._findings.generator_check)
        read = read_plugin_interaction(
            dict(members), pointer, alone, descriptor_sets=self._descriptor_sets, decode=self._decode
        )
        if alone.problems:
            place, sentence = alone.problems[0]
            what = "call" if is_plugin_call(members) else "message"
            self._findings.warn(place, f"{sentence}; the {what} is kept and skipped")
            return None
        self._findings.warnings.extend(alone.warnings)
        return read

    def _with_keys(self, found: Sequence[tuple[str, Interaction]]) -> list[Interaction]:
        """Give every interaction a key of its own: the file's, or one made of description and states."""
        taken: set[str] = set()
        for pointer, interaction in found:
            if interaction.key and interaction.key in taken:
                self._findings.wrong(f"{pointer}/key", "a key that no other interaction has", interaction.key)
            taken.add(interaction.key)
        keyed: list[Interaction] = []
        for _, interaction in found:
            key = interaction.key or _free_key(interaction, taken)
            taken.add(key)
            keyed.append(interaction if interaction.key else replace(interaction, key=key))
        return keyed

    def _specification(self) -> str:
        if self._own is None or "specification" not in self._own:
            return self._written_in
        text = self._own.text("specification", "")
        known = parse_specification(text)
        if known is None:
            self._findings.wrong(self._own.at("specification"), "a version of the Pact specification", text)
        return known or self._written_in

    def _definition(self) -> DefinitionReference | None:
        if self._own is None:
            return None
        if self._own.integer("format", FORMAT) != FORMAT:
            expected = f"{FORMAT} (a newer contractkit wrote this file)"
            self._findings.wrong(self._own.at("format"), expected, self._own.peek("format"))
        definition = self._own.child("definition")
        if definition is None:
            return None
        return DefinitionReference(source=definition.text("source"), digest=definition.text("digest"))

    def _read_plugins(self) -> tuple[Mapping[str, Json], ...]:
        if self._metadata is None:
            return ()
        plugins = []
        for pointer, value in self._metadata.elements("plugins"):
            if isinstance(value, dict):
                plugins.append(value)
            else:
                self._findings.wrong(pointer, "an object", value)
        return tuple(plugins)

    def _numbered(self) -> dict[str, dict[str, Json]]:
        ordered = {name: sorted(values, key=dump_compact) for name, values in self._skipped.items() if values}
        return {name: {str(number): value for number, value in enumerate(values)} for name, values in ordered.items()}


def _written(interactions: Sequence[Interaction], contract: Contract, group: str) -> list[Json]:
    """Give interactions in the file's form, those of unknown kinds sorted in among them."""
    written = [write_interaction(each, specification=contract.specification) for each in interactions]
    skipped = contract.kept.get(group, {}).values()
    return sorted([*written, *skipped], key=_sort_key_as_written)


def _sort_key_as_written(value: Json) -> tuple[str, bytes, str, bytes]:
    states = value.get("providerStates", [])
    if isinstance(states, list) and all(isinstance(state, dict) for state in states):
        states = [[state.get("name"), state.get("params", {})] for state in states]
    return str(value.get("description")), dump_compact(states), str(value.get("key")), dump_compact(value)


def _section(contract: Contract, interactions: list[Json]) -> dict[str, Json]:
    definition = contract.definition
    members = {
        "format": FORMAT,
        "specification": contract.specification if contract.specification != WRITTEN else None,
        "definition": {"source": definition.source, "digest": definition.digest} if definition is not None else None,
        "interactions": interactions or None,
    }
    return {name: value for name, value in members.items() if value is not None}


def _free_key(interaction: Interaction, taken: set[str]) -> str:
    kinds = {HttpCall: "http", RpcCall: "rpc", Message: "message", SynchronousMessages: "messages"}
    ordinal = 1
    while True:
        key = interaction_key(
            kind=kinds[type(interaction.exchange)],
            operation=interaction.description,
            states=interaction.states,
            request=None,
            status="",
            ordinal=ordinal,
        )
        if key not in taken:
            return key
        ordinal += 1
