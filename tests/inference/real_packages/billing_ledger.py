"""A ledger that reads invoices with aiohttp, and with requests and httpx into attrs, pydantic and msgspec."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from urllib.parse import urljoin

import attrs
import httpx
import msgspec
import pydantic
import requests

SESSION = requests.Session()
HTTP = httpx.Client()


async def overdue(session, url, today):
    async with session.get(f"{url}/invoices") as response:
        response.raise_for_status()
        page = await response.json()
    return [each["number"] for each in page["invoices"] if date.fromisoformat(each["due"]) < today]


def numbers(url):
    found, page = [], f"{url}/invoices"
    while page is not None:
        response = HTTP.get(page).raise_for_status().json()
        found += [each["number"] for each in response["invoices"]]
        page = urljoin(url, response["next"]) if response.get("next") else None
    return found


@attrs.frozen
class Invoice:
    number: str = attrs.field(validator=attrs.validators.instance_of(str))
    total: Decimal = attrs.field(converter=Decimal)
    currency: str = attrs.field(validator=attrs.validators.in_(("EUR", "USD")))
    note: str | None = None


def invoice(url, number):
    response = SESSION.get(f"{url}/invoices/{number}")
    response.raise_for_status()
    body = response.json()
    needed = {name: body[name] for name in ("number", "total", "currency")}
    return Invoice(**needed, note=body.get("note"))


class Paid(pydantic.BaseModel):
    kind: Literal["paid"]
    amount: Decimal


class Sent(pydantic.BaseModel):
    kind: Literal["sent"]
    to: str


class Events(pydantic.BaseModel):
    events: list[Annotated[Paid | Sent, pydantic.Field(discriminator="kind")]]


def events(url):
    response = SESSION.get(f"{url}/events")
    response.raise_for_status()
    return Events.model_validate(response.json()).events


class Line(msgspec.Struct, forbid_unknown_fields=True):
    sku: str
    quantity: int = 1


class Delivery(msgspec.Struct, rename="camel"):
    number: str
    invoice_lines: Annotated[list[Line], msgspec.Meta(min_length=1)]


class Parcel(msgspec.Struct, rename="camel"):
    invoice_lines: Annotated[list[Line], msgspec.Meta(max_length=1)] = []


def parcel(url, number):
    response = HTTP.get(f"{url}/invoices/{number}").raise_for_status()
    return msgspec.json.decode(response.content, type=Parcel)


def delivery(url, number):
    response = HTTP.get(f"{url}/invoices/{number}").raise_for_status()
    return msgspec.json.decode(response.content, type=Delivery)
