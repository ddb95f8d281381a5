"""Messages of marked tests: producers of the test's own module, and those that the settings name."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contractkit.model import Message
from contractkit.verification.loading import load_producers, producers_beside
from contractkit.verification.message_functions import MessageFunctions
from contractkit.verification.producers import MessageProducers, producers_of
from contractkit.verification.transport import AnyTransport

if TYPE_CHECKING:
    from pytest_contractkit.verifying_items import ChosenInteraction, Provided

_LOADED = pytest.StashKey[dict[tuple[Path, str], MessageProducers]]()


def message_way(chosen: "ChosenInteraction", item: pytest.Function) -> AnyTransport | None:
    """Give the way to a provider's messages, None where the interaction is none or nothing says who produces it.

    The handlers of states are loaded before: producers beside them share their data.

    Raises:
        UsageError: A file or module cannot be loaded, or the URL cannot be used.
    """
    if not isinstance(chosen.interaction.exchange, Message):
        return None
    service = chosen.provided.service
    timeout = chosen.provided.timeout or service.timeout
    own = producers_of(item.module)
    if service.messages_url is not None and not own.names:
        from contractkit.verification.message_url import MessageUrl  # a library for HTTP that functions do not need

        return MessageUrl(service.messages_url, timeout=timeout)
    others = _loaded(chosen.provided, item)
    producers = MessageProducers([*own, *(each for each in others if each.name not in own.names)])
    if not producers.names:
        return None
    return MessageFunctions(producers, name=chosen.provided.name, timeout=timeout)


def _loaded(provided: "Provided", item: pytest.Function) -> MessageProducers:
    root, states = provided.settings.root, provided.states or provided.service.states
    place = provided.service.messages or states
    if place is None:
        return MessageProducers()
    if states is not None and root / place == root / states:
        return producers_beside(states, root=root)
    known = item.config.stash.setdefault(_LOADED, {})
    if (root, place) not in known:
        known[root, place] = load_producers(place, root=root)
    return known[root, place]
