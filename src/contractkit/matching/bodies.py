"""Bodies: which comparison an expected body gets, after its state and its content type."""

from collections.abc import Callable
from functools import partial

from contractkit.exact_json import JsonSyntaxError, dump_compact, read_json
from contractkit.matching.checks import compile_scalar
from contractkit.matching.failures import Check, Failure
from contractkit.matching.json_bodies import compile_json
from contractkit.matching.media_types import are_comparable, format_of
from contractkit.matching.sentences import counted
from contractkit.matching.weighting import Scope
from contractkit.model import (
    BinaryBody,
    Body,
    EmptyBody,
    JsonBody,
    MissingBody,
    TextBody,
    base_media_type,
    media_type_of,
)
from contractkit.results import ABSENT

MOST_NESTED = 5
"""Levels of multipart bodies in multipart bodies; one further in is compared as it is written."""


def compile_body(expected: Body, scope: Scope, *, is_open: bool, is_type_ruled: bool = False, nested: int = 0) -> Check:
    """Give the check of a body.

    Args:
        expected: The example; a missing one checks nothing, an empty one demands none.
        scope: The rules at the body and below.
        is_open: Whether more than the example may be in it.
        is_type_ruled: Whether a rule decides over the `Content-Type` header, and so over the body's type too.
        nested: In how many multipart bodies it is a part.
    """
    match expected:
        case MissingBody():
            return lambda _actual: None
        case EmptyBody():
            return lambda actual: None if is_empty(actual) else [_failure("", actual, "no body")]
        case JsonBody(value=None):
            return _compile_null(scope, is_open)
    compare = _content_check(expected, scope, is_open, nested)
    example = shown_body(expected)
    wanted = media_type_of(expected)

    def check(actual: Body) -> list[Failure] | None:
        if type(actual) is JsonBody and actual.media_type == wanted:
            return compare(actual)
        if is_empty(actual):
            return [Failure(example, ABSENT, "equality", f"a body of type {base_media_type(wanted or '')}")]
        if not is_type_ruled and (failure := _type_failure(expected, actual)):
            return [failure]
        return compare(actual)

    return check


def is_empty(body: Body) -> bool:
    """Say whether there is no body: missing, or of zero bytes. Blanks are content."""
    match body:
        case MissingBody() | EmptyBody() | TextBody(text="") | BinaryBody(data=b""):
            return True
    return False


def shown_body(body: Body) -> object:
    """Give what a mismatch shows of a body: its value or text, or how many bytes there are."""
    match body:
        case JsonBody(value=value):
            return value
        case TextBody(text=text):
            return text
        case BinaryBody(data=data, media_type=media_type):
            return f"{counted(len(data), 'byte')} of {media_type}"
    return ABSENT


def text_in(body: Body) -> str | None:
    """Give the text of a body that is not JSON; None where its bytes are no UTF-8."""
    match body:
        case TextBody(text=text):
            return text
        case BinaryBody(data=data):
            try:
                return data.decode()
            except UnicodeDecodeError:
                return None
    return None


def _content_check(expected: Body, scope: Scope, is_open: bool, nested: int) -> Check:
    match expected:
        case JsonBody(value=value):
            return _compile_parsed(compile_json(value, scope, is_open=is_open))
        case TextBody() | BinaryBody():
            return _special_check(expected, scope, is_open, nested) or _compile_whole(expected, scope)
    raise AssertionError(expected)


def _special_check(expected: TextBody | BinaryBody, scope: Scope, is_open: bool, nested: int) -> Check | None:
    base = base_media_type(expected.media_type)
    if format_of(base) == "xml" and isinstance(expected, TextBody):
        from contractkit.matching.xml_bodies import compile_xml  # expat is loaded only where XML occurs

        return compile_xml(expected.text, scope, is_open=is_open)
    if base == "application/x-www-form-urlencoded" and isinstance(expected, TextBody):
        from contractkit.matching.forms import compile_form

        return compile_form(expected.text, scope)
    if base.startswith("multipart/") and nested < MOST_NESTED:
        from contractkit.matching.multipart import compile_multipart

        return compile_multipart(expected, scope, is_open, partial(compile_body, nested=nested + 1))
    return None


def _compile_null(scope: Scope, is_open: bool) -> Check:
    compare = _compile_parsed(compile_json(None, scope, is_open=is_open))
    return lambda actual: None if is_empty(actual) else compare(actual)


def _compile_parsed(compare: Check) -> Check:
    """Give the check of a body that must hold JSON, whoever may have taken it for text."""

    def check(actual: Body) -> list[Failure] | None:
        if isinstance(actual, JsonBody):
            return compare(actual.value)
        text = text_in(actual)
        try:
            return compare(read_json(text)) if text is not None else [_failure(ABSENT, actual, "a JSON body")]
        except JsonSyntaxError as error:
            return [_failure(ABSENT, actual, f"a JSON body, but it is not JSON: {error}")]

    return check


def _compile_whole(expected: TextBody | BinaryBody, scope: Scope) -> Check:
    """Give the check of a body as one value: its text, or its bytes."""
    read: Callable[[Body], object] = _text_or_bytes if isinstance(expected, TextBody) else _bytes
    compare = compile_scalar(read(expected), scope.chosen, is_text=True)

    def check(actual: Body) -> list[Failure] | None:
        failures = compare(read(actual))
        for failure in failures or ():
            failure.expected, failure.actual = shown_body(expected), shown_body(actual)
        return failures

    return check


def _text_or_bytes(body: Body) -> object:
    match body:
        case JsonBody(value=value):
            return value if isinstance(value, str) else _bytes(body)
        case BinaryBody(data=data):
            return data if text_in(body) is None else text_in(body)
        case TextBody(text=text):
            return text
    return ""


def _bytes(body: Body) -> bytes:
    match body:
        case BinaryBody(data=data):
            return data
        case TextBody(text=text):
            return text.encode()
        case JsonBody(value=value):
            return dump_compact(value)
    return b""


def _type_failure(expected: Body, actual: Body) -> Failure | None:
    wanted, found = media_type_of(expected), media_type_of(actual)
    if wanted is None or found is None or are_comparable(wanted, found):
        return None
    return Failure(wanted, found, "content type", f"a body of type {base_media_type(wanted)}")


def _failure(expected: object, actual: Body, sentence: str) -> Failure:
    return Failure(expected, shown_body(actual), "equality", sentence)
