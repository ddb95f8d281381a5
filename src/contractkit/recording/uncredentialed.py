"""Requests without the credentials that their operation demands: refused, but where the refusal is what is asked for.

A client may send a request without them first and again with them when it is asked (RFC 9110 §11.6.1): what is sent
again with them is no mistake.
"""

from typing import TYPE_CHECKING, Final

from contractkit.definitions.interface import Route
from contractkit.definitions.preferences import Preference
from contractkit.definitions.security import MissingCredentials
from contractkit.errors import ContractkitError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.stubbed import StubbedProvider

if TYPE_CHECKING:
    from contractkit.recording.notes import Notes
    from contractkit.recording.replies import Reply

_REFUSALS: Final = frozenset({401, 403})
"""What a provider answers to such a request (RFC 9110 §15.5.2, §15.5.4): a test of these may send it."""


def missing_credentials(
    provider: StubbedProvider, route: Route, wanted: "Preference | Reply | None"
) -> MissingCredentials | None:
    """Give which credentials a request lacks; None where nothing is to be said of it.

    Args:
        provider: Whose settings may say that credentials are not looked at.
        route: The request.
        wanted: What is asked of the answer: by the test, else by the request itself.
    """
    missing = provider.missing_credentials(route)
    return None if missing is None or _is_refusal(provider, route, wanted) else missing


def _is_refusal(provider: StubbedProvider, route: Route, wanted: "Preference | Reply | None") -> bool:
    if wanted is None or (wanted.status is None and wanted.example is None):
        return False
    if wanted.status is not None:
        return wanted.status in _REFUSALS
    try:
        answer = provider.definition.answer(route.operation, seed="", route=route, example=wanted.example)
    except ContractkitError:
        return False
    return answer.response.status in _REFUSALS


class Asked:
    """The requests that were answered by asking for credentials, and the error of each until it comes with them."""

    def __init__(self) -> None:
        self._errors: dict[object, ContractkitError] = {}

    def note(self, request: HttpRequest, error: ContractkitError) -> None:
        """Keep the error of a request that lacks credentials; the error of an earlier one like it stays noted."""
        self._errors[identity(request)] = error

    def settle(self, request: HttpRequest, notes: "Notes") -> None:
        """Take back the error of a request that now came with credentials."""
        if self._errors:
            error = self._errors.pop(identity(request), None)
            if error is not None:
                notes.take_back(error)


def identity(request: HttpRequest) -> object:
    """Give what a request and the one that follows a challenge have in common."""
    return (request.method, request.path)


def is_challenge(response: HttpResponse) -> bool:
    """Say whether an answer asks for credentials."""
    return response.status == 401 and "www-authenticate" in response.headers
