"""Models of answers, and what is made of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pydantic


class StrictTag(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)
    name: str
    color: str


class LenientCustomer(pydantic.BaseModel):
    id: int
    name: str = "nobody"
    nickname: str | None = None


class Line(pydantic.BaseModel):
    sku: str
    quantity: int


class Person(pydantic.BaseModel):
    name: str


class NestedOrder(pydantic.BaseModel):
    customer: Person
    lines: list[Line]


class DatedOrder(pydantic.BaseModel):
    created: datetime


class StatedOrder(pydantic.BaseModel):
    status: Literal["open", "paid", "shipped"]


class Courier(pydantic.BaseModel):
    kind: Literal["courier"]
    tracking: str


class Pickup(pydantic.BaseModel):
    kind: Literal["pickup"]
    shop: str


class EitherDelivery(pydantic.BaseModel):
    way: Courier | Pickup = pydantic.Field(discriminator="kind")


@dataclass
class WholeCustomer:
    id: int
    name: str
    nickname: str
    email: str
    valid_from: str
    valid_until: str


@dataclass
class SomeCustomer:
    id: int
    name: str


def tracking(body):
    match body["way"]:
        case {"kind": "courier", "tracking": number}:
            return number
        case other:
            raise LookupError(other)


def attempts(job):
    return int(job["attempts"]) + 1
