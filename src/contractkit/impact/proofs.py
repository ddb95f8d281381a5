"""Proofs: what the consumer's own tests proved beside what was predicted, and why the two can differ."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from contractkit.impact.proven import Proof, Proven, TestProof
from contractkit.impact.records import ConsumerImpact, ImpactReport, InteractionImpact, Verdict, worst
from contractkit.model import TestReference, UnknownNeeds

_AGREEING = {
    Verdict.BROKEN: (Proven.FAILS,),
    Verdict.AT_RISK: (Proven.CAN_FAIL,),
    Verdict.UNAFFECTED: (Proven.PASSES,),
}
_SETTLED = (Proven.FAILS, Proven.CAN_FAIL, Proven.PASSES)
_NEW = "what newly may come"
_NEEDS = "a need tells the type of a value, not the values that code copes with"
_GROWING = ("response.values.added", "response.values.opened")
_COMPARING = ("assert", "failed:")
_MEANT = {Proven.FAILS: Verdict.BROKEN, Proven.CAN_FAIL: Verdict.AT_RISK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """One interaction with what was predicted of it and what was proven.

    `novelty` names a place of which values are new, where that hurts nobody by prediction. `why` says in a sentence how
    the two can differ; it is empty where they agree, or where nothing was proven.
    """

    consumer: ConsumerImpact
    impact: InteractionImpact
    proof: Proof
    novelty: str = ""
    why: str = ""

    @property
    def agrees(self) -> bool | None:
        """Say whether the proof is what was predicted; None where nothing was proven."""
        if self.proof.outcome not in _SETTLED:
            return None
        return self.proof.outcome in _AGREEING[self.impact.verdict]


def with_proofs(report: ImpactReport, proofs: Mapping[str, TestProof], consumers: Collection[str]) -> ImpactReport:
    """Give a report whose interactions carry what the tests proved that recorded them.

    Args:
        report: What was predicted.
        proofs: How tests ended, by node id; one that is not there was not run.
        consumers: The names of those whose tests these are; of others nothing is proven.
    """
    found = tuple(
        replace(each, interactions=tuple(_with_proof(impact, proofs) for impact in each.interactions))
        if each.consumer in consumers
        else each
        for each in report.consumers
    )
    return replace(report, consumers=found)


def proved(report: ImpactReport) -> Iterator[Proved]:
    """Give each interaction that was to be proven, as the report has them."""
    exempt, novelty = _exempt(report), _novelty(report)
    for consumer in report.consumers:
        for impact in consumer.interactions:
            if impact.proof is not None:
                found = Proved(consumer=consumer, impact=impact, proof=impact.proof, novelty=novelty)
                yield replace(found, why=_why(found, is_exempt=_identity(found) in exempt))


def proven_verdict(report: ImpactReport) -> Verdict:
    """Give the worst that was proven, `UNAFFECTED` where nothing was; what somebody answers for does not count."""
    exempt = _exempt(report)
    counting = [each.proof.outcome for each in proved(report) if _identity(each) not in exempt]
    return worst((Verdict.UNAFFECTED, *(_MEANT[outcome] for outcome in counting if outcome in _MEANT)))


def _exempt(report: ImpactReport) -> set[tuple[str, str]]:
    found = (each.finding for each in report.exempted if not each.is_expired)
    return {(finding.consumer, finding.interaction.key) for finding in found}


def _identity(each: Proved) -> tuple[str, str]:
    return each.consumer.consumer, each.impact.interaction.key


def _with_proof(impact: InteractionImpact, proofs: Mapping[str, TestProof]) -> InteractionImpact:
    tests = {each.test.node_id: each.test for each in impact.interaction.evidence}  # several calls of one are one
    proof = Proof(tests=tuple(proofs.get(node_id) or _not_run(test) for node_id, test in tests.items()))
    return replace(impact, proof=proof)


def _not_run(test: TestReference) -> TestProof:
    reason = "pytest could not collect it, or it is not here any more"
    return TestProof(test=test, outcome=Proven.NOT_RUN, message=reason)


def _why(found: Proved, *, is_exempt: bool) -> str:
    if found.agrees is not False:
        return ""
    if is_exempt and found.impact.verdict is Verdict.UNAFFECTED:
        return "what was found of it is exempted"
    return _WHY[found.impact.verdict, found.proof.outcome](found)


def _of_unseen(found: Proved) -> str:
    if isinstance(found.impact.interaction.needs, UnknownNeeds):
        return "what its tests need is not known, so all that it holds counts; they do without what changes"
    return "its tests were proved to need what changes, and did not need it in this run: a value came that they accept"


def _of_weakest(found: Proved) -> str:
    return "it is broken by the definition, and its tests fail only on the weakest answers: others still come"


def _of_risk(found: Proved) -> str:
    return "what may come now did not come, or its tests cope with it"


def _of_certainty(found: Proved) -> str:
    if all(each.worry.code.startswith("request.") for each in found.impact.findings):
        return "the stub refuses what is sent, and a provider may take it all the same"
    return "what may come now comes already in the stub's usual answers"


def _of_failure(found: Proved) -> str:
    shared = _shared(found)
    if shared is not None:
        return f"its test also calls {shared.operation}, which is predicted {shared.verdict.value}"
    if all(_is_of_reply(each) for each in found.proof.telling):
        return "the test writes an answer that the proposed definition does not allow; what the consumer reads may stay"
    if found.proof.telling and not any(map(_compares, found.proof.telling)):
        return f"it fails beyond what the test compares, on {_NEW}{found.novelty}; {_NEEDS}"
    return "the test compares what no contract expects to the letter, such as an example of the definition"


def _of_novelty(found: Proved) -> str:
    if _shared(found) is not None:
        return _of_failure(found)
    return f"its tests fail on {_NEW}{found.novelty}, and the contract does not say that they need what came before"


def _novelty(report: ImpactReport) -> str:
    grown = next((each for each in report.theoretical if each.rule in _GROWING), None)
    return "" if grown is None else f", such as a new value at {grown.location}"


def _compares(proof: TestProof) -> bool:
    """Say whether it is the test that did not find what it compares; an error of the code under it is none of that."""
    is_own = not proof.file or PurePath(proof.file).parent == PurePath(proof.test.file).parent
    return is_own and (not proof.message or proof.message.lower().startswith(_COMPARING))


def _shared(found: Proved) -> InteractionImpact | None:
    """Give another interaction of the tests that failed of which nothing good is predicted."""
    failing = {each.test.node_id for each in found.proof.telling}
    return next(
        (
            each
            for each in found.consumer.interactions
            if each.verdict is not Verdict.UNAFFECTED
            and failing & {evidence.test.node_id for evidence in each.interaction.evidence}
        ),
        None,
    )


def _is_of_reply(proof: TestProof) -> bool:
    first = proof.message.partition("\n")[0]
    return "contradicts" in first and "definition" in first


_WHY: Mapping[tuple[Verdict, Proven], Callable[[Proved], str]] = {
    (Verdict.BROKEN, Proven.PASSES): _of_unseen,
    (Verdict.BROKEN, Proven.CAN_FAIL): _of_weakest,
    (Verdict.AT_RISK, Proven.PASSES): _of_risk,
    (Verdict.AT_RISK, Proven.FAILS): _of_certainty,
    (Verdict.UNAFFECTED, Proven.FAILS): _of_failure,
    (Verdict.UNAFFECTED, Proven.CAN_FAIL): _of_novelty,
}
"""What was predicted and what was proven to the sentence that says how both can be."""
