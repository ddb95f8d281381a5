"""Answers: a whole response, from the status down to the body, valid by the definition and equal for equal arguments.

The body is the media type's example where it has one, or the one of a name that is asked for, else made from the
schema; then what the request says comes back where names and types agree, and what the caller gives wins over both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

from contractkit.definitions.checks import Check, Checks
from contractkit.definitions.echoes import echoed, laid_over
from contractkit.definitions.examples import Examples
from contractkit.definitions.interface import Answer, Operation, Route
from contractkit.definitions.lowering import Direction
from contractkit.definitions.markup import as_markup
from contractkit.definitions.promises import Promises
from contractkit.definitions.replacing import stays_allowed
from contractkit.definitions.responses import is_bodiless
from contractkit.definitions.schemas import SchemaView
from contractkit.definitions.sequences import ITEM_SCHEMA, is_sequence, written_items
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
_FAILED: Final = 400
_STATUS_MEMBERS: Final = ("status", "statusCode", "status_code")
_MOST_MADE: Final = 256  # values, which may be large each
_MOST_USUAL: Final = 4_096
_ITEMS: Final = 2  # of a sequence, so that clients meet a next one


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an answer is asked to be; the attributes are the arguments of `Definition.answer`."""

    seed: str
    status: int | None = None
    route: Route | None = None
    body: Body | None = None
    headers: Mapping[str, str] | None = None
    example: str | None = None
    is_dynamic: bool = False

    @property
    def given(self) -> Json:
        """Give the JSON value that is laid over what is made; `ABSENT` where there is none."""
        return self.body.value if isinstance(self.body, JsonBody) else ABSENT


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an answer's body must be: the content chosen, its schema as view and as check; of a sequence an item's."""

    content: Content
    media_type: str
    view: SchemaView | None
    check: Check | None
    is_sequence: bool = False


_Chosen: TypeAlias = tuple[int, Response, _Shape | None]


class Answers:
    """Makes the answers of one definition, and keeps what it made for the next equal question."""

    def __init__(self, checks: Checks, examples: Examples) -> None:
        self._checks = checks
        self._examples = examples
        self._made: dict[tuple[str | bool | None, ...], Json] = {}
        self._usual: dict[tuple[str, int | None, tuple[str, ...]], _Chosen] = {}

    def answer(self, operation: Operation, surface: Surface, asked: Asked) -> Answer:
        """Give an answer to an operation, which has that surface; errors as `Definition.answer` says."""
        status, declared, shape = self._chosen(operation, surface, asked)
        value, filled = self._filled(shape, operation, status, surface, asked)
        fields = self._fields(declared, shape, asked.seed, filled, asked.headers)
        response = HttpResponse(status=status, headers=fields, body=filled)
        view = shape.view if shape is not None else None
        promises = Promises(view, value, _BODY) if value is not ABSENT else {}
        return Answer(operation=operation, response=response, promises=promises)

    def _chosen(self, operation: Operation, surface: Surface, asked: Asked) -> _Chosen:
        """Give the status with its declaration and shape, found once for each status and `Accept` asked for."""
        if asked.example is not None or asked.body is not None:
            return self._choose(operation, surface, asked)
        accepted = asked.route.request.headers.get("accept", ()) if asked.route is not None else ()
        key = (operation.signature, asked.status, accepted)
        found = self._usual.get(key)
        if found is None:
            if len(self._usual) >= _MOST_USUAL:
                self._usual.clear()
            found = self._usual[key] = self._choose(operation, surface, asked)
        return found

    def _choose(self, operation: Operation, surface: Surface, asked: Asked) -> _Chosen:
        status = self._status(surface, asked)
        declared = surface.response_to(status)
        if declared is None:
            raise _no_such_status(operation, surface, status)
        if asked.example is not None and not self._examples.having(declared, asked.example):
            raise self._examples.missing(operation, declared, status, asked.example)
        return status, declared, self._shape(declared, surface, status, asked)

    def _status(self, surface: Surface, asked: Asked) -> int:
        if asked.status is not None:
            return asked.status
        default = default_status(tuple(surface.responses))
        return default if asked.example is None else self._examples.status_of(surface, asked.example, default)

    def _shape(self, declared: Response, surface: Surface, status: int, asked: Asked) -> _Shape | None:
        contents = declared.contents
        if not contents or is_bodiless(surface.method, status):
            return None
        if asked.example is not None:
            contents = self._examples.having(declared, asked.example)
        content = chosen_content(contents, asked.route.request if asked.route is not None else None, asked.body)
        schema = content.node.get("schema")
        check = self._checks.of(schema, Direction.RESPONSE) if schema is not None else None
        base = base_media_type(content.media_type)
        media_type = _CONCRETE.get(base, "image/png" if base == "image/*" else content.media_type)
        if content.item is not None and is_sequence(content.media_type):
            each = self._checks.of(content.node / ITEM_SCHEMA, Direction.RESPONSE)
            return _Shape(content, media_type, content.item, each, is_sequence=True)
        return _Shape(content, media_type, content.view, check)

    def _filled(
        self, shape: _Shape | None, operation: Operation, status: int, surface: Surface, asked: Asked
    ) -> tuple[Json, Body]:
        """Give the JSON value of the body, `ABSENT` where it is no JSON, and the body itself."""
        if shape is None or (asked.body is not None and not isinstance(asked.body, JsonBody)):
            return asked.given, asked.body if asked.body is not None else MissingBody()
        if shape.is_sequence:
            return ABSENT, self._sequence(shape, f"{operation.signature} {status} {asked.seed}", asked)
        value = self._value(shape, f"{operation.signature} {status} {asked.seed}", status, asked)
        if asked.route is not None and asked.example is None:  # who names an example wants it as it is
            value = self._with_echoes(value, shape, asked.route, surface, asked.given)
        if is_json_media_type(shape.media_type):
            return value, JsonBody(value, shape.media_type)
        return ABSENT, _as_body(value, shape.media_type)

    def _sequence(self, shape: _Shape, seed: str, asked: Asked) -> TextBody:
        """Give a sequence: what a test or an example says, a list of items, one item or a text; else two made ones."""
        said = asked.given if asked.given is not ABSENT else self._example(replace(shape, check=None), asked)
        if isinstance(said, str):
            return TextBody(said, shape.media_type)
        if said is ABSENT and shape.view is not None and shape.check is not None:
            said = [synthesise(shape.view, shape.check, f"{seed} {number}") for number in range(_ITEMS)]
        return TextBody(written_items(said if isinstance(said, list) else [said], shape.media_type), shape.media_type)

    def _value(self, shape: _Shape, seed: str, status: int, asked: Asked) -> Json:
        given, node, example = asked.given, shape.content.node, self._example(shape, asked)
        if given is ABSENT and example is not ABSENT:
            seed = ""  # nothing of it is drawn
        key = (node.uri, node.pointer, seed, "" if given is ABSENT else _text(given), asked.example, asked.is_dynamic)
        if key in self._made:
            return self._made[key]
        if shape.view is None or shape.check is None:
            value = laid_over(None if example is ABSENT else example, given) if given is not ABSENT else example
            value = {} if value is ABSENT else value
        else:
            is_sorted = is_json_media_type(shape.media_type)  # unlike markup, which keeps the schema's order
            value = synthesise(shape.view, shape.check, seed, given=given, base=example, is_sorted=is_sorted)
            if status >= _FAILED and example is ABSENT:
                value = _saying(status, value, shape.check, given)
        if len(self._made) >= _MOST_MADE:
            self._made.clear()
        self._made[key] = value
        return value

    def _example(self, shape: _Shape, asked: Asked) -> Json:
        if asked.example is not None:
            return self._examples.named(shape.content, shape.check, asked.example)
        return ABSENT if asked.is_dynamic else self._examples.first(shape.content, shape.check)

    def _with_echoes(self, value: Json, shape: _Shape, route: Route, surface: Surface, given: Json) -> Json:
        if shape.view is None or shape.check is None or not isinstance(value, dict):
            return value
        echoes = echoed(route, surface, shape.view)
        own = given if isinstance(given, dict) else {}
        echoes = {name: each for name, each in echoes.items() if name not in own}
        if not echoes:
            return value
        whole = laid_over(value, echoes)
        is_sound = given is ABSENT and stays_allowed(shape.view, self._checks, value, echoes)
        if is_sound or shape.check.accepts(whole):
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
        if not (declared.headers or headers) and isinstance(body, JsonBody):
            return {"content-type": (body.media_type,)}
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


def _saying(status: int, value: Json, check: Check, given: Json) -> Json:
    """Give the body of a failure, the status in it being the one that is answered, where it holds one."""
    own = given if isinstance(given, dict) else {}
    for name in _STATUS_MEMBERS:
        if isinstance(value, dict) and type(value.get(name)) is int and name not in own:
            said = {**value, name: status}
            value = said if check.accepts(said) else value
    return value


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
