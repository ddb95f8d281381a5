"""The four kinds of calls of the route guide, by clients that block and by asyncio; run by `test_real_grpc_clients`."""

import threading

import grpc
import pytest
import route_guide_pb2 as messages
import route_guide_pb2_grpc as stubs

POINTS = [messages.Point(latitude=number, longitude=-number) for number in (1, 2, 3)]
AREA = messages.Rectangle(lo=POINTS[0], hi=POINTS[2])


def notes():
    return (messages.RouteNote(location=point, message=f"note {point.latitude}") for point in POINTS)


@pytest.fixture
def guide(contract_stub):
    return contract_stub("guide")


@pytest.fixture
def client(guide):
    return stubs.RouteGuideStub(guide.channel())


def test_a_feature_is_where_it_was_asked_for(guide, client):
    guide.on("GetFeature").reply({"name": "a hill", "location": {"latitude": 1, "longitude": -1}})
    assert client.GetFeature(POINTS[0]).location == POINTS[0]


def test_there_may_be_no_feature(guide, client):
    guide.given("nothing is there")
    guide.on("GetFeature").reply(status=grpc.StatusCode.NOT_FOUND, message="nothing is there")
    with pytest.raises(grpc.RpcError) as caught:
        client.GetFeature(POINTS[1])
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_features_are_listed(guide, client):
    guide.on("ListFeatures").reply([{"name": "a hill"}, {"name": "a lake"}, {"name": "a wood"}])
    assert [feature.name for feature in client.ListFeatures(AREA)] == ["a hill", "a lake", "a wood"]


def test_a_route_is_summed_up(client):
    assert client.RecordRoute(iter(POINTS)).DESCRIPTOR.name == "RouteSummary"


def test_each_note_is_answered(client):
    assert len(list(client.RouteChat(notes()))) == 3


def test_a_chat_may_be_left(client):
    may_end = threading.Event()

    def one_note():
        yield next(notes())
        may_end.wait()

    chat = client.RouteChat(one_note())
    next(chat)
    chat.cancel()
    may_end.set()


@pytest.mark.asyncio
async def test_all_four_kinds_by_asyncio(guide):
    async with guide.aio_channel() as channel:
        client = stubs.RouteGuideStub(channel)
        feature = await client.GetFeature(POINTS[2], timeout=60)
        features = [each async for each in client.ListFeatures(messages.Rectangle(lo=POINTS[1]))]
        summary = await client.RecordRoute(iter(POINTS[:2]))
        answers = [each async for each in client.RouteChat(iter([messages.RouteNote(message="alone")]))]
    assert feature.DESCRIPTOR.name == "Feature"
    assert (len(features), summary.DESCRIPTOR.name, len(answers)) == (2, "RouteSummary", 1)
