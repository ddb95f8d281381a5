"""The table of lint rules, and their application to a contract.

A new rule is a row here, its function in a module of lints here, a case in
`tests/review/test_lints.py` and a row in the manual.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from contractkit.matching import explain_rules
from contractkit.model import Contract, Interaction
from contractkit.review import contract_lints, demand_lints, evidence_lints, rule_lints
from contractkit.review.exchanges import is_asked
from contractkit.review.findings import Examined, Finding, Level, Lint

_ERROR, _WARNING = Level.ERROR, Level.WARNING

NOT_A_CONTRACT = Lint(id="not-a-contract", level=_ERROR, sentence="what stands in the file where something else has to")
NOT_USED = Lint(id="not-used", level=_WARNING, sentence="what stands in the file and is not used")
CANNOT_BE_SENT = Lint(id="cannot-be-sent", level=_ERROR, sentence="what HTTP has no way to carry")

_ROWS = (
    NOT_A_CONTRACT,
    NOT_USED,
    CANNOT_BE_SENT,
    Lint(
        id="failing-example",
        level=_ERROR,
        sentence="an example that its own rules refuse",
        of_interaction=rule_lints.failing_examples,
    ),
    Lint(
        id="example-of-other-length",
        level=_WARNING,
        sentence="a list with fewer or more example elements than its rule wants",
        of_interaction=rule_lints.examples_of_other_lengths,
    ),
    Lint(
        id="rule-reaches-nothing",
        level=_WARNING,
        sentence="a rule for a place that the example does not have",
        of_interaction=rule_lints.rules_that_reach_nothing,
    ),
    Lint(
        id="rule-on-elements-only",
        level=_WARNING,
        sentence="rules for the elements of a list, and none for the list, whose length is therefore exact",
        of_interaction=rule_lints.rules_on_elements_only,
    ),
    Lint(
        id="rules-tie",
        level=_WARNING,
        sentence="two rules of equal weight for one place",
        of_interaction=rule_lints.rules_that_tie,
    ),
    Lint(
        id="too-many-rules",
        level=_WARNING,
        sentence="more rules than are followed to their places",
        of_interaction=rule_lints.too_many_rules,
    ),
    Lint(
        id="pattern-looks-around",
        level=_WARNING,
        sentence="a pattern that no linear engine can run",
        of_interaction=rule_lints.patterns_that_look_around,
    ),
    Lint(
        id="generator-reaches-nothing",
        level=_WARNING,
        sentence="a generator for a place that the example does not have",
        of_interaction=rule_lints.generators_that_reach_nothing,
    ),
    Lint(
        id="unknown-generator",
        level=_ERROR,
        sentence="a generator that nobody knows",
        of_interaction=rule_lints.unknown_generators,
    ),
    Lint(
        id="exact-host",
        level=_WARNING,
        sentence="an answer that must name exactly one host",
        of_interaction=demand_lints.exact_hosts,
    ),
    Lint(
        id="exact-time",
        level=_WARNING,
        sentence="an answer that must hold exactly one date or time",
        of_interaction=demand_lints.exact_times,
    ),
    Lint(
        id="exact-identifier",
        level=_WARNING,
        sentence="an answer that must hold exactly one identifier, which neither request nor state names",
        of_interaction=demand_lints.exact_identifiers,
    ),
    Lint(
        id="exact-token",
        level=_WARNING,
        sentence="an answer that must hold exactly one token or digest",
        of_interaction=demand_lints.exact_tokens,
    ),
    Lint(
        id="exact-body",
        level=_WARNING,
        sentence="a JSON answer without any rule",
        of_interaction=demand_lints.exact_bodies,
    ),
    Lint(
        id="impossible-body",
        level=_ERROR,
        sentence="the body of an answer that never has one",
        of_interaction=demand_lints.impossible_bodies,
    ),
    Lint(
        id="pinned-length",
        level=_WARNING,
        sentence="a list in an answer that must have as many elements as the example",
        of_interaction=demand_lints.pinned_lengths,
    ),
    Lint(
        id="needless-header",
        level=_WARNING,
        sentence="a header that servers, proxies or clients add by themselves",
        of_interaction=demand_lints.needless_headers,
    ),
    Lint(
        id="weak-assertion",
        level=_WARNING,
        sentence="a value that a test reads and passes without",
        of_interaction=evidence_lints.weak_assertions,
    ),
    Lint(
        id="needless-expectation",
        level=_WARNING,
        sentence="a value or a header that is expected though every test was proved to pass without it",
        of_interaction=evidence_lints.needless_expectations,
    ),
    Lint(
        id="contradicting-answers",
        level=_WARNING,
        sentence="different answers to one request in one state",
        of_contract=contract_lints.contradicting_answers,
    ),
    Lint(
        id="repeated-interaction",
        level=_WARNING,
        sentence="an interaction that asks for the same as another",
        of_contract=contract_lints.repeated_interactions,
    ),
    Lint(
        id="shared-name",
        level=_WARNING,
        sentence="interactions without keys that share description and states",
        of_contract=contract_lints.shared_names,
    ),
    Lint(
        id="many-of-one-shape",
        level=_WARNING,
        sentence=f"{contract_lints.MANY} or more interactions that differ by their values alone",
        of_contract=contract_lints.many_of_one_shape,
    ),
    Lint(
        id="no-description",
        level=_WARNING,
        sentence="an interaction without a description",
        of_contract=contract_lints.missing_descriptions,
    ),
)

LINTS: Mapping[str, Lint] = {row.id: row for row in _ROWS}
"""The table, by id, in the order of the manual."""


def lint_contract(contract: Contract, *, ignored: Container[str] = ()) -> tuple[Finding, ...]:
    """Give everything that the rules of the table find in a contract, interaction by interaction, then across them.

    Args:
        contract: The contract as it was read.
        ignored: Ids of rules that are not applied.
    """
    rows = [row for row in _ROWS if row.id not in ignored]
    return (*_of_interactions(contract, rows), *_of_contract(contract, rows))


def _of_interactions(contract: Contract, rows: list[Lint]) -> Iterator[Finding]:
    for interaction in contract.interactions:
        examined = _examine(interaction, contract.specification)
        for row in rows:
            for remark in row.of_interaction(examined) if row.of_interaction is not None else ():
                yield Finding(lint=row, remark=replace(remark, interaction=interaction))


def _of_contract(contract: Contract, rows: list[Lint]) -> Iterator[Finding]:
    for row in rows:
        for remark in row.of_contract(contract) if row.of_contract is not None else ():
            yield Finding(lint=row, remark=remark)


def _examine(interaction: Interaction, specification: str) -> Examined:
    if len(interaction.rules) > rule_lints.MOST_RULES:
        return Examined(interaction=interaction, asked=(), answers=())
    parts = interaction.exchange.parts()
    places = explain_rules(parts, interaction.rules, parts, specification=specification)
    sent = {part.location.steps for part in parts if is_asked(part)}
    depths = {len(each) for each in sent}
    asked = [any(place.location.steps[:depth] in sent for depth in depths) for place in places]
    return Examined(
        interaction=interaction,
        asked=tuple(place for place, is_sent in zip(places, asked, strict=True) if is_sent),
        answers=tuple(place for place, is_sent in zip(places, asked, strict=True) if not is_sent),
    )
