"""Badges: how a contract stands, as a small SVG image for a README. What is not there is a badge, too, that says so."""

from collections.abc import Mapping
from enum import Enum
from html import escape

from sqlalchemy import Connection

from contractkit_broker.api.pact_lists import newest_of_pair, newest_tagged_of_pair
from contractkit_broker.routing import Answer, Handler, Query, Route
from contractkit_broker.store import applications, verifications
from contractkit_broker.store.records import Publication
from contractkit_broker.web import Call, Reply

_SVG = "image/svg+xml"
_LONGEST = 80  # characters of a side; a badge is one line
_CHARACTER, _PADDING, _HEIGHT = 7, 10, 20  # pixels

_QUERY = {"label": "What stands on the left instead of the names."}
_ANSWERS = {200: Answer("The badge; what is not there is said on it.", None, _SVG)}


class Colour(Enum):
    """The colour of a badge's right side; its word says the same."""

    GOOD = "#2c7a2c"
    BAD = "#b3261e"
    UNKNOWN = "#5f6368"


def badge(call: Call, label: str, word: str, colour: Colour) -> Reply:
    """Give the image: on the left what is asked, or the `label` of the query; on the right the answer."""
    left = _cut(call.parameter("label") or label)
    svg = _image(left, _cut(word), colour)
    return Reply(body=svg, media_type=_SVG, headers={"Cache-Control": "no-cache"})


def badge_latest_pact(call: Call) -> Reply:
    """Show how the newest contract of a pair stands by its newest verification."""
    with call.database.reading() as connection:
        return _pact_badge(call, connection, newest_of_pair(call, connection))


def badge_latest_tagged_pact(call: Call) -> Reply:
    """Show the same of the newest contract by a version with a tag."""
    with call.database.reading() as connection:
        return _pact_badge(call, connection, newest_tagged_of_pair(call, connection))


def badge_tagged_pair(call: Call) -> Reply:
    """Show how the newest contract with a tag stands with the newest provider version with a tag."""
    with call.database.reading() as connection:
        found = newest_tagged_of_pair(call, connection)
        if found is None:
            return badge(call, _pair(call), "not found", Colour.UNKNOWN)
        versions = applications.tagged_versions(
            connection, [found.provider_id], call.path["provider_tag"], newest_only=True
        )
        verdicts = verifications.verdicts(connection, [(found.content, each.id) for each in versions])
    return badge(call, _pair(call), *_standing(verdicts[0].success if verdicts else None))


def _pact_badge(call: Call, connection: Connection, found: Publication | None) -> Reply:
    if found is None:
        return badge(call, _pair(call), "not found", Colour.UNKNOWN)
    newest = verifications.newest_verifications(connection, [found.content]).get(found.content)
    return badge(call, _pair(call), *_standing(newest.success if newest else None))


def _pair(call: Call) -> str:
    return f"{call.path['consumer']}/{call.path['provider']} contract"


def _standing(success: bool | None) -> tuple[str, Colour]:
    if success is None:
        return "never verified", Colour.UNKNOWN
    return ("verified", Colour.GOOD) if success else ("failed", Colour.BAD)


def _cut(text: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _image(left: str, right: str, colour: Colour) -> str:
    first, second = (len(side) * _CHARACTER + _PADDING for side in (left, right))
    name = escape(f"{left}: {right}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="{_HEIGHT}" role="img" '
        f'aria-label="{name}"><title>{name}</title>'
        f'<rect width="{first}" height="{_HEIGHT}" fill="#3c4043"/>'
        f'<rect x="{first}" width="{second}" height="{_HEIGHT}" fill="{colour.value}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_words(left, 0, first)}{_words(right, first, second)}</g></svg>"
    )


def _words(text: str, start: int, width: int) -> str:
    fits = f'textLength="{width - _PADDING}" lengthAdjust="spacingAndGlyphs"'
    return f'<text x="{start + width / 2:g}" y="14" {fits}>{escape(text)}</text>'


_PAIR = "/pacts/provider/{provider}/consumer/{consumer}"


def badge_routes(
    path: str,
    handler: Handler,
    summary: str,
    *,
    group: str = "contracts",
    query: Mapping[str, str | Query] | None = None,
) -> tuple[Route, ...]:
    """Give the routes of a badge: at the address, and with the ending that some pages want of an image."""
    return tuple(
        Route(
            method="GET",
            path=f"{path}/badge{ending}",
            handler=handler,
            variant=ending.removeprefix("."),
            summary=summary,
            group=group,
            query={**(query or {}), **_QUERY},
            answers=_ANSWERS,
        )
        for ending in ("", ".svg")
    )


ROUTES = (
    *badge_routes(f"{_PAIR}/latest", badge_latest_pact, "Show as a badge how the newest contract of a pair stands."),
    *badge_routes(
        f"{_PAIR}/latest/{{tag}}",
        badge_latest_tagged_pact,
        "Show as a badge how the newest contract of a pair with a tag stands.",
    ),
    *badge_routes(
        "/matrix/provider/{provider}/latest/{provider_tag}/consumer/{consumer}/latest/{tag}",
        badge_tagged_pair,
        "Show as a badge how the newest contract with a tag stands with the newest provider version with one.",
    ),
)
