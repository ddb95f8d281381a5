"""Elements: lists of objects in a query, and what such a list assumes of an environment."""

from collections.abc import Collection, Sequence

from contractkit_broker.routing import Query
from contractkit_broker.service.assuming import Assumed
from contractkit_broker.web import Call, Refusal

ASSUME: dict[str, str | Query] = {
    "assume[][pacticipant]": "An application that is supposed to be in the environment otherwise than it is.",
    "assume[][version]": "Of the application named before it, the version that is supposed to be there instead.",
    "assume[][absent]": "`true`: the application named before it is supposed not to be there.",
}
"""The query parameters that suppose something of an environment; nothing is written."""


def elements_of(query: Sequence[tuple[str, str]], name: str) -> list[dict[str, str]]:
    """Read a list of objects by Rack's rule: a new element starts where a key comes again."""
    elements: list[dict[str, str]] = []
    for key, value in query:
        if not key.startswith(f"{name}[]"):
            continue
        member = key.removeprefix(f"{name}[]").strip("[]")
        if not member:
            continue
        if not elements or member in elements[-1]:
            elements.append({})
        elements[-1][member] = value
    return elements


def asked_assumptions(call: Call, environment: str | None, named: Collection[str] = ()) -> tuple[Assumed, ...]:
    """Give what the query's `assume[]` supposes of an environment.

    Args:
        call: The request.
        environment: The one that is asked about; None where it is none.
        named: The applications that are asked about themselves.

    Raises:
        Refusal: It is not said of which environment, or what (400).
    """
    elements = elements_of(call.query, "assume")
    problem = _problem(elements, environment, named)
    if problem is not None:
        raise Refusal(400, {"errors": [problem]})
    return tuple(Assumed(application=each["pacticipant"], number=each.get("version")) for each in elements)


def _problem(elements: Sequence[dict[str, str]], environment: str | None, named: Collection[str]) -> str | None:
    """Give what is wrong with what is supposed, or None."""
    seen: set[str] = set()
    for each in elements:
        application = each.get("pacticipant", "")
        if not application.strip():
            return "assume[] names no pacticipant"
        if bool(each.get("version")) == (each.get("absent") == "true"):
            return f"assume[] has to give '{application}' either a version or absent=true"
        if application in seen:
            return f"'{application}' is assumed twice"
        if application in named:
            return f"'{application}' is asked about and assumed at once"
        seen.add(application)
    return "Versions can be assumed of an environment alone: name one" if seen and environment is None else None
