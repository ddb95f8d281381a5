"""`contractkit import-broker`: brings what a Pact Broker knows into contractkit's broker."""

import os
from dataclasses import replace
from pathlib import Path

import click

from contractkit.broker_client import Connection, read_address, tls_context
from contractkit.broker_client.certificates import Names
from contractkit.cli.brokers import asks_broker, show
from contractkit.cli.import_words import report_as_json, report_as_text
from contractkit.cli.verbs import Verb
from contractkit.errors import BrokerError, SettingsError, UsageError
from contractkit.explain.terminal import printable, unsteered
from contractkit.importing import Extent, Report, import_history
from contractkit.settings import Settings, load_settings

_GO_ON = "What was imported so far stays. Run the same command again to go on."

_OPTIONS = Names(ca="--source-ca", certificate="--source-certificate", key="--source-key")

_File = click.Path(path_type=Path, dir_okay=False)


@click.command("import-broker", cls=Verb)
@click.argument("url")
@click.option("--versions", type=click.IntRange(min=1), metavar="COUNT",
              help="Of each application only so many of its newest versions, the heads of its branches, and what is "
              "deployed or released. [default: every version]")  # fmt: skip
@click.option("--latest", is_flag=True, help="The same as --versions 1.")
@click.option("--readers", type=click.IntRange(1, 16), default=4, show_default=True,
              help="How many contracts are asked for at once.")  # fmt: skip
@click.option("--source-token-file", type=_File, help="The file with the token for URL. [default: PACT_BROKER_TOKEN]")
@click.option("--source-ca", type=_File, help="The certificate authorities to trust at URL, and no others.")
@click.option("--source-certificate", type=_File, help="The client's certificate to show at URL.")
@click.option("--source-key", type=_File, help="Its key, where it does not stand in the same file.")
@click.option("--dry-run", is_flag=True, help="Read everything and say what would be imported; write nothing.")
@asks_broker
def import_broker(
    url: str,
    versions: int | None,
    latest: bool,
    readers: int,
    source_token_file: Path | None,
    source_ca: Path | None,
    source_certificate: Path | None,
    source_key: Path | None,
    dry_run: bool,
    broker: str | None,
    output: str,
) -> int:
    """Import what the Pact Broker at URL knows into contractkit's broker.

    Applications, versions with branches and tags, contracts, results, environments, and what is deployed and released
    now. Run it again after an interruption, or to bring in what has come since: nothing is imported twice. User and
    password for URL stand in it, or in PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD. Exit codes: 0 everything is
    there, 1 something could not be imported, 4 one of the brokers cannot be reached.
    """
    if latest and versions is not None:
        raise UsageError("--versions and --latest cannot be given together.")
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    extent = Extent(newest=1 if latest else versions, is_dry_run=dry_run, readers=readers)
    source = _source(url, source_token_file, settings, ca=source_ca, certificate=source_certificate, key=source_key)
    target = _target(settings)
    told: list[str] = []  # nothing before the import has begun

    def tell(sentence: str) -> None:
        told.append(sentence)
        _tell(printable(sentence))

    try:
        report = import_history(source, target, extent, tell=tell)
    except BrokerError as error:
        if told and not dry_run:
            step = "\n".join(filter(None, [error.explanation.next_step, _GO_ON]))
            error.explanation = replace(error.explanation, next_step=step)
        raise
    except KeyboardInterrupt:
        if told and not dry_run:
            _tell(f"\n{_GO_ON}")
        raise click.Abort from None
    finally:
        source.close()
        target.close()
    return _end(report, (source.address.url, target.address.url), dry_run, output)


def _end(report: Report, urls: tuple[str, str], dry_run: bool, output: str) -> int:
    text = report_as_text(report, *urls, is_dry_run=dry_run)
    show(text, report_as_json(report, *urls, is_dry_run=dry_run), output)
    return 0 if report.is_whole else 1


def _source(
    url: str,
    token_file: Path | None,
    settings: Settings,
    *,
    ca: Path | None,
    certificate: Path | None,
    key: Path | None,
) -> Connection:
    address = read_address(
        url,
        token=_token(token_file) if token_file else os.environ.get("PACT_BROKER_TOKEN"),
        username=os.environ.get("PACT_BROKER_USERNAME"),
        password=os.environ.get("PACT_BROKER_PASSWORD"),
    )
    tls = tls_context(ca=ca, certificate=certificate, key=key, names=_OPTIONS)
    return Connection(address, timeout=settings.broker_timeout, tls=tls, tell=_tell, names=_OPTIONS)


def _target(settings: Settings) -> Connection:
    """Give the connection to our broker; what Pact's variables say is about the other one."""
    if not settings.broker:
        raise SettingsError(
            "It is not said into which broker to import.",
            next_step="Give --broker URL, set CONTRACTKIT_BROKER, or add to pyproject.toml:\n\n"
            '[tool.contractkit]\nbroker = "https://broker.example"',
        )
    places = (settings.broker_ca, settings.broker_certificate, settings.broker_key)
    ca, certificate, key = (None if place is None else settings.path(place) for place in places)
    tls = tls_context(ca=ca, certificate=certificate, key=key)
    address = read_address(settings.broker, token=settings.token())
    return Connection(address, timeout=settings.broker_timeout, tls=tls, tell=_tell)


def _token(file: Path) -> str:
    try:
        text = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        details = [("file", str(file)), ("reason", reason or str(error))]
        raise UsageError("The file of --source-token-file cannot be read.", details=details) from None
    if not text:
        raise UsageError("The file of --source-token-file is empty.", details=[("file", str(file))])
    return text


def _tell(sentence: str) -> None:
    click.echo(unsteered(sentence), err=True)
