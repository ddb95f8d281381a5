"""What `on` gives: takes what a test says of one operation, in the form of its transport."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from contractkit.definitions.interface import Operation
from contractkit.definitions.rpc_interface import Procedure
from contractkit.errors import RecordingError

if TYPE_CHECKING:
    from contractkit.matchers import Matcher
    from contractkit.recording.session import StubSession
    from contractkit.transports.faults import Malformed, Reset


class ReplyTo:
    """What `on` gives: takes the replies to one operation, in the form of its transport."""

    def reply(self, *args: Any, **options: Any) -> "ReplyTo":
        """Answer the next call with this, laid over the synthesised answer.

        Several replies answer in their order; the last one stays. Each must be used.
        """
        raise NotImplementedError

    def expects(self, *args: Any, **options: Any) -> "ReplyTo":
        """Say what the next request must be; over HTTP."""
        raise NotImplementedError

    def fault(
        self,
        *,
        latency: "float | tuple[float, float] | str | None" = None,
        status: int | str | None = None,
        reset: "Reset | None" = None,
        bytes_per_second: int | None = None,
        malformed: "Malformed | None" = None,
        every: int = 1,
        times: int | None = None,
    ) -> Self:
        """Let calls go wrong. They are marked in `.calls` and recorded in no contract; some call must meet each fault.

        Args:
            latency: Seconds before the answer; a pair to draw from, which equal runs draw alike; or `"200ms"`.
            status: Answer this: a number over HTTP, also one that is not declared; a status's name over gRPC.
            reset: Reset the connection: `before-headers` or `after-headers`.
            bytes_per_second: Send the body so slowly.
            malformed: End the body in its middle: `truncated` (broken JSON) or `wrong-length` (a connection that ends
                before the body does).
            every: Only each n-th call.
            times: Only so many calls.

        Raises:
            UsageError: A value is none of its kind, two exclude each other, or the transport has no such fault.
        """
        __tracebackhide__ = True
        said = {"latency": latency, "status": status, "reset": reset, "bytes_per_second": bytes_per_second}
        self._fault({**said, "malformed": malformed, "every": every, "times": times})
        return self

    def _fault(self, said: Mapping[str, object]) -> None:
        raise NotImplementedError


class HttpReplyTo(ReplyTo):
    """Takes the replies to an operation of HTTP."""

    def __init__(self, session: "StubSession", operation: Operation) -> None:
        self._session = session
        self._operation = operation

    def reply(
        self,
        status: "int | Matcher[int] | None" = None,
        body: object = None,
        headers: "Mapping[str, str | Matcher[Any]] | None" = None,
        *,
        example: str | None = None,
    ) -> "HttpReplyTo":
        """Answer the next call with this, laid over the synthesised answer.

        Several replies answer in their order; the last one stays. Each must be used.

        Args:
            status: A status the operation declares; its lowest success where None.
            body: What this test cares about, as JSON: an object's members win member by member, a list wins whole.
            headers: Header name to value.
            example: The name of an example of the definition to answer with, under what `body` says; where no status is
                given, the status that the example belongs to.

        Matchers may stand for the status and for headers, and anywhere in the body; the stub answers their examples.

        Raises:
            ReplyError: The definition does not allow it.
            MatcherError: A matcher does not accept its own example, or no verifier could judge by it.
        """
        __tracebackhide__ = True
        self._session.add_reply(self._operation, status, body, headers, example=example)
        return self

    def expects(
        self,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
        body: object = None,
    ) -> "HttpReplyTo":
        """Say what the next request to the operation must be; what is not named here may be anything.

        A matcher stands for several values, and the contract holds its example in place of what was sent. Several
        expectations hold for the requests in their order; the last one stays. Each must be used.

        Args:
            path: Path parameters by name.
            query: Query parameters by name; a list where one comes several times.
            headers: Headers by name; they are recorded.
            body: A JSON value, or the text of another body. An object may have further members.

        Raises:
            MatcherError: A matcher does not accept its own example, or there is no such path parameter.
        """
        __tracebackhide__ = True
        self._session.add_expected(self._operation, path=path, query=query, headers=headers, body=body)
        return self

    def _fault(self, said: Mapping[str, object]) -> None:
        __tracebackhide__ = True
        self._session.add_fault(self._operation, said)


class RpcReplyTo(ReplyTo):
    """Takes the replies to a remote procedure."""

    def __init__(self, session: "StubSession", procedure: Procedure) -> None:
        self._session = session
        self._procedure = procedure

    def reply(
        self,
        answer: object = None,
        *,
        status: object = "OK",
        message: str = "",
        details: object = (),
        initial_metadata: Mapping[str, str | bytes] | None = None,
        trailers: Mapping[str, str | bytes] | None = None,
    ) -> "RpcReplyTo":
        """Answer the next call with this.

        Several replies answer in their order; the last one stays. Each must be used.

        Args:
            answer: A mapping, laid over the synthesised message member by member; a generated message, sent as it is;
                for a procedure that answers with a stream, a list of such: the whole stream. None writes nothing.
            status: The status that ends the call, by its gRPC name.
            message: The status's text.
            details: The status's details: mappings with `@type`, or generated messages.
            initial_metadata: Name to value; bytes where the name ends in `-bin`.
            trailers: Likewise, sent with the status.

        Raises:
            ReplyError: The definition does not allow it.
        """
        __tracebackhide__ = True
        written = {"status": status, "message": message, "details": details}
        self._session.add_rpc_reply(
            self._procedure, answer, **written, initial_metadata=initial_metadata or {}, trailers=trailers or {}
        )
        return self

    def _fault(self, said: Mapping[str, object]) -> None:
        __tracebackhide__ = True
        self._session.add_fault(self._procedure.operation, said, is_rpc=True)

    def expects(self, *args: Any, **options: Any) -> "RpcReplyTo":
        """Refuse: what a call sends is looked at in `.calls`.

        Raises:
            RecordingError: Always.
        """
        raise RecordingError(
            f"Nothing can be expected of the requests to {self._procedure.operation.name}: it is called over gRPC.",
            next_step="Look at what the client sent in .calls.",
        )
