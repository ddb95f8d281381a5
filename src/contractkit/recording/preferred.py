"""Preferred answers: what a request asks of its answer by `Prefer`, met or refused with what there is."""

from contractkit.definitions.interface import Answer, Definition, Operation, Route
from contractkit.definitions.preferences import Preference, taken_preference
from contractkit.errors import ContractkitError, UndefinedRequestError, UnknownNameError, UsageError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.transports import problem

_UNREADABLE, _UNMET = 400, 501
"""Statuses that no preference gets by accident: one that asks for 404 must not get it for want of a declared 404."""


class PreferenceRefused(Exception):
    """A preference that makes no sense, or that the definition does not have an answer to."""

    def __init__(self, error: ContractkitError, status: int) -> None:
        super().__init__(error)
        self.error = error
        self.status = status

    @property
    def response(self) -> HttpResponse:
        """Give the problem document that answers the request."""
        return problem(self.status, "The preference cannot be met", in_one_line(self.error))


def preferring(request: HttpRequest) -> tuple[Preference, HttpRequest]:
    """Give what a request asks of its answer, and the request as contracts know it.

    Raises:
        PreferenceRefused: What it asks makes no sense.
    """
    try:
        return taken_preference(request)
    except UsageError as error:
        raise PreferenceRefused(error, _UNREADABLE) from None


def preferred_answer(
    definition: Definition, operation: Operation, preference: Preference, *, seed: str, route: Route
) -> Answer:
    """Give the answer that a request asks for.

    Raises:
        PreferenceRefused: The definition has no such status or example.
        DefinitionError: There is no valid answer.
    """
    try:
        return definition.answer(
            operation,
            seed=seed,
            route=route,
            status=preference.status,
            example=preference.example,
            is_dynamic=preference.is_dynamic,
        )
    except UnknownNameError as error:
        raise PreferenceRefused(error, _UNMET) from None


def in_one_line(error: ContractkitError) -> str:
    """Give what an error says without its layout."""
    said = error.explanation
    rows = "; ".join(f"{label}: {value}" for label, value in said.details)
    return " ".join(filter(None, (said.summary, f"({rows})" if rows else "", said.next_step)))


def undefined_preference(refused: PreferenceRefused, consumer: str) -> UndefinedRequestError:
    """Give the error that fails a test whose client preferred what there is not."""
    said = refused.error.explanation
    return UndefinedRequestError(
        f"{consumer} prefers an answer that there is not.",
        details=[("problem", said.summary), *said.details],
        next_step=said.next_step,
    )
