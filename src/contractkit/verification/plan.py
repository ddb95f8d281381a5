"""Plan: which interactions may be replayed at the same time, decided from what they do and what they need."""

from collections.abc import Sequence
from dataclasses import dataclass

from contractkit.model import Interaction
from contractkit.verification.preparation import Step
from contractkit.verification.states import Isolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An interaction that can be replayed: its place in the selection, and the handlers to call.

    `is_read` says that it surely changes nothing at the provider.
    """

    number: int
    interaction: Interaction
    steps: tuple[Step, ...]
    is_read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Three phases, run one after the other.

    Reads without a state come first, at the same time, while the provider is as it was found; then, at the same
    time, what its handlers isolate; then the rest, one by one.
    """

    stateless: tuple[Ready, ...]
    isolated: tuple[Ready, ...]
    ordered: tuple[Ready, ...]


def plan_replays(ready: Sequence[Ready]) -> Plan:
    """Give each interaction its phase, orders kept."""
    return Plan(
        stateless=tuple(each for each in ready if each.is_read and not each.steps),
        isolated=tuple(each for each in ready if _is_isolated(each)),
        ordered=tuple(each for each in ready if (each.steps or not each.is_read) and not _is_isolated(each)),
    )


def _is_isolated(each: Ready) -> bool:
    if not each.steps:
        return False
    allowed = {Isolation.INTERACTION, Isolation.WORKER, *({Isolation.SHARED} if each.is_read else ())}
    return {handler.isolation for _, handler in each.steps} <= allowed
