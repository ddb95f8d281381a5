"""Handlers of what is placed with a shop."""

import datetime

from pydantic import BaseModel


class Line(BaseModel):
    sku: str


class Order(BaseModel):
    id: int
    lines: list[Line]
    status: str | None = None


def total(event):
    return sum(line["price"] * 2 for line in event["lines"])


def first(event):
    return event["lines"][0]["sku"].upper()


def step(event):
    return {"open": "pack", "paid": "send"}[event["status"]]


def called(event):
    return (event.get("nickname") or event.get("name")).upper()


async def keep(message):
    return message.json["id"] + 1


def lines_of(message):
    return Order.model_validate_json(message.body).lines


def day(event):
    return datetime.date.fromisoformat(event["placed"])
