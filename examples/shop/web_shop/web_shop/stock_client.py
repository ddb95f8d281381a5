"""What the web shop asks of the inventory service, over gRPC."""

import sys
from pathlib import Path
from typing import Any

import grpc

sys.path.append(str(Path(__file__).parents[2] / "inventory" / "proto"))
messages, services = grpc.protos_and_services("inventory/v1/inventory.proto")


class SoldOut(Exception):
    """Not enough pieces are left."""


class StockClient:
    def __init__(self, channel: grpc.Channel) -> None:
        self._inventory = services.InventoryStub(channel)

    def available(self, sku: str) -> bool:
        return bool(self._inventory.GetStock(messages.GetStockRequest(sku=sku)).pieces > 0)

    def reserve(self, order_id: int, wanted: dict[str, int]) -> str:
        lines = [messages.Line(sku=sku, quantity=quantity) for sku, quantity in wanted.items()]
        try:
            return str(self._inventory.Reserve(messages.ReserveRequest(order_id=order_id, lines=lines)).id)
        except grpc.RpcError as error:
            answer: Any = error
            if answer.code() is grpc.StatusCode.FAILED_PRECONDITION:
                raise SoldOut(answer.details()) from error
            raise

    def shelf_counts(self, *skus: str) -> dict[str, int]:
        watched = self._inventory.WatchStock(messages.WatchStockRequest(skus=skus))
        return {stock.sku: stock.pieces for stock in watched}
