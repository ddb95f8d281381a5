"""Decisions about the newest version of a branch or with a tag, named by the address alone: as an answer or a badge."""

from collections.abc import Mapping
from dataclasses import dataclass

from contractkit.deployability import Answer as Verdict
from contractkit_broker.api.badges import Colour, badge, badge_routes
from contractkit_broker.api.matrix import answer_query, ignored_applications
from contractkit_broker.routing import Answer, Route
from contractkit_broker.service.deciding import decide_query
from contractkit_broker.service.matrix import MatrixQuery
from contractkit_broker.service.selectors import SelectorError, VersionSelector
from contractkit_broker.web import Call, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What an address asks: the query, and what a badge calls it."""

    query: MatrixQuery
    label: str


def _branch_to_environment(call: Call) -> _Asked:
    head = VersionSelector(application=call.path["name"], branch=call.path["branch"], latest=True)
    target = VersionSelector(environment=call.path["environment"])
    query = MatrixQuery(named=(head,), target=target, ignored=ignored_applications(call))
    return _Asked(query=query, label=f"{call.path['name']} to {call.path['environment']}")


def _tag_to_tag(call: Call) -> _Asked:
    head = VersionSelector(application=call.path["name"], tag=call.path["tag"], latest=True)
    target = VersionSelector(tag=call.path["to"], latest=True)
    query = MatrixQuery(named=(head,), target=target, latest_by="cvp", ignored=ignored_applications(call))
    return _Asked(query=query, label=f"{call.path['name']} to {call.path['to']}")


def _main_branch(call: Call) -> _Asked:
    head = VersionSelector(application=call.path["name"], main_branch=True, latest=True)
    query = MatrixQuery(
        named=(head,), target=VersionSelector(main_branch=True, latest=True), ignored=ignored_applications(call)
    )
    return _Asked(query=query, label=f"{call.path['name']} can merge")


def can_branch_deploy(call: Call) -> Reply:
    """Say whether the head of a branch may be deployed to an environment."""
    return answer_query(call, _branch_to_environment(call).query, with_target=True)


def can_tag_deploy(call: Call) -> Reply:
    """Say whether the newest version with a tag may join the versions with another."""
    return answer_query(call, _tag_to_tag(call).query, with_target=True)


def badge_can_branch_deploy(call: Call) -> Reply:
    """Show whether the head of a branch may be deployed to an environment."""
    return _decision_badge(call, _branch_to_environment(call))


def badge_can_tag_deploy(call: Call) -> Reply:
    """Show whether the newest version with a tag may join the versions with another."""
    return _decision_badge(call, _tag_to_tag(call))


def badge_can_merge(call: Call) -> Reply:
    """Show whether the head of the main branch works with the heads of all others."""
    return _decision_badge(call, _main_branch(call))


_COLOURS: Mapping[Verdict, Colour] = {
    Verdict.YES: Colour.GOOD,
    Verdict.NO: Colour.BAD,
    Verdict.UNKNOWN: Colour.UNKNOWN,
}


def _decision_badge(call: Call, asked: _Asked) -> Reply:
    with call.database.reading() as connection:
        try:
            _, decision = decide_query(connection, asked.query, lambda number: "")
        except SelectorError:
            return badge(call, asked.label, "not found", Colour.UNKNOWN)
    if decision.question.missing:
        return badge(call, asked.label, "not found", Colour.UNKNOWN)
    return badge(call, asked.label, decision.answer.value, _COLOURS[decision.answer])


_ONE = "/pacticipants/{name}"
_BRANCH = f"{_ONE}/branches/{{branch}}/latest-version/can-i-deploy/to-environment/{{environment}}"
_TAG = f"{_ONE}/latest-version/{{tag}}/can-i-deploy/to/{{to}}"
_IGNORE = {"ignore[]": "An application whose rows do not count."}
_ANSWERS = {
    200: Answer("The decision with its rows.", "Matrix", also=("text/plain",)),
    400: Answer("The question cannot be answered; why.", "Problems"),
}

ROUTES = (
    Route(
        method="GET",
        path=_BRANCH,
        handler=can_branch_deploy,
        summary="Ask whether the head of a branch may be deployed.",
        group="decisions",
        query=_IGNORE,
        answers=_ANSWERS,
    ),
    Route(
        method="GET",
        path=_TAG,
        handler=can_tag_deploy,
        summary="Ask whether the newest version with a tag may join those with another.",
        group="decisions",
        query=_IGNORE,
        answers=_ANSWERS,
    ),
    *badge_routes(
        _BRANCH,
        badge_can_branch_deploy,
        "Show as a badge whether the head of a branch may be deployed.",
        group="decisions",
        query=_IGNORE,
    ),
    *badge_routes(
        _TAG,
        badge_can_tag_deploy,
        "Show as a badge whether the newest version with a tag may join those with another.",
        group="decisions",
        query=_IGNORE,
    ),
    *badge_routes(
        f"{_ONE}/main-branch/can-i-merge",
        badge_can_merge,
        "Show as a badge whether the head of the main branch works with the heads of all others.",
        group="decisions",
        query=_IGNORE,
    ),
)
