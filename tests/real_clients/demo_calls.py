"""Every method of the OpenTelemetry demo, called by generated code; run by `test_real_grpc_clients`."""

import demo_pb2
import demo_pb2_grpc
import pytest
from google.protobuf import message_factory

METHODS = [method for service in demo_pb2.DESCRIPTOR.services_by_name.values() for method in service.methods]


def sent(descriptor):
    message = message_factory.GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if field.name in ("id", "user_id", "product_id", "query", "name"):
            setattr(message, field.name, f"a {field.name}")
    return message


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)
def test_a_method_is_answered(contract_stub, method):
    stub = getattr(demo_pb2_grpc, f"{method.containing_service.name}Stub")(contract_stub("shop").channel())

    answer = getattr(stub, method.name)(sent(method.input_type))

    assert answer.DESCRIPTOR.full_name == method.output_type.full_name


def test_a_cart_holds_what_was_put_there(contract_stub):
    shop = contract_stub("shop").given("a cart", user_id="ann")
    shop.on("CartService/GetCart").reply({"user_id": "ann", "items": [{"product_id": "tea", "quantity": 2}]})
    stub = demo_pb2_grpc.CartServiceStub(shop.channel())

    cart = stub.GetCart(demo_pb2.GetCartRequest(user_id="ann"))

    assert cart.items == [demo_pb2.CartItem(product_id="tea", quantity=2)]
