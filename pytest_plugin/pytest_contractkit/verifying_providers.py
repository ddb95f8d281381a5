"""Providers of marked tests: what a function returned, or what the settings say, as ways to replay interactions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contractkit.errors import UsageError
from contractkit.verification.asgi_transport import AsgiTransport
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.loading import is_wsgi, load_application, load_server
from contractkit.verification.transport import AnyTransport
from contractkit.verification.wsgi_transport import WsgiTransport

if TYPE_CHECKING:
    from pytest_contractkit.verifying_items import Provided

_EXPECTED = "a URL, an ASGI or WSGI application, or {'http': …, 'grpc': …}; nothing where the settings say it"


def transports_to(provided: "Provided", returned: object) -> tuple[AnyTransport, ...]:
    """Give the ways to a provider.

    Args:
        provided: Which provider.
        returned: A URL or an application; a mapping with `http` and `grpc` of these and of a gRPC address or server;
            None where the settings say where it is.

    Raises:
        UsageError: It is something else, or nothing says where the provider is.
    """
    match returned:
        case None:
            places: Mapping[Any, object] = _of_settings(provided)
        case Mapping():
            places = returned
        case _:
            places = {"http": returned}
    if not places or not places.keys() <= {"http", "grpc"}:
        raise _unusable(provided, returned)
    makers = {"http": _http, "grpc": _grpc}
    return tuple(makers[kind](provided, place) for kind, place in places.items())


def _of_settings(provided: "Provided") -> dict[str, object]:
    service, root = provided.service, provided.settings.root
    http = service.url or (load_application(service.app, root=root) if service.app else None)
    grpc = service.grpc
    return {kind: place for kind, place in (("http", http), ("grpc", grpc)) if place is not None}


def _http(provided: "Provided", place: object) -> AnyTransport:
    timeout = provided.timeout or provided.service.timeout
    if isinstance(place, str):
        return HttpTransport(place, timeout=timeout, connections=1)
    if not callable(place):
        raise _unusable(provided, place)
    given = provided.service.base_path if provided.base_path is None else provided.base_path
    path = (given or "").strip("/")
    base_path = f"/{path}" if path else ""
    name = getattr(place, "__name__", type(place).__name__)
    if is_wsgi(place):
        return WsgiTransport(place, name=name, timeout=timeout, base_path=base_path)
    return AsgiTransport(place, name=name, timeout=timeout, base_path=base_path)


def _grpc(provided: "Provided", place: object) -> AnyTransport:
    from contractkit.transports.grpc_library import require_grpc

    with require_grpc("Verification over gRPC"):
        from contractkit.verification.grpc_endpoints import AddressEndpoint, is_address
        from contractkit.verification.grpc_in_process import ServerEndpoint
        from contractkit.verification.grpc_transport import GrpcTransport
    timeout = provided.timeout or provided.service.timeout
    if isinstance(place, str) and is_address(place):
        return GrpcTransport(AddressEndpoint(place), definition=lambda: None, timeout=timeout)
    root = provided.settings.root
    server = load_server(place, root=root) if isinstance(place, str) else place
    return GrpcTransport(ServerEndpoint(server, name=provided.name), definition=lambda: None, timeout=timeout)


def _unusable(provided: "Provided", returned: object) -> UsageError:
    return UsageError(
        f"Nothing says where {provided.name} is." if returned is None else f"{provided.name} cannot be reached so.",
        details=[("expected", _EXPECTED), ("received", repr(returned)[:200])],
        next_step="Return it from the marked function, or set url or app in "
        f"[tool.contractkit.provides.{provided.name}].",
    )
