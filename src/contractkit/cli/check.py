"""`contractkit check`: whether a definition bears out what contracts hold, without anybody being called."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from contractkit.changes.wording import counted
from contractkit.cli.check_words import Checked, check_as_annotations, check_as_json, check_as_text
from contractkit.cli.compared import Loaded, load_compared
from contractkit.cli.contract_files import ContractFile, find_contract_files, nothing_in, read_contract_file
from contractkit.cli.verbs import Verb
from contractkit.conformance.second_opinion import Opinion, SecondOpinion
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import NothingToCheckError, UsageError, suggestion
from contractkit.exact_json import Json
from contractkit.locking.definition_lock import DefinitionLock
from contractkit.locking.legality import recheck
from contractkit.settings import Settings, load_settings
from contractkit.sources.bundling import bundled
from contractkit.sources.messages import read_any_messages

_FORMATS: Mapping[str, Callable[[Sequence[Checked]], str]] = {
    "text": check_as_text,
    "json": check_as_json,
    "github": check_as_annotations,
}


@click.command(cls=Verb)
@click.argument("contracts", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[CONTRACTS]...")
@click.option(
    "--definition", "definitions", multiple=True, metavar="LOCATION",
    help="What to hold them against: a path, a URL, git:REVISION:path or broker:NAME; once for each that there are."
)  # fmt: skip
@click.option("--provider", help="Only contracts with this provider.")
@click.option("--second-opinion", is_flag=True, help="Ask openapi-core too, and say where it disagrees: of HTTP alone.")
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="text", show_default=True)
def check(
    contracts: tuple[Path, ...], definitions: tuple[str, ...], provider: str | None, second_opinion: bool, form: str
) -> int:
    """Say whether the provider's definition allows what contracts send, and declares what they need.

    CONTRACTS are files and directories, by default the project's own. Without --definition each contract is held
    against its provider's in the settings, as it is locked. Exit codes: 0 all of it fits, 1 something does not,
    3 nothing could be checked.
    """
    settings = load_settings(Path.cwd())
    chosen = _chosen(contracts, provider, settings)
    if definitions and len({each.contract.provider for each in chosen}) > 1:
        raise UsageError(
            "The contracts are with several providers, and one definition was named.",
            details=[("providers", ", ".join(sorted({each.contract.provider for each in chosen})))],
            next_step="Name the one that it describes: --provider NAME",
        )
    loaded = _Definitions(settings, definitions)
    found = [_checked(each, loaded.of(each.contract.provider), second_opinion) for each in chosen]
    if not any(each.recheck.checked for each in found):
        raise _nothing_judged(found)
    click.echo(_FORMATS[form](found).rstrip("\n"))
    return 1 if any(each.recheck.concerns for each in found) else 0


class _Definitions:
    """The definitions to hold contracts against, each loaded once."""

    def __init__(self, settings: Settings, locations: Sequence[str]) -> None:
        self._lock = DefinitionLock(settings)
        self._named = [load_compared(each, settings) for each in locations]
        self._known: dict[str, list[Loaded]] = {}

    def of(self, provider: str) -> list[Loaded]:
        """Give what was named, else what the settings have of a provider, which they must know."""
        if self._named:
            return self._named
        if provider not in self._known:
            self._known[provider] = list(self._locked(provider))
        return self._known[provider]

    def _locked(self, provider: str) -> Iterator[Loaded]:
        messages = self._lock.settings.provider(provider).messages
        if messages is not None:
            yield read_any_messages(messages, root=self._lock.settings.root)
        for named in self._lock.named():
            if named.provider == provider:
                yield self._lock.load(named.provider, named.key, named.location)


def _chosen(places: Sequence[Path], provider: str | None, settings: Settings) -> list[ContractFile]:
    looked_in = tuple(places) or (settings.contracts_directory,)
    files = find_contract_files(tuple(each for each in looked_in if places or each.exists()))
    read = [read_contract_file(file) for file in files]
    if not read:
        raise nothing_in(looked_in)
    kept = [each for each in read if provider in (None, each.contract.provider)]
    if not kept:
        names = {each.contract.provider for each in read}
        raise NothingToCheckError(f"No contract is with {provider}.", next_step=suggestion(str(provider), names))
    return kept


def _checked(file: ContractFile, definitions: Sequence[Loaded], second_opinion: bool) -> Checked:
    return Checked(
        file=file,
        definitions=tuple(each.source for each in definitions),
        recheck=recheck([file.contract], [(None, each.definition) for each in definitions]),
        opinions=tuple(_opinions(file, definitions)) if second_opinion else None,
    )


def _opinions(file: ContractFile, definitions: Sequence[Loaded]) -> Iterator[Opinion]:
    for loaded in definitions:
        if isinstance(loaded.definition, OpenApiDefinition):
            yield from SecondOpinion(loaded.definition, _whole(loaded.definition)).of([file.contract])


def _whole(definition: OpenApiDefinition) -> dict[str, Json]:
    """Give a definition as one document, however many files it is in."""
    documents = definition.documents
    root = documents.root
    whole = bundled(root.value, root.uri, lambda uri: documents.target(uri, root).value) or root.value
    assert isinstance(whole, dict)
    return whole


def _nothing_judged(found: Sequence[Checked]) -> NothingToCheckError:
    counts = [(each.file.contract.consumer, counted(len(each.recheck.unjudged), "interaction")) for each in found]
    return NothingToCheckError(
        "The definitions do not speak of any interaction of the contracts: they are over another transport, or there "
        "are none.",
        details=[
            ("definitions", ", ".join(dict.fromkeys(name for each in found for name in each.definitions))),
            *counts,
        ],
        next_step="Name the definition of that transport: --definition, OpenAPI for HTTP, protobuf for gRPC, "
        "JSON Schemas or AsyncAPI for messages.",
    )
