"""`contractkit publish`: sends the contracts that this project's tests recorded to the broker."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from contractkit.broker_client import BrokerClient, Build, ContractUpload, Publication
from contractkit.cli.brokers import connect
from contractkit.cli.confirmations import check_confirmed
from contractkit.cli.contract_files import ContractFile, find_contract_files, read_contract_file
from contractkit.cli.results import this_build
from contractkit.cli.secrets import likely_secrets
from contractkit.cli.verbs import Verb
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UsageError
from contractkit.exact_json import dump_canonical
from contractkit.settings import Settings, load_settings

_CONFLICT = 409
_URL = re.compile(r"https?://[^\s<>\"']+")


@click.command(cls=Verb)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--version", "version", help="The consumer's version. [default: git's commit]")
@click.option("--branch", help="The consumer's branch. [default: the CI system's, or git's]")
@click.option("--build-url", help="The page of this build. [default: the CI system's]")
@click.option("--tag", "tags", multiple=True, help="A tag for the version, where a broker still uses them.")
@click.option("--broker", help="The broker's URL.")
@click.option(
    "--allow-unconfirmed", is_flag=True, help="Also publish interactions that no test confirmed at this version."
)
@click.option("--allow-likely-secrets", is_flag=True, help="Publish although something looks like a credential.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def publish(
    paths: tuple[Path, ...],
    version: str | None,
    branch: str | None,
    build_url: str | None,
    tags: tuple[str, ...],
    broker: str | None,
    allow_unconfirmed: bool,
    allow_likely_secrets: bool,
    output: str,
) -> int:
    """Publish the contracts in PATHS (files or directories; by default the project's `contracts`).

    Exit codes: 0 published, 1 the version already published something else or an interaction is not confirmed,
    2 a file is no contract or holds what looks like a secret, 3 there is nothing to publish, 4 the broker cannot be
    reached.
    """
    settings = load_settings(Path.cwd(), overrides={"broker": broker})
    files = [read_contract_file(path) for path in find_contract_files(_places(paths, settings))]
    if not files:
        place = ", ".join(map(str, paths or [settings.contracts_directory]))
        raise NothingToCheckError(
            "There is no contract to publish.",
            details=[("looked in", place)],
            next_step="Run the consumer's tests first: they write the contracts.",
        )
    _check_one_per_provider(files)
    if not allow_likely_secrets:
        _check_no_secrets(files)
    if not allow_unconfirmed:
        check_confirmed(settings.root, [(file.path, file.contract) for file in files])
    with connect(settings) as client:
        for consumer in sorted({file.contract.consumer for file in files}):
            build = this_build(settings, consumer, version=version, branch=branch, url=build_url)
            own = [file for file in files if file.contract.consumer == consumer]
            try:
                publication = client.publish(build, [_upload(file) for file in own], tags=tags)
            except BrokerRefusedError as error:
                if error.status != _CONFLICT:
                    raise
                click.echo(str(error), err=True)
                return 1
            click.echo(_published(client, build, own, publication, output))
    return 0


def _places(paths: Sequence[Path], settings: Settings) -> Sequence[Path]:
    """Give where to look: what was named, else the project's directory, which need not be there yet."""
    own = settings.contracts_directory
    return paths or ([own] if own.exists() else [])


def _check_one_per_provider(files: Sequence[ContractFile]) -> None:
    """Check that no two files are between the same two: one would be lost."""
    first: dict[tuple[str, str], ContractFile] = {}
    for file in files:
        pair = (file.contract.consumer, file.contract.provider)
        if pair in first:
            raise UsageError(
                f"Nothing was published: two files are the contract of {pair[0]} with {pair[1]}.",
                details=[("one", str(first[pair].path)), ("another", str(file.path))],
                next_step="Name the one that counts, or take the other away.",
            )
        first[pair] = file


def _upload(file: ContractFile) -> ContractUpload:
    return ContractUpload(consumer=file.contract.consumer, provider=file.contract.provider, data=file.data)


def _check_no_secrets(files: Iterable[ContractFile]) -> None:
    found = [(str(file.path), each) for file in files for each in likely_secrets(file.data)]
    if found:
        raise UsageError(
            "Nothing was published: something looks like a credential.",
            details=[(path, f"{each.pointer}: looks like {each.looks_like}") for path, each in found],
            next_step="Use invented values in the tests, or publish with --allow-likely-secrets.",
        )


def _published(
    client: BrokerClient, build: Build, files: Sequence[ContractFile], publication: Publication, output: str
) -> str:
    for notice in publication.notices:
        if notice.kind in ("warning", "prompt"):
            click.echo(notice.text, err=True)
    if output == "json":
        return dump_canonical(_as_json(build, files, publication)).decode().rstrip()
    on_branch = f" (branch {build.branch})" if build.branch else ""
    width = max(len(file.contract.provider) for file in files)
    rows = [f"  {file.contract.provider.ljust(width)}   {_counted(file)}" for file in files]
    pages = [f"  {page}" for page in _pages(publication)]
    lines = [f"{build.application} {build.version}{on_branch} published to {client.url}:", "", *rows]
    return "\n".join([*lines, *(["", "Read it at", *pages] if pages else [])])


def _pages(publication: Publication) -> list[str]:
    """Give where people read the contracts: brokers say it in a notice, or not at all."""
    said = [url for notice in publication.notices if notice.kind == "info" for url in _URL.findall(notice.text)]
    return said or list(publication.pages.values())


def _counted(file: ContractFile) -> str:
    count = len(file.contract.interactions)
    return f"{count} interaction{'' if count == 1 else 's'}"


def _as_json(build: Build, files: Sequence[ContractFile], publication: Publication) -> dict[str, object]:
    return {
        "schema_version": 1,
        "consumer": build.application,
        "version": build.version,
        "branch": build.branch,
        "contracts": [
            {"provider": file.contract.provider, "interactions": len(file.contract.interactions)} for file in files
        ],
        "pages": _pages(publication),
    }
