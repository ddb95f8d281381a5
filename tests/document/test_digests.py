from dataclasses import replace

import pytest

from contractkit.document import content_id, file_digest, interaction_content_id
from contractkit.model import (
    Contract,
    DefinitionReference,
    DerivedState,
    Evidence,
    HttpCall,
    HttpRequest,
    HttpResponse,
    Interaction,
    JsonBody,
    LocatedGenerator,
    LocatedRules,
    Message,
    ProviderState,
    Rule,
    TestReference,
    parse_location,
)

CALL = HttpCall(
    request=HttpRequest(method="GET", path="/a"), response=HttpResponse(status=200, body=JsonBody({"a": 1}))
)
INTERACTION = Interaction(key="k", description="an order", exchange=CALL)
CONTRACT = Contract(consumer="web-shop", provider="orders", interactions=(INTERACTION,))
TOTAL = parse_location("response.body.a")


def with_interaction(**changes):
    return replace(CONTRACT, interactions=(replace(INTERACTION, **changes),))


def with_response(**changes):
    return with_interaction(exchange=replace(CALL, response=replace(CALL.response, **changes)))


@pytest.mark.parametrize(
    "same",
    [
        with_interaction(key="other"),
        with_interaction(description="renamed"),
        with_interaction(operation="getOrder"),
        with_interaction(evidence=(Evidence(test=TestReference(node_id="t", file="t.py", line=1)),)),
        with_interaction(served=JsonBody({"a": 1, "b": 2})),
        with_interaction(comments=("a remark",)),
        replace(CONTRACT, definition=DefinitionReference(source="a.yaml", digest="sha256:0")),
        replace(CONTRACT, consumer="courier-app"),
        replace(CONTRACT, interactions=(INTERACTION, replace(INTERACTION, key="second"))),
        replace(CONTRACT, kept={"metadata": {"tool": "1.0"}}),
    ],
)
def test_what_no_verification_depends_on_leaves_the_content_id(same):
    assert content_id(same) == content_id(CONTRACT)


@pytest.mark.parametrize(
    "changed",
    [
        with_response(status=201),
        with_response(body=JsonBody({"a": 1.0})),
        with_response(headers={"x-a": ("1",)}),
        with_interaction(exchange=replace(CALL, request=replace(CALL.request, query={"a": (None,)}))),
        with_interaction(rules=(LocatedRules(location=TOTAL, rules=(Rule("type"),)),)),
        with_interaction(generators=(LocatedGenerator(location=TOTAL, name="Uuid"),)),
        with_interaction(states=(ProviderState(name="order exists"),)),
        with_interaction(derived_state=DerivedState(operation="getOrder", status="200", values={"id": 7})),
        with_interaction(pending=True),
        with_interaction(transport="https"),
        replace(CONTRACT, specification="1.0"),
        replace(CONTRACT, kept={"interactions": {"0": {"type": "Carrier/Pigeons"}}}),
    ],
)
def test_what_a_verification_depends_on_changes_the_content_id(changed):
    assert content_id(changed) != content_id(CONTRACT)


def test_what_a_file_configures_of_plugins_counts_where_an_interaction_needs_it():
    needing = with_interaction(kept={"interaction": {"pluginConfiguration": {"avro": {"schema": "a"}}}})
    configured = replace(needing, plugins=({"name": "avro", "configuration": {"a": 1}},))
    assert content_id(configured) != content_id(needing)
    assert content_id(replace(CONTRACT, plugins=configured.plugins)) == content_id(CONTRACT)


def test_the_order_of_interactions_leaves_the_content_id():
    other = replace(INTERACTION, key="o", states=(ProviderState(name="s"),))
    pair = replace(CONTRACT, interactions=(INTERACTION, other))
    assert content_id(pair) == content_id(replace(CONTRACT, interactions=(other, INTERACTION)))


def test_a_message_is_asked_for_by_its_description():
    message = replace(INTERACTION, exchange=Message(contents=JsonBody(1)))
    renamed = replace(message, description="another event")
    assert interaction_content_id(CONTRACT, message) != interaction_content_id(CONTRACT, renamed)


def test_version_1_compares_queries_in_their_order():
    def identity(specification, query):
        call = replace(CALL, request=replace(CALL.request, query=query))
        return content_id(replace(with_interaction(exchange=call), specification=specification))

    forward, backward = {"a": ("1",), "b": ("2",)}, {"b": ("2",), "a": ("1",)}
    assert identity("1.0", forward) != identity("1.0", backward)
    assert identity("4.0", forward) == identity("4.0", backward)


def test_the_digests_are_stable_from_release_to_release():
    assert content_id(CONTRACT) == "sha256:342dafe7bc3a46bdae28bc14737b0ac620b17f50f426cdffb8ac60e89684973d"
    assert file_digest(b"{}\n") == "sha256:ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"
