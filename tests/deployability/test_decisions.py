"""Each row of the decision table (the rules of can-i-deploy, 3.2 and 3.3 of the Pact Broker's behaviour)."""

from dataclasses import replace

import pytest

from contractkit.deployability import (
    Answer,
    Decision,
    MatrixRow,
    Question,
    Standing,
    Subject,
    VerificationResult,
    decide,
)

ORDERS = Subject(application="orders", version="8f2c1e4")
TO_PRODUCTION = Question(subjects=(ORDERS,), target="production", environment="production")


def result(*, passed: bool, version: str = "8f2c1e4", number: int = 311, failed: int = 0) -> VerificationResult:
    return VerificationResult(number=number, provider_version=version, passed=passed, failed=failed, total=31)


def row(consumer: str = "web-shop", version: str = "4.1.0", **facts: object) -> MatrixRow:
    given = {"provider": "orders", "provider_version": "8f2c1e4"} | facts
    return MatrixRow(consumer=consumer, consumer_version=version, **given)  # type: ignore[arg-type]


PASSED = row(result=result(passed=True))
FAILED = row(result=result(passed=False, failed=2))
NEVER = row("courier-app", "2.9.3")
STALE = row("courier-app", "2.9.3", elsewhere=result(passed=True, version="77aa"))
ABSENT = row(provider="payments", provider_version=None)


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        (
            [PASSED],
            "orders 8f2c1e4 could be deployed to production if web-shop 4.1.0 were there and fax were not there.",
        ),
        (
            [FAILED],
            "orders 8f2c1e4 could not be deployed to production if web-shop 4.1.0 were there and fax were not there.",
        ),
        (
            [STALE],
            "It is unknown whether orders 8f2c1e4 could be deployed to production if web-shop 4.1.0 were there "
            "and fax were not there.",
        ),
    ],
)
def test_what_is_supposed_is_said_in_the_first_sentence(rows: list[MatrixRow], headline: str) -> None:
    assumed = (Subject(application="web-shop", version="4.1.0"), Subject(application="fax"))
    question = replace(TO_PRODUCTION, assumed=assumed)
    assert str(decide(rows, question)).splitlines()[0] == headline


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        pytest.param([], Answer.YES, id="3.2 no rows at all"),
        pytest.param([PASSED], Answer.YES, id="3.2 all rows successful"),
        pytest.param([PASSED, FAILED], Answer.NO, id="3.2 one failed"),
        pytest.param([PASSED, NEVER], Answer.UNKNOWN, id="3.2 one without a result"),
        pytest.param([STALE], Answer.UNKNOWN, id="3.2 a result of another provider version does not count"),
        pytest.param([ABSENT], Answer.UNKNOWN, id="3.2 the provider is not in the environment"),
        pytest.param([FAILED, NEVER], Answer.NO, id="a failure is not hidden behind an unknown"),
        pytest.param([row(result=result(passed=False), ignored=True)], Answer.YES, id="3.2 only failure is ignored"),
        pytest.param(
            [PASSED, row(version="4.0.0", result=result(passed=False))], Answer.NO, id="3.3 all live versions"
        ),
    ],
)
def test_the_answer_follows_from_the_rows(rows: list[MatrixRow], answer: Answer) -> None:
    assert decide(rows, TO_PRODUCTION).answer is answer


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (PASSED, Standing.VERIFIED),
        (FAILED, Standing.FAILED),
        (STALE, Standing.STALE),
        (NEVER, Standing.NEVER_VERIFIED),
        (ABSENT, Standing.PROVIDER_ABSENT),
    ],
)
def test_each_integration_has_one_standing(facts: MatrixRow, standing: Standing) -> None:
    assert [reason.standing for reason in decide([facts], TO_PRODUCTION).reasons] == [standing]


def test_a_version_that_nobody_published_is_a_no() -> None:
    question = Question(subjects=(ORDERS,), target="production", environment="production", missing=(ORDERS,))
    assert str(decide([], question)) == (
        "orders 8f2c1e4 cannot be deployed to production.\n\n"
        "No version 8f2c1e4 of orders is known here.\n\n"
        "To make it known: contractkit publish --version 8f2c1e4, run where orders is built"
    )


def test_an_unknown_provider_version_is_told_that_it_has_verified_nothing() -> None:
    asked = Subject(application="orders", version="9.9")
    question = Question(subjects=(asked,), target="production", environment="production", missing=(asked,))
    row = MatrixRow(
        consumer="web-shop", consumer_version="1.0", provider="orders", provider_version=None, provider_was_there=True
    )
    assert str(decide([row], question)) == (
        "orders 9.9 cannot be deployed to production.\n"
        "\n"
        "  web-shop 1.0   unknown   its contract has not been verified by this version\n"
        "\n"
        "No version 9.9 of orders is known here.\n"
        "\n"
        "To settle the unknown: contractkit verify orders --consumer web-shop --provider-version 9.9 --publish"
    )


def test_a_failure_and_an_unknown_are_told_apart_each_with_its_command() -> None:
    assert str(decide([NEVER, FAILED, row("shop-app", "1", result=result(passed=True))], TO_PRODUCTION)) == (
        "orders 8f2c1e4 cannot be deployed to production.\n\n"
        "  web-shop 4.1.0      failed     2 of 31 interactions (result 311)\n"
        "  courier-app 2.9.3   unknown    its contract has not been verified by this version\n"
        "  shop-app 1          verified   31 interactions (result 311)\n\n"
        "To see it again, where orders is built: contractkit verify orders --consumer web-shop\n"
        "To settle the unknown: contractkit verify orders --consumer courier-app --provider-version 8f2c1e4 --publish"
    )


def test_a_stale_result_names_the_version_that_gave_it() -> None:
    assert str(decide([STALE], TO_PRODUCTION)) == (
        "It is unknown whether orders 8f2c1e4 can be deployed to production.\n\n"
        "  courier-app 2.9.3   unknown   its contract passed with orders 77aa, not yet with 8f2c1e4\n\n"
        "To settle the unknown: contractkit verify orders --consumer courier-app --provider-version 8f2c1e4 --publish"
    )


def shop_to_production(rows: list[MatrixRow]) -> Decision:
    shop = Subject(application="web-shop", version="4.1.0")
    return decide(rows, Question(subjects=(shop,), target="production", environment="production"))


def test_a_first_deployment_is_said_in_words() -> None:
    assert str(shop_to_production([ABSENT])) == (
        "It is unknown whether web-shop 4.1.0 can be deployed to production.\n\n"
        "  payments   unknown   it has never been deployed to production\n\n"
        "This is a first deployment: deploy the provider first, and record its deployment.\n\n"
        "To settle the unknown: contractkit record-deployment payments --version VERSION --environment production"
    )


def test_a_provider_that_left_the_environment_is_not_a_first_deployment() -> None:
    gone = row(provider="payments", provider_version=None, provider_was_there=True)
    assert [reason.text for reason in shop_to_production([gone]).reasons] == [
        "no version of it is in production any more"
    ]


def test_the_consumer_is_told_which_provider_version_has_not_looked() -> None:
    assert [(reason.partner, reason.text) for reason in shop_to_production([row()]).reasons] == [
        ("orders 8f2c1e4", "it has not verified the contract of web-shop 4.1.0")
    ]


def test_no_contract_is_said_in_words() -> None:
    assert str(decide([], TO_PRODUCTION)) == (
        "orders 8f2c1e4 can be deployed to production.\n\n"
        "No contract concerns orders 8f2c1e4 here, as consumer or as provider: nothing was checked."
    )


def test_an_ignored_integration_is_shown_and_does_not_count() -> None:
    ignored = row(result=result(passed=False, failed=1), ignored=True)
    assert str(decide([ignored], TO_PRODUCTION)) == (
        "orders 8f2c1e4 can be deployed to production.\n\n"
        "  web-shop 4.1.0   ignored   1 of 31 interactions (result 311)"
    )


def test_several_versions_deployed_together_name_both_ends() -> None:
    shop = Subject(application="web-shop", version="4.1.0")
    decision = decide([NEVER], Question(subjects=(ORDERS, shop), target="production", environment="production"))
    assert decision.reasons[0].partner == "courier-app 2.9.3 calls orders 8f2c1e4"
