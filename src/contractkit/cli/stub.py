"""`contractkit stub`: a definition served on a port, everything that comes checked and every answer synthesised."""

import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

import click

from contractkit.cli.stub_lines import call_as_json, call_as_text, request_as_json, request_as_text, started
from contractkit.cli.verbs import Verb
from contractkit.errors import UsageError
from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.answering import AnsweredProcedure, answer_calls, answer_from, remembering
from contractkit.recording.opening import stubbed_provider
from contractkit.recording.stubbed import StubbedProvider
from contractkit.transports.server import StubServer

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Server(Protocol):
    def stop(self) -> None:
        """Stop serving."""


@click.command(cls=Verb)
@click.argument("definition")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option("--seed", default="", help="Another seed gives other values; equal seeds give equal answers.")
@click.option("--tls-certificate", type=_FILE, help="Serve gRPC over TLS with this certificate chain (PEM).")
@click.option("--tls-key", type=_FILE, help="The certificate's key (PEM).")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def stub(
    definition: str,
    host: str,
    port: int,
    seed: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
    output: str,
) -> int:
    """Serve DEFINITION: a path, a URL, git:REVISION:PATH, or the name of a provider in the settings.

    Each request is checked against the definition and gets an answer made from it, or a problem document (over gRPC a
    status) with the reason and the nearest operation. The URL, or the target of a gRPC channel, goes to standard
    output, a line for each call to standard error. Stops on SIGINT and SIGTERM.
    """
    provider = _provider(definition)
    if provider.has_http and provider.has_procedures and port:
        raise UsageError(
            f"{definition} is served over two transports, which cannot share port {port}.",
            next_step="Leave --port out, so that each takes a free one; or name the path of one definition.",
        )
    tls = _tls(tls_certificate, tls_key, provider)
    is_json = output == "json"
    stopped = _told_to_stop()
    servers: list[_Server] = []
    if provider.has_http:
        servers.append(_serve_http(provider, host=host, port=port, seed=seed, is_json=is_json))
    if provider.has_procedures:
        servers.append(_serve_procedures(provider, host=host, port=port, seed=seed, is_json=is_json, tls=tls))
    while not stopped.wait(timeout=3600):  # a wait without end could not be interrupted on Windows
        pass
    for server in servers:
        server.stop()
    return 0


def _serve_http(provider: StubbedProvider, *, host: str, port: int, seed: str, is_json: bool) -> _Server:
    words = request_as_json if is_json else request_as_text
    answer = remembering(partial(answer_from, provider, seed=seed))

    def handle(request: HttpRequest) -> HttpResponse:
        answered = answer(request)
        _tell(words(answered))
        return answered.response

    server = StubServer(handle, host=host, port=port)
    _announce(provider.definition.title, "url", server.url + provider.base_path, is_json=is_json)
    return server


def _serve_procedures(
    provider: StubbedProvider, *, host: str, port: int, seed: str, is_json: bool, tls: "tuple[bytes, bytes] | None"
) -> _Server:
    from contractkit.transports.grpc_server import TlsFiles

    words: Callable[[AnsweredProcedure], str] = call_as_json if is_json else call_as_text
    handler = answer_calls(provider.procedures, lambda answered: _tell(words(answered)), seed=seed)
    secured = TlsFiles(certificate=tls[0], key=tls[1]) if tls is not None else None
    server = provider.procedures.serve(handler, host=host, port=port, tls=secured)
    _announce(provider.procedures.definition.title, "target", server.target, is_json=is_json)
    return server


def _announce(title: str, kind: str, address: str, *, is_json: bool) -> None:
    click.echo(started(title, kind, address) if is_json else address)
    if not is_json:
        _tell(f"{title} is stubbed there until Ctrl+C.")


def _tell(line: str) -> None:
    """Write a line to standard error: click's own way costs more than answering does."""
    sys.stderr.write(f"{line}\n")


def _tls(certificate: Path | None, key: Path | None, provider: StubbedProvider) -> tuple[bytes, bytes] | None:
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise UsageError("TLS takes both --tls-certificate and --tls-key.")
    if not provider.has_procedures:
        raise UsageError("Only gRPC is served over TLS, and the definition has no remote procedures.")
    return certificate.read_bytes(), key.read_bytes()


def _provider(name: str) -> StubbedProvider:
    """Give what to serve; warnings of the definition go to standard error as they are known."""
    provider = _opened(name)
    for definition in provider.definitions:
        if not definition.operations:
            click.echo(f"{provider.source} defines no operations: every request will be refused.", err=True)
        for warning in definition.warnings():
            source = warning.document or provider.source
            place = f"{source}:{warning.line}" if warning.line else f"{source} at {warning.pointer}"
            click.echo(f"{place}: {warning.sentence}", err=True)
    return provider


def _opened(name: str) -> StubbedProvider:
    if set(name) & set("./\\:") or Path(name).exists():
        return stubbed_provider(name, name, root=Path.cwd())
    from contractkit.settings import load_settings  # slow to import, and a file or URL does without

    settings = load_settings(Path.cwd())
    known = settings.provider(name)
    return stubbed_provider(
        name,
        known.definition,
        root=settings.root,
        proto=known.proto,
        remote_references=settings.remote_references,
    )


def _told_to_stop() -> threading.Event:
    """Give what is set when the process is asked to end."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
