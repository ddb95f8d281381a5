"""Where a provider is verified: its ways in, from the command line and the settings, one for each kind of exchange."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contractkit.errors import SettingsError, UsageError, suggestion
from contractkit.settings import ServiceSettings, Settings
from contractkit.sources import load_definition
from contractkit.transports.grpc_library import require_grpc
from contractkit.verification.asgi_transport import Application, AsgiTransport
from contractkit.verification.http_transport import HttpTransport
from contractkit.verification.loading import is_wsgi, load_application, load_server
from contractkit.verification.transport import AnyTransport
from contractkit.verification.wsgi_transport import WsgiApplication, WsgiTransport

if TYPE_CHECKING:  # the library for gRPC is an extra, and is loaded where an address of it is given
    from contractkit.definitions.rpc_interface import RpcDefinition
    from contractkit.verification.grpc_endpoints import Tls
    from contractkit.verification.grpc_transport import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedProvider:
    """What the command line says of a provider: its name, where it runs, and what overrides the settings."""

    name: str
    url: str | None = None
    app: str | None = None
    command: str | None = None
    ready: str | None = None
    start_timeout: float | None = None
    base_path: str | None = None
    grpc: str | None = None
    grpc_ca: Path | None = None
    grpc_certificate: Path | None = None
    grpc_key: Path | None = None
    messages: str | None = None
    messages_url: str | None = None
    definition: str | None = None
    timeout: float | None = None
    concurrency: int = 32


def service_of(settings: Settings, asked: AskedProvider) -> ServiceSettings:
    """Give the settings of the provider; empty ones where the command line says where it runs.

    Raises:
        SettingsError: Neither says where it runs.
    """
    found = settings.provides.get(asked.name)
    if found is None and not any((asked.url, asked.app, asked.command, asked.grpc, asked.messages, asked.messages_url)):
        raise SettingsError(
            f"Nothing says where {asked.name} runs.",
            details=[("file", settings.origin)],
            next_step=suggestion(asked.name, settings.provides)
            or "Give --url, --app, --command or --grpc, or add to pyproject.toml:\n\n"
            f'[tool.contractkit.provides.{asked.name}]\nurl = "http://localhost:8000"',
        )
    return found or ServiceSettings()


def transports_to(
    settings: Settings, service: ServiceSettings, asked: AskedProvider, *, messages: AnyTransport | None = None
) -> tuple[AnyTransport, ...]:
    """Give the ways to the provider: for HTTP, for remote procedures, for messages.

    Raises:
        UsageError: An address cannot be used, an application or server cannot be loaded, or nothing is given.
    """
    found = (_http(settings, service, asked), _grpc(settings, service, asked), messages)
    ways = tuple(way for way in found if way is not None)
    if not ways:
        raise SettingsError(
            f"Nothing says where {asked.name} runs.",
            next_step="Give --url, --app, --command or --grpc, or set url, app, command or grpc in "
            f"[tool.contractkit.provides.{asked.name}].",
        )
    return ways


def definition_path(settings: Settings, service: ServiceSettings, asked: AskedProvider) -> Path | None:
    """Give the path of the provider's definition, or None."""
    if asked.definition:
        return Path.cwd() / asked.definition
    return settings.path(service.definition) if service.definition else None


def base_path_of(service: ServiceSettings, asked: AskedProvider) -> str:
    """Give what the application serves under, `/v1`; empty for the root.

    Raises:
        UsageError: What is given is no path.
    """
    given = (service.base_path or "") if asked.base_path is None else asked.base_path
    if "://" in given or "?" in given:
        raise UsageError(
            "The base path cannot be used.",
            details=[("expected", "a path such as /v1"), ("received", given)],
            next_step="A provider at a URL is verified with --url, which may carry a path.",
        )
    path = given.strip("/")
    return f"/{path}" if path else ""


def _http(settings: Settings, service: ServiceSettings, asked: AskedProvider) -> AnyTransport | None:
    if asked.url and asked.app:
        raise UsageError("--url and --app cannot be given together.")
    url = asked.url or (None if asked.app else service.url)
    app = asked.app or (None if asked.url else service.app)
    timeout = asked.timeout or service.timeout
    if url is not None:
        _check_without_base_path(asked)
        return HttpTransport(url, timeout=timeout, connections=asked.concurrency)
    if app is not None:
        return _in_process(load_application(app, root=settings.root), app, timeout, base_path_of(service, asked))
    return None


def _in_process(application: Application | WsgiApplication, name: str, timeout: float, base_path: str) -> AnyTransport:
    if is_wsgi(application):
        return WsgiTransport(application, name=name, timeout=timeout, base_path=base_path)
    asgi: Application = application  # type: ignore[assignment]  # the only other kind
    return AsgiTransport(asgi, name=name, timeout=timeout, base_path=base_path)


def _check_without_base_path(asked: AskedProvider) -> None:
    if asked.base_path is not None:
        raise UsageError(
            "--base-path is for an application in process (--app).",
            next_step="Put the path behind the URL, which is put before every recorded path: --url URL/v1.",
        )


def _grpc(settings: Settings, service: ServiceSettings, asked: AskedProvider) -> AnyTransport | None:
    place = asked.grpc or service.grpc
    if place is None:
        return None
    with require_grpc("Verification over gRPC"):
        from contractkit.verification.grpc_transport import GrpcTransport
    return GrpcTransport(
        _endpoint(place, settings, service, asked),
        definition=_definition(settings, service, asked),
        timeout=asked.timeout or service.timeout,
    )


def _endpoint(place: str, settings: Settings, service: ServiceSettings, asked: AskedProvider) -> "Endpoint":
    from contractkit.verification.grpc_endpoints import AddressEndpoint, is_address
    from contractkit.verification.grpc_in_process import ServerEndpoint

    tls = _tls(settings, service, asked)
    if is_address(place):
        return AddressEndpoint(place, tls=tls)
    return ServerEndpoint(load_server(place, root=settings.root), name=place)


def _tls(settings: Settings, service: ServiceSettings, asked: AskedProvider) -> "Tls | None":
    from contractkit.verification.grpc_endpoints import Tls

    names = ("ca", "certificate", "key")
    files = {name: _file(settings, service, asked, f"grpc_{name}") for name in names}
    if (files["certificate"] is None) is not (files["key"] is None):
        given, lacking = ("certificate", "key") if files["certificate"] is not None else ("key", "certificate")
        raise UsageError(f"A {given} for TLS is given without its {lacking}.", next_step=f"Give --grpc-{lacking} too.")
    data = {name: None if file is None else _pem(file, name) for name, file in files.items()}
    return Tls(**data) if any(data.values()) else None


def _file(settings: Settings, service: ServiceSettings, asked: AskedProvider, name: str) -> Path | None:
    given: Path | None = getattr(asked, name)
    if given is not None:
        return Path.cwd() / given
    set_path: Path | None = getattr(service, name)
    return None if set_path is None else settings.path(set_path)


def _pem(file: Path, name: str) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"The file of --grpc-{name} cannot be read.", details=[("file", str(file)), ("reason", reason)]
        ) from None
    if b"-----BEGIN " not in data:
        raise UsageError(f"The file of --grpc-{name} is not PEM.", details=[("file", str(file))])
    return data


def _definition(
    settings: Settings, service: ServiceSettings, asked: AskedProvider
) -> "Callable[[], RpcDefinition | None]":
    path = definition_path(settings, service, asked)
    if service.proto and not asked.definition:
        path = settings.path(service.proto)

    def load() -> "RpcDefinition | None":
        from contractkit.definitions.protobuf import ProtoDefinition

        found: object = None if path is None else load_definition(path).definition
        return found if isinstance(found, ProtoDefinition) else None

    return load
