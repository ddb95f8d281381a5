"""What a report says: consumers, tests, places and lines on both sides, and what is not known."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.definitions.references import Documents
from contractkit.document import dump_contract, load_contract
from contractkit.exact_json import dump_compact, read_json
from contractkit.impact import ConsumerInfo, DefinitionSource, ImpactReport, Verdict, analyse
from contractkit.impact.formats import impact_as_json, impact_as_markdown, impact_document
from contractkit.impact.repairs import impact_as_repairs
from contractkit.impact.text import explain_findings, explain_impact, summarise
from contractkit.model import Contract, HttpCall, Interaction, JsonBody, Message, TextBody

LINES = {"/components/schemas/Order/properties/total": 45, "/components/schemas/Order": 40}


def definition(document: Any) -> OpenApiDefinition:
    return OpenApiDefinition(Documents({"orders.yaml": document}, "orders.yaml"))


def without_total(document: Any) -> Any:
    changed = copy.deepcopy(document)
    del changed["components"]["schemas"]["Order"]["properties"]["total"]
    changed["components"]["schemas"]["Order"]["required"].remove("total")
    return changed


def report_on(old: Any, new: Any, *contracts: Contract, info: ConsumerInfo | None = None) -> ImpactReport:
    def line_of(pointer: str, uri: str | None) -> int | None:
        return LINES.get(pointer)

    return analyse(
        definition(old),
        definition(new),
        [(contract, info or ConsumerInfo()) for contract in contracts],
        old_source=DefinitionSource(name="old.yaml", line_of=line_of),
        new_source=DefinitionSource(name="new.yaml", line_of=line_of),
    )


def one(contract: Contract, description: str, consumer: str = "web-shop") -> Contract:
    chosen = tuple(each for each in contract.interactions if each.description == description)
    return replace(contract, consumer=consumer, interactions=chosen)


def test_a_finding_is_explained(old_document: Any, contract: Contract) -> None:
    info = ConsumerInfo(versions=("4.1.0",), environments=("production",))
    shop = one(contract, "reads the total")
    report = report_on(old_document, without_total(old_document), shop, info=info)
    assert str(explain_findings(report.findings)) == (
        "web-shop 4.1.0 (production) can no longer use the answer of getOrder.\n"
        "\n"
        "  interaction   reads the total\n"
        "  test          tests/test_orders.py:12\n"
        "  at            response.body.total\n"
        "  was           promised, number\n"
        "  becomes       undeclared\n"
        "  means         the consumer needs it, and it is not declared any more\n"
        "  change        it was required, number, now undeclared (response.member.removed)\n"
        "  old           old.yaml:45\n"
        "  new           new.yaml:40\n"
        f"  fingerprint   {report.findings[0].fingerprint}\n"
        "\n"
        "Keep it as it was, or change web-shop first and deploy that before orders."
    )


def test_a_report_names_everyone(old_document: Any, contract: Contract) -> None:
    shop, courier = one(contract, "reads the total"), one(contract, "reads the lines", "courier")
    silent = replace(contract, consumer="kiosk", interactions=())
    report = report_on(old_document, without_total(old_document), shop, courier, silent)
    text = explain_impact(report)
    assert text.startswith(
        "What becomes of the consumers if old.yaml becomes new.yaml:\n"
        "\n"
        "  web-shop   broken        1 broken of 1 interaction\n"
        "  courier    unaffected    1 interaction\n"
        "  kiosk      no contract   nothing is known of what it uses\n"
    )
    assert text.endswith("\n\nOf 2 contracts: 1 broken, 1 unaffected.")


def test_a_change_that_hurts_nobody_is_told_apart(old_document: Any, contract: Contract) -> None:
    report = report_on(old_document, without_total(old_document), one(contract, "reads the lines"))
    assert report.verdict is Verdict.UNAFFECTED
    assert explain_impact(report).endswith(
        "Changes that hurt no contract here, as far as their needs tell:\n"
        "\n"
        "  GET /orders 200 response.body[*].total: it was required, number, now undeclared"
        " (and 2 further operations)  [old.yaml:45]\n"
        "\n"
        "Of 1 contract: 1 unaffected; 1 change that could hurt a consumer hurts none of these, "
        "as far as their needs tell."
    )


def test_the_same_change_under_several_interactions_is_one_message(
    analysed: Callable[..., ImpactReport], contract: Contract
) -> None:
    text = explain_impact(analysed({"remove": ["/paths/~1orders/post"]}))
    assert "  interaction   orders\n                orders with a coupon\n" in text
    assert text.count("can no longer send createOrder") == 1


def test_one_change_that_several_operations_show_is_one_message(old_document: Any, contract: Contract) -> None:
    reads, lists = (one(contract, each).interactions[0] for each in ("reads the total", "lists all"))
    assert isinstance(lists.exchange, HttpCall)
    totals = replace(lists.exchange.response, body=JsonBody([{"total": 1.5}]))
    both = (reads, replace(lists, exchange=replace(lists.exchange, response=totals)))
    report = report_on(old_document, without_total(old_document), replace(contract, interactions=both))
    first, second = report.findings
    assert (
        "web-shop can no longer use the answer of getOrder and listOrders.\n"
        "\n"
        "  was       promised, number\n"
        "  becomes   undeclared\n"
        "  means     the consumer needs it, and it is not declared any more\n"
        "  change    it was required, number, now undeclared (response.member.removed)\n"
        "  old       old.yaml:45\n"
        "  new       new.yaml:40\n"
        f"  at        getOrder     response.body.total      tests/test_orders.py:12   {first.fingerprint}\n"
        f"            listOrders   response.body[*].total   tests/test_orders.py:12   {second.fingerprint}\n"
        "\n"
        "Keep it as it was, or change web-shop first and deploy that before orders.\n"
    ) in explain_impact(report)


def test_control_characters_of_a_contract_are_not_printed(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "reads the total")
    hostile = replace(shop, interactions=(replace(shop.interactions[0], description="reads\x1b[2J"),))
    assert "  interaction   reads�[2J\n" in explain_impact(
        report_on(old_document, without_total(old_document), hostile)
    )


def test_json_carries_version_places_and_fingerprints(old_document: Any, contract: Contract) -> None:
    report = report_on(old_document, without_total(old_document), one(contract, "reads the total"))
    document = read_json(impact_as_json(report))
    assert document["schema_version"] == 1
    assert document["verdict"] == "broken"
    assert document["consumers"][0]["interactions"][0]["findings"] == [
        {
            "after": "undeclared",
            "also": [],
            "before": "promised, number",
            "change": "response.member.removed",
            "change_sentence": "it was required, number, now undeclared",
            "code": "response.undeclared",
            "fingerprint": report.findings[0].fingerprint,
            "location": "response.body.total",
            "new": {"line": 40, "pointer": "/components/schemas/Order", "source": "new.yaml"},
            "old": {"line": 45, "pointer": "/components/schemas/Order/properties/total", "source": "old.yaml"},
            "renamed_to": None,
            "sentence": "the consumer needs it, and it is not declared any more",
            "verdict": "broken",
        }
    ]


def test_markdown_is_a_table(old_document: Any, contract: Contract) -> None:
    report = report_on(old_document, without_total(old_document), one(contract, "reads the total"))
    assert impact_as_markdown(report) == (
        "### Impact of new.yaml\n"
        "\n"
        "| consumer | verdict | interactions |\n"
        "| --- | --- | --- |\n"
        "| web-shop | broken | 1 broken |\n"
        "\n"
        "| verdict | consumer | operation | at | what changed | tests |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| broken | web-shop | getOrder | `response.body.total` | it was required, number, now undeclared"
        " | tests/test_orders.py:12 |\n"
        "\n"
        "Of 1 contract: 1 broken."
    )


def test_a_fingerprint_outlives_reworded_descriptions_and_moved_tests(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "reads the total")
    reworded = replace(shop, interactions=(replace(shop.interactions[0], description="total", evidence=()),))
    new = without_total(old_document)
    first, second = (report_on(old_document, new, each).findings[0] for each in (shop, reworded))
    assert first.fingerprint == second.fingerprint


def test_an_unknown_request_is_at_risk_and_never_unaffected(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "lists all")
    call = shop.interactions[0].exchange
    assert isinstance(call, HttpCall)
    lost = replace(call, request=replace(call.request, path="/invoices"))
    report = report_on(
        old_document, old_document, replace(shop, interactions=(replace(shop.interactions[0], exchange=lost),))
    )
    assert [(each.verdict, each.worry.code, each.worry.sentence) for each in report.findings] == [
        (
            Verdict.AT_RISK,
            "not-analysable",
            "GET /invoices reaches no operation of either definition, so nothing can be said of it",
        )
    ]


def test_a_message_is_left_aside_since_openapi_speaks_of_none(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "lists all")
    message = replace(shop.interactions[0], exchange=Message(contents=JsonBody({"id": 7})))
    report = report_on(old_document, old_document, replace(shop, interactions=(*shop.interactions, message)))
    assert [each.aside_by_transport for each in report.consumers] == [{"message": 1}]
    assert "web-shop   unaffected   1 interaction; 1 message interaction left aside" in explain_impact(report)


def test_a_consumer_of_another_transport_is_not_judged(old_document: Any, contract: Contract) -> None:
    shop = one(contract, "lists all")
    message = replace(shop.interactions[0], exchange=Message(contents=JsonBody({"id": 7})))
    report = report_on(old_document, old_document, replace(shop, interactions=(message,)))
    assert (report.consumers, [each.consumer for each in report.not_judged]) == ((), ["web-shop"])
    assert "not judged   1 message interaction, of which these definitions do not speak" in explain_impact(report)


def test_a_text_body_is_at_risk_once_its_description_changed(old_document: Any, contract: Contract) -> None:
    old = copy.deepcopy(old_document)
    content = old["paths"]["/orders/{id}"]["get"]["responses"]["200"]["content"]
    content["text/csv"] = {"schema": {"type": "string"}}
    new = copy.deepcopy(old)
    new["paths"]["/orders/{id}"]["get"]["responses"]["200"]["content"]["text/csv"]["schema"]["maxLength"] = 9
    shop = one(contract, "reads the total")
    call = shop.interactions[0].exchange
    assert isinstance(call, HttpCall)
    read = replace(call, response=replace(call.response, body=TextBody("a;b", media_type="text/csv")))
    csv = replace(shop, interactions=(replace(shop.interactions[0], exchange=read),))
    assert report_on(old, old, csv).verdict is Verdict.UNAFFECTED
    assert [each.worry.code for each in report_on(old, new, csv).findings] == ["not-analysable"]


def test_what_was_already_weak_is_not_news(old_document: Any, contract: Contract) -> None:
    old = without_total(old_document)
    report = report_on(old, old, one(contract, "reads the total"))
    assert summarise(report) == "Of 1 contract: 1 unaffected."


def test_who_is_not_judged_is_not_unaffected(old_document: Any, contract: Contract) -> None:
    told = replace(
        contract, interactions=(Interaction(key="m", description="told", exchange=Message(contents=JsonBody(1))),)
    )
    report = report_on(old_document, without_total(old_document), told)
    assert (report.verdict, [each.verdict for each in report.not_judged]) == (Verdict.NOT_JUDGED, [Verdict.NOT_JUDGED])
    assert impact_document(report)["verdict"] == "not judged"
    assert report_on(old_document, old_document, replace(contract, interactions=())).verdict is Verdict.NOT_JUDGED


def test_interactions_of_a_kind_that_nobody_reads_are_counted(old_document: Any, contract: Contract) -> None:
    written = read_json(dump_contract(one(contract, "reads the total")))
    written["interactions"].append({"type": "Asynchronous/Smoke", "description": "a signal"})
    report = report_on(old_document, old_document, load_contract(dump_compact(written), origin="shop.json"))
    assert "  web-shop   unaffected   1 interaction; 1 unreadable interaction left aside\n" in explain_impact(report)
    assert impact_document(report)["consumers"][0]["left_aside"] == {"unreadable": 1}
    assert "| 1 unaffected, 1 unreadable interaction left aside |" in impact_as_markdown(report)


def test_a_report_on_nobody_says_so(old_document: Any) -> None:
    report = analyse(definition(old_document), definition(old_document), [])
    assert explain_impact(report).splitlines()[-1] == "Of 0 contracts: nobody was judged."


def test_nothing_changes_for_an_unchanged_definition(old_document: Any, contract: Contract) -> None:
    report = report_on(old_document, copy.deepcopy(old_document), contract)
    assert (report.findings, report.theoretical) == ((), ())


def moved(document: Any) -> Any:
    changed = copy.deepcopy(document)
    changed["paths"]["/v2/orders"] = {"post": changed["paths"]["/orders"].pop("post")}
    return changed


def summed(document: Any) -> Any:
    changed = copy.deepcopy(document)
    order = changed["components"]["schemas"]["Order"]
    order["properties"]["sum"] = order["properties"].pop("total")
    order["required"] = ["id", "sum", "status", "lines"]
    return changed


def counted(document: Any) -> Any:
    changed = copy.deepcopy(document)
    sent = changed["components"]["schemas"]["NewOrder"]
    sent["properties"]["count"] = sent["properties"].pop("quantity")
    return changed


@pytest.mark.parametrize(
    ("change", "description", "name", "gone", "cause"),
    [
        (counted, "orders", "count", "request.body.quantity", "it was integer, now undeclared"),
        (moved, "orders", "POST /v2/orders", "POST /orders", "POST /orders is no longer declared"),
        (summed, "reads the total", "sum", "response.body.total", "it was required, number, now undeclared"),
    ],
)
def test_what_went_is_asked_after_under_its_likely_new_name(
    change: Callable[[Any], Any], description: str, name: str, gone: str, cause: str,
    old_document: Any, contract: Contract
) -> None:  # fmt: skip
    report = report_on(old_document, change(old_document), one(contract, description))
    assert f"  change        {cause}; is it {name} now? (" in explain_impact(report)
    assert f"| {cause}; is it {name} now? |" in impact_as_markdown(report)
    assert impact_document(report)["consumers"][0]["interactions"][0]["findings"][0]["renamed_to"] == name
    [repair] = read_json(impact_as_repairs(report))["findings"]
    assert repair["cause"]["sentence"] == f"{cause}; is it {name} now?"
    assert repair["edits"][1]["change"] == (
        f"if it is that now, make web-shop use {name} in place of {gone}, record its contract, and deploy it while "
        "there are both"
    )


def test_a_reference_that_leads_nowhere_is_at_risk_and_hides_nothing_else(
    old_document: Any, contract: Contract
) -> None:
    new = without_total(old_document)
    order = new["components"]["schemas"]["Order"]["properties"]
    order["lines"]["items"]["$ref"] = "#/components/schemas/Lime"
    new["paths"]["/orders/{id}"]["get"]["responses"].pop("404")
    missing = one(contract, "misses an order")
    report = report_on(old_document, new, one(contract, "reads the lines"), missing)
    assert [(each.verdict, each.worry.code, each.worry.sentence) for each in report.findings] == [
        (
            Verdict.AT_RISK,
            "not-analysable",
            "a definition cannot be used here: A $ref leads nowhere: #/components/schemas/Lime",
        ),
        (
            Verdict.BROKEN,
            "response.status-gone",
            "the consumer expects status 404, and status 404 cannot come any more",
        ),
    ]
    cause = report.findings[0].worry.change
    assert cause is not None
    assert (cause.rule, cause.old, cause.new and cause.new.pointer) == (
        "operation.incomparable",
        None,
        "/components/schemas/Order/properties/lines/items/$ref",
    )
