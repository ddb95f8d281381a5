"""Known states: what a test says of provider states, held against the catalogue of the provider's team."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from contractkit.definitions.wording import described
from contractkit.document.state_catalogue import NamedState, StateCatalogue
from contractkit.errors import ProviderStateError, StateError, suggestion
from contractkit.exact_json import Json, dump_compact, read_json, show_json

_PENDING = "Where its team is yet to prepare it, mark the test as pending: @pytest.mark.contract(pending=True)."


def check_state(catalogue: StateCatalogue, name: str, params: Mapping[str, Json], *, source: str) -> None:
    """Check that the provider's team prepares a state with such parameters.

    Args:
        catalogue: What is prepared.
        name: The state that a test names.
        params: Its parameters.
        source: Where the catalogue is from, as messages say it.

    Raises:
        StateError: There is no such state, or it takes other parameters; the nearest names are given.
    """
    state = catalogue.find(name)
    if state is None:
        raise _unknown(catalogue, name, source)
    problems = dict.fromkeys(_problems(state, params))
    if problems:
        raise StateError(
            f"The state {show_json(name)} of {catalogue.provider} does not take these parameters.",
            details=[("catalogue", source), *problems],
            next_step="Give what its team prepares, or agree with them on what is to be prepared.",
        )


def _unknown(catalogue: StateCatalogue, name: str, source: str) -> StateError:
    near = suggestion(name, catalogue.names) if catalogue.names else ""
    return StateError(
        f"{catalogue.provider} prepares no state {show_json(name)}.",
        details=[("catalogue", source)],
        next_step="\n\n".join(each for each in (near, _PENDING) if each),
    )


def _problems(state: NamedState, params: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    if not state.parameters:
        return
    for error in _validator(dump_compact(dict(state.parameters))).iter_errors(dict(params)):
        yield from _rows(error, state, params)


def _rows(error: Any, state: NamedState, params: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Give an error as labelled rows: a parameter that is unknown, missing or wrong."""
    known = state.parameters.get("properties", {})
    if error.schema_path == ["additionalProperties"]:
        for name in sorted(params.keys() - known.keys()):
            near = suggestion(name, known) if known else "It takes none."
            yield "unknown", f"{name}: {show_json(params[name])}. {near}"
    elif error.kind.name == "required" and not error.instance_path:
        name = error.kind.property
        yield "missing", f"{name}, {described(known.get(name, True))}"
    else:
        place = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in error.instance_path)
        expected = described(_schema_at(state.parameters, error.schema_path[:-1]))
        yield "wrong", f"{place.removeprefix('.')}: {show_json(error.instance, limit=80)}, expected {expected}"


def _schema_at(schema: Json, path: list[str | int]) -> Json:
    for step in path:
        schema = schema[step]
    return schema


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> Any:
    import jsonschema_rs  # heavy; only who has a catalogue needs it

    try:
        return jsonschema_rs.Draft202012Validator(read_json(schema), validate_formats=True, offline=True)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise ProviderStateError(
            "The parameters of a state in the catalogue are no JSON Schema.",
            details=[("problem", str(error).partition("\n")[0])],
            next_step="Its team writes the catalogue anew from the handlers.",
        ) from None
