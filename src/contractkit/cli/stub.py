"""`contractkit stub`: definitions served on ports, everything that comes checked and every answer synthesised."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contractkit.cli.environment import exported, variables_of
from contractkit.cli.stopping import told_to_stop, until
from contractkit.cli.stub_lines import call_as_json, call_as_text, started, tell, warning_as_text, warnings_of
from contractkit.cli.verbs import Verb
from contractkit.errors import UsageError
from contractkit.recording.answering import Answered, AnsweredProcedure
from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.dependencies import Dependency, check_names, dependency_at
from contractkit.stubbing.faulty import with_faults
from contractkit.stubbing.serving import Answering, FromDefinition, Listening, Served

if TYPE_CHECKING:
    from contractkit.cli.stub_recording import Recordings
    from contractkit.transports.grpc_server import TlsFiles

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
@click.option("--allow-faults", is_flag=True, help="Let requests ask for faults, by X-Contractkit-Fault.")
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
    output: str,
) -> int:
    """Serve each DEFINITION: a path, a URL, git:REVISION:PATH, broker:NAME@WHERE, or a provider of the settings.

    NAME= before one says what its service is called.

    Each request is checked against the definition and gets an answer made from it, or a problem document (over gRPC a
    status) with the reason and the nearest operation. The URL, or the target of a gRPC channel, goes to standard
    output (of several definitions as variables for a shell), a line for each call to standard error. Stops on SIGINT
    and SIGTERM.
    """
    asked = _dependencies(definitions, provider)
    providers = [each.open() for each in asked]
    for sentence in (sentence for each in asked for sentence in each.take_said()):
        tell(sentence)
    _check_port(asked, providers, port)
    tls = _tls(tls_certificate, tls_key, providers)
    recordings = _recordings(asked, record, consumer=consumer, suite=suite, seed=seed, is_json=output == "json")
    for each in providers:
        for place, sentence in warnings_of(each):
            tell(warning_as_text(place, sentence))
    stopped = told_to_stop()
    with ExitStack() as serving:
        for dependency, each in zip(asked, providers, strict=True):
            own = recordings.of(dependency) if recordings is not None else FromDefinition(seed=seed)
            answering = with_faults(own, dependency, each, allows_header=allow_faults, seed=seed)
            listening = _listening(dependency, host, port, tls)
            name = dependency.name if len(asked) > 1 else ""
            serving.callback(_served(dependency, each, answering, listening, name=name, output=output).stop)
        until(stopped, recordings.look if recordings is not None else None)
    return recordings.finish() if recordings is not None else 0


def _dependencies(definitions: Sequence[str], provider: str | None) -> list[Dependency]:
    found = [dependency_at(each) for each in definitions]
    if provider is not None:
        if len(found) > 1:
            raise UsageError(
                f"--provider names one service, and {len(found)} definitions are served.",
                next_step=f"Name each: {' '.join(f'NAME={each.definition}' for each in found)}",
            )
        from dataclasses import replace

        return [replace(found[0], name=provider)]
    if len(found) > 1:
        check_names(found)
    return found


def _listening(dependency: Dependency, host: str, port: int | None, tls: "TlsFiles | None") -> Listening:
    own, grpc = (dependency.port, dependency.grpc_port) if port is None else (port, port)
    return Listening(host=host, port=own, grpc_port=grpc, tls=tls)


def _check_port(asked: Sequence[Dependency], providers: Sequence[StubbedProvider], port: int | None) -> None:
    if port and len(asked) > 1:
        raise UsageError(
            f"{len(asked)} definitions cannot share port {port}.",
            next_step="Leave --port out, so that each takes a free one; or set port in pyproject.toml for each.",
        )
    if port and providers[0].has_http and providers[0].has_procedures:
        raise UsageError(
            f"{asked[0].shown} is served over two transports, which cannot share port {port}.",
            next_step="Leave --port out, so that each takes a free one; or name the path of one definition.",
        )


def _tls(certificate: Path | None, key: Path | None, providers: Sequence[StubbedProvider]) -> "TlsFiles | None":
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError("TLS takes both --tls-certificate and --tls-key.")
    if not any(each.has_procedures for each in providers):
        raise UsageError("Only gRPC is served over TLS, and the definition has no remote procedures.")
    from contractkit.transports.grpc_server import TlsFiles

    return TlsFiles(certificate=certificate.read_bytes(), key=key.read_bytes())


def _recordings(
    asked: Sequence[Dependency],
    record: Path | None,
    *,
    consumer: str | None,
    suite: str | None,
    seed: str,
    is_json: bool,
) -> "Recordings | None":
    if record is None:
        given = next((name for name, value in (("--consumer", consumer), ("--suite", suite)) if value), None)
        if given is not None:
            raise UsageError(
                f"{given} says something of a recording, and nothing is recorded.", next_step="Add --record."
            )
        return None
    if seed:
        raise UsageError(
            "--seed cannot be given with --record: equal calls leave equal contracts.",
            next_step="Leave one of the two out.",
        )
    from contractkit.cli.stub_recording import recordings_of

    return recordings_of(asked, record, consumer=consumer, suite=suite, is_json=is_json)


def _served(
    dependency: Dependency,
    provider: StubbedProvider,
    answering: Answering,
    listening: Listening,
    *,
    name: str,
    output: str,
) -> Served:
    words = call_as_json if output == "json" else call_as_text
    served = Served(provider, answering, partial(_tell_call, words, name), listening)
    addresses = {"url": served.url, "target": served.target}
    titles = [each.title for each in provider.definitions]
    found = [(kind, address) for kind, address in addresses.items() if address is not None]
    for title, (kind, address) in zip(titles, found, strict=True):
        if output == "json":
            click.echo(started(title, kind, address, name))
            continue
        click.echo(address if not name else exported(variables_of(dependency, **{kind: address})))
        tell(f"{title} is stubbed there until Ctrl+C.")
    return served


def _tell_call(words: Callable[..., str], name: str, answered: Answered | AnsweredProcedure) -> None:
    tell(words(answered, name))
