"""Opening: from where a provider's definitions are to the provider, stubbed."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contractkit.definitions.interface import Definition
from contractkit.definitions.rpc_interface import RpcDefinition
from contractkit.errors import SettingsError
from contractkit.recording.stubbed import StubbedProvider, has_procedures
from contractkit.sources import LoadedDefinition, load_definition
from contractkit.sources.places import is_elsewhere

if TYPE_CHECKING:
    from contractkit.document.state_catalogue import StateCatalogue


def stubbed_provider(
    name: str,
    definition: str | Path | None,
    *,
    root: Path,
    headers: Iterable[str] = (),
    base_url: str | None = None,
    proto: str | None = None,
    messages: str | None = None,
    states: "tuple[StateCatalogue, str] | None" = None,
    remote_references: Collection[str] | None = None,
    checks_credentials: bool = True,
    load: Callable[[str, str | Path], LoadedDefinition] | None = None,
) -> StubbedProvider:
    """Give a provider as its definitions describe it.

    Args:
        name: The provider's name in contracts.
        definition: Where its definition is; None where it has messages alone.
        root: The directory that relative paths start from, which no contract names.
        headers: Request headers and metadata that are recorded beside the declared ones.
        base_url: Where production runs it.
        proto: Where the protobuf definition of its remote procedures is, if `definition` is one of HTTP.
        messages: Where the definition of the messages that it emits is.
        states: The catalogue of the states that its team prepares, and where it came from.
        remote_references: The starts of URLs that a `$ref` may lead to; see `load_definition`.
        checks_credentials: Whether requests must have the credentials that are demanded.
        load: Gives `definition` or `proto` (the first argument) at a location, where not `load_definition` does.

    Raises:
        DefinitionError: A definition cannot be read.
        SettingsError: The two definitions are not one of each kind.
    """
    said: dict[str, Any] = {"headers": headers, "base_url": base_url, "checks_credentials": checks_credentials}
    if states is not None:
        said |= {"states": states[0], "states_source": states[1]}
    if messages is not None:
        from contractkit.sources.messages import load_any_messages, not_there  # only who has messages pays for it

        if is_elsewhere(messages):  # which nothing locks
            raise not_there(messages)
        said |= {"messages": load_any_messages(messages, root=root), "messages_source": _source(messages, root)}
    if definition is None:
        return StubbedProvider(name, None, source=_source(str(messages), root), **said)
    if load is None:
        loaded = load_definition(definition, root=root, remote_references=remote_references)
    else:
        loaded = load("definition", definition)
    first: Definition | RpcDefinition = loaded.definition
    if proto is None:
        return StubbedProvider(name, first, source=_source(loaded.source, root), **said)
    beside = load_definition(proto, root=root) if load is None else load("proto", proto)
    second: Definition | RpcDefinition = beside.definition
    if has_procedures(first) or not has_procedures(second):
        raise SettingsError(
            f"The two definitions of {name} are not one of HTTP and one of remote procedures.",
            details=[("definition", loaded.source), ("proto", beside.source)],
            next_step="Set definition to the OpenAPI document and proto to the protobuf one, or definition alone.",
        )
    return StubbedProvider(
        name,
        first,
        source=_source(loaded.source, root),
        proto=second,
        proto_source=_source(beside.source, root),
        **said,
    )


def _source(source: str, root: Path) -> str:
    """Give a definition's place without what differs between machines."""
    path = Path(source)
    if not path.is_absolute():
        return source.replace("\\", "/")
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
