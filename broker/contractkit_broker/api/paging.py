"""Pages of a list: off unless a client asks with `pageNumber` or `pageSize`, as Pact clients expect."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from contractkit.exact_json import Json, show_json
from contractkit_broker.routing import Query
from contractkit_broker.web import Call, Refusal, read_count

Member = TypeVar("Member")

_SIZE = 100  # where only a number is given
_DIGITS = 9  # of a number or size: two such multiplied are still a number that databases hold

_WHOLE = {"type": "integer", "minimum": 1, "maximum": 10**_DIGITS - 1}

PAGING: dict[str, str | Query] = {
    "pageNumber": Query(
        meaning="The page that is wanted; everything is given where neither this nor `pageSize` is there.",
        schema=_WHOLE,
    ),
    "pageSize": Query(meaning=f"How many a page holds; {_SIZE} where only `pageNumber` is given.", schema=_WHOLE),
}
"""The query parameters of a list that can be read in pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list: its number from 1, and how many members a page holds."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """Give how many members come before this page."""
        return (self.number - 1) * self.size


def asked_page(call: Call) -> Page | None:
    """Give the page that a client asks for, or None where it wants everything.

    Raises:
        Refusal: A number or size is not a whole number from 1 (400).
    """
    said = {name: call.parameter(name) for name in PAGING}
    if all(value is None for value in said.values()):
        return None
    read = {name: None if value is None else _read(value) for name, value in said.items()}
    wrong = {
        name: [f"expected a whole number, at least 1, received {show_json(value, limit=60)}"]
        for name, value in said.items()
        if value is not None and not read[name]
    }
    if wrong:
        raise Refusal(400, {"errors": wrong})
    return Page(number=read["pageNumber"] or 1, size=read["pageSize"] or _SIZE)


def cut(members: Sequence[Member], page: Page | None) -> Sequence[Member]:
    """Give the members on a page, or all."""
    return members if page is None else members[page.offset : page.offset + page.size]


def paged(call: Call, page: Page | None, total: int, body: dict[str, Json]) -> dict[str, Json]:
    """Give the body of a list with its page and the links to those around it; as it is where nobody asked."""
    if page is None:
        return body
    pages = -(-total // page.size)
    around = {"previous": page.number - 1, "next": page.number + 1}
    links = {name: _link(call, number, page.size) for name, number in around.items() if 1 <= number <= pages}
    told = {"number": page.number, "size": page.size, "totalElements": total, "totalPages": pages}
    return {**body, "page": told, "_links": {**body["_links"], **links}}


def _read(text: str) -> int | None:
    return read_count(text) if len(text) <= _DIGITS else None


def _link(call: Call, number: int, size: int) -> Json:
    title = f"Page {number}"
    return {"href": f"{call.own_url}?pageNumber={number}&pageSize={size}", "title": title}
