"""Stubbed providers: what all tests of a process share of one: its definitions, and the servers that stub them."""

import copy
import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeGuard, cast

from contractkit.definitions.interface import Definition, Operation, Route
from contractkit.definitions.references import Documents
from contractkit.definitions.rpc_interface import RpcDefinition
from contractkit.definitions.surface_reader import SurfaceReader
from contractkit.errors import SettingsError
from contractkit.exact_json import Json
from contractkit.model import DefinitionReference
from contractkit.recording.credentials import Credentials, credentials_of
from contractkit.recording.stubbed_procedures import StubbedProcedures
from contractkit.transports import Handler, RpcHandler, nobody_is_called, nobody_is_served
from contractkit.transports.loops import bring_near

if TYPE_CHECKING:
    from contractkit.definitions.messages import MessageDefinition
    from contractkit.definitions.security import MissingCredentials
    from contractkit.document.state_catalogue import StateCatalogue
    from contractkit.transports.server import StubServer


class _Digested(Protocol):
    """A definition of any kind, which contracts name by its digest."""

    @property
    def digest(self) -> str:
        """Give the digest."""


class StubbedProvider:
    """A provider as its definitions describe it. A server starts when its URL or target is first asked for."""

    def __init__(
        self,
        name: str,
        definition: Definition | RpcDefinition | None,
        *,
        source: str,
        headers: Iterable[str] = (),
        base_url: str | None = None,
        proto: RpcDefinition | None = None,
        proto_source: str = "",
        messages: "MessageDefinition | RpcDefinition | None" = None,
        messages_source: str = "",
        states: "StateCatalogue | None" = None,
        states_source: str = "",
        checks_credentials: bool = True,
    ) -> None:
        """Take one definition of either kind, or one of HTTP with one of remote procedures; messages beside or alone.

        Args:
            name: The provider's name in contracts.
            definition: What it offers; None where it emits messages and offers nothing that is called.
            source: Where the definition came from, as contracts name it.
            headers: Request headers and metadata that are recorded beside the declared ones.
            base_url: Where production runs it: what `intercept` takes where no URL is given.
            proto: What it offers as remote procedures too, where `definition` is one of HTTP.
            proto_source: Where that came from.
            messages: What it emits without being asked.
            messages_source: Where the definition of that came from.
            states: The states that its team prepares; None where nobody says.
            states_source: Where that came from.
            checks_credentials: Whether a request must have the credentials that its operation demands.
        """
        self.checks_credentials = checks_credentials
        self.name = name
        self.source = source
        self.headers = tuple(headers)
        self.base_url = base_url
        self._http = None if definition is None or has_procedures(definition) else cast(Definition, definition)
        rpc = definition if definition is not None and has_procedures(definition) else proto
        self._procedures = StubbedProcedures(name, rpc, headers=self.headers) if rpc is not None else None
        beside = [(proto_source, proto)] if proto is not None and self._http is not None else []
        own = [(source, definition)] if definition is not None else []
        told = [(messages_source, messages)] if messages is not None else []
        self._defined: list[tuple[str, _Digested]] = [*own, *beside, *told]
        self._messages = messages
        self._states = states
        self._states_source = states_source
        self._server: StubServer | None = None
        self._handler: Handler = nobody_is_served

    @property
    def definition(self) -> Definition:
        """Give the definition of HTTP.

        Raises:
            SettingsError: There is none, so that the stub has no URL.
        """
        if self._http is None:
            has = "remote procedures and no HTTP" if self._procedures is not None else "messages and no HTTP"
            raise SettingsError(
                f"{self.name} is defined by {self.source}, which has {has}: it has no URL.",
                next_step="Use .message(…); or set an OpenAPI document as its definition."
                if self._procedures is None
                else "Use .target, .channel() or .aio_channel(); or set an OpenAPI document as its definition.",
            )
        return self._http

    @property
    def procedures(self) -> StubbedProcedures:
        """Give the remote procedures.

        Raises:
            SettingsError: There are none, so that the stub has no target.
        """
        if self._procedures is None:
            raise SettingsError(
                f"{self.name} is defined by {self.source}, which has no remote procedures: it has no target.",
                next_step=f'Use .url; or set proto = "….proto" in [tool.contractkit.providers.{self.name}].',
            )
        return self._procedures

    @property
    def messages(self) -> "MessageDefinition | RpcDefinition":
        """Give what defines the messages that it emits; where nothing else does, what defines its procedures.

        Raises:
            SettingsError: Nothing defines any.
        """
        if self._messages is not None:
            return self._messages
        if self._procedures is not None:
            return self._procedures.definition
        raise SettingsError(
            f"Nothing defines the messages of {self.name}.",
            next_step="Set a JSON Schema, a directory of them, an AsyncAPI document or .proto files:\n\n"
            f'[tool.contractkit.providers.{self.name}]\nmessages = "path/to/messages"',
        )

    def check_state(self, name: str, params: Mapping[str, Json]) -> None:
        """Check that its team prepares a state with such parameters, where it says what it prepares.

        Raises:
            StateError: It does not; the nearest names are given.
        """
        if self._states is not None:
            from contractkit.recording.known_states import check_state  # only who has a catalogue pays for it

            check_state(self._states, name, params, source=self._states_source)

    @property
    def definitions(self) -> tuple[Definition | RpcDefinition, ...]:
        """Give its definitions, the one of HTTP first."""
        rpc = (self._procedures.definition,) if self._procedures is not None else ()
        return (self._http, *rpc) if self._http is not None else rpc

    @property
    def has_http(self) -> bool:
        """Say whether it offers HTTP."""
        return self._http is not None

    @property
    def has_procedures(self) -> bool:
        """Say whether it offers remote procedures."""
        return self._procedures is not None

    @property
    def url(self) -> str:
        """Give the URL that clients use: the server's, with the base path of the definition's own server."""
        base_path = self.base_path
        if self._server is None:
            from contractkit.transports.server import StubServer

            self._server = StubServer(self._handler)
        bring_near("http")
        return self._server.url + base_path

    @property
    def base_path(self) -> str:
        """Give the base path of the definition's own server, or an empty text."""
        return next(iter(self.definition.base_paths), "")

    @cached_property
    def credentials(self) -> Credentials:
        """Give where requests carry credentials."""
        return credentials_of(self.definition)

    @cached_property
    def surfaces(self) -> SurfaceReader | None:
        """Give what knows the types of parameters, where the definition was read from documents."""
        documents = getattr(self.definition, "documents", None)
        return SurfaceReader(documents) if isinstance(documents, Documents) else None

    @cached_property
    def reference(self) -> DefinitionReference:
        """Give the definition's place and digest, as contracts name them; of two definitions both, and one digest."""
        references = [DefinitionReference(source=source, digest=each.digest) for source, each in self._defined]
        if len(references) == 1:
            return references[0]
        joined = "\n".join(each.digest for each in references)
        return DefinitionReference(
            source=", ".join(each.source for each in references),
            digest=f"sha256:{hashlib.sha256(joined.encode()).hexdigest()}",
        )

    def apart(self) -> "StubbedProvider":
        """Give the same provider, its definitions shared, with servers of its own."""
        other = copy.copy(self)
        other._server, other._handler = None, nobody_is_served
        if self._procedures is not None:
            known = self._procedures
            other._procedures = StubbedProcedures(known.provider, known.definition, headers=known.recorded_metadata)
        return other

    def under(self, definition: "Definition | RpcDefinition | MessageDefinition", source: str) -> "StubbedProvider":
        """Give the same provider, with servers of its own, under another definition in the place of that of its kind.

        Args:
            definition: The other definition; where the provider had none of its kind, it has it beside the others.
            source: Where that came from.
        """
        http, rpc = self._http, self._procedures.definition if self._procedures is not None else None
        messages = self._messages
        match definition.kind:
            case "OpenAPI":
                http = cast(Definition, definition)
            case "protobuf" if rpc is None and messages is not None and messages.kind == "protobuf":
                messages = cast(RpcDefinition, definition)
            case "protobuf":
                rpc = cast(RpcDefinition, definition)
            case _:
                messages = cast("MessageDefinition", definition)
        return StubbedProvider(
            self.name,
            rpc if http is None else http,
            source=source,
            headers=self.headers,
            base_url=self.base_url,
            proto=None if http is None else rpc,
            proto_source=source,
            messages=messages,
            messages_source=source,
            states=self._states,
            states_source=self._states_source,
            checks_credentials=self.checks_credentials,
        )

    def missing_credentials(self, route: Route) -> "MissingCredentials | None":
        """Give which credentials a request lacks; None where they are there, or nobody looks."""
        return self.definition.missing_credentials(route) if self.checks_credentials else None

    def operation(self, name: str) -> Operation:
        """Give an operation of HTTP by id or signature, or raise `UnknownNameError` with the nearest names."""
        return self.definition.operation(name)

    def answer_with(self, handler: Handler, rpc_handler: RpcHandler = nobody_is_called) -> None:
        """Let requests and calls be answered by these handlers from now on."""
        self._handler = handler
        if self._server is not None:
            self._server.handler = handler
        if self._procedures is not None:
            self._procedures.answer_with(rpc_handler)

    def rest(self) -> None:
        """Serve nobody until the next test."""
        self.answer_with(nobody_is_served)

    def stop(self) -> None:
        """Stop the servers that ever started."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._procedures is not None:
            self._procedures.stop()


def has_procedures(definition: Definition | RpcDefinition) -> TypeGuard[RpcDefinition]:
    """Say whether a definition is one of remote procedures."""
    return hasattr(definition, "procedure")
