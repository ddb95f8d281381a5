"""The inventory service over gRPC, as its definition says."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from inventory_service.messages import messages, services
from inventory_service.storage import OutOfStock, storage


def stock_of(sku: str) -> Any:
    found = storage.find(sku)
    if found is None:
        return None
    pieces, shelf = found
    return messages.Stock(sku=sku, pieces=pieces, shelf=shelf)


class Inventory(services.InventoryServicer):  # type: ignore[name-defined, misc]
    async def GetStock(self, request: Any, context: Any) -> Any:  # noqa: N802
        found = stock_of(request.sku)
        if found is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"there is no article {request.sku}")
        return found

    async def Reserve(self, request: Any, context: Any) -> Any:  # noqa: N802
        try:
            storage.reserve(request.order_id, {line.sku: line.quantity for line in request.lines})
        except OutOfStock as error:
            await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        return messages.Reservation(id=f"R-{request.order_id}", order_id=request.order_id, lines=request.lines)

    async def WatchStock(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        for sku in request.skus:
            found = stock_of(sku)
            if found is not None:
                yield found


def add_services(server: Any) -> None:
    services.add_InventoryServicer_to_server(Inventory(), server)
