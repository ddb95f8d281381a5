"""`contractkit stub`: definitions served on ports, everything that comes checked and every answer synthesised."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractkit.cli.collecting import uncollected
from contractkit.cli.stopping import told_to_stop, until
from contractkit.cli.stub_events import events_of
from contractkit.cli.verbs import Verb
from contractkit.cli.world import World
from contractkit.errors import UsageError
from contractkit.stubbing.dependencies import Dependency, check_names, dependency_at
from contractkit.stubbing.reloading import LiveStub
from contractkit.stubbing.serving import Listening

if TYPE_CHECKING:
    from contractkit.cli.stub_recording import Recordings
    from contractkit.transports.grpc_server import TlsFiles

SUITE = "contractkit stub"
"""Whose recording it is where nobody says."""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(cls=Verb)
@click.argument("definitions", nargs=-1, required=True, metavar="DEFINITION...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one. [default: the settings', or 0]")
@click.option("--seed", default="", help="Another seed gives other values; equal seeds give equal answers.")
@click.option("--tls-certificate", type=_FILE, help="Serve gRPC over TLS with this certificate chain (PEM).")
@click.option("--tls-key", type=_FILE, help="The certificate's key (PEM).")
@click.option(
    "--record", type=click.Path(path_type=Path), help="Leave what is called in this contract file, or directory."
)
@click.option("--consumer", help="With --record: who calls. [default: the settings' consumer]")
@click.option("--provider", help="What the one definition's service is called. [default: the settings' or file's name]")
@click.option("--suite", help="With --record: whose recording it is; a later one of that name replaces it.")
@click.option(
    "--allow-faults",
    is_flag=True,
    help="Let clients ask for faults, by X-Contractkit-Fault or at /_contractkit/faults.",
)
@click.option("--no-check-credentials", is_flag=True, help="Do not ask for the credentials that are demanded.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def stub(
    definitions: tuple[str, ...],
    host: str,
    port: int | None,
    seed: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
    record: Path | None,
    consumer: str | None,
    provider: str | None,
    suite: str | None,
    allow_faults: bool,
    no_check_credentials: bool,
    output: str,
) -> int:
    """Serve each DEFINITION: a path, a URL, git:REVISION:PATH, broker:NAME@WHERE, or a provider of the settings.

    NAME= before one says what its service is called.

    Each request is checked against the definition and gets an answer made from it, or a problem document (over gRPC a
    status) with the reason and the nearest operation. The URL, or the target of a gRPC channel, goes to standard
    output (of several definitions as variables for a shell), a line for each call to standard error. Stops on SIGINT
    and SIGTERM.
    """
    if record is not None or consumer or suite:  # settings and contracts are slow to import
        from contractkit.cli.stub_recording import check_asked

        check_asked(record, consumer=consumer, suite=suite, seed=seed)
    dependencies = _dependencies(definitions, provider)
    if no_check_credentials:
        dependencies = [replace(each, checks_credentials=False) for each in dependencies]
    with uncollected():
        stubs = [LiveStub(each) for each in dependencies]
    events = events_of(output, is_alone=len(stubs) == 1)
    _check_port(stubs, port)
    tls = _tls(tls_certificate, tls_key, stubs)
    recordings: Recordings | None = None
    if record is not None:
        from contractkit.cli.stub_recording import recordings_of

        asked = [each.dependency for each in stubs]
        recordings = recordings_of(asked, record, events, consumer=consumer, suite=suite or SUITE)
    world = World(stubs, events, recordings=recordings)
    stopped = told_to_stop()
    try:
        with uncollected():
            world.serve(partial(_listening, host=host, port=port, tls=tls), seed=seed, allows_faults=allow_faults)
        until(stopped, world.look)
    finally:
        world.stop()
    return recordings.finish() if recordings is not None else 0


def _dependencies(definitions: Sequence[str], provider: str | None) -> list[Dependency]:
    found = [dependency_at(each) for each in definitions]
    if provider is not None:
        if len(found) > 1:
            raise UsageError(
                f"--provider names one service, and {len(found)} definitions are served.",
                next_step=f"Name each: {' '.join(f'NAME={each.definition}' for each in found)}",
            )
        return [replace(found[0], name=provider)]
    if len(found) > 1:
        check_names(found)
    return found


def _listening(dependency: Dependency, *, host: str, port: int | None, tls: "TlsFiles | None") -> Listening:
    own, grpc = (dependency.port, dependency.grpc_port) if port is None else (port, port)
    return Listening(host=host, port=own, grpc_port=grpc, tls=tls)


def _check_port(stubs: Sequence[LiveStub], port: int | None) -> None:
    if port and len(stubs) > 1:
        raise UsageError(
            f"{len(stubs)} definitions cannot share port {port}.",
            next_step="Leave --port out, so that each takes a free one; or set port in pyproject.toml for each.",
        )
    if port and stubs[0].provider.has_http and stubs[0].provider.has_procedures:
        raise UsageError(
            f"{stubs[0].dependency.shown} is served over two transports, which cannot share port {port}.",
            next_step="Leave --port out, so that each takes a free one; or name the path of one definition.",
        )


def _tls(certificate: Path | None, key: Path | None, stubs: Sequence[LiveStub]) -> "TlsFiles | None":
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError("TLS takes both --tls-certificate and --tls-key.")
    if not any(each.provider.has_procedures for each in stubs):
        raise UsageError("Only gRPC is served over TLS, and the definition has no remote procedures.")
    from contractkit.transports.grpc_server import TlsFiles

    return TlsFiles(certificate=certificate.read_bytes(), key=key.read_bytes())
