"""Providers that are started by a command: their addresses, their transports, and what they wrote at the end."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from contractkit.cli.providers import AskedProvider
from contractkit.errors import Explanation, SettingsError, UsageError
from contractkit.results import ContractResult, Outcome
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.launcher import Command, LaunchedTransport, Launcher
from contractkit.verification.readiness import read_readiness
from contractkit.verification.transport import AnyTransport

_PORT = "{port}"
_DEFAULT_URL = f"http://127.0.0.1:{_PORT}"

Ways = Callable[[ServiceSettings, AskedProvider], tuple[AnyTransport, ...]]


def launched(
    settings: Settings, service: ServiceSettings, asked: AskedProvider, ways: Ways
) -> tuple[AnyTransport, ...]:
    """Give the ways to a provider, started by its command where it has one.

    `{port}` in the command and in the addresses is a free port; without an address, it is where the provider serves.

    Args:
        settings: The project's settings.
        service: Those of the provider.
        asked: What the command line asks for.
        ways: Makes the transports once the addresses are known.

    Raises:
        UsageError: The command cannot be used, or is given beside what it excludes.
    """
    line = asked.command or (None if asked.url or asked.app else service.command)
    if line is None:
        _check_no_use_without_command(asked)
        return ways(service, asked)
    if asked.app:
        raise UsageError("--command and --app cannot be given together.")
    if service.app and not asked.command:
        raise SettingsError(
            f"{asked.name} is set both as an application and as a command.",
            details=[("file", settings.origin)],
            next_step=f"Keep app or command in [tool.contractkit.provides.{asked.name}], or give --app or --command.",
        )
    port = _free_port()
    service, asked, address = _addressed(service, asked, port)
    ready = asked.ready or service.ready
    command = Command(
        line=line.replace(_PORT, str(port)),
        directory=settings.root,
        port=port,
        readiness=read_readiness(ready and ready.replace(_PORT, str(port)), address=address),
        seconds=asked.start_timeout or service.start_timeout,
    )
    launcher = Launcher(command)
    return tuple(LaunchedTransport(each, launcher) for each in ways(service, asked))


def tell_output(transports: Sequence[AnyTransport], results: Sequence[ContractResult]) -> None:
    """Write on standard error what a started provider last wrote, where something did not pass."""
    launchers = {each.launcher for each in transports if isinstance(each, LaunchedTransport)}
    outcomes = {result.outcome for each in results for result in each.results}
    for launcher in launchers if outcomes - {Outcome.PASSED} else ():
        summary = "The provider's command wrote, at its end:"
        if launcher.ended is not None:
            summary = f"The provider's command ended by itself, with {launcher.ended}. It wrote, at its end:"
        click.echo(f"\n{Explanation(summary, (('output', launcher.last_output or 'nothing'),))}", err=True)


def _addressed(service: ServiceSettings, asked: AskedProvider, port: int) -> tuple[ServiceSettings, AskedProvider, str]:
    """Give settings and options whose addresses are complete, and that which is waited for."""
    grpc = _filled(asked.grpc or service.grpc, port)
    url = _filled(asked.url or service.url or (None if grpc else _DEFAULT_URL), port)
    own = service.model_copy(update={"app": None, "url": url, "grpc": grpc})
    address = url or grpc
    assert address is not None
    return own, replace(asked, url=url, grpc=grpc), address


def _filled(address: str | None, port: int) -> str | None:
    return None if address is None else address.replace(_PORT, str(port))


def _check_no_use_without_command(asked: AskedProvider) -> None:
    given = [name for name, value in (("--ready", asked.ready), ("--start-timeout", asked.start_timeout)) if value]
    if given:
        raise UsageError(
            f"{given[0]} is for a provider that is started with --command.",
            next_step="Give --command, or set command in [tool.contractkit.provides." + asked.name + "].",
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
