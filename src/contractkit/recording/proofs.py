"""Proofs: what earlier runs found of needs, as it stands in the contract files, while what it rests on stands."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from contractkit.definitions.references import Node
from contractkit.document import contract_file_name
from contractkit.exact_json import Json, dump_compact
from contractkit.inference import Kind
from contractkit.model import Contract, HttpCall, InferredNeeds, Interaction, Location, Needs, RpcCall
from contractkit.recording.contract_files import recorded_contracts
from contractkit.recording.serving_again import expected_headers
from contractkit.recording.stubbed import StubbedProvider

_PROCEDURE = "2"
"""Counts the procedures there have been: what another one found is found anew."""

_DIGESTS: WeakKeyDictionary[StubbedProvider, dict[str, str]] = WeakKeyDictionary()
"""The digest of each operation that was asked for."""


class Proofs:
    """The needs that stand in the contract files of some directories, each read once."""

    def __init__(self) -> None:
        self._known: dict[Path, Mapping[tuple[str, str, str], InferredNeeds]] = {}
        self._digests: dict[Path, frozenset[str]] = {}

    def has(self, directory: Path, valid_for: str) -> bool:
        """Say whether anything in a directory was found under a digest."""
        return valid_for in self._digests_in(directory)

    def _digests_in(self, directory: Path) -> frozenset[str]:
        if directory not in self._digests:
            self._digests[directory] = frozenset(valid_for for _, _, valid_for in self._in(directory))
        return self._digests[directory]

    def _in(self, directory: Path) -> Mapping[tuple[str, str, str], InferredNeeds]:
        if directory not in self._known:
            self._known[directory] = _read(directory)
        return self._known[directory]

    def known(
        self, directory: Path, contracts: Sequence[Contract], valid_for: str
    ) -> Mapping[tuple[str, str], Needs] | None:
        """Give what was found of all interactions of a test under the same digest, whatever it was called then.

        Args:
            directory: Where the contract files are.
            contracts: What the test recorded now.
            valid_for: The digest of what a proof rests on now.

        Returns:
            Provider and key of each interaction to its needs; None unless all are known.
        """
        known = self._in(directory)
        found: dict[tuple[str, str], Needs] = {}
        for contract in contracts:
            name = contract_file_name(contract.consumer, contract.provider)
            for each in contract.interactions:
                needs = known.get((name, each.key, valid_for))
                if needs is None:
                    return None
                found[(contract.provider, each.key)] = needs
        return found


def digest_of(
    executed: str,
    recorded: Iterable[tuple[StubbedProvider, Interaction]],
    kinds: frozenset[Kind],
    pinned: Sequence[Location],
) -> str:
    """Give the digest of everything that a proof rests on: 32 hexadecimal digits.

    Args:
        executed: The digest of the consumer's code that ran, of the test, and of the libraries' versions.
        recorded: What was asked of each provider and answered.
        kinds: The changes that were tried.
        pinned: The places that the test says it needs.
    """
    digest = hashlib.sha256(_PROCEDURE.encode())
    for part in (executed, *sorted(kind.name for kind in kinds), *map(str, pinned)):
        digest.update(f"\0{part}".encode())
    for provider, interaction in recorded:
        for text in (
            provider.name,
            interaction.key,
            repr(interaction.served),
            *map(str, expected_headers(interaction)),
            *_definition_part(provider, interaction),
        ):
            digest.update(f"\0{text}".encode())
    return digest.hexdigest()[:32]


def _definition_part(provider: StubbedProvider, interaction: Interaction) -> tuple[str, ...]:
    match interaction.exchange:
        case HttpCall() if provider.surfaces is not None:
            return (_operation_digest(provider, str(interaction.operation)),)
        case RpcCall(procedure=name):
            procedures = provider.procedures
            descriptors = procedures.descriptors_of(procedures.definition.procedure(name))
            return (hashlib.sha256(descriptors).hexdigest(),)
    return (provider.reference.digest,)


def _operation_digest(provider: StubbedProvider, operation: str) -> str:
    """Give the digest of what the definition says of an operation, everything that it refers to included."""
    known = _DIGESTS.setdefault(provider, {})
    if operation not in known:
        assert provider.surfaces is not None
        surface = provider.surfaces.surface_of(provider.operation(operation))
        texts = sorted(_texts(provider, surface.node))
        known[operation] = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    return known[operation]


def _texts(provider: StubbedProvider, start: Node) -> Iterable[str]:
    assert provider.surfaces is not None
    documents = provider.surfaces.documents
    pending, seen = [start], {start.key}
    while pending:
        node = pending.pop()
        yield dump_compact(node.value).decode()
        for reference in _references(node):
            target = documents.resolve(reference)
            if target.key not in seen:
                seen.add(target.key)
                pending.append(target)


def _references(node: Node) -> Iterable[Node]:
    """Give the nodes within one that refer elsewhere."""
    value: Json = node.value
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield node
        for name in value:
            yield from _references(node / name)
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from _references(node / index)


def _read(directory: Path) -> Mapping[tuple[str, str, str], InferredNeeds]:
    return {
        (contract_file_name(contract.consumer, contract.provider), each.key, evidence.needs.valid_for): evidence.needs
        for contract in recorded_contracts(directory)
        for each in contract.interactions
        for evidence in each.evidence
        if isinstance(evidence.needs, InferredNeeds) and evidence.needs.valid_for
    }
