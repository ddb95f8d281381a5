"""`contractkit up`: every service that this project calls, stubbed in one process from its definition as it is now."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import click

from contractkit.cli.environment import EnvironmentFile, check_variables, variables_of
from contractkit.cli.stopping import LOOK_SECONDS, told_to_stop, until
from contractkit.cli.stub_lines import tell
from contractkit.cli.up_events import Events, JsonEvents, TextEvents
from contractkit.cli.verbs import Verb
from contractkit.errors import SettingsError, UsageError
from contractkit.settings import Settings, load_settings
from contractkit.stubbing.dependencies import Dependency, provider_of
from contractkit.stubbing.faulty import with_faults
from contractkit.stubbing.reloading import Change, LiveStub
from contractkit.stubbing.serving import FromDefinition, Listening


class _Up(Verb):
    """A verb that takes a command to run behind `--`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse what stands before `--`."""
        own, command = args, None
        if "--" in args:
            at = args.index("--")
            own, command = args[:at], tuple(args[at + 1 :])
        rest = super().parse_args(ctx, own)
        ctx.params["command"] = command
        return rest

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Name the command too."""
        return [*super().collect_usage_pieces(ctx), "[-- COMMAND]"]


@click.command(cls=_Up)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--seed", default="", help="Another seed gives other values; equal seeds give equal answers.")
@click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="Write the variables to this file once all is served; it is removed at the end.",
)
@click.option("--allow-faults", is_flag=True, help="Let requests ask for faults, by X-Contractkit-Fault.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def up(
    names: tuple[str, ...],
    host: str,
    seed: str,
    env_file: Path | None,
    allow_faults: bool,
    output: str,
    command: tuple[str, ...] | None,
) -> int:
    """Stub every service in [tool.contractkit.providers], or those of each NAME, until SIGINT or SIGTERM.

    Lines for a shell that say where (export ORDERS_URL=…) go to standard output, a line for each call to standard
    error. A definition whose files change is put behind the same ports; one that is broken is told of, and the last
    good one serves on.

    Behind -- may stand a COMMAND: it runs with the variables set, and all ends with it and its exit code.
    """
    if command == ():
        raise UsageError("There is no command behind --.", next_step="contractkit up -- npm test")
    settings = load_settings(Path.cwd())
    dependencies = _chosen(settings, names)
    file = None if env_file is None else EnvironmentFile(env_file)
    stubs = [LiveStub(each) for each in dependencies]
    for sentence in (sentence for each in dependencies for sentence in each.take_said()):
        tell(sentence)
    _check_ports(stubs)
    check_variables([(each.dependency, each.provider) for each in stubs])
    is_alone = command is None
    events: Events = JsonEvents(is_alone=is_alone) if output == "json" else TextEvents(is_alone=is_alone)
    world = _World(stubs, events, file)
    stopped = told_to_stop()
    try:
        world.serve(host, seed, allows_header=allow_faults)
        if command is not None:
            return _run(command, world)
        until(stopped, world.look)
        return 0
    finally:
        world.stop()


class _World:
    """All that is served, and who is told of it."""

    def __init__(self, stubs: Sequence[LiveStub], events: Events, file: EnvironmentFile | None) -> None:
        self._stubs = stubs
        self._events = events
        self._file = file

    def serve(self, host: str, seed: str, *, allows_header: bool) -> None:
        for each in self._stubs:
            self._events.warned(each)
            own = each.dependency
            answering = FromDefinition(seed=seed)
            each.serve(
                with_faults(answering, own, each.provider, allows_header=allows_header, seed=seed),
                self._events.teller(own.name),
                Listening(host=host, port=own.port, grpc_port=own.grpc_port),
            )
            self._events.started(each, _variables(each))
        self._announce()

    @property
    def variables(self) -> dict[str, str]:
        return {name: value for each in self._stubs for name, value in _variables(each).items()}

    def look(self) -> None:
        for each in self._stubs:
            change: Change | None = each.look()
            if change is None:
                continue
            self._events.changed(each, change, _variables(each))
            if getattr(change, "is_moved", False):
                self._announce()

    def stop(self) -> None:
        for each in self._stubs:
            each.stop()
        if self._file is not None:
            self._file.remove()
        self._events.stopped()

    def _announce(self) -> None:
        if self._file is not None:
            self._file.write(self.variables)
        self._events.ready(self.variables)


def _chosen(settings: Settings, names: Sequence[str]) -> list[Dependency]:
    wanted = list(dict.fromkeys(names)) or sorted(settings.providers)
    if not wanted:
        raise SettingsError(
            "No provider is set, so there is nothing to stub.",
            details=[("file", settings.origin)],
            next_step='Add:\n\n[tool.contractkit.providers.orders]\ndefinition = "path/to/orders.yaml"',
        )
    return [provider_of(settings, name) for name in wanted]


def _check_ports(stubs: Sequence[LiveStub]) -> None:
    known: dict[int, str] = {}
    for each in stubs:
        own, provider = each.dependency, each.provider
        for key, port, is_offered in (
            ("port", own.port, provider.has_http),
            ("grpc_port", own.grpc_port, provider.has_procedures),
        ):
            place = f"{key} in [tool.contractkit.providers.{own.name}]"
            if port and not is_offered:
                other = "grpc_port, which is the one of remote procedures" if key == "port" else "port"
                raise SettingsError(
                    f"{own.name} is not served over {'HTTP' if key == 'port' else 'gRPC'}, so it has no such port.",
                    details=[("setting", place), ("definition", provider.source)],
                    next_step=f"Take it out, or set {other}.",
                )
            if port and port in known:
                raise SettingsError(
                    f"Two stubs cannot share port {port}.",
                    details=[("one", known[port]), ("another", place)],
                    next_step="Give each its own, or none, so that it takes a free one.",
                )
            if port:
                known[port] = place


def _variables(stub: LiveStub) -> dict[str, str]:
    return variables_of(stub.dependency, url=stub.served.url, target=stub.served.target)


def _run(command: Sequence[str], world: _World) -> int:
    """Run a command among the stubs and give its exit code.

    SIGTERM is handed on; SIGINT, which a terminal sends to the command too, is left to it.
    """
    signal.signal(signal.SIGINT, lambda *_: None)
    try:
        process = subprocess.Popen(command, env={**os.environ, **world.variables})
    except OSError as error:
        raise UsageError(
            "The command behind -- cannot be run.",
            details=[("command", command[0]), ("reason", error.strerror or str(error))],
        ) from None
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            code = process.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            world.look()
        else:
            return code if code >= 0 else 128 - code
