"""A client on generated code."""

import inventory_pb2
import inventory_pb2_grpc


class Inventory:
    def __init__(self, channel):
        self.stub = inventory_pb2_grpc.InventoryStub(channel)

    def get(self, number):
        return self.stub.GetItem(inventory_pb2.GetItemRequest(id=number))

    def label(self, number):
        item = self.get(number)
        if not item.name:
            raise ValueError("an item without a name")
        return f"{item.name} ({item.quantity})"

    def step(self, number):
        state = self.get(number).state
        steps = {inventory_pb2.STATE_STOCKED: "sell", inventory_pb2.STATE_SOLD: "ship"}
        return steps[state]

    def shelf(self, number):
        item = self.get(number)
        if not item.HasField("place"):
            raise LookupError("nowhere")
        return item.place.shelf

    def first_tag(self, number):
        return self.get(number).tags[0]

    def maker(self, number):
        item = self.get(number)
        if item.WhichOneof("origin") != "maker":
            raise LookupError("made elsewhere")
        return item.maker

    def shown(self, number):
        item = self.get(number)
        return item.note or item.name or _raise()

    def names(self, number):
        items = list(self.stub.ListItems(inventory_pb2.GetItemRequest(id=number)))
        return [item.name if item.name else _raise() for item in items]


def _raise():
    raise ValueError("nothing to show")
