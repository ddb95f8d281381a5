"""Selectors in words, and what is no selector."""

import pytest

from contractkit.cli.selectors import describe_selector, read_selector
from contractkit.errors import UsageError
from contractkit.exact_json import Json


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mainBranch", "the newest version on the main branch of each consumer"),
        ("mainBranch,consumer=web-shop", "the newest version on the main branch of web-shop"),
        ("branch=feature/x", "the newest version on the branch feature/x of each consumer"),
        ("branch", "the newest version on every branch of each consumer"),
        (
            "branch=feature/x,fallbackBranch=main",
            "the newest version on the branch feature/x of each consumer, or of the branch main where there is none",
        ),
        (
            "matchingBranch",
            "the newest version on a branch named like the provider's branch, topic, of each consumer",
        ),
        ("tag=prod,latest", "the newest version with the tag prod of each consumer"),
        ("tag=prod", "every version with the tag prod of each consumer"),
        ("latest", "the newest version of each consumer"),
        ("deployed", "every version deployed in some environment of each consumer"),
        ("released,environment=test", "every version released and supported in test of each consumer"),
        ("deployedOrReleased", "every version deployed or released in some environment of each consumer"),
        ("environment=production", "every version deployed or released in production of each consumer"),
        ('{"consumer": "web-shop"}', "every version of web-shop"),
    ],
)
def test_a_selector_is_said_in_words(text: str, words: str) -> None:
    assert describe_selector(read_selector(text), branch="topic") == words


def test_a_branch_that_is_not_known_is_said() -> None:
    assert describe_selector({"matchingBranch": True}) == (
        "the newest version on a branch named like the provider's branch, which is not known, of each consumer"
    )


@pytest.mark.parametrize(
    ("text", "details", "next_step"),
    [
        ("mainbranch", [("unknown key", "mainbranch")], "Did you mean mainBranch or matchingBranch or branch?"),
        ("mainBranch=maybe", [("expected", "mainBranch=true"), ("received", '"maybe"')], "Write mainBranch."),
        ("environment=", [("expected", "environment=a name"), ("received", '""')], "Write environment=NAME."),
        ('{"consumer": 7}', [("expected", "consumer=a name"), ("received", "7")], "Write consumer=NAME."),
        ('{"tag": null}', [("expected", "tag=a name"), ("received", "null")], "Write tag=NAME."),
        ('{"latest": "yes"}', [("expected", "latest=true"), ("received", '"yes"')], "Write latest."),
    ],
)
def test_what_is_no_selector_is_refused(text: str, details: Json, next_step: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_selector(text)
    explanation = caught.value.explanation
    assert (explanation.summary, explanation.next_step) == ("A selector cannot be used.", next_step)
    assert explanation.details == (("selector", text), *details)


def test_json_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(UsageError) as caught:
        read_selector("{mainBranch}")
    assert str(caught.value).startswith("A selector cannot be used.\n\n  selector   {mainBranch}\n  problem    ")
