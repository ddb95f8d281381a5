"""Stubbed providers: what all tests of a process share of one: its definition, and the server that stubs it."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from contractkit.definitions.interface import Definition, Operation
from contractkit.definitions.references import Documents
from contractkit.definitions.surfaces import SurfaceReader
from contractkit.model import DefinitionReference
from contractkit.recording.credentials import Credentials, credentials_of
from contractkit.transports import Handler, nobody_is_served

if TYPE_CHECKING:
    from contractkit.transports.server import StubServer


class StubbedProvider:
    """A provider as its definition describes it. The server starts when its URL is first asked for."""

    def __init__(
        self,
        name: str,
        definition: Definition,
        *,
        source: str,
        headers: Iterable[str] = (),
        base_url: str | None = None,
    ) -> None:
        """Take a definition.

        Args:
            name: The provider's name in contracts.
            definition: What it offers.
            source: Where the definition came from, as contracts name it.
            headers: Request headers that are recorded beside the declared ones.
            base_url: Where production runs it: what `intercept` takes where no URL is given.
        """
        self.name = name
        self.definition = definition
        self.source = source
        self.headers = tuple(headers)
        self.base_url = base_url
        self._server: StubServer | None = None
        self._handler: Handler = nobody_is_served

    @property
    def url(self) -> str:
        """Give the URL that clients use: the server's, with the base path of the definition's own server."""
        if self._server is None:
            from contractkit.transports.server import StubServer

            self._server = StubServer(self._handler)
        return self._server.url + self.base_path

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
        """Give the definition's place and digest, as contracts name them."""
        return DefinitionReference(source=self.source, digest=self.definition.digest)

    def operation(self, name: str) -> Operation:
        """Give an operation by id or signature, or raise `UnknownNameError` with the nearest names."""
        return self.definition.operation(name)

    def answer_with(self, handler: Handler) -> None:
        """Let requests be answered by this handler from now on."""
        self._handler = handler
        if self._server is not None:
            self._server.handler = handler

    def rest(self) -> None:
        """Serve nobody until the next test."""
        self.answer_with(nobody_is_served)

    def stop(self) -> None:
        """Stop the server, if it ever started."""
        if self._server is not None:
            self._server.stop()
            self._server = None
