"""A second opinion: what openapi-core, which shares no code with us, says of recorded requests and answers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contractkit.conformance.checker import ContractChecker
from contractkit.definitions.interface import Route
from contractkit.definitions.surfaces import DocumentedDefinition
from contractkit.errors import DefinitionError
from contractkit.exact_json import Json, dump_compact
from contractkit.model import (
    BinaryBody,
    Body,
    Contract,
    HttpCall,
    HttpRequest,
    Interaction,
    JsonBody,
    MissingBody,
    TextBody,
)
from contractkit.results import Violation

if TYPE_CHECKING:
    from openapi_core import OpenAPI

_NO_CREDENTIALS = ("SecurityValidationError", "InvalidSecurity", "SecurityNotFound")
_ANYWHERE = "http://definition.invalid"  # RFC 2606 §2: a host that no definition means


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What both say of one side of one interaction.

    Attributes:
        side: `request` or `answer`.
        ours: What our checks refuse, in a sentence; empty where they allow it.
        theirs: The same of openapi-core; what went wrong with it where it gave no opinion.
        is_given: openapi-core came to an opinion; it gives up on some forms and styles.
    """

    interaction: Interaction
    side: str
    ours: str
    theirs: str
    is_given: bool = True

    @property
    def agrees(self) -> bool:
        """Say whether both allow it, or both refuse it."""
        return self.is_given and bool(self.ours) == bool(self.theirs)


class SecondOpinion:
    """openapi-core with one definition, loaded when the first opinion is asked for."""

    def __init__(self, definition: DocumentedDefinition, document: Mapping[str, Json]) -> None:
        """Take a definition, and the same as one document of OpenAPI 3.0 or 3.1 without references to others.

        Raises:
            DefinitionError: openapi-core is not installed, or refuses the document.
        """
        self._checker = ContractChecker(definition, is_strict=False)
        self._definition = definition
        self._theirs = _loaded({**document, "servers": [{"url": "/"}]})

    def of(self, contracts: Iterable[Contract]) -> Iterator[Opinion]:
        """Give the opinions of every HTTP interaction that reaches an operation.

        Of an answer one is given where the whole of it was recorded; a mere expectation may leave out what is required.
        Credentials are not recorded, so nobody is asked for them.
        """
        for contract in contracts:
            for interaction in contract.interactions:
                call = interaction.exchange
                route = self._definition.route(call.request) if isinstance(call, HttpCall) else None
                if isinstance(call, HttpCall) and route is not None:
                    yield from self._opinions(interaction, call, route)

    def _opinions(self, interaction: Interaction, call: HttpCall, route: Route) -> Iterator[Opinion]:
        found = self._checker.check(interaction)
        request = _Request(route)
        yield _opinion(interaction, "request", found.violations, self._theirs.validate_request, request)
        if isinstance(interaction.served, JsonBody):
            response = _Response(call, interaction.served)
            yield _opinion(interaction, "answer", found.refused, self._theirs.validate_response, request, response)


def _opinion(
    interaction: Interaction, side: str, refused: Iterable[Violation], validate: Any, *arguments: Any
) -> Opinion:
    from openapi_core.exceptions import OpenAPIError

    ours = "; ".join(f"{each.location}: expected {each.expected}" for each in refused)
    theirs, is_given = "", True
    try:
        validate(*arguments)
    except OpenAPIError as error:
        theirs = "" if type(error).__name__ in _NO_CREDENTIALS else _said(error)
    except Exception as error:  # a mistake of its own is no opinion
        theirs, is_given = _said(error), False
    return Opinion(interaction=interaction, side=side, ours=ours, theirs=theirs, is_given=is_given)


def _loaded(document: dict[str, Json]) -> "OpenAPI":
    try:
        from openapi_core import Config, OpenAPI  # slow to import, and few ask for it

        return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))
    except ImportError:
        raise DefinitionError(
            "The second opinion is openapi-core's, which is not installed.", next_step="pip install openapi-core"
        ) from None
    except Exception as error:
        raise DefinitionError(
            "openapi-core cannot use the definition, so it has no opinion.", details=[("it says", _said(error))]
        ) from None


def _said(error: BaseException) -> str:
    """Give what an exception says, with what it was raised from, in one line."""
    causes = [error, *([error.__cause__] if error.__cause__ is not None else [])]
    details = [str(each) for cause in causes for each in (cause, *getattr(cause, "schema_errors", ()))]
    words = list(dict.fromkeys(line for each in details if (line := each.splitlines()[0] if each else "")))
    return f"{type(error).__name__}: {'; '.join(words)}"[:400]


class _Request:
    """A recorded request as openapi-core's protocol has it."""

    def __init__(self, route: Route) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        request: HttpRequest = route.request
        self.host_url = _ANYWHERE
        self.path = request.path
        self.path_pattern = route.operation.path
        self.method = request.method.lower()
        self.content_type = next(iter(request.headers.get("content-type", ())), "")
        self.body = _bytes_of(request.body)
        pairs = [(name, value) for name, values in request.query.items() for value in values]
        headers = [(name, value) for name, values in request.headers.items() for value in values]
        self.parameters = RequestParameters(
            path=dict(route.path_parameters), query=ImmutableMultiDict(pairs), header=Headers(headers)
        )


class _Response:
    """A recorded answer as openapi-core's protocol has it."""

    def __init__(self, call: HttpCall, body: JsonBody) -> None:
        from werkzeug.datastructures import Headers

        self.data = dump_compact(body.value)
        self.status_code = call.response.status
        self.content_type = next(iter(call.response.headers.get("content-type", ())), body.media_type)
        self.headers = Headers([(name, each) for name, values in call.response.headers.items() for each in values])


def _bytes_of(body: Body) -> bytes | None:
    match body:
        case JsonBody(value=value):
            return dump_compact(value)
        case TextBody(text=text):
            return text.encode()
        case BinaryBody(data=data):
            return data
        case MissingBody():
            return None
    return b""
