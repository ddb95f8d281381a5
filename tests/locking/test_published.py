"""Published definitions: what is said where a broker keeps none at all."""

import httpx
import pytest

from contractkit.broker_client import BrokerClient, read_address
from contractkit.broker_client.connection import Connection
from contractkit.errors import DefinitionError
from contractkit.locking.published import definition_at, definition_in


@pytest.mark.parametrize("where", [None, "production"])
def test_another_broker_is_said_to_keep_no_definitions(where: str | None) -> None:
    index = {"_links": {"pb:pacticipant": {"href": "https://broker.example/pacticipants/{pacticipant}"}}}
    answers = httpx.MockTransport(
        lambda request: httpx.Response(200, json=index) if request.url.path == "/" else httpx.Response(404)
    )
    client = BrokerClient(Connection(read_address("https://broker.example"), transport=answers))
    with pytest.raises(DefinitionError) as caught:
        definition_in(client, "orders", None) if where is None else definition_at(client, "orders", where)
    assert str(caught.value) == (
        "The broker at https://broker.example keeps no definitions.\n\n"
        "Name a path, a URL or a git revision; definitions are kept by contractkit's own broker."
    )
