"""The HTTP side of the orders service, as its definition says."""

import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orders_service.storage import PRICES, Line, Order, Storage

Present = Callable[[Order], dict[str, Any]]
Endpoint = Callable[[Request], Awaitable[Response]]

database = Path(os.environ.get("ORDERS_DATABASE") or Path(tempfile.mkdtemp(prefix="orders-")) / "orders.sqlite")
storage = Storage(database)


def present_order(order: Order) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": order.id,
        "status": order.status,
        "customer": order.customer,
        "total": order.total,
        "currency": "EUR",
        "lines": [{"sku": line.sku, "quantity": line.quantity, "price": line.price} for line in order.lines],
        "placed_at": order.placed_at,
        "tracking": order.tracking,
    }
    return shown if order.note is None else {**shown, "note": order.note}


def present_delivery(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "address": order.address,
        "parcels": len(order.lines),
        "status": order.status,
        "handed_to": order.handed_to,
    }


def problem(status: int, title: str) -> Response:
    return JSONResponse({"title": title, "status": status}, status, media_type="application/problem+json")


def create_app(present: Present = present_order) -> Starlette:
    """Give the service; `present` turns an order into what clients are shown."""
    return Starlette(
        routes=[
            Route("/orders", _list_orders(present)),
            Route("/orders", _place_order(present), methods=["POST"]),
            Route("/orders/{id:int}", _get_order(present)),
            Route("/orders/{id:int}/cancellation", _cancel_order(present), methods=["PUT"]),
            Route("/deliveries", list_deliveries),
            Route("/deliveries/{order_id:int}", get_delivery),
            Route("/deliveries/{order_id:int}", report_delivery, methods=["PATCH"]),
        ]
    )


def _list_orders(present: Present) -> Endpoint:
    async def list_orders(request: Request) -> Response:
        customer = request.query_params.get("customer")
        if not customer:
            return problem(422, "A customer is required")
        limit = int(request.query_params.get("limit", "20"))
        found = storage.of_customer(customer, request.query_params.get("status"), limit + 1)
        return JSONResponse({"orders": [present(order) for order in found[:limit]], "has_more": len(found) > limit})

    return list_orders


def _place_order(present: Present) -> Endpoint:
    async def place_order(request: Request) -> Response:
        wanted = await request.json()
        if any(line["sku"] not in PRICES for line in wanted["lines"]):
            return problem(422, "There is no such product")
        order = storage.save(
            Order(
                id=storage.next_id(),
                status="placed",
                customer=wanted["customer"],
                address=wanted.get("address", ""),
                placed_at=datetime.now(UTC).isoformat(timespec="seconds"),
                lines=tuple(Line(**line, price=PRICES[line["sku"]]) for line in wanted["lines"]),
            )
        )
        return JSONResponse(present(order), 201, {"Location": f"/orders/{order.id}"})

    return place_order


def _get_order(present: Present) -> Endpoint:
    async def get_order(request: Request) -> Response:
        order = storage.find(request.path_params["id"])
        return JSONResponse(present(order)) if order else problem(404, "There is no such order")

    return get_order


def _cancel_order(present: Present) -> Endpoint:
    async def cancel_order(request: Request) -> Response:
        order = storage.find(request.path_params["id"])
        if order is None:
            return problem(404, "There is no such order")
        if order.status in ("shipped", "delivered"):
            return problem(409, "The order has left the house")
        return JSONResponse(present(storage.save(replace(order, status="cancelled"))))

    return cancel_order


async def list_deliveries(request: Request) -> Response:
    packed = storage.packed_in(request.query_params.get("area", ""))
    return JSONResponse([present_delivery(order) for order in packed])


async def get_delivery(request: Request) -> Response:
    order = storage.find(request.path_params["order_id"])
    return JSONResponse(present_delivery(order)) if order else problem(404, "There is no such delivery")


async def report_delivery(request: Request) -> Response:
    order = storage.find(request.path_params["order_id"])
    if order is None:
        return problem(404, "There is no such delivery")
    handed_to = (await request.json())["handed_to"]
    return JSONResponse(present_delivery(storage.save(replace(order, status="delivered", handed_to=handed_to))))


app = create_app()
