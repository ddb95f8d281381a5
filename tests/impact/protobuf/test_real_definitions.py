"""Real releases: each procedure called once with a synthesised request and answer, under both versions."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from contractkit.definitions.protobuf import ProtoDefinition
from contractkit.definitions.rpc_interface import Side
from contractkit.impact import ConsumerInfo, DefinitionSource, ImpactReport, analyse
from contractkit.model import Contract, Interaction
from contractkit.sources import load_definition

TestData = Callable[[str], Path]
Record = Callable[..., Interaction]


def calls_of(definition: ProtoDefinition, record: Record) -> tuple[Interaction, ...]:
    """Give a call of each procedure that a definition offers, everything of its answer expected."""
    return tuple(
        record(
            definition.example(procedure, Side.REQUEST, seed="request"),
            definition.answer(procedure, seed="answer").tree,
            procedure=procedure.operation.signature,
        )
        for procedure in (definition.procedure(operation.name) for operation in definition.operations)
    )


@pytest.fixture
def report_on_release(test_data: TestData, record: Record) -> Callable[[str], ImpactReport]:
    """Give the report on a pair for a consumer that calls everything."""

    def report(pair: str) -> ImpactReport:
        folder = test_data(f"definitions/real/versions/proto/{pair}")
        old, new = load_definition(folder / "before"), load_definition(folder / "after")
        contract = Contract(consumer="all", provider=pair, interactions=calls_of(old.protobuf, record))
        return analyse(
            old.protobuf,
            new.protobuf,
            [(contract, ConsumerInfo())],
            old_source=DefinitionSource(name="before", line_of=old.line_of),
            new_source=DefinitionSource(name="after", line_of=new.line_of),
        )

    return report


def told(report: ImpactReport) -> Counter[tuple[str, str, str]]:
    return Counter((each.verdict.value, each.operation, each.worry.code) for each in report.findings)


def test_an_additive_release_hurts_nobody(report_on_release: Callable[[str], ImpactReport]) -> None:
    report = report_on_release("pubsub-2023-12-to-2026-08")
    assert (told(report), {change.rule for change in report.theoretical}) == ({}, {"response.enum.value-added"})


def test_a_retyped_field_breaks_who_sends_or_reads_it(report_on_release: Callable[[str], ImpactReport]) -> None:
    report = report_on_release("otel-demo-zipcode-int-to-string")
    assert told(report) == {
        ("broken", "hipstershop.ShippingService/GetQuote", "request.misread"): 1,
        ("broken", "hipstershop.ShippingService/ShipOrder", "request.misread"): 1,
        ("broken", "hipstershop.EmailService/SendOrderConfirmation", "request.misread"): 1,
        ("broken", "hipstershop.CheckoutService/PlaceOrder", "request.misread"): 1,
        ("broken", "hipstershop.CheckoutService/PlaceOrder", "response.misread"): 1,
    }
    places = {(str(each.worry.old), str(each.worry.new)) for each in report.findings}
    assert places == {("before/demo.proto:137", "after/demo.proto:137")}


def test_a_renamed_package_breaks_every_call(report_on_release: Callable[[str], ImpactReport]) -> None:
    report = report_on_release("otel-demo-package-renamed")
    assert Counter(each.worry.code for each in report.findings) == {"operation.gone": 20}
    assert {str(each.worry.old) for each in report.findings} == {"before/demo.proto:19"}


def test_a_removed_procedure_breaks_its_callers(report_on_release: Callable[[str], ImpactReport]) -> None:
    report = report_on_release("bigquery-patchroutine-removed")
    assert told(report) == {("broken", "google.cloud.bigquery.v2.RoutineService/PatchRoutine", "operation.gone"): 1}
