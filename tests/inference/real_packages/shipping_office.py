"""An office that reads parcels with requests and httpx2, into enumerations, pydantic models and msgspec structs."""

import enum
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import httpx2
import msgspec
import pydantic
import requests

SESSION = requests.Session()
HTTP = httpx2.Client()


class State(enum.StrEnum):
    PACKED = "packed"
    SENT = "sent"


def state(url, number):
    return State(SESSION.get(f"{url}/parcels/{number}").json()["state"])


class Address(pydantic.BaseModel):
    city: str = pydantic.Field(min_length=1)
    zip: str | None = None


class Parcel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)
    number: UUID = pydantic.Field(alias="id")
    tracking: pydantic.HttpUrl
    price: Decimal | None = None
    to: Address | None = None


def parcel(url, number):
    return Parcel.model_validate_json(HTTP.get(f"{url}/parcels/{number}").raise_for_status().content)


class Sent(msgspec.Struct):
    sent: int
    labels: dict[str, str] = {}


def sent_at(url, number):
    found = msgspec.convert(HTTP.get(f"{url}/parcels/{number}").json(), Sent)
    return datetime.fromtimestamp(found.sent, UTC)


def weight(url, number):
    response = SESSION.get(f"{url}/parcels/{number}")
    if response.status_code == 404:
        return response.json()["title"].lower()
    response.raise_for_status()
    return response.json()["weight"] / 1000
