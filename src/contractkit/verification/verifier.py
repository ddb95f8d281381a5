"""The verifier: contracts replayed against one provider, concurrently where that is safe."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeAlias

from contractkit.document import skipped_interactions
from contractkit.errors import ContractkitError, DefinitionError, NothingToCheckError, ProviderStateError
from contractkit.exact_json import Json
from contractkit.model import Contract, Exchange, HttpCall, Interaction, Message, RpcCall, SynchronousMessages
from contractkit.results import ContractResult, InteractionResult, Outcome, SkippedInteraction
from contractkit.verification.credentials import Credentials
from contractkit.verification.drift import DriftCheck
from contractkit.verification.filtering import FilterError, Filtering
from contractkit.verification.filters import Filters
from contractkit.verification.lanes import Lane, this_lane
from contractkit.verification.masking import masked
from contractkit.verification.plan import Ready, plan_replays
from contractkit.verification.preparation import (
    SECONDS_OF_A_HANDLER,
    MissingStateError,
    Preparer,
    States,
    examples_of,
    steps_for,
)
from contractkit.verification.replay import replay
from contractkit.verification.states import StateHandlers
from contractkit.verification.transport import AnyTransport, Replaying

Provider: TypeAlias = AnyTransport | tuple[AnyTransport, ...]
"""The way to a provider, or its ways: one for each kind of exchange that it offers."""

_Ways: TypeAlias = Mapping[type[Exchange], AnyTransport]

_NOTHING_RETURNED: Mapping[str, Json] = MappingProxyType({})

_LACKING: Mapping[type[Exchange], str] = {
    HttpCall: "an HTTP call, and nothing says where the provider takes them: give --url or --app",
    RpcCall: "a remote procedure call, and nothing says where the provider takes them: give --grpc",
    Message: "a message, and nothing says who produces it: give --messages or --messages-url",
    SynchronousMessages: "synchronous messages cannot be replayed yet",
}
"""The kind of an exchange to why it could not be replayed."""


def _unnoted(_result: InteractionResult) -> None:
    pass


def _unwarned(_warning: str) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedContract:
    """A contract to verify, with those of its interactions that were selected, in the contract's order.

    `pending` and `url` come from a broker: failures block nobody; where the results go, with the broker's ids of
    interactions by their keys. `origin` is the file or URL that the contract was read from.
    """

    contract: Contract
    interactions: tuple[Interaction, ...]
    pending: bool = False
    url: str | None = None
    broker_ids: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    @property
    def is_whole(self) -> bool:
        """Say whether all interactions of the contract were selected, so that it may count as verified."""
        return len(self.interactions) == len(self.contract.interactions)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationOptions:
    """How to verify: who prepares states, which credentials go along, how many reads run at the same time.

    `note` is told of each result as it comes, `warn` of what is no result and people should know.
    A state handler may take `state_seconds`.
    """

    states: States = field(default_factory=StateHandlers)
    credentials: Credentials = field(default_factory=Credentials)
    filters: Filters = field(default_factory=Filters)
    drift: DriftCheck | None = None
    concurrency: int = 32
    note: Callable[[InteractionResult], None] = _unnoted
    warn: Callable[[str], None] = _unwarned
    state_seconds: float = SECONDS_OF_A_HANDLER


def verify_contracts(
    selected: Sequence[SelectedContract], provider: Provider, options: VerificationOptions
) -> tuple[ContractResult, ...]:
    """Replay every selected interaction and give a result per contract.

    Raises:
        NothingToCheckError: No interaction was selected, or none of the selected ones can be replayed.
        ProviderUnreachableError: Nothing answers at the provider's address, so nothing was judged.
    """
    results: list[ContractResult] = []
    asyncio.run(_verify(tuple(selected), provider, options, results))
    return tuple(results)


async def _verify(
    selected: tuple[SelectedContract, ...],
    provider: Provider,
    options: VerificationOptions,
    results: list[ContractResult],
) -> None:
    """Fill `results`. A task that returned them would cost: asyncio's signal handling spells a task's result out."""
    async with opened(selected, provider, options) as run:
        results += await run.verify(selected)


@asynccontextmanager
async def opened(
    selected: Sequence[SelectedContract], provider: Provider, options: VerificationOptions
) -> "AsyncIterator[Run]":
    """Give what replays contracts against a provider, several times if need be, connected for those of `selected`.

    Raises:
        NothingToCheckError: No interaction was selected, or none of the selected ones can be replayed.
        ProviderUnreachableError: Nothing answers at the provider's address.
    """
    ways = {each.way.exchange: each for each in (provider if isinstance(provider, tuple) else (provider,))}
    _check_something_is_selected(selected, ways)
    used = {type(interaction.exchange) for each in selected for interaction in each.interactions}
    async with AsyncExitStack() as stack:
        for exchange, transport in ways.items():
            if exchange in used:
                await stack.enter_async_context(transport)
        isolators = options.states.isolators if isinstance(options.states, StateHandlers) else ()
        preparer = await stack.enter_async_context(Preparer(isolators, options.warn, options.state_seconds))
        run = Run(ways=ways, options=options, preparer=preparer)
        stack.callback(run.close)
        yield run


class Run:
    """One run: what all its replays share."""

    def __init__(self, *, ways: _Ways, options: VerificationOptions, preparer: Preparer) -> None:
        self._ways = ways
        self._options = options
        self._preparer = preparer
        self._filtering = Filtering(options.filters, options.credentials)
        self._lanes = [Lane(number) for number in range(1, options.concurrency + 1)]
        self._now = datetime.now(UTC)
        self._contracts: list[Contract] = []
        self._results: dict[int, InteractionResult] = {}
        self.order: list[int] = []

    async def verify(
        self, selected: Sequence[SelectedContract], arrange: Callable[[list[Ready]], list[Ready]] = list
    ) -> tuple[ContractResult, ...]:
        """Replay contracts and give a result for each.

        `order` then has the places of the interactions in the selection, as they were begun.

        Args:
            selected: What to replay.
            arrange: Puts the interactions into another order, which each phase of the plan keeps.
        """
        self._results, self.order = {}, []
        entries = [(each.contract, interaction) for each in selected for interaction in each.interactions]
        self._contracts = [contract for contract, _ in entries]
        ready = self._ready(entries)
        plan = plan_replays(arrange(ready))
        await self._all_at_once(plan.stateless)
        await self._all_at_once(plan.isolated)
        with _on(self._preparer.lane):
            for each in plan.ordered:
                await self._replay(each)
        await self._tear_down(ready)
        numbers = iter(range(len(entries)))
        return tuple(self._result_of(each, [next(numbers) for _ in each.interactions]) for each in selected)

    def close(self) -> None:
        """Let the lanes' threads end."""
        for lane in self._lanes:
            lane.close()

    def _ready(self, entries: Sequence[tuple[Contract, Interaction]]) -> list[Ready]:
        ready = []
        examples = examples_of(interaction for _, interaction in entries)
        for number, (_, interaction) in enumerate(entries):
            transport = self._ways.get(type(interaction.exchange))
            if transport is None:
                continue
            try:
                steps = steps_for(interaction, self._options.states, examples)
                is_read = transport.way.is_read(interaction.exchange)
                ready.append(Ready(number=number, interaction=interaction, steps=steps, is_read=is_read))
            except MissingStateError as error:
                self._results[number] = _errored(interaction, "needs a state", error)
        return ready

    async def _all_at_once(self, group: tuple[Ready, ...]) -> None:
        waiting = iter(group)

        async def work(lane: Lane) -> None:
            with _on(lane):
                for each in waiting:
                    await self._replay(each)

        try:
            async with asyncio.TaskGroup() as workers:
                for lane in self._lanes[: len(group)]:
                    workers.create_task(work(lane))
        except BaseExceptionGroup as faults:  # a fault of ours: results and refusals are no exceptions here
            raise faults.exceptions[0] from None

    async def _replay(self, each: Ready) -> None:
        interaction = each.interaction
        self.order.append(each.number)
        try:
            if each.steps or self._preparer.isolators:
                async with self._preparer.prepared(each.steps) as returned:
                    result = await self._judged(each, returned)
            else:
                result = await self._judged(each, _NOTHING_RETURNED)
        except FilterError as error:
            result = _errored(interaction, "filter failed", error)
        except ProviderStateError as error:
            result = _errored(interaction, "state failed", error)
        except ContractkitError as error:
            reason = "cannot be encoded" if isinstance(error, DefinitionError) else "cannot be compared"
            result = _errored(interaction, reason, error)
        if result.outcome is not Outcome.PASSED or result.drift:
            result = masked(result, self._filtering.secrets)
        unprepared = interaction.derived_state is not None and not interaction.states and not each.steps
        self._results[each.number] = replace(result, unprepared=True) if unprepared else result
        self._options.note(result)

    async def _judged(self, each: Ready, returned: Mapping[str, Json]) -> InteractionResult:
        replaying = Replaying(
            contract=self._contracts[each.number],
            returned=returned,
            credentials=await self._filtering.credentials(),
            now=self._now,
            filtering=self._filtering,
            drift=self._options.drift,
        )
        return await replay(each.interaction, self._ways[type(each.interaction.exchange)], replaying)

    async def _tear_down(self, ready: Sequence[Ready]) -> None:
        for raised, error in await self._preparer.tear_down_shared():
            for each in ready:
                if any(handler.function is raised.function for _, handler in each.steps):
                    self._results[each.number] = _errored(each.interaction, "state failed", error)

    def _result_of(self, selected: SelectedContract, numbers: list[int]) -> ContractResult:
        pairs = list(zip(numbers, selected.interactions, strict=True))
        skipped = [_skipped(interaction) for number, interaction in pairs if number not in self._results]
        return ContractResult(
            contract=selected.contract,
            results=tuple(self._results[number] for number, _ in pairs if number in self._results),
            skipped=(*skipped, *(_unread(selected.contract) if selected.is_whole else ())),
            pending=selected.pending,
            url=selected.url,
            origin=selected.origin,
        )


@contextmanager
def _on(lane: Lane) -> Iterator[None]:
    token = this_lane.set(lane)
    try:
        yield
    finally:
        this_lane.reset(token)


def _errored(interaction: Interaction, reason: str, error: ContractkitError) -> InteractionResult:
    return InteractionResult(interaction=interaction, error=error.explanation, reason=reason)


def _skipped(interaction: Interaction) -> SkippedInteraction:
    return SkippedInteraction(
        key=interaction.key, description=interaction.description, reason=_LACKING[type(interaction.exchange)]
    )


def _unread(contract: Contract) -> tuple[SkippedInteraction, ...]:
    """Give the interactions of kinds that are not even read, as the file has them."""
    return tuple(
        SkippedInteraction(
            key=str(each.get("key", "")),
            description=str(each.get("description", "")),
            reason=f"interactions of type {each.get('type')} cannot be replayed yet",
        )
        for each in skipped_interactions(contract)
    )


def _check_something_is_selected(selected: Sequence[SelectedContract], ways: _Ways) -> None:
    interactions = [interaction for each in selected for interaction in each.interactions]
    if not interactions:
        raise NothingToCheckError("No interaction was selected, so nothing was verified.")
    if not any(type(each.exchange) in ways for each in interactions):
        raise NothingToCheckError(
            f"None of the {len(interactions)} selected interactions can be replayed, so nothing was verified.",
            details=[(each.description, _skipped(each).reason) for each in interactions[:10]],
        )
