"""Settings in words: what is wrong with `[tool.contractkit]`, in the words of those who write TOML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from math import isfinite
from typing import Any, Final

from contractkit.errors import suggestion
from contractkit.exact_json import show_json

_SHOWN: Final = 80  # characters of a value in a message
_SECRETS: Final = frozenset({"broker_token"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What a setting takes, in words, and an example of it in TOML."""

    expected: str
    example: str


_PORT = "a port from 0 to 65535, where 0 takes a free one"
_VARIABLE = 'the name of an environment variable: letters, digits and "_", no digit first'
_SECONDS = "seconds, more than 0"
_TEXTS = "a list of texts"

_FORMS: Final[Mapping[str, _Form]] = {
    "broker_timeout": _Form(expected=_SECONDS, example="30"),
    "check_credentials": _Form(expected="true or false", example="false"),
    "contracts": _Form(expected=_TEXTS, example='["contracts"]'),
    "faults": _Form(expected="a table by operation", example="{ getOrder = { status = 503, every = 10 } }"),
    "grpc_port": _Form(expected=_PORT, example="50051"),
    "headers": _Form(expected=_TEXTS, example='["X-Tenant"]'),
    "port": _Form(expected=_PORT, example="8080"),
    "providers": _Form(expected="a table by name", example='{ orders = { definition = "orders.yaml" } }'),
    "provides": _Form(expected="a table by name", example='{ orders = { url = "http://127.0.0.1:8000" } }'),
    "remote_references": _Form(expected="a list of texts", example='["https://schemas.example.com/"]'),
    "target_variable": _Form(expected=_VARIABLE, example='"ORDERS_TARGET"'),
    "timeout": _Form(expected=_SECONDS, example="10"),
    "url_variable": _Form(expected=_VARIABLE, example='"ORDERS_URL"'),
}
"""A key to what it takes; what is not here takes one text."""

_FORMS_IN: Final[Mapping[str, _Form]] = {
    "faults": _Form(expected="a table", example="{ status = 503, every = 10 }"),
    "providers": _Form(expected="a table", example='{ definition = "orders.yaml" }'),
    "provides": _Form(expected="a table", example='{ url = "http://127.0.0.1:8000" }'),
}
"""A table to what each of its keys takes, whatever it is called."""

_TEXT: Final = _Form(expected="a text", example='"…"')


def explain_settings(
    problems: Iterable[Mapping[str, Any]],
    *,
    variables: Mapping[str, str],
    known: Callable[[Sequence[str]], Sequence[str]],
) -> tuple[list[tuple[str, str]], str]:
    """Give labelled rows and the next step for what is wrong with settings.

    Args:
        problems: As pydantic gives them: `loc`, `type` and `input`.
        variables: Key to the environment variable that it was taken from, of those that were.
        known: The names of a table (its steps below `tool.contractkit`) to the keys that it may have.
    """
    rows: list[tuple[str, str]] = []
    steps: list[str] = []
    lacking: list[str] = []
    for problem in problems:
        *table, key = _steps(problem["loc"])
        place = f"{key} in [{'.'.join(['tool.contractkit', *table])}]"
        variable = variables.get(key, "") if not table else ""
        match problem["type"]:
            case "extra_forbidden":
                rows.append(("unknown key", place))
                steps.append(suggestion(key, known(table)))
            case "missing":
                rows.append(("missing key", place))
                lacking.append(f'Add: {key} = "path/to/{table[-1]}.yaml"')
            case _:
                form = _form(table, key)
                rows += _wrong(f"{variable} in the environment" if variable else place, key, form, problem["input"])
                steps.append(_example(key, form, variable))
    return rows, "\n".join(dict.fromkeys(filter(None, steps or lacking)))


def _wrong(place: str, key: str, form: _Form, received: object) -> list[tuple[str, str]]:
    shown = '"[credential]"' if key in _SECRETS else _shown(received)
    is_blank = form is _TEXT and isinstance(received, str)
    expected = f"{form.expected} that is not empty" if is_blank else form.expected
    return [("wrong value", place), ("expected", expected), ("received", shown)]


def _form(table: Sequence[str], key: str) -> _Form:
    if key.endswith("]"):  # an element of a list
        return _TEXT
    if table and table[-1] in _FORMS_IN and len(table) in (1, 3):
        return _FORMS_IN[table[-1]]
    if key == "contracts" and not table:
        return _Form(expected="a path", example='"contracts"')
    return _FORMS.get(key, _TEXT)


def _example(key: str, form: _Form, variable: str) -> str:
    if form is _TEXT:
        return ""
    if variable:
        return f"Set for example {variable}={form.example}."
    return f"Write for example: {key} = {form.example}"


def _shown(value: object) -> str:
    """Give a value as JSON, else (TOML has dates, and numbers without end) as it is written in TOML."""
    is_json = not isinstance(value, date | time) and not (isinstance(value, float) and not isfinite(value))
    return show_json(value, limit=_SHOWN) if is_json else str(value)


def _steps(location: Sequence[int | str]) -> list[str]:
    """Give a place as the names of tables and the key, an element of a list as part of its key."""
    steps: list[str] = []
    for step in location:
        if isinstance(step, int) and steps:
            steps[-1] += f"[{step}]"
        else:
            steps.append(str(step))
    return steps
