"""`contractkit up`: every service that this project calls, stubbed in one process from its definition as it is now."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from contractkit.cli.environment import EnvironmentFile, check_variables
from contractkit.cli.stopping import LOOK_SECONDS, told_to_stop, until
from contractkit.cli.stub_recording import Recordings, check_asked, recordings_of
from contractkit.cli.up_events import Events, JsonEvents, TextEvents
from contractkit.cli.verbs import Verb
from contractkit.cli.world import World
from contractkit.errors import SettingsError, UsageError
from contractkit.settings import Settings, load_settings
from contractkit.stubbing.dependencies import Dependency, provider_of
from contractkit.stubbing.reloading import LiveStub
from contractkit.stubbing.serving import Listening

SUITE = "contractkit up"
"""Whose recording it is where nobody says."""


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
@click.option(
    "--record", type=click.Path(path_type=Path), help="Leave what is called in this directory, a contract for each."
)
@click.option("--consumer", help="With --record: who calls. [default: the settings' consumer]")
@click.option("--suite", help="With --record: whose recording it is; a later one of that name replaces it.")
@click.option(
    "--allow-faults",
    is_flag=True,
    help="Let clients ask for faults, by X-Contractkit-Fault or at /_contractkit/faults.",
)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def up(
    names: tuple[str, ...],
    host: str,
    seed: str,
    env_file: Path | None,
    record: Path | None,
    consumer: str | None,
    suite: str | None,
    allow_faults: bool,
    output: str,
    command: tuple[str, ...] | None,
) -> int:
    """Stub every service in [tool.contractkit.providers], or those of each NAME, until SIGINT or SIGTERM.

    Lines for a shell that say where (export ORDERS_URL=…) go to standard output, a line for each call to standard
    error. A definition whose files change is put behind the same ports; one that is broken is told of, and the last
    good one serves on.

    Behind -- may stand a COMMAND: it runs with the variables set, and all ends with it and its exit code. With --record
    it leaves contracts where it succeeds.
    """
    if command == ():
        raise UsageError("There is no command behind --.", next_step="contractkit up -- npm test")
    settings = load_settings(Path.cwd())
    check_asked(record, consumer=consumer, suite=suite, seed=seed)
    dependencies = _chosen(settings, names)
    file = None if env_file is None else EnvironmentFile(env_file)
    stubs = [LiveStub(each) for each in dependencies]
    _check_ports(stubs)
    check_variables([(each.dependency, each.provider) for each in stubs])
    is_alone = command is None
    events: Events = JsonEvents(is_alone=is_alone) if output == "json" else TextEvents(is_alone=is_alone)
    recordings: Recordings | None = None
    if record is not None:
        recordings = recordings_of(dependencies, record, events, consumer=consumer, suite=suite or SUITE)
    world = World(stubs, events, file=file, recordings=recordings)
    stopped = told_to_stop()
    try:
        ended = None
        try:
            world.serve(partial(_listening, host), seed=seed, allows_faults=allow_faults)
            if command is None:
                until(stopped, world.look)
            else:
                ended = _run(command, world)
        finally:
            world.stop()
        return _recorded(recordings, ended, events)
    finally:
        events.stopped()


def _listening(host: str, dependency: Dependency) -> Listening:
    return Listening(host=host, port=dependency.port, grpc_port=dependency.grpc_port)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a command ended; `is_told` says that it was asked to by SIGINT or SIGTERM."""

    code: int
    is_told: bool


def _recorded(recordings: Recordings | None, ended: _Ended | None, events: Events) -> int:
    """Write what was recorded where it counts, and give the exit code.

    A command that fails erases nothing and adds nothing, as a failing test; one that was interrupted erases nothing.
    """
    code = ended.code if ended is not None else 0
    if recordings is None:
        return code
    if ended is None or (not code and not ended.is_told):
        return recordings.finish()
    if not ended.is_told:
        events.said(f"The command ended with {code}, so nothing was recorded.")
        return code
    finished = recordings.finish(is_whole=False)
    return code or finished


def _chosen(settings: Settings, names: Sequence[str]) -> list[Dependency]:
    callable_ones = sorted(name for name, each in settings.providers.items() if not each.has_messages_alone)
    wanted = list(dict.fromkeys(names)) or callable_ones
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


def _run(command: Sequence[str], world: World) -> _Ended:
    """Run a command among the stubs until it ends.

    SIGTERM is handed on; SIGINT, which a terminal sends to the command too, is left to it.
    """
    told = told_to_stop()
    try:
        process = subprocess.Popen(command, env={**os.environ, **world.variables})
    except OSError as error:
        raise UsageError(
            "The command behind -- cannot be run.",
            details=[("command", command[0]), ("reason", error.strerror or str(error))],
        ) from None

    def hand_on(*_: object) -> None:
        told.set()
        process.terminate()

    signal.signal(signal.SIGTERM, hand_on)
    while True:
        try:
            code = process.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            world.look_for_changes()  # what it leaves of a recording is known at its end
        else:
            return _Ended(code=code if code >= 0 else 128 - code, is_told=told.is_set())
