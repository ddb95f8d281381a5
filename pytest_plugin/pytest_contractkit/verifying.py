"""Verifying: a test marked `contract_provider` becomes an item for each interaction of the provider's contracts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from contractkit.definitions.wire_forms import decode_message
from contractkit.document import LoadedContract, read_contract
from contractkit.errors import ContractFileError, ContractkitError, NothingToCheckError, UsageError, suggestion
from contractkit.locking.brokers import address_of, connect
from contractkit.model import Interaction
from contractkit.settings import ServiceSettings, Settings, load_settings
from contractkit.verification.selection import Filter, select
from contractkit.verification.verifier import SelectedContract
from pytest_contractkit.verifying_items import ChosenInteraction, Provided, Verifying

_ARGUMENT = "contract_interaction"
_NAMED = ("contracts", "consumer", "interaction", "operation", "states", "base_path", "timeout", "pending")
_SELECTED = pytest.StashKey[dict[tuple[Path, str, tuple[str, ...]], list[SelectedContract]]]()
_NAME = "contractkit-verifying"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """What the marker says, with the settings that hold for the test's file."""

    provider: str
    said: Mapping[str, Any]
    settings: Settings

    @property
    def service(self) -> ServiceSettings:
        return self.settings.provides.get(self.provider) or ServiceSettings()


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Make an item per interaction of a marked test; one that fails with the message where there are none."""
    if not metafunc.config.pluginmanager.has_plugin(_NAME):
        metafunc.config.pluginmanager.register(Verifying(), _NAME)
    try:
        named = _named(metafunc)
    except ContractkitError as error:
        named = {"nothing to verify": error}
    if _ARGUMENT not in metafunc.fixturenames:
        metafunc.fixturenames.append(_ARGUMENT)
    metafunc.parametrize(_ARGUMENT, list(named.values()), ids=list(named))


def _named(metafunc: pytest.Metafunc) -> dict[str, ChosenInteraction | ContractkitError]:
    """Give each chosen interaction by the name of its item: consumer and description, its key where others share it."""
    path = Path(str(metafunc.definition.path))
    marked = _marked(metafunc.definition.get_closest_marker("contract_provider"), path)
    provided = Provided(
        name=marked.provider,
        settings=marked.settings,
        service=marked.service,
        states=marked.said.get("states"),
        base_path=marked.said.get("base_path"),
        timeout=marked.said.get("timeout"),
    )
    chosen = [
        ChosenInteraction(contract=replace(each, interactions=(interaction,)), provided=provided)
        for each in _selected(metafunc.config, marked)
        for interaction in each.interactions
    ]
    names = [_name_of(each.contract, each.interaction) for each in chosen]
    return {
        name if names.count(name) == 1 else f"{name} ({each.interaction.key})": each
        for name, each in zip(names, chosen, strict=True)
    }


def _name_of(contract: SelectedContract, interaction: Interaction) -> str:
    return f"{contract.contract.consumer}: {interaction.description}"


def _marked(marker: pytest.Mark | None, path: Path) -> _Marked:
    assert marker is not None, "only marked tests come here"
    unknown = [name for name in marker.kwargs if name not in _NAMED]
    if len(marker.args) != 1 or not isinstance(marker.args[0], str) or unknown:
        received = [*map(repr, marker.args), *(f"{name}=…" for name in unknown)]
        raise UsageError(
            "The marker `contract_provider` cannot be used.",
            details=[
                ("expected", f"the provider's name, then by name {', '.join(_NAMED)}"),
                ("received", ", ".join(received) or "nothing"),
            ],
            next_step=suggestion(unknown[0], _NAMED) if unknown else 'For example: contract_provider("orders").',
        )
    return _Marked(provider=marker.args[0], said=marker.kwargs, settings=load_settings(path.parent))


def _selected(config: pytest.Config, marked: _Marked) -> tuple[SelectedContract, ...]:
    given = marked.said.get("contracts") or ()
    places = (given,) if isinstance(given, str | Path) else tuple(given)
    key = (marked.settings.root, marked.provider, (*map(str, places), str(marked.said.get("pending"))))
    known = config.stash.setdefault(_SELECTED, {})
    if key not in known:
        known[key] = _offered(marked, places)
    wanted = Filter(**{name: marked.said.get(name) for name in ("consumer", "interaction", "operation")})
    return select(known[key], marked.provider, wanted)


def _offered(marked: _Marked, given: Sequence[str | Path]) -> list[SelectedContract]:
    """Give the contracts of the marker, else of the settings, else of the broker, else of this project."""
    settings = marked.settings
    places = [settings.path(each) for each in given or marked.service.contracts]
    if not places and address_of(settings) is not None:
        return list(_from_broker(marked))
    return [_from_file(file) for file in _files(places or [settings.contracts_directory])]


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(place.glob("*.json"))
        elif place.is_file():
            yield place
        else:
            raise ContractFileError(
                "There are no contracts at that place.",
                details=[("path", str(place))],
                next_step='Name a file or a directory: contract_provider("orders", contracts="contracts").',
            )


def _from_file(file: Path) -> SelectedContract:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ContractFileError(
            "A contract cannot be read.", details=[("file", str(file)), ("reason", error.strerror or str(error))]
        ) from None
    return _contract(read_contract(data, origin=str(file), decode=decode_message), origin=str(file))


def _from_broker(marked: _Marked) -> Iterator[SelectedContract]:
    settings, is_pending = marked.settings, bool(marked.said.get("pending"))
    with connect(settings) as broker:
        fetched = broker.contracts_to_verify(marked.provider, branch=settings.branch, include_pending=is_pending)
    if not fetched:
        raise NothingToCheckError(f"There is no contract with {marked.provider}, so nothing was verified.")
    for each in fetched:
        loaded = read_contract(each.data, origin=each.url, decode=decode_message)
        yield _contract(loaded, origin=each.url, pending=each.pending)


def _contract(loaded: LoadedContract, *, origin: str, pending: bool = False) -> SelectedContract:
    contract = loaded.contract
    return SelectedContract(
        contract=contract,
        interactions=contract.interactions,
        pending=pending,
        broker_ids=loaded.broker_ids,
        origin=origin,
    )
