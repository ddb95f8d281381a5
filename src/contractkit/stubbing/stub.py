"""The stub of a script or of any test framework: `with Stub("orders.yaml") as stub:`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from contractkit.errors import ContractkitError, RecordingError, UnusedExpectationError, UsageError
from contractkit.exact_json import Json
from contractkit.model import Contract
from contractkit.recording.session import StubSession
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uses import check_name
from contractkit.stubbing.callers import calling_origin
from contractkit.stubbing.dependencies import Dependency, dependency_at
from contractkit.stubbing.recorded_files import file_for
from contractkit.stubbing.recordings import check_place, record
from contractkit.stubbing.shared_definitions import shared_provider

if TYPE_CHECKING:
    import grpc
    import grpc.aio

    from contractkit.recording.messages import MessageDelivery
    from contractkit.recording.reply_to import ReplyTo
    from contractkit.transports.in_process import AsyncStubTransport, Interception, StubTransport

_NOBODY = "The client"


class Stub:
    """A stub of one provider, made from its definition, for as long as a `with` or `async with` block runs.

    When the block ends well, what it declared and did is checked: a request that the definition does not allow, and a
    state, reply or interception that no call used, are raised. A block that fails keeps its own error, to which what
    the stub refused is added as a note. Everything may be called from any thread; stubs do not disturb each other.
    """

    def __init__(
        self,
        definition: str | Path,
        *,
        provider: str | None = None,
        consumer: str | None = None,
        proto: str | Path | None = None,
        headers: Iterable[str] | None = None,
        base_url: str | None = None,
        check_credentials: bool | None = None,
        record: bool | str | Path = False,
        name: str | None = None,
    ) -> None:
        """Read the definition.

        Args:
            definition: A path, a URL, `git:REVISION:PATH`, or the name of a provider in `pyproject.toml`.
            provider: What the provider is called in contracts; the name in the settings, or the file's, where None.
            consumer: What this project is called in contracts; the settings' `consumer` where None.
            proto: The protobuf definition of a provider that offers both, where `definition` is one of HTTP.
            headers: Request headers and metadata to record beside the declared ones.
            base_url: Where production runs it: what `intercept()` takes where no URL is given.
            check_credentials: Whether requests must have the credentials that the definition demands; as the settings
                say where None, else True.
            record: Whether a block that ends well leaves a contract: True for the settings' `contracts` directory,
                else a directory, or a file that ends in `.json`.
            name: Who the recording belongs to; the test, function or script that uses the stub where None.

        Raises:
            DefinitionError: The definition cannot be read.
            SettingsError: The settings have no such provider, or lack what is needed.
            UsageError: An argument cannot be used.
        """
        for given, what, like in (
            (provider, "A provider", "orders"),
            (consumer, "A consumer", "web-shop"),
            (name, "A recording", "browser tests"),
        ):
            if given is not None:
                check_name(given, what=what, like=like)
        _check_record(record)
        self._given = definition
        self._dependency = _asked(dependency_at(definition), provider, proto, headers, base_url, check_credentials)
        self._name = name
        self._consumer, self._place = _recorded_where(record, consumer, self._dependency)
        self._shared = shared_provider(self._dependency)
        self._provider: StubbedProvider | None = None
        self._session: StubSession | None = None
        self._owner = ""

    # the block

    def __enter__(self) -> "Stub":
        if self._provider is not None:
            raise UsageError(
                f"This stub of {self._dependency.shown} is in use already.",
                next_step="Make another one: they do not disturb each other.",
            )
        if self._place is not None:
            check_place(self._place, self._consumer, self._dependency.name)
        origin = calling_origin(self._dependency.root, self._name)
        self._owner = origin.node_id
        self._provider = self._shared.apart()
        self._session = StubSession(self._provider, consumer=self._consumer, origin=origin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session = self._open_session()
        session.close()
        if self._provider is not None:
            self._provider.stop()
        self._provider = None
        found = session.take_errors()
        if error is not None:
            for each in found:
                if not isinstance(each, UnusedExpectationError):
                    error.add_note(f"\n{each}")
            return
        if found:
            raise _joined(found)
        if self._place is not None:
            record(self._place, session.contract(), name=self._owner, root=self._dependency.root)

    async def __aenter__(self) -> "Stub":
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    # ways in

    @property
    def url(self) -> str:
        """Give the stub's URL, base path included, for a client of any kind in any process."""
        return self._open_session().url

    @property
    def target(self) -> str:
        """Give the address of the stub's remote procedures, as a gRPC channel takes it: `127.0.0.1:50051`."""
        return self._open_session().target

    def channel(self) -> "grpc.Channel":
        """Give a gRPC channel to the stub for generated clients; it is closed when the block ends."""
        return self._open_session().channel()

    def aio_channel(self) -> "grpc.aio.Channel":
        """Give the same for asyncio; whoever opens it closes it: `async with stub.aio_channel() as channel`."""
        return self._open_session().aio_channel()

    def transport(self) -> "StubTransport":
        """Give a transport for `httpx.Client` or `httpx2.Client`: the same stub without a socket."""
        return self._open_session().transport()

    def async_transport(self) -> "AsyncStubTransport":
        """Give the same for `httpx.AsyncClient` or `httpx2.AsyncClient`."""
        return self._open_session().async_transport()

    def intercept(self, url: str | None = None) -> "Interception":
        """Answer what clients send to a URL, until the block ends or the `with` block that this opens.

        Args:
            url: The base URL of production; the provider's `base_url` where None.
        """
        return self._open_session().intercept(url)

    # what is said and looked at

    def given(self, name: str, /, **params: Json) -> "Stub":
        """Name a state that the provider must be in for the calls that follow; several states add up."""
        self._open_session().given(name, **params)
        return self

    def on(self, operation: str) -> "ReplyTo":
        """Give what takes replies to an operation, by id, as `GET /orders/{id}`, or as a procedure's name."""
        return self._open_session().on(operation)

    def message(
        self,
        name: str,
        contents: object = None,
        *,
        metadata: Mapping[str, object] | None = None,
        description: str | None = None,
    ) -> "MessageDelivery":
        """Give a message that the provider of the settings emits, to be handed to the consumer's handler."""
        return self._open_session().message(name, contents, metadata=metadata, description=description)

    @property
    def calls(self) -> tuple[Any, ...]:
        """Give the calls answered so far as `Call` and `AnsweredCall`, refused ones included, credentials replaced."""
        return self._used_session().calls

    def contract(self) -> Contract:
        """Give what was recorded so far, refused requests left out."""
        return self._used_session().contract()

    def write_contract(self, place: str | Path) -> Path:
        """Lay what was recorded so far into a contract file, as `record` does when a block ends well.

        Args:
            place: A directory, or a file that ends in `.json`; relative to the working directory.

        Returns:
            The file.

        Raises:
            ContractFileError: The file that is there is no contract, or cannot be written.
            UsageError: It is the contract of others, or nothing tells who the consumer or the provider is.
        """
        consumer, path = _recorded_where(place, None if self._consumer == _NOBODY else self._consumer, self._dependency)
        assert path is not None
        found = replace(self._used_session().contract(), consumer=consumer)
        record(path, found, name=self._owner, root=self._dependency.root, is_urgent=True)
        return path

    def _open_session(self) -> StubSession:
        if self._session is None or self._provider is None:
            raise RecordingError(
                f"This stub of {self._dependency.shown} is {'not in use yet' if self._session is None else 'over'}.",
                next_step=f'Use it within its block: with Stub("{self._given}") as stub.',
            )
        return self._session

    def _used_session(self) -> StubSession:
        return self._session or self._open_session()


def _check_record(record: object) -> None:
    if not isinstance(record, bool | str | Path) or record == "":
        raise UsageError(
            "record says where a contract is left.",
            details=[("expected", "True, a directory, or a file that ends in .json"), ("received", repr(record))],
        )


def _asked(
    found: Dependency,
    provider: str | None,
    proto: str | Path | None,
    headers: Iterable[str] | None,
    base_url: str | None,
    check_credentials: bool | None,
) -> Dependency:
    """Give a dependency with what the arguments say of it."""
    said: dict[str, Any] = {"name": provider, "proto": None if proto is None else str(proto), "base_url": base_url}
    said["checks_credentials"] = check_credentials
    if headers is not None:
        said["headers"] = _checked_headers(headers)
    return replace(found, **{name: value for name, value in said.items() if value is not None})


def _checked_headers(headers: object) -> tuple[str, ...]:
    named = (headers,) if isinstance(headers, str) else tuple(headers) if isinstance(headers, Iterable) else ()
    if all(isinstance(each, str) for each in named) and (named or isinstance(headers, Iterable)):
        return tuple(str(each) for each in named)
    raise UsageError(
        "headers names request headers to record.",
        details=[("expected", 'texts, for example ["X-Tenant"]'), ("received", repr(headers))],
    )


def _recorded_where(record: bool | str | Path, consumer: str | None, dependency: Dependency) -> tuple[str, Path | None]:
    """Give who the consumer is and the file of the contract, None where nothing is recorded."""
    if record is False:
        return consumer or _NOBODY, None
    from contractkit.settings import load_settings

    settings = load_settings(dependency.root)
    consumer = consumer or settings.consumer
    if consumer is None:
        raise UsageError(
            "Nothing tells who the consumer of the contract is.",
            details=[("file", settings.origin)],
            next_step='Say it: Stub(…, consumer="web-shop"), or consumer = "web-shop" in [tool.contractkit].',
        )
    if not dependency.name:
        raise UsageError(
            f"Nothing tells what to call the service that {dependency.definition} defines.",
            next_step='Say it: Stub(…, provider="orders").',
        )
    place = settings.contracts_directory if record is True else Path(record)
    return consumer, file_for(place, consumer, dependency.name)


def _joined(errors: tuple[ContractkitError, ...]) -> ContractkitError:
    """Give the first error, the others added as notes."""
    first, *others = errors
    for each in others:
        first.add_note(f"\n{each}")
    return first
