"""Advice on how a verification was run, from its results taken together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from contractkit.cli.providers import AskedProvider, base_path_of, definition_path
from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.errors import ContractkitError, suggestion
from contractkit.explain.verification_hints import hint_at_base_path, hint_at_states_elsewhere, is_all_not_found
from contractkit.results import ContractResult
from contractkit.settings import ServiceSettings, Settings
from contractkit.verification.preparation import States
from contractkit.verification.states import StateHandlers
from contractkit.verification.verifier import SelectedContract

if TYPE_CHECKING:
    from contractkit.definitions.protobuf import ProtoDefinition


def advice_on(
    settings: Settings,
    service: ServiceSettings,
    asked: AskedProvider,
    results: Sequence[ContractResult],
    *,
    states: str | None,
) -> list[str]:
    """Give advice, most often none; `states` is the file or module whose handlers ran in this process."""
    is_url = bool(asked.url or asked.command or ((service.url or service.command) and not asked.app))
    place = asked.grpc or service.grpc or ""
    if is_url or (place and _is_address(place)):
        return [hint for hint in [hint_at_states_elsewhere(results, states) if states else ""] if hint]
    if base_path_of(service, asked) or not is_all_not_found(results):
        return []
    return [hint_at_base_path(_declared_base_paths(settings, service, asked), asked.name)]


def _is_address(place: str) -> bool:
    from contractkit.verification.grpc_endpoints import is_address

    return is_address(place)


def unmatched_handlers(
    states: States,
    offered: Sequence[SelectedContract],
    settings: Settings,
    service: ServiceSettings,
    asked: AskedProvider,
) -> list[str]:
    """Give a warning for each handler of an operation that neither contracts nor the definition know."""
    wanted = states.operations if isinstance(states, StateHandlers) else ()
    called = {each.operation for one in offered for each in one.contract.interactions if each.operation}
    known = called | _short_names(called)
    unknown = [name for name in wanted if name not in known]
    if not unknown:
        return []
    definition = _own_definition(settings, service, asked)
    defined = {name for each in definition.operations for name in (each.name, each.signature)} if definition else set()
    known |= defined | _short_names(defined)
    return [
        f'provider_state.for_operation("{name}") prepares nothing: no interaction and no operation has that name. '
        f"{suggestion(name, sorted(called | defined))}".strip()
        for name in unknown
        if name not in known
    ]


def _short_names(names: set[str]) -> set[str]:
    """Give `Service/Method` and `Method` of each procedure among the names, as handlers may be declared."""
    procedures = [name for name in names if "/" in name and " " not in name]
    return {name.rsplit(".", 1)[-1] for name in procedures} | {name.rsplit("/", 1)[-1] for name in procedures}


def _declared_base_paths(settings: Settings, service: ServiceSettings, asked: AskedProvider) -> tuple[str, ...]:
    definition = _own_definition(settings, service, asked)
    return definition.base_paths if isinstance(definition, OpenApiDefinition) else ()


def _own_definition(
    settings: Settings, service: ServiceSettings, asked: AskedProvider
) -> "OpenApiDefinition | ProtoDefinition | None":
    """Give the provider's own definition, None where it is not named or cannot be read."""
    place = definition_path(settings, service, asked)
    if place is None:
        return None
    from contractkit.sources.loading import load_definition  # slow to import, and only few runs need it

    try:
        return load_definition(place).definition
    except ContractkitError:
        return None
