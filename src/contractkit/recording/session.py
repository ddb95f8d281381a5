"""Sessions: one test's use of one provider's stub, from the first `given` to the interactions it leaves."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contractkit.definitions.interface import Operation
from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import (
    ContractkitError,
    RecordingError,
    UnknownNameError,
    suggestion,
)
from contractkit.exact_json import Json
from contractkit.model import Contract, HttpRequest, HttpResponse
from contractkit.recording.calls import HttpExchange
from contractkit.recording.http_calls import HttpCalls, expected_of
from contractkit.recording.interceptions import Interceptions
from contractkit.recording.notes import Notes
from contractkit.recording.origins import TestOrigin
from contractkit.recording.reply_to import HttpReplyTo, ReplyTo, RpcReplyTo
from contractkit.recording.rpc_calls import AnsweredCall, LedCall, RpcCalls
from contractkit.recording.serving import Serving, checked_for, checked_rpc_for
from contractkit.recording.stubbed import StubbedProvider
from contractkit.recording.uses import check_name
from contractkit.transports import nobody_is_served
from contractkit.transports.faults import Faults

if TYPE_CHECKING:
    import grpc
    import grpc.aio

    from contractkit.recording.messages import MessageDelivery
    from contractkit.recording.volatile import Steady
    from contractkit.transports.in_process import AsyncStubTransport, Interception, StubTransport


class StubSession:
    """The stub of one provider, for one test.

    Everything may be called from any thread; requests are answered one at a time.
    """

    def __init__(
        self,
        provider: StubbedProvider,
        *,
        consumer: str,
        origin: TestOrigin,
        pending: bool = False,
        again: Serving | None = None,
        steady: "Sequence[Steady]" = (),
    ) -> None:
        """Begin; `again` says what is served in a re-run or a replay, `steady` what stands for volatile values."""
        self._provider = provider
        self._consumer = consumer
        self._notes = Notes()
        self._calls: list[HttpExchange | AnsweredCall | LedCall] = []
        self._interceptions = Interceptions(provider, consumer, self._notes)
        self._channels: list[grpc.Channel] = []
        self._is_closed = False
        self._origin = origin
        self._pending = pending
        self._again = again
        self._faults = Faults()
        asked = {"consumer": consumer, "origin": origin, "pending": pending, "faults": self._faults, "again": again}
        self._http = HttpCalls(provider, self._notes, self._calls, steady=steady, **asked)  # type: ignore[arg-type]
        self._rpc = RpcCalls(provider, self._notes, self._calls, **asked)  # type: ignore[arg-type]
        provider.answer_with(self.handle, self._rpc)

    # what a test says

    def given(self, name: str, /, **params: Json) -> "StubSession":
        """Name a state that the provider must be in for the calls that follow; several states add up.

        Args:
            name: The state in words, as the provider's team knows it: `order exists`.
            params: Its parameters, JSON values.

        Raises:
            StateError: The catalogue of the provider's states has no such state, or it takes other parameters.
        """
        __tracebackhide__ = True
        self._check_open()
        check_name(name, what="A state", like="order exists")
        with self._notes.lock:
            try:
                self._notes.give(name, params)
                if not self._pending:  # a team may ask for what is yet to be prepared
                    self._provider.check_state(name, params)
            except ContractkitError as error:
                raise error.with_traceback(None) from None  # where in our own code it was found helps nobody
        return self

    def on(self, operation: str) -> ReplyTo:
        """Give what takes replies to an operation.

        Args:
            operation: An id or signature (`GET /orders/{id}`); of a remote procedure its full name, or `Service/Method`
                or `Method` where only one has it.

        Raises:
            UnknownNameError: No definition has such an operation; the nearest are suggested.
        """
        __tracebackhide__ = True
        self._check_open()
        check_name(operation, what="An operation", like="getOrder")
        try:
            return self._reply_to(operation)
        except ContractkitError as error:
            raise error.with_traceback(None) from None

    def message(
        self,
        name: str,
        contents: object = None,
        *,
        metadata: Mapping[str, object] | None = None,
        description: str | None = None,
    ) -> "MessageDelivery":
        """Give a message that the provider emits, to be handed to the consumer's handler.

        `with orders.message("OrderPlaced") as message: handle(message.json)`, or
        `orders.message("OrderPlaced").handled_by(handle)`. It is recorded once the handler has taken it.

        Args:
            name: The message's name in its definition; of protobuf its full name, or the end of it where only one
                message has that.
            contents: What this test cares about, laid over what the definition makes; matchers may stand in it. Of
                protobuf also a generated message, which arrives as it is.
            metadata: What comes beside the contents, likewise.
            description: The interaction's words, by which the provider's side may know it; made from the name and the
                values written where None.

        Raises:
            UnknownNameError: The definition has no such message; the nearest are suggested.
            MessageError: The definition does not allow it.
        """
        from contractkit.recording.messages import MessageDelivery, made_for

        __tracebackhide__ = True
        self._check_open()
        check_name(name, what="A message", like="OrderPlaced")
        try:
            beside: dict[str, Any] = {"metadata": metadata, "description": description, "serving": self._again}
            made = made_for(self._provider.messages, name, contents=contents, **beside)
        except ContractkitError as error:
            raise error.with_traceback(None) from None
        return MessageDelivery(
            made,
            provider=self._provider.name,
            notes=self._notes,
            origin=self._origin,
            pending=self._pending,
            check_open=self._check_open,
            again=self._again,
        )

    def add_reply(
        self,
        operation: Operation,
        status: object,
        body: object,
        headers: Mapping[str, object] | None,
        *,
        example: object = None,
    ) -> None:
        """Take one reply, as `on(...).reply(...)` does."""
        __tracebackhide__ = True
        self._check_open()
        try:
            written = {"status": status, "body": body, "headers": headers, "example": example}
            reply = checked_for(self._again, self._provider.definition, operation, written)
        except ContractkitError as error:
            raise error.with_traceback(None) from None
        with self._notes.lock:
            self._notes.add_reply(operation.signature, reply)

    def add_expected(self, operation: Operation, **said: Any) -> None:
        """Take what one request must be, as `on(...).expects(...)` does."""
        from contractkit.recording.expected_requests import expected_request

        __tracebackhide__ = True
        self._check_open()
        try:
            expected = expected_request(operation, **said)
        except ContractkitError as error:
            raise error.with_traceback(None) from None
        with self._notes.lock:
            self._notes.add_reply(expected_of(operation), expected, what="expects")

    def add_rpc_reply(self, procedure: Procedure, answer: object, **written: Any) -> None:
        """Take one reply to a remote procedure, as `on(...).reply(...)` does."""
        __tracebackhide__ = True
        self._check_open()
        try:
            reply = checked_rpc_for(self._again, self._provider.procedures, procedure, answer, written)
        except ContractkitError as error:
            raise error.with_traceback(None) from None
        with self._notes.lock:
            self._notes.add_reply(procedure.operation.signature, reply)

    def add_fault(self, operation: Operation, said: Mapping[str, object], *, is_rpc: bool = False) -> None:
        """Take what goes wrong with calls of an operation, as `on(...).fault(...)` does."""
        from contractkit.transports.fault_words import check_status, fault_of  # only who asks for faults pays for it

        __tracebackhide__ = True
        self._check_open()
        try:
            fault = fault_of(said, at=f"The fault of {operation.name}")
            check_status(fault, operation.name, is_rpc=is_rpc)
        except ContractkitError as error:
            raise error.with_traceback(None) from None
        self._faults.add(operation.name, fault)

    # ways in

    @property
    def url(self) -> str:
        """Give the stub's URL, base path included, for a client of any kind.

        Raises:
            SettingsError: The provider has remote procedures only.
        """
        return self._provider.url

    @property
    def target(self) -> str:
        """Give the address of the stub's remote procedures, as a gRPC channel takes it: `127.0.0.1:50051`.

        Raises:
            SettingsError: The provider has no remote procedures.
        """
        return self._provider.procedures.target

    def channel(self) -> "grpc.Channel":
        """Give a gRPC channel to the stub for generated clients; it is closed when the test ends."""
        from contractkit.transports.grpc_channels import open_channel

        opened = open_channel(self.target)
        self._channels.append(opened)
        return opened

    def aio_channel(self) -> "grpc.aio.Channel":
        """Give the same for asyncio; whoever opens it closes it: `async with stub.aio_channel() as channel`."""
        from contractkit.transports.grpc_channels import open_aio_channel

        return open_aio_channel(self.target)

    def transport(self) -> "StubTransport":
        """Give a transport for `httpx.Client` or `httpx2.Client`: the same stub without a socket."""
        from contractkit.transports.in_process import StubTransport

        return StubTransport(self._http_handler())

    def async_transport(self) -> "AsyncStubTransport":
        """Give the same for `httpx.AsyncClient` or `httpx2.AsyncClient`."""
        from contractkit.transports.in_process import AsyncStubTransport

        return AsyncStubTransport(self._http_handler())

    def intercept(self, url: str | None = None) -> "Interception":
        """Answer what clients send to a URL, until the test ends or the `with` block that this opens.

        Clients of httpx and httpx2 are answered in process; connections of requests, urllib3 and aiohttp are led to the
        stub.

        Args:
            url: The base URL of production; the provider's `base_url` setting where None.

        Raises:
            SettingsError: Neither is there.
            UsageError: It is no URL.
        """
        __tracebackhide__ = True
        self._check_open()
        return self._interceptions.start(url, self.handle)

    @property
    def calls(self) -> tuple[Any, ...]:
        """Give the calls answered so far as `Call` and `AnsweredCall`, refused ones included, credentials replaced."""
        with self._notes.lock:
            return tuple(each if isinstance(each, AnsweredCall) else each.answered() for each in self._calls)

    @property
    def is_used(self) -> bool:
        """Say whether anything called the stub, or anything was recorded of it."""
        with self._notes.lock:
            return bool(self._calls or self._notes.interactions)

    # what it does

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one HTTP request and remember it; once the test has ended, as where no test uses the stub."""
        with self._notes.lock:
            return nobody_is_served(request) if self._is_closed else self._http.handle(request)

    def close(self) -> None:
        """End the test's use: the servers serve nobody, interceptions stop, open calls count as given up."""
        with self._notes.lock:
            self._is_closed = True
        self._provider.rest()
        self._interceptions.stop()
        self._rpc.close()
        for channel in self._channels:
            channel.close()

    def take_errors(self) -> tuple[ContractkitError, ...]:
        """Give what went wrong since this was last asked, unused states and replies included; empty if all is well."""
        with self._notes.lock:
            unused = self._interceptions.take_unused()
            if self._faults:
                unused += [("fault", f"{name}: {fault}") for name, fault in self._faults.take_unused()]
            return self._notes.take_errors(self._provider.name, unused=unused)

    def contract(self) -> Contract:
        """Give what this test recorded, as a contract of its own."""
        with self._notes.lock:
            interactions = self._notes.interactions
        return Contract(
            consumer=self._consumer,
            provider=self._provider.name,
            interactions=interactions,
            definition=self._provider.reference if interactions else None,
        )

    def _http_handler(self) -> Any:
        _ = self._provider.definition  # refused where there is none
        return self.handle

    def _check_open(self) -> None:
        __tracebackhide__ = True
        if self._is_closed:
            raise RecordingError(
                f"This stub of {self._provider.name} belongs to a test that has ended.",
                details=[("test", self._origin.node_id)],
                next_step=f'Ask for a stub in each test: contract_stub("{self._provider.name}").',
            )

    def _reply_to(self, name: str) -> ReplyTo:
        provider = self._provider
        if not provider.has_procedures:
            return HttpReplyTo(self, provider.operation(name))
        try:
            return RpcReplyTo(self, provider.procedures.definition.procedure(name))
        except UnknownNameError:
            if not provider.has_http:
                raise
        try:
            return HttpReplyTo(self, provider.operation(name))
        except UnknownNameError:
            known = [each.name for definition in provider.definitions for each in definition.operations]
            raise UnknownNameError(
                f"Neither definition of {provider.name} has an operation {name!r}.", next_step=suggestion(name, known)
            ) from None
