"""Many builds at once: nothing is lost, nothing is there twice."""

from concurrent.futures import ThreadPoolExecutor

from tests.broker.conftest import Story, contract, interaction


def test_builds_that_publish_at_once_all_arrive(broker: Story) -> None:
    def publish(number: int) -> int:
        one = contract(f"app-{number % 4}", "orders", interaction(total=number + 0.5))
        two = contract(f"app-{number % 4}", "stock", interaction(total=number + 0.5))
        return broker.publish(f"app-{number % 4}", str(number), one, two, branch="main").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(publish, range(24))) == {200}
    counts = {name: each["count"] for name, each in broker.http.get("/metrics").json().items()}
    assert (counts["pacticipants"], counts["integrations"], counts["pactPublications"]) == (6, 8, 48)


def test_one_contract_published_by_many_at_once_is_stored_once(broker: Story) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda _: broker.publish("web-shop", "1", contract("web-shop", "orders")), range(16))
        assert {reply.status_code for reply in replies} == {200}
    counts = {name: each["count"] for name, each in broker.http.get("/metrics").json().items()}
    assert (counts["pacticipantVersions"], counts["pactVersions"], counts["pactPublications"]) == (1, 1, 1)


def test_deployments_recorded_at_once_leave_one_current(broker: Story) -> None:
    for number in range(8):
        broker.http.put(f"/pacticipants/orders/versions/{number}", json={})
    with ThreadPoolExecutor(8) as pool:
        replies = pool.map(lambda number: broker.deploy("orders", str(number), "production"), range(8))
        assert {reply.status_code for reply in replies} == {201}
    (place,) = broker.http.get("/environments?name=production").json()["_embedded"]["environments"]
    current = broker.http.get(place["_links"]["pb:currently-deployed-deployed-versions"]["href"]).json()
    assert len(current["_embedded"]["deployedVersions"]) == 1
