"""Which definition a call is encoded by: the contract's own, else the one that was given, else the provider's."""

from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import TypeAlias

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Procedure, RpcDefinition
from contractkit.errors import DefinitionError
from contractkit.verification.rpc_replay import RpcRequest

Reflect: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Gives the descriptor set of a service as the provider knows it; raises a `DefinitionError` where it does not say."""

Given: TypeAlias = Callable[[], RpcDefinition | None]
"""Gives the definition that was given for the provider, loaded where no contract brings its own."""

Found: TypeAlias = tuple[RpcDefinition, Procedure]


class RpcDefinitions:
    """Finds the definition of each call; descriptor sets are read once, and a provider is asked once per service."""

    def __init__(self, given: Given, reflect: Reflect) -> None:
        self._given = cache(given)
        self._reflect = reflect
        self._read: dict[bytes, RpcDefinition] = {}
        self._reflected: dict[str, RpcDefinition | DefinitionError] = {}

    async def find(self, request: RpcRequest) -> Found:
        """Give the first definition that knows the procedure, and the procedure in it.

        Raises:
            DefinitionError: None does; the message says where was looked.
        """
        path = f"/{request.call.procedure}"
        for definition in self._at_hand(request):
            if (procedure := definition.find(path)) is not None:
                return definition, procedure
        definition = await self._of_provider(request.call.procedure)
        procedure = definition.find(path)
        if procedure is None:
            raise _unknown(request.call.procedure, "the provider's reflection does not know it")
        return definition, procedure

    def _at_hand(self, request: RpcRequest) -> Iterator[RpcDefinition]:
        for interaction in (request.interaction, *request.contract.interactions):
            if interaction.wire is not None:
                yield self._of_bytes(interaction.wire.descriptors, f"of {request.contract.consumer}'s contract")
        if (given := self._given()) is not None:
            yield given

    def _of_bytes(self, data: bytes, source: str) -> RpcDefinition:
        if data not in self._read:
            self._read[data] = ProtoDefinition(data, source=source)
        return self._read[data]

    async def _of_provider(self, procedure: str) -> RpcDefinition:
        service = procedure.partition("/")[0]
        if service not in self._reflected:
            try:
                self._reflected[service] = self._of_bytes(await self._reflect(service), f"of {service} by reflection")
            except DefinitionError as error:
                self._reflected[service] = _unknown(procedure, error.explanation.summary)
        found = self._reflected[service]
        if isinstance(found, DefinitionError):
            raise found
        return found


def _unknown(procedure: str, reflection: str) -> DefinitionError:
    return DefinitionError(
        "No definition says how the messages of a call are encoded.",
        details=[
            ("procedure", procedure),
            ("contract", "it holds no descriptors of that procedure"),
            ("reflection", reflection),
        ],
        next_step="Give the provider's .proto files or a descriptor set with --definition.",
    )
