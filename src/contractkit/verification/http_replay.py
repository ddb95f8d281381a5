"""HTTP calls replayed: the request with what states returned in it, and the answer's parts compared."""

from collections.abc import Callable
from random import Random

from contractkit.matching import compile_comparison, generate, variant_generators
from contractkit.model import Exchange, HttpCall, HttpRequest, HttpResponse, Interaction, Location
from contractkit.results import Mismatch
from contractkit.verification.injection import inject_returned, used_values
from contractkit.verification.transport import Replaying, Way
from contractkit.verification.unchecked import unchecked_lists

_BODY = Location(("response", "body"))

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110 §9.2.1)."""


def _is_read(call: Exchange) -> bool:
    return isinstance(call, HttpCall) and call.request.method.upper() in _SAFE_METHODS


def _request_of(interaction: Interaction, replaying: Replaying) -> HttpRequest:
    call = interaction.exchange
    assert isinstance(call, HttpCall)
    returned = replaying.returned
    request = replaying.credentials.put_on(call)
    generators = (*interaction.generators, *variant_generators(interaction.rules))
    if generators:
        params = {name: value for state in interaction.states for name, value in state.params.items()}
        context, random = {**params, **returned}, Random(interaction.key)
        request = generate(request, generators, context, now=replaying.now, random=random)
    if returned and interaction.operation is not None:  # only our own contracts say which values a test used
        request = inject_returned(request, used_values(interaction), returned)
    return request


def _comparison_of(interaction: Interaction, specification: str) -> Callable[[HttpResponse], tuple[Mismatch, ...]]:
    call = interaction.exchange
    assert isinstance(call, HttpCall)
    rules = tuple([each for each in interaction.rules if each.location.steps[:1] == ("response",)])
    compare = compile_comparison(call.response.parts(), rules, specification=specification)
    return lambda answer: compare(answer.parts())


def _unchecked_in(interaction: Interaction, answer: HttpResponse) -> tuple[Location, ...]:
    call = interaction.exchange
    assert isinstance(call, HttpCall)
    return unchecked_lists(call.response.body, [answer.body], _BODY)


HTTP_WAY: Way[HttpRequest, HttpResponse] = Way(
    exchange=HttpCall,
    is_read=_is_read,
    request_of=_request_of,
    comparison_of=_comparison_of,
    end_of=lambda answer: answer,
    unchecked_in=_unchecked_in,
)
"""How HTTP calls are replayed."""
