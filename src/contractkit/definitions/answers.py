"""Answers: a whole response, from the status down to the body, valid by the definition and equal for equal arguments.

The body is the media type's example where it has one, else made from the schema; then what the request says comes
back where names and types agree, and what the caller gives wins over both.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from contractkit.definitions.checks import Check, Checks
from contractkit.definitions.echoes import echoed, laid_over
from contractkit.definitions.interface import Answer, Operation, Route
from contractkit.definitions.lowering import Direction
from contractkit.definitions.markup import as_markup
from contractkit.definitions.operations import Warn
from contractkit.definitions.promises import Promises
from contractkit.definitions.references import Node
from contractkit.definitions.responses import is_bodiless
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.surfaces import Content, Parameter, Response, Surface
from contractkit.definitions.synthesis import synthesise
from contractkit.errors import UnknownNameError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    HttpRequest,
    HttpResponse,
    JsonBody,
    Location,
    MissingBody,
    TextBody,
    base_media_type,
    is_json_media_type,
    media_type_of,
)
from contractkit.results import ABSENT

_BODY: Final = Location(("response", "body"))
_CONCRETE: Final = {"*/*": "application/json", "application/*": "application/json", "text/*": "text/plain"}
_KEPT: Final = 4_096  # made values; a long test run on a large document stays bounded


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an answer's body must be: the content chosen, its schema as view and as check."""

    content: Content
    media_type: str
    view: SchemaView | None
    check: Check | None


class Answers:
    """Makes the answers of one definition, and keeps what it made for the next equal question."""

    def __init__(self, checks: Checks, warn: Warn) -> None:
        self._checks = checks
        self._warn = warn
        self._made: dict[tuple[str, str, str], Json] = {}
        self._examples: dict[tuple[str, str], Json] = {}
        self._shapes: dict[tuple[str, int, tuple[str, ...]], _Shape | None] = {}

    def answer(
        self,
        operation: Operation,
        surface: Surface,
        *,
        seed: str,
        status: int | None,
        route: Route | None,
        body: Body | None,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        """Give an answer; the arguments are those of `Definition.answer`, with the operation's surface."""
        written = status if status is not None else default_status(tuple(surface.responses))
        declared = surface.response_to(written)
        if declared is None:
            raise _no_such_status(operation, surface, written)
        shape = self._shape(operation, declared, surface, written, route, body)
        value, filled = self._filled(shape, f"{operation.signature} {written} {seed}", route, surface, body)
        fields = self._fields(declared, shape, seed, filled, headers)
        response = HttpResponse(status=written, headers=fields, body=filled)
        view = shape.view if shape is not None else None
        promises = Promises(view, value, _BODY) if value is not ABSENT else {}
        return Answer(operation=operation, response=response, promises=promises)

    def _shape(
        self,
        operation: Operation,
        declared: Response,
        surface: Surface,
        status: int,
        route: Route | None,
        body: Body | None,
    ) -> _Shape | None:
        if body is not None:
            return self._new_shape(declared, surface, status, route, body)
        key = (operation.signature, status, route.request.headers.get("accept", ()) if route is not None else ())
        if key not in self._shapes:
            if len(self._shapes) >= _KEPT:
                self._shapes.clear()
            self._shapes[key] = self._new_shape(declared, surface, status, route, body)
        return self._shapes[key]

    def _new_shape(
        self, declared: Response, surface: Surface, status: int, route: Route | None, body: Body | None
    ) -> _Shape | None:
        if not declared.contents or is_bodiless(surface.method, status):
            return None
        content = chosen_content(declared.contents, route.request if route is not None else None, body)
        schema = content.node.get("schema")
        check = self._checks.of(schema, Direction.RESPONSE) if schema is not None else None
        base = base_media_type(content.media_type)
        media_type = _CONCRETE.get(base, "image/png" if base == "image/*" else content.media_type)
        return _Shape(content, media_type, content.view, check)

    def _filled(
        self, shape: _Shape | None, seed: str, route: Route | None, surface: Surface, body: Body | None
    ) -> tuple[Json, Body]:
        """Give the JSON value of the body, `ABSENT` where it is no JSON, and the body itself."""
        if shape is None or (body is not None and not isinstance(body, JsonBody)):
            given: Body = body if body is not None else MissingBody()
            return (given.value if isinstance(given, JsonBody) else ABSENT), given
        value = self._value(shape, seed, ABSENT if body is None else body.value)
        if route is not None:
            value = self._with_echoes(value, shape, route, surface, {} if body is None else body.value)
        if is_json_media_type(shape.media_type):
            return value, JsonBody(value, shape.media_type)
        return ABSENT, _as_body(value, shape.media_type)

    def _value(self, shape: _Shape, seed: str, given: Json) -> Json:
        key = (f"{shape.content.node.uri}#{shape.content.node.pointer}", seed, "" if given is ABSENT else _text(given))
        if key in self._made:
            return self._made[key]
        example = self._example(shape)
        if shape.view is None or shape.check is None:
            value = laid_over(None if example is ABSENT else example, given) if given is not ABSENT else example
            value = {} if value is ABSENT else value
        else:
            value = synthesise(shape.view, shape.check, seed, given=given, base=example)
        if len(self._made) >= _KEPT:
            self._made.clear()
        self._made[key] = value
        return value

    def _example(self, shape: _Shape) -> Json:
        """Give the example of the media type, the first that the schema allows; the others become warnings."""
        node = shape.content.node
        key = (node.uri, node.pointer)
        if key not in self._examples:
            self._examples[key] = next(self._valid_examples(shape), ABSENT)
        return self._examples[key]

    def _valid_examples(self, shape: _Shape) -> Iterator[Json]:
        for example in _examples(shape.content.node, shape.view):
            if shape.check is None or not is_json_media_type(shape.media_type) or shape.check.accepts(example.value):
                yield example.value
            else:
                violation = shape.check.violations(example.value, Location())[0]
                place = str(violation.location) or "its root"
                self._warn(f"An example does not fit its schema at {place}: expected {violation.expected}.", example)

    def _with_echoes(self, value: Json, shape: _Shape, route: Route, surface: Surface, given: Json) -> Json:
        if shape.view is None or shape.check is None or not isinstance(value, dict):
            return value
        echoes = echoed(route, surface, shape.view)
        own = given if isinstance(given, dict) else {}
        echoes = {name: each for name, each in echoes.items() if name not in own}
        if not echoes:
            return value
        whole = laid_over(value, echoes)
        if shape.check.accepts(whole):
            return whole
        for name, each in echoes.items():  # one by one, since one may contradict the schema
            single = laid_over(value, {name: each})
            value = single if shape.check.accepts(single) else value
        return value

    def _fields(
        self,
        declared: Response,
        shape: _Shape | None,
        seed: str,
        body: Body,
        headers: Mapping[str, str] | None,
    ) -> dict[str, tuple[str, ...]]:
        """Give the required headers, the content type, and over both what the caller gives."""
        fields: dict[str, tuple[str, ...]] = {
            name: (self._header(header, f"{seed} {name}"),)
            for name, header in declared.headers.items()
            if header.is_required and name != "content-type"
        }
        media_type = media_type_of(body) or (shape.media_type if shape is not None else None)
        if media_type and not isinstance(body, MissingBody | EmptyBody):
            fields["content-type"] = (media_type,)
        return fields | {name.lower(): (text,) for name, text in (headers or {}).items()}

    def _header(self, header: Parameter, seed: str) -> str:
        schema = header.node.get("schema")
        if schema is None or header.view is None:
            return str(header.node.value.get("example", "value"))
        example = header.node.value.get("example", ABSENT)
        value = synthesise(header.view, self._checks.of(schema, Direction.RESPONSE), seed, base=example)
        if isinstance(value, list):
            return ",".join(map(_text, value))
        return _text(value)


@lru_cache(maxsize=1024)
def default_status(statuses: tuple[str, ...]) -> int:
    """Give the status of an answer nobody chose one for: the lowest success, else the lowest there is.

    A class stands for its first status (`2XX` for 200), and `default` for 200 where no success is declared.
    """
    exact = sorted(int(status.replace("XX", "00")) for status in statuses if status[:1].isdigit())
    successes = [status for status in exact if 200 <= status < 300]
    if successes or (exact and "default" not in statuses):
        return (successes or exact)[0]
    return 200


def chosen_content(contents: tuple[Content, ...], request: HttpRequest | None, body: Body | None) -> Content:
    """Give the media type to answer with: that of a given body, one that is accepted, JSON, or the first."""
    given = media_type_of(body) if body is not None and not isinstance(body, JsonBody) else None
    accepted = [given] if given else _accepted(request)
    for wanted in accepted:
        for content in contents:
            if base_media_type(content.media_type) == wanted:
                return content
    return next((content for content in contents if is_json_media_type(content.media_type)), contents[0])


def _accepted(request: HttpRequest | None) -> list[str]:
    values = request.headers.get("accept", ()) if request is not None else ()
    return [base_media_type(each) for value in values for each in value.split(",")]


def _examples(node: Node, view: SchemaView | None) -> Iterator[Node]:
    own = node.get("example")
    if own is not None:
        yield own
    listed = node.get("examples")
    for _, example in listed.members() if listed is not None else ():
        target = view.schemas.documents.resolve(example) if view is not None else example
        value = target.get("value")
        if value is not None:
            yield value


def _as_body(value: Json, media_type: str) -> Body:
    base = base_media_type(media_type)
    if base.endswith(("/xml", "+xml")):
        return TextBody(value if isinstance(value, str) else as_markup(value), media_type)
    if base.startswith("text/") or isinstance(value, dict | list):
        return TextBody(_text(value), media_type)
    return BinaryBody(_text(value).encode(), media_type)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else dump_compact(value).decode()


def _no_such_status(operation: Operation, surface: Surface, status: int) -> UnknownNameError:
    return UnknownNameError(
        f"{operation.name} declares no status {status}.",
        details=[("declared", ", ".join(surface.responses) or "none"), ("at", f"{operation.pointer}/responses")],
        next_step="Reply with one of the declared statuses, or add it to the definition.",
    )
