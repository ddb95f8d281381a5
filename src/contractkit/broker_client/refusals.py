"""Refusals: a broker's answer that is not the one wanted, as an error that people can read."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from contractkit.errors import BrokerRefusedError
from contractkit.exact_json import Json, JsonSyntaxError, read_json

if TYPE_CHECKING:
    import httpx

_MEANINGS = {
    401: "The broker does not know who is asking.",
    403: "The broker does not allow this.",
    404: "The broker does not have this.",
    409: "The broker already holds something else.",
}
_NEXT_STEPS = {
    401: "Set CONTRACTKIT_BROKER_TOKEN, or user and password in the broker's URL.",
    403: "Ask whoever runs the broker for a token that allows it.",
}
_LONGEST_TEXT = 2000


def refusal(answer: "httpx.Response", summary: str = "") -> BrokerRefusedError:
    """Give the error that a broker's refusal amounts to, its own words as the details.

    Args:
        answer: A response that is not a success.
        summary: What was asked for and did not happen; by the status where empty.
    """
    said = [("broker", sentence) for sentence in dict.fromkeys(_sentences(answer))]
    return BrokerRefusedError(
        summary or _MEANINGS.get(answer.status_code, "The broker refused."),
        status=answer.status_code,
        details=[("asked", f"{answer.request.method} {answer.request.url.path}"), *_status(answer), *said],
        next_step=_next_step(answer),
    )


def _next_step(answer: "httpx.Response") -> str:
    if answer.has_redirect_location:  # not followed: who answers there would be given the credentials
        return f"It leads to {_place(answer)}: if that is the broker, set it as the broker's URL."
    return _NEXT_STEPS.get(answer.status_code, "")


def _place(answer: "httpx.Response") -> str:
    """Give where a redirection leads, without what may be secret in it: user, password, query and fragment."""
    import httpx

    try:
        url = answer.request.url.join(answer.headers["location"])
    except (httpx.InvalidURL, ValueError):
        return "an address that is none"
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


def _status(answer: "httpx.Response") -> list[tuple[str, str]]:
    return [("answered", f"{answer.status_code} {answer.reason_phrase}".strip())]


def _sentences(answer: "httpx.Response") -> Iterator[str]:
    try:
        body = read_json(answer.content)
    except JsonSyntaxError:
        text = answer.text.strip()
        if text and not text.startswith("<"):
            yield text[:_LONGEST_TEXT]
        return
    if isinstance(body, dict):
        yield from _said(body)


def _said(body: dict[str, Json]) -> Iterator[str]:
    notices = [notice["text"] for notice in body.get("notices") or () if isinstance(notice, dict) and "text" in notice]
    yield from map(_without_markup, notices)
    if not notices:
        yield from _flattened(body.get("errors"))
    error = body.get("error")
    yield from _flattened(error.get("message") if isinstance(error, dict) else error)
    yield from _flattened(body.get("detail") or body.get("title"))


def _flattened(value: Json, label: str = "") -> Iterator[str]:
    """Give each text of an `errors` member: a list, or a mapping of field to texts, or problem documents."""
    if isinstance(value, str):
        yield f"{label}: {value}" if label else value
    elif isinstance(value, list):
        for item in value:
            yield from _flattened(item, label)
    elif isinstance(value, dict) and ("detail" in value or "title" in value):
        yield from _flattened(value.get("detail") or value.get("title"), str(value.get("pointer") or label))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _flattened(item, str(name))


def _without_markup(text: str) -> str:
    """Give a notice without the colour codes that some brokers put in for terminals."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).strip()
