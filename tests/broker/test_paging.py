"""Lists in pages: off unless asked, with links to the pages around, and wrong numbers named."""

import pytest

from tests.broker.conftest import Story, contract


def filled(broker: Story) -> None:
    for number in range(5):
        broker.publish("web-shop", str(number), contract("web-shop", f"p{number}"), branch=f"b{number}")
        broker.http.put(f"/pacticipants/web-shop/labels/l{number}", json={})


LISTS = [
    ("/pacticipants", "pacticipants", "name", ["p2", "p3"], 6),
    ("/pacticipants/web-shop/versions", "versions", "number", ["2", "1"], 5),
    ("/pacticipants/web-shop/branches", "branches", "name", ["b2", "b1"], 5),
    ("/labels", "labels", "name", ["l2", "l3"], 5),
    ("/integrations", "integrations", "provider", ["p2", "p3"], 5),
]


@pytest.mark.parametrize(("path", "member", "key", "second", "total"), LISTS)
def test_a_list_is_read_in_pages(
    broker: Story, path: str, member: str, key: str, second: list[str], total: int
) -> None:
    filled(broker)
    body = broker.http.get(path, params={"pageNumber": 2, "pageSize": 2}).json()
    shown = [each[key]["name"] if key == "provider" else each[key] for each in body["_embedded"][member]]
    assert (shown, body["page"]) == (
        second,
        {"number": 2, "size": 2, "totalElements": total, "totalPages": 3},
    )
    around = [broker.http.get(body["_links"][name]["href"]).json()["page"]["number"] for name in ("previous", "next")]
    assert around == [1, 3]
    assert "next" not in broker.http.get(body["_links"]["next"]["href"]).json()["_links"]
    whole = broker.http.get(path).json()
    assert (len(whole["_embedded"][member]), "page" in whole) == (total, False)


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1e3", "9999999999", "²"])
@pytest.mark.parametrize("path", [each[0] for each in LISTS])
def test_a_page_that_is_none_is_refused(broker: Story, path: str, wrong: str) -> None:
    broker.http.put("/pacticipants/web-shop", json={})
    reply = broker.http.get(path, params={"pageNumber": wrong})
    said = f'expected a whole number, at least 1, received "{wrong}"'
    assert (reply.status_code, reply.json()) == (400, {"errors": {"pageNumber": [said]}})


def test_a_page_far_behind_the_end_is_empty(broker: Story) -> None:
    filled(broker)
    query = {"pageNumber": 999_999_999, "pageSize": 999_999_999}
    body = broker.http.get("/pacticipants/web-shop/versions", params=query).json()
    assert (body["versions"], body["page"]["totalPages"]) == ([], 1)
    assert broker.http.get("/pacticipants", params=query).json()["pacticipants"] == []
