"""Definitions from elsewhere are used as they are locked, whatever becomes of where they came from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.broker_client import BrokerClient, Build
from contractkit.errors import ContractkitError, DefinitionError
from contractkit.locking.definition_lock import DefinitionLock
from contractkit.locking.lock_file import digest_of
from contractkit.model import JsonBody
from contractkit.settings import load_settings
from contractkit.sources import LoadedDefinition
from tests.locking.conftest import ORDERS, PROTO, Site

pytestmark = pytest.mark.slow

Project = Callable[..., Path]
Git = Callable[..., None]


def opened(root: Path, provider: str = "orders") -> tuple[LoadedDefinition, list[str]]:
    """Give a provider's definition as a new process would, and what was said of it."""
    settings = load_settings(root)
    lock = DefinitionLock(settings)
    return lock.load(provider, "definition", settings.provider(provider).definition), lock.said


def test_what_is_not_locked_is_locked_and_said(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    loaded, said = opened(root)
    digest = digest_of(ORDERS.encode())
    assert (loaded.source, loaded.definition.title) == (f"{site.url}/orders.yaml", "Orders 1")
    assert said == [
        f"orders: {site.url}/orders.yaml was not locked, and is now at {digest[:19]}; "
        "commit contractkit.lock and contractkit.locked"
    ]
    assert (root / "contractkit.locked/orders.yaml").read_text() == ORDERS
    assert (root / "contractkit.locked/.gitattributes").read_text() == "* -text\n"
    entry = {"copy": "orders.yaml", "digest": digest, "source": f"{site.url}/orders.yaml"}
    lock = {"providers": {"orders": {"definition": entry}}, "schema_version": 1}
    assert (root / "contractkit.lock").read_text() == f"{json.dumps(lock, indent=2)}\n"


def test_a_locked_definition_is_used_without_asking(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    opened(root)
    site.pages["/orders.yaml"] = ORDERS.replace("Orders", "Others")
    loaded, said = opened(root)
    assert (loaded.definition.title, said, site.asked) == ("Orders 1", [], ["/orders.yaml"])


def test_another_source_in_the_settings_is_locked_anew(site: Site, project: Project) -> None:
    site.pages |= {"/a.yaml": ORDERS, "/b.yaml": ORDERS.replace("Orders", "Others")}
    opened(project(orders=f"{site.url}/a.yaml"))
    loaded, said = opened(project(orders=f"{site.url}/b.yaml"))
    assert (loaded.definition.title, len(said)) == ("Others 1", 1)


def test_a_definition_of_several_documents_is_one_copy(site: Site, project: Project) -> None:
    schema = "#/components/schemas/Order"
    site.pages["/api/orders.yaml"] = ORDERS.replace(f"'{schema}'", "'parts/order.yaml'")
    site.pages["/api/parts/order.yaml"] = "type: object\nrequired: [id]\nproperties: {id: {type: integer}}\n"
    root = project(orders=f"{site.url}/api/orders.yaml")
    opened(root)
    site.pages.clear()
    loaded, _ = opened(root)
    body = loaded.openapi.answer(loaded.openapi.operation("getOrder"), seed="").response.body
    assert isinstance(body, JsonBody)
    assert isinstance(body.value, dict)
    assert list(body.value) == ["id"]
    copy = (root / "contractkit.locked/orders.json").read_text()
    assert copy.startswith('{\n  "openapi": "3.1.0",\n  "info": {\n    "title": "Orders",\n')


def test_large_integers_of_a_definition_of_several_documents_are_kept(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS.replace("'#/components/schemas/Order'", "'order.yaml'")
    site.pages["/order.yaml"] = "type: integer\nmaximum: 100000000000000000000000\n"
    root = project(orders=f"{site.url}/orders.yaml")
    opened(root)
    assert '"maximum": 100000000000000000000000' in (root / "contractkit.locked/orders.json").read_text()


def test_what_could_not_be_read_beside_it_is_said(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS.replace("'#/components/schemas/Order'", "'order.yaml'")
    _, said = opened(project(orders=f"{site.url}/orders.yaml"))
    assert f", which lacks what could not be read: {site.url}/order.yaml; commit" in said[0]


def test_credentials_of_a_url_are_not_written(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url.replace('//', '//me:secret@')}/orders.yaml")
    opened(root)
    opened(root)
    assert "secret" not in (root / "contractkit.lock").read_text()
    assert site.asked == ["/orders.yaml"]


def test_a_git_revision_is_kept_where_the_branch_moves_on(project: Project, git: Git) -> None:
    root = project(orders="git:main:orders.yaml")
    (root / "orders.yaml").write_text(ORDERS)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "a"]):
        git(root, *command)
    opened(root)
    (root / "orders.yaml").write_text(ORDERS.replace("Orders", "Others"))
    git(root, "commit", "-qam", "b")
    assert opened(root)[0].definition.title == "Orders 1"


def test_proto_files_of_a_git_revision_are_one_descriptor_set(project: Project, git: Git) -> None:
    root = project(stock="git:main:protos/stock.proto")
    (root / "protos").mkdir()
    (root / "protos/stock.proto").write_text(PROTO)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "a"]):
        git(root, *command)
    fetched, _ = opened(root, "stock")
    locked, said = opened(root, "stock")
    assert [each.name for each in locked.protobuf.operations] == ["stock.v1.Stock/GetItem"]
    assert (locked.definition.digest, said) == (fetched.definition.digest, [])
    assert (root / "contractkit.locked/stock.binpb").exists()


@pytest.mark.parametrize(("where", "title"), [("", "Orders 2"), ("@production", "Orders 1"), ("@feature", "Orders 3")])
def test_the_broker_gives_main_an_environment_or_a_branch(
    broker: BrokerClient, project: Project, where: str, title: str
) -> None:
    for version, branch in (("1", "main"), ("2", "main"), ("3", "feature")):
        text = ORDERS.replace("version: '1'", f"version: '{version}'").encode()
        broker.record_branch(Build(application="orders", version=version, branch=branch))
        broker.resources.publish_definition("orders", version, text, content_type="application/yaml")
    broker.occupancies.deploy("orders", "1", "production")
    root = project(f'broker = "{broker.url}"', orders=f"broker:orders{where}")
    assert opened(root)[0].definition.title == title
    assert opened(root)[1] == []
    assert (root / "contractkit.locked/orders.yaml").exists()


def test_a_copy_that_is_missing_is_fetched_where_it_is_still_the_same(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    opened(root)
    (root / "contractkit.locked/orders.yaml").unlink()
    assert opened(root)[0].definition.title == "Orders 1"
    assert (root / "contractkit.locked/orders.yaml").read_text() == ORDERS


def test_a_path_is_not_locked(project: Project) -> None:
    root = project(orders="orders.yaml")
    (root / "orders.yaml").write_text(ORDERS)
    assert opened(root)[1] == []
    assert not (root / "contractkit.lock").exists()


def refused(root: Path) -> str:
    with pytest.raises(ContractkitError) as caught:
        opened(root)
    return f"{caught.value.exit_code} {caught.value}"


def test_a_copy_that_was_changed_is_refused(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    opened(root)
    changed = ORDERS.replace("Orders", "Others")
    (root / "contractkit.locked/orders.yaml").write_text(changed)
    assert refused(root) == (
        "2 The copy of the definition of orders is not what is locked.\n\n"
        "  file       contractkit.locked/orders.yaml\n"
        f"  expected   {digest_of(ORDERS.encode())}\n"
        f"  received   {digest_of(changed.encode())}\n\n"
        "Take contractkit.lock and contractkit.locked from git, or lock what is there now: "
        "contractkit definitions refresh orders"
    )


def test_what_is_locked_and_has_neither_copy_nor_source_any_more_is_refused(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    opened(root)
    (root / "contractkit.locked/orders.yaml").unlink()
    changed = site.pages["/orders.yaml"] = ORDERS.replace("Orders", "Others")
    assert refused(root) == (
        "2 The definition of orders that is locked is gone: it has no copy, and its source has another.\n\n"
        f"  source     {site.url}/orders.yaml\n"
        "  file       contractkit.locked/orders.yaml\n"
        f"  expected   {digest_of(ORDERS.encode())}\n"
        f"  received   {digest_of(changed.encode())}\n\n"
        "Commit contractkit.locked beside contractkit.lock, or lock what is there now: "
        "contractkit definitions refresh orders"
    )


def test_a_source_that_is_not_there_is_unreachable(site: Site, project: Project) -> None:
    root = project(orders=f"{site.url}/orders.yaml")
    assert refused(root) == (
        f"4 The definition {site.url}/orders.yaml cannot be read.\n\n  reason   the server answered 404 Not Found\n\n"
        "It is not locked yet; once it is (contractkit definitions refresh orders), no run asks for it."
    )
    assert not (root / "contractkit.lock").exists()


def test_what_is_no_definition_is_not_locked(site: Site, project: Project) -> None:
    site.pages["/orders.json"] = "<html>Sign in</html>"
    root = project(orders=f"{site.url}/orders.json")
    assert refused(root).startswith(f"2 The definition {site.url}/orders.json is not JSON.\n\n  at        line 1")
    assert not (root / "contractkit.lock").exists()


BROKEN_LOCKS = {
    "<<<<<<< HEAD\n": "it is not JSON: line 1, column 1: ",
    "[]": "expected schema_version 1, received None",
    '{"schema_version": 2, "providers": {}}': "expected schema_version 1, received 2",
    '{"schema_version": 1, "providers": []}': "providers: expected an object, received list",
    '{"schema_version": 1, "providers": {"orders": {"definition": {"source": "x"}}}}': (
        "providers.orders.definition: expected texts source, digest, copy of a definition or a proto"
    ),
    '{"schema_version": 1, "providers": {"orders": {"definition": {"source": "x", "digest": "y", "copy": "../z"}}}}': (
        "providers.orders.definition.copy: expected the name of a file in contractkit.locked, received '../z'"
    ),
}


@pytest.mark.parametrize("text", BROKEN_LOCKS)
def test_a_lock_that_cannot_be_used_is_told_and_left(site: Site, project: Project, text: str) -> None:
    root = project(orders=f"{site.url}/orders.yaml")
    (root / "contractkit.lock").write_text(text)
    said = refused(root)
    assert said.startswith(f"2 contractkit.lock cannot be used.\n\n  reason   {BROKEN_LOCKS[text]}")
    assert said.endswith(
        "\n\nTake it from git (git checkout -- contractkit.lock), or remove it and lock anew: "
        "contractkit definitions refresh"
    )
    assert (root / "contractkit.lock").read_text() == text


@pytest.mark.parametrize("place", ["broker:", "broker:@main", "broker:orders@"])
def test_a_location_of_the_broker_that_is_none_is_refused(project: Project, place: str) -> None:
    assert refused(project(orders=place)) == (
        f"2 Not a definition of the broker: {place}\n\n"
        "The form is broker:NAME, broker:NAME@ENVIRONMENT or broker:NAME@BRANCH."
    )


def test_a_definition_of_the_broker_needs_one(project: Project) -> None:
    assert refused(project(orders="broker:orders")) == (
        "2 No broker is set, so broker:orders cannot be asked for.\n\n"
        "Set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n"
        '[tool.contractkit]\nbroker = "https://broker.example"'
    )


LACKING = {
    "broker:order": "The broker knows no application named 'order'.\n\nDid you mean orders?",
    "broker:orders@featur": (
        "The broker knows no environment and no branch of orders named 'featur'.\n\nDid you mean feature?"
    ),
    "broker:orders@feature": (
        "The broker has no definition of orders on the branch feature.\n\n"
        "  there    orders 2, which published none\n"
        "  it has   broker:orders, of version 1\n\n"
        "Its team publishes it with results: contractkit verify orders --publish --definition FILE"
    ),
    "broker:orders@test": (
        "The broker has no definition of orders in test.\n\n"
        "  there    no version of orders\n"
        "  it has   broker:orders, of version 1\n\n"
        "Its team publishes it with results: contractkit verify orders --publish --definition FILE"
    ),
    "broker:orders@production": (
        "The broker has no definition of orders in production.\n\n"
        "  there    orders 2, which published none\n"
        "  it has   broker:orders, of version 1\n\n"
        "Its team publishes it with results: contractkit verify orders --publish --definition FILE"
    ),
    "broker:shop": (
        "The broker has no definition of shop.\n\n"
        "Its team publishes it with results: contractkit verify shop --publish --definition FILE"
    ),
}


def test_what_the_broker_has_instead_of_a_definition_that_it_lacks_is_told(
    broker: BrokerClient, project: Project
) -> None:
    broker.resources.publish_definition("orders", "1", ORDERS.encode(), content_type="application/yaml")
    broker.record_branch(Build(application="orders", version="2", branch="feature"))
    broker.occupancies.deploy("orders", "2", "production")
    broker.record_branch(Build(application="shop", version="1", branch="main"))
    told = {place: refused(project(f'broker = "{broker.url}"', orders=place)) for place in LACKING}
    assert told == {place: f"2 {message}" for place, message in LACKING.items()}


def test_a_place_where_nothing_can_be_written_is_told(site: Site, project: Project) -> None:
    site.pages["/orders.yaml"] = ORDERS
    root = project(orders=f"{site.url}/orders.yaml")
    (root / "contractkit.locked").write_text("a file in the way")
    with pytest.raises(
        DefinitionError, match=r"^contractkit\.lock cannot be written, so no definition can be locked\."
    ):
        opened(root)
