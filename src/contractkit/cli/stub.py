"""`contractkit stub`: a definition served on a port, every request checked and every answer synthesised."""

import signal
import threading
from functools import partial
from pathlib import Path

import click

from contractkit.cli.verbs import Verb
from contractkit.exact_json import dump_compact
from contractkit.model import HttpRequest, HttpResponse
from contractkit.recording.answering import Answered, answer_from, remembering
from contractkit.recording.stubbed import StubbedProvider
from contractkit.sources.loading import LoadedDefinition, load_definition
from contractkit.transports import write_query
from contractkit.transports.server import StubServer


@click.command(cls=Verb)
@click.argument("definition")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option("--seed", default="", help="Another seed gives other values; equal seeds give equal answers.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def stub(definition: str, host: str, port: int, seed: str, output: str) -> int:
    """Serve DEFINITION: a path, a URL, git:REVISION:PATH, or the name of a provider in the settings.

    Each request is checked against the definition and gets an answer made from it, or a problem document with the
    reason and the nearest operation. The URL goes to standard output, a line for each call to standard error. Stops on
    SIGINT and SIGTERM.
    """
    provider = _provider(definition)
    is_json = output == "json"
    answer = remembering(partial(answer_from, provider, seed=seed))

    def handle(request: HttpRequest) -> HttpResponse:
        answered = answer(request)
        click.echo(_as_json(answered) if is_json else _as_text(answered), err=True)
        return answered.response

    stopped = _told_to_stop()
    server = StubServer(handle, host=host, port=port)
    url = server.url + provider.base_path
    title = provider.definition.title
    click.echo(_json({"schema_version": 1, "url": url, "definition": title}) if is_json else url)
    if not is_json:
        click.echo(f"{title} is stubbed there until Ctrl+C.", err=True)
    while not stopped.wait(timeout=3600):  # a wait without end could not be interrupted on Windows
        pass
    server.stop()
    return 0


def _provider(name: str) -> StubbedProvider:
    """Give what to serve; warnings of the document go to standard error as they are known."""
    loaded = _loaded(name)
    if not loaded.definition.operations:
        click.echo(f"{loaded.source} defines no operations: every request will be refused.", err=True)
    for warning in loaded.definition.warnings():
        place = f"{loaded.source}:{warning.line}" if warning.line else f"{loaded.source} at {warning.pointer}"
        click.echo(f"{place}: {warning.sentence}", err=True)
    return StubbedProvider(name, loaded.definition, source=loaded.source)


def _loaded(name: str) -> LoadedDefinition:
    if set(name) & set("./\\:") or Path(name).exists():
        return load_definition(name)
    from contractkit.settings import load_settings  # slow to import, and a file or URL does without

    settings = load_settings(Path.cwd())
    return load_definition(settings.provider(name).definition, root=settings.root)


def _told_to_stop() -> threading.Event:
    """Give what is set when the process is asked to end."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _as_text(answered: Answered) -> str:
    reached = answered.operation or "nothing"
    reason = f": {answered.reason}" if answered.reason else ""
    return f"{_line(answered.request)} -> {answered.response.status} {reached}{reason}"


def _as_json(answered: Answered) -> str:
    return _json(
        {
            "schema_version": 1,
            "request": _line(answered.request),
            "status": answered.response.status,
            "operation": answered.operation,
            "allowed": not answered.reason,
            "reason": answered.reason,
        }
    )


def _line(request: HttpRequest) -> str:
    query = write_query(request.query)
    return f"{request.method} {request.path}{'?' + query if query else ''}"


def _json(value: dict[str, object]) -> str:
    return dump_compact(value).decode()
