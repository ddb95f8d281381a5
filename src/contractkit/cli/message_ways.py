"""Where a provider's messages come from, by the command line and the settings: its functions, or a URL."""

from pathlib import Path
from typing import TYPE_CHECKING

from contractkit.errors import UsageError
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.loading import load_producers, producers_beside
from contractkit.verification.producers import MessageProducers

if TYPE_CHECKING:
    from contractkit.cli.providers import AskedProvider
    from contractkit.verification.transport import AnyTransport


def message_way(
    settings: Settings, service: ServiceSettings, asked: "AskedProvider", *, states: str | None
) -> "AnyTransport | None":
    """Give the way to the provider's messages, None where nothing says who produces them.

    Args:
        settings: Those of the project.
        service: Those of the provider.
        asked: What the command line says.
        states: The file or module whose provider states were loaded: its message producers count too.

    Raises:
        UsageError: A file or module cannot be loaded or declares no producer, or the URL cannot be used.
    """
    if asked.messages and asked.messages_url:
        raise UsageError("--messages and --messages-url cannot be given together.")
    url = asked.messages_url or (None if asked.messages else service.messages_url)
    timeout = asked.timeout or service.timeout
    if url is not None:
        from contractkit.verification.message_url import MessageUrl  # a library for HTTP that functions do not need

        return MessageUrl(url, timeout=timeout)
    place = _given(asked.messages) or service.messages
    producers = _producers(settings, place, states)
    if not producers.names:
        return None
    from contractkit.verification.message_functions import MessageFunctions

    return MessageFunctions(producers, name=asked.messages or service.messages or str(states), timeout=timeout)


def _producers(settings: Settings, place: str | None, states: str | None) -> MessageProducers:
    """Give the producers of a place; what was loaded for its states is not loaded again, and shares their data."""
    if place is None:
        return producers_beside(states, root=settings.root) if states else MessageProducers()
    if states is not None and settings.root / place == settings.root / states:
        return producers_beside(states, root=settings.root, are_needed=True)
    return load_producers(place, root=settings.root)


def _given(messages: str | None) -> str | None:
    """Give what the command line names, a file as seen from where the command runs."""
    is_file = messages is not None and messages.endswith(".py")
    return str(Path.cwd() / str(messages)) if is_file else messages
