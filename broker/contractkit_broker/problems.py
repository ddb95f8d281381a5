"""Problem documents (RFC 9457): the form of a refusal for clients that ask for it; older Pact clients never do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contractkit.exact_json import Json
from contractkit_broker.web import Reply

PROBLEM = "application/problem+json"

_KINDS = {
    400: ("invalid-request", "The request is not of the form it must have."),
    404: ("not-found", "There is no such resource."),
    405: ("method-not-served", "The resource does not take this method."),
    409: ("conflict", "What is stored says something else."),
    413: ("body-too-large", "The body is larger than this broker takes."),
    422: ("not-possible", "The change is not possible."),
    500: ("own-fault", "The broker failed."),
    503: ("busy", "The database cannot be used now."),
}
"""Status to the end of the problem's type, which stays the same for ever, and its title."""


def in_asked_form(reply: Reply, accept: str, instance: str) -> Reply:
    """Give a refusal as a problem document where the client accepts one; everything else as it is.

    Args:
        reply: What would be sent.
        accept: The request's header `Accept`.
        instance: The path of the request.
    """
    if reply.status < 400 or PROBLEM not in accept:
        return reply
    kind, title = _KINDS.get(reply.status, ("other", "The request is refused."))
    own = f"urn:contractkit:problem:{kind}"
    errors = [{"type": own, "title": title, **each} for each in _errors(reply.body)]
    body = {"type": own, "title": title, "status": reply.status, "instance": instance, "errors": errors}
    return replace(reply, body=body, media_type=PROBLEM)


def _errors(body: Json) -> Iterator[dict[str, Json]]:
    """Give detail and pointer of everything that a refusal in one of Pact's forms says."""
    match body:
        case {"error": {"message": message, "reference": reference}}:
            yield {"detail": f"{message} (reference {reference})"}
        case {"error": message}:
            yield {"detail": message}
        case {"errors": Mapping() as fields}:
            for name, messages in fields.items():
                pointer = "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/")
                yield from ({"detail": message, "pointer": pointer} for message in messages)
        case {"errors": messages}:
            yield from ({"detail": message} for message in messages)
