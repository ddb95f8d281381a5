"""`contractkit publish`: sends the contracts that this project's tests recorded to the broker."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from contractkit.broker_client import BrokerClient, Build, ContractUpload, Publication
from contractkit.cli.brokers import asks_broker, connect, show
from contractkit.cli.builds import this_build
from contractkit.cli.confirmations import check_confirmed
from contractkit.cli.contract_files import ContractFile, find_contract_files, read_contract_file
from contractkit.cli.publication_words import Published, published_as_json, published_as_text
from contractkit.cli.secrets import likely_secrets
from contractkit.cli.verbs import Verb
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UsageError
from contractkit.settings import Settings, load_settings

_CONFLICT = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    """How contracts are published."""

    tags: tuple[str, ...]
    merge: bool
    dry_run: bool


@click.command(cls=Verb)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--version", "version", help="The consumer's version. [default: git's commit]")
@click.option("--branch", help="The consumer's branch. [default: the CI system's, or git's]")
@click.option("--build-url", help="The page of this build. [default: the CI system's]")
@click.option("--tag", "tags", multiple=True, help="A tag for the version, where a broker still uses them.")
@click.option("--merge", is_flag=True, help="Join with what this version has published, as shards of one build do.")
@click.option("--dry-run", is_flag=True, help="Check everything here and say what would be published; ask no broker.")
@click.option(
    "--allow-unconfirmed", is_flag=True, help="Also publish interactions that no test confirmed at this version."
)
@click.option("--allow-likely-secrets", is_flag=True, help="Publish although something looks like a credential.")
@asks_broker
def publish(
    paths: tuple[Path, ...],
    version: str | None,
    branch: str | None,
    build_url: str | None,
    tags: tuple[str, ...],
    merge: bool,
    dry_run: bool,
    broker: str | None,
    allow_unconfirmed: bool,
    allow_likely_secrets: bool,
    output: str,
) -> int:
    """Publish the contracts in PATHS (files, directories, patterns; by default the project's `contracts`).

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
    consumers = sorted({file.contract.consumer for file in files})
    manner = _Manner(tags=tags, merge=merge, dry_run=dry_run)
    with contextlib.nullcontext() if dry_run else connect(settings) as client:
        build = this_build(settings, consumers[0], version=version, branch=branch, url=build_url)
        done, refused = _publish(client, [replace(build, application=name) for name in consumers], files, manner)
    _tell_of(done, manner, output, url="" if client is None else client.url)
    if refused is not None:
        click.echo(str(refused), err=True)
    return 0 if refused is None else 1


def _publish(
    client: BrokerClient | None, builds: Sequence[Build], files: Sequence[ContractFile], manner: _Manner
) -> tuple[list[Published], BrokerRefusedError | None]:
    """Publish consumer by consumer up to the first that conflicts; what was published before it stays so."""
    done: list[Published] = []
    for build in builds:
        own = tuple(file for file in files if file.contract.consumer == build.application)
        try:
            publication = Publication(notices=())
            if client is not None:
                publication = client.publish(build, list(map(_upload, own)), tags=manner.tags, merge=manner.merge)
        except BrokerRefusedError as error:
            if error.status != _CONFLICT:
                raise
            return done, error
        done.append(Published(build=build, files=own, publication=publication))
    return done, None


def _tell_of(done: Sequence[Published], manner: _Manner, output: str, *, url: str) -> None:
    for notice in (notice for each in done for notice in each.publication.notices):
        if notice.kind in ("warning", "prompt"):
            click.echo(notice.text, err=True)
    if output == "json":
        show("", published_as_json(done, tags=manner.tags, is_dry_run=manner.dry_run), output)
    elif done:
        click.echo("\n\n".join(published_as_text(each, url=url) for each in done))
    if manner.dry_run:
        click.echo("\nThis was a dry run: nothing was sent.", err=True)


def _places(paths: Sequence[Path], settings: Settings) -> Sequence[Path]:
    """Give where to look: what was named, else the project's directory, which need not be there yet."""
    own = settings.contracts_directory
    return [place for path in paths for place in _expanded(path)] or ([own] if own.exists() and not paths else [])


def _expanded(path: Path) -> Sequence[Path]:
    """Give what a pattern such as `*/contracts/*.json` stands for, where the shell has not said it."""
    if not set(str(path)) & set("*?[") or path.exists():
        return [path]
    try:
        found = sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    except ValueError:  # no pattern either
        return [path]
    return [each for each in found if each.is_dir() or each.suffix == ".json"] or [path]


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
