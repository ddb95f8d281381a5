"""One route of the API as data: the server and the OpenAPI document are both made from a table of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from contractkit.exact_json import Json
from contractkit_broker.forms import NOT_BLANK
from contractkit_broker.web import Call, Reply

Handler: TypeAlias = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Answer:
    """A declared reply: what it means, the schema of its body by name, and its media type.

    `also` names further media types that a client may ask for; nothing is said of their bodies.
    """

    description: str
    schema: str | None = None
    media_type: str = "application/hal+json"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query parameter that takes not any text: its meaning, the schema of its value, whether it must be there."""

    meaning: str
    schema: Json = field(default_factory=lambda: {"type": "string", "pattern": NOT_BLANK})
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path.

    Attributes:
        method: HTTP method in upper case.
        path: Template, each parameter one encoded segment: `/pacticipants/{name}`.
        handler: What serves it; its name in camel case is the operation's id.
        summary: One sentence for people.
        group: The resource it belongs to.
        answers: Status to declared reply; refusals that hold everywhere are added by the document.
        query: Query parameter to what it means; a plain text where it takes any value.
        body: The schema of the request body by name, or a media type where the body is raw.
        variant: Told apart from another route with the same handler.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    group: str
    answers: dict[int, Answer] = field(default_factory=dict)
    query: Mapping[str, str | Query] = field(default_factory=dict)
    body: str | None = None
    variant: str = ""

    @property
    def operation_id(self) -> str:
        """Give the operation's id in the OpenAPI document."""
        first, *rest = f"{self.handler.__name__}{'_' if self.variant else ''}{self.variant}".split("_")
        return first + "".join(word.capitalize() for word in rest)


def get(
    path: str,
    handler: Handler,
    summary: str,
    schema: str,
    *,
    group: str = "contracts",
    variant: str = "",
    query: Mapping[str, str | Query] | None = None,
) -> Route:
    """Give the route of a plain read, which answers 200 with a body of that schema, or 404."""
    answers = {200: Answer("What was asked for.", schema), 404: Answer("There is none.", "Error")}
    return Route(
        method="GET",
        path=path,
        handler=handler,
        summary=summary,
        group=group,
        variant=variant,
        answers=answers,
        query=dict(query or {}),
    )
