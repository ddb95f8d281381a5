"""The command `contractkit broker`."""

from pathlib import Path

import click

from contractkit_broker.settings import DEFAULT_DATABASE


@click.command("broker")
@click.option(
    "--database",
    default=DEFAULT_DATABASE,
    show_default=True,
    help="A file for SQLite, sqlite:///PATH, or postgresql://USER:PASSWORD@HOST/NAME.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=9292, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free port.")
@click.option("--public-url", help="Where clients reach the broker, path included, if a proxy stands before it.")
@click.option(
    "--protobuf-plugin",
    is_flag=True,
    help="Pact verifiers here have Pact's protobuf plugin: give them calls over gRPC.",
)
@click.option(
    "--similar-names",
    type=click.Choice(["allow", "warn", "refuse"]),
    default="warn",
    show_default=True,
    help="What to do where a contract is published for an application that is new and has nearly the name of another.",
)
def broker(
    database: str, host: str, port: int, public_url: str | None, protobuf_plugin: bool, similar_names: str
) -> int:
    """Run the broker: contracts, verifications, deployments, and the pages that show them.

    Stops on Ctrl-C. Everything is kept in the database; a file is created where there is none.
    """
    from contractkit_broker.server import BrokerServer, listen  # heavy, and not needed for --help
    from contractkit_broker.settings import BrokerSettings, SimilarNames

    listening = listen(host, port)
    address = public_url or f"http://{_in_url(host)}:{listening.getsockname()[1]}"
    with listening:
        settings = BrokerSettings(
            database=database,
            public_url=public_url,
            pact_has_protobuf_plugin=protobuf_plugin,
            similar_names=SimilarNames(similar_names),
        )
        server = BrokerServer(settings)
        click.echo(_greeting(address, database))
        server.run(sockets=[listening])
    click.echo("The broker has stopped.", err=True)
    return 0


def _greeting(address: str, database: str) -> str:
    kept_in = database.rpartition("@")[2] if "://" in database else str(Path(database).resolve())
    return (
        f"The broker runs at {address}\n"
        f"\n"
        f"  pages      {address}\n"
        f"  kept in    {kept_in}\n"
        f"\n"
        f"Publish a first contract: contractkit publish --broker {address} --version 1\n"
        f"Stop with Ctrl-C."
    )


def _in_url(host: str) -> str:
    if host in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host
