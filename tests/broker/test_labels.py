"""Labels of applications, the names of repositories, and what is removed: versions, contracts, many branches."""

from tests.broker.conftest import Story, contract, interaction


def test_a_label_is_put_on_listed_and_taken_off(broker: Story) -> None:
    put = [broker.http.put("/pacticipants/orders/labels/billing", json={}) for _ in range(2)]
    assert [each.status_code for each in put] == [201, 200]
    broker.http.put("/pacticipants/stock/labels/slow", json={})
    assert put[0].json()["name"] == "billing"
    embedded = broker.http.get("/pacticipants/orders").json()["_embedded"]["labels"]
    assert [each["name"] for each in embedded] == ["billing"]
    assert [each["name"] for each in broker.http.get("/labels").json()["_embedded"]["labels"]] == ["billing", "slow"]
    listed = broker.http.get("/pacticipants/label/billing").json()["pacticipants"]
    assert [each["name"] for each in listed] == ["orders"]
    at = embedded[0]["_links"]["self"]["href"]
    assert [broker.http.get(at).status_code, broker.http.delete(at).status_code] == [200, 204]
    gone = broker.http.get(at)
    assert (gone.status_code, gone.json()) == (404, {"error": "Pacticipant 'orders' has no label 'billing'"})
    assert broker.http.get("/pacticipants/label/billing").json()["pacticipants"] == []


def test_an_application_says_where_its_repository_is(broker: Story) -> None:
    form = {"name": "orders", "repositoryName": "orders", "repositoryNamespace": "shop", "repositoryUrl": "https://g/o"}
    broker.http.post("/pacticipants", json=form)
    broker.http.patch("/pacticipants/orders", json={"displayName": "Orders"})
    stored = broker.http.get("/pacticipants/orders").json()
    assert {name: stored[name] for name in form} == form
    assert stored["displayName"] == "Orders"


def test_a_version_that_is_removed_leaves_its_branch_to_the_one_before(broker: Story) -> None:
    for number in ("1", "2", "3"):
        broker.publish("web-shop", number, contract("web-shop", "orders"), branch="main")
    assert broker.http.delete("/pacticipants/web-shop/versions/3").status_code == 204
    assert broker.http.delete("/pacticipants/web-shop/versions/1").status_code == 204
    head = broker.http.get("/pacticipants/web-shop/branches/main").json()
    assert head["_embedded"]["latestVersion"] == {"number": "2"}
    missing = broker.http.delete("/pacticipants/web-shop/versions/3")
    words = "No version 3 of pacticipant 'web-shop' found"
    assert (missing.status_code, missing.json()) == (404, {"error": words})
    audit = broker.http.get("/pacticipants/web-shop/audit").json()["entries"]
    assert [(each["event"], each["version"]) for each in audit] == [("version removed", "1"), ("version removed", "3")]


def test_the_last_version_of_a_branch_leaves_it_without_a_head(broker: Story) -> None:
    broker.http.put("/pacticipants/orders/branches/main/versions/1", json={})
    broker.http.delete("/pacticipants/orders/versions/1")
    assert broker.http.get("/pacticipants/orders/branches/main").json()["_embedded"] == {}
    broker.http.put("/pacticipants/orders/branches/main/versions/2", json={})
    head = broker.http.get("/pacticipants/orders/branches/main").json()
    assert head["_embedded"]["latestVersion"] == {"number": "2"}


def test_a_contract_that_is_removed_keeps_its_results(broker: Story) -> None:
    broker.publish("web-shop", "1", contract("web-shop", "orders"))
    broker.verify("orders", "1.0", "web-shop")
    at = "/pacts/provider/orders/consumer/web-shop/version/1"
    assert [broker.http.delete(at).status_code, broker.http.delete(at).status_code] == [204, 404]
    broker.publish("web-shop", "2", contract("web-shop", "orders"))
    broker.deploy("orders", "1.0", "production")
    assert broker.can_i_deploy("web-shop", "2", "production")["contractkit"]["answer"] == "yes"
    (entry,) = broker.http.get("/pacticipants/web-shop/audit").json()["entries"]
    assert (entry["event"], entry["version"], entry["details"]["provider"]) == ("contract removed", "1", "orders")


def test_many_branches_are_removed_at_once_and_the_main_one_stays(broker: Story) -> None:
    for number, branch in enumerate(["main", "a", "feature/b", "keep"]):
        broker.publish("web-shop", str(number), contract("web-shop", "orders", interaction()), branch=branch)
    reply = broker.http.delete("/pacticipants/web-shop/branches?exclude[]=keep")
    assert (reply.status_code, reply.json()["notices"]) == (
        202,
        [{"type": "success", "text": "2 branches were removed."}],
    )
    left = broker.http.get("/pacticipants/web-shop/branches").json()["_embedded"]["branches"]
    assert sorted(each["name"] for each in left) == ["keep", "main"]
    assert len(broker.http.get("/pacticipants/web-shop/versions").json()["versions"]) == 4
