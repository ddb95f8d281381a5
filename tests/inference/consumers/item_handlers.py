"""Handlers of what is in the inventory, on generated code."""


def demand(value):
    if not value:
        raise ValueError("nothing")
    return value


def item_of(data):
    from inventory_pb2 import Item

    return Item.FromString(data)


def step(item):
    return {1: "sell", 2: "pack"}[item.state]


def shelf(item):
    return demand(item.HasField("place") and item.place.shelf)
