"""The OpenAPI document of the API as one of its resources."""

from contractkit_broker.routing import Answer, Route
from contractkit_broker.web import JSON, Call, Reply


def get_openapi(call: Call) -> Reply:
    """Give the OpenAPI document that describes everything that is served."""
    from contractkit_broker.api.table import ROUTES as EVERY_ROUTE  # the table holds this route, too
    from contractkit_broker.openapi import openapi_document

    return Reply(body=openapi_document(EVERY_ROUTE, call.base_url), media_type=JSON)


ROUTES = (
    Route(
        method="GET",
        path="/openapi.json",
        handler=get_openapi,
        summary="Read the description of this API.",
        group="index",
        answers={200: Answer("An OpenAPI 3.1 document.", "Document", JSON)},
    ),
)
