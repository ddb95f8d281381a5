"""Advice on how a verification was run, from its results taken together."""

from collections.abc import Sequence

from contractkit.cli.providers import AskedProvider, base_path_of, definition_path
from contractkit.errors import ContractkitError
from contractkit.explain.verification_hints import hint_at_base_path, hint_at_states_elsewhere, is_all_not_found
from contractkit.results import ContractResult
from contractkit.settings import ServiceSettings, Settings


def advice_on(
    settings: Settings,
    service: ServiceSettings,
    asked: AskedProvider,
    results: Sequence[ContractResult],
    *,
    states: str | None,
) -> list[str]:
    """Give advice, most often none; `states` is the file or module whose handlers ran in this process."""
    is_url = bool(asked.url or (service.url and not asked.app))
    if is_url:
        return [hint for hint in [hint_at_states_elsewhere(results, states) if states else ""] if hint]
    if base_path_of(service, asked) or not is_all_not_found(results):
        return []
    return [hint_at_base_path(_declared_base_paths(settings, service, asked), asked.name)]


def _declared_base_paths(settings: Settings, service: ServiceSettings, asked: AskedProvider) -> tuple[str, ...]:
    """Give the base paths of the provider's own definition, none where it is not named or cannot be read."""
    place = definition_path(settings, service, asked)
    if place is None:
        return ()
    from contractkit.sources.loading import load_definition  # slow to import, and only a failed run needs it

    try:
        return load_definition(place).openapi.base_paths
    except ContractkitError:
        return ()
