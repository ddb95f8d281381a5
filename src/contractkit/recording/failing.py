"""Failing: the answer under a status that was asked for to see what the client makes of it."""

from dataclasses import replace

from contractkit.definitions.interface import Definition, Route
from contractkit.errors import UnknownNameError
from contractkit.model import HttpResponse
from contractkit.transports import problem
from contractkit.transports.faults import DueFault


def failing_response(definition: Definition, route: Route, due: DueFault, *, seed: str) -> HttpResponse:
    """Give the definition's own answer of the fault's status, or a problem document where it declares none.

    What stands between a client and a service (a proxy, a gateway) answers statuses that no definition has.
    """
    status = int(due.fault.status or 500)
    try:
        answer = definition.answer(route.operation, seed=seed, status=status, route=route)
    except UnknownNameError:
        return problem(status, "A fault on purpose", f"{route.operation.name} was to answer {status}.")
    return replace(answer.response, status=status)
