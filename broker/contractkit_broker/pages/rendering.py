"""Rendering: templates filled with records, and what they say of times and versions."""

import re
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from contractkit.exact_json import Json
from contractkit_broker.web import HTML, Call, Refusal, Reply

_SIGNS = {"verified": "✓", "failed": "✗", "unknown": "?", "absent": "–"}  # so that colour is not needed


def render_page(call: Call, template: str, *, status: int = 200, **values: Any) -> Reply:
    """Give a page made of a template; `values` are what it names beside `call`."""
    body = _templates().get_template(template).render(call=call, **values)
    return Reply(status=status, body=body, media_type=HTML, headers={"Cache-Control": "no-cache"})


def lost(call: Call, sentence: str) -> Refusal:
    """Give the refusal that shows what is not here."""
    reply = render_page(call, "lost.html", status=404, sentence=sentence)
    return Refusal(404, reply.body, media_type=HTML)


def refused_page(call: Call, reply: Reply) -> Reply:
    """Give a refusal as a page, unless it is one."""
    if reply.media_type == HTML:
        return reply
    return render_page(call, "refused.html", status=reply.status, sentence=in_sentences(reply.body))


def in_sentences(body: Json) -> str:
    """Give what the body of a refusal says as sentences."""
    if "error" in body:
        return f"{str(body['error']).removesuffix('.')}."
    said = ((name, message.removesuffix(".")) for name, messages in body["errors"].items() for message in messages)
    return " ".join(f"{name}: {message}." for name, message in said)


@cache
def _templates() -> Environment:
    loader = PackageLoader("contractkit_broker.pages")
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["when"] = _when
    templates.globals["SIGNS"] = _SIGNS
    templates.filters["brief"] = _brief
    return templates


def _when(moment: str) -> str:
    """Give a time as people read it: `21 Nov 2026, 09:05 UTC`."""
    then = datetime.fromisoformat(moment)
    return f"{then.day} {then:%b %Y, %H:%M} UTC"


def _brief(number: str) -> str:
    """Give a version as it fits a table: a git commit by its first ten digits."""
    return number[:10] if re.fullmatch(r"[0-9a-f]{40}", number) else number
