"""Settings: `[tool.contractkit]` in `pyproject.toml`, then `CONTRACTKIT_*` in the environment, then options."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from contractkit.errors import SettingsError, suggestion

ENVIRONMENT_PREFIX = "CONTRACTKIT_"


_Texts: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]
"""A list of texts; one text stands for a list of one."""


_Words: TypeAlias = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: tuple(given.split()) if isinstance(given, str) else given)
]
"""A list of texts without blanks; in a variable they are separated by blanks."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Port: TypeAlias = Annotated[int, Field(ge=0, le=65535, strict=True)]
"""A port to listen on; 0 takes a free one."""


_Variable: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
"""The name of an environment variable."""


_Text: TypeAlias = Annotated[str, Field(pattern=r"\S")]
"""A text that says something."""


_Seconds: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
"""A length of time."""


def _port_as_text(given: object) -> object:
    """Give a port that is written as a number as the text that stands for it."""
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


class ProviderSettings(_Table):
    """`[tool.contractkit.providers.NAME]`: a service that this project calls.

    `definition` is a path (relative to `pyproject.toml`) or a URL, of an OpenAPI document or of protobuf; `proto` is
    the protobuf definition of a service that offers both; `messages` (a path of JSON Schemas, an AsyncAPI document or
    protobuf) defines what it emits unasked, beside those or alone; `states` (a path, or `broker:NAME`) is the catalogue
    of the provider states that its team prepares, which tests are held to. `base_url` is where production runs it;
    `headers` names request headers and metadata that are recorded beside the declared ones. `contractkit up` stubs it
    on `port` and `grpc_port` (free ones where they are not set) and says where in `url_variable` and
    `target_variable`. `faults` says by operation what goes wrong with the answers of stubs that run as processes.
    Where `check_credentials` is false, a stub does not ask whether requests have the credentials that the definition
    demands.
    """

    definition: _Text
    proto: _Text | None = None
    messages: _Text | None = None
    states: _Text | None = None
    base_url: _Text | None = None
    headers: _Texts = ()
    port: _Port | None = None
    grpc_port: _Port | None = None
    url_variable: _Variable | None = None
    target_variable: _Variable | None = None
    faults: Mapping[str, Mapping[str, Any]] = {}
    check_credentials: Annotated[bool, Field(strict=True)] = True

    @model_validator(mode="before")
    @classmethod
    def _defined_by_messages(cls, given: Any) -> Any:
        """Take the messages of a provider that offers nothing else for its definition."""
        if isinstance(given, dict) and "messages" in given and "definition" not in given:
            return {**given, "definition": given["messages"]}
        return given

    @property
    def has_messages_alone(self) -> bool:
        """Say whether messages are all that is defined."""
        return self.messages is not None and self.definition == self.messages


class ServiceSettings(_Table):
    """`[tool.contractkit.provides.NAME]`: a service that this project is.

    Verified at `url`, or in process as `app` (`package.module:attribute`, ASGI or WSGI), which may serve under a
    `base_path` that recorded paths do not have, or started by a `command` that is waited for until it is `ready` (a
    path, a URL or a port), at most `start_timeout` seconds; its remote procedures at `grpc`, an address (`host:port`,
    `grpcs://host:port`) or `package.module:attribute`. `grpc_ca`, `grpc_certificate` and `grpc_key` are PEM files for
    TLS. `states` is a Python file or module with state handlers, `filters` one with request filters and what
    authenticates; `messages` is one with message producers, where those are elsewhere, and `messages_url` a URL that
    emits messages over HTTP; `message_definition` (JSON Schemas or AsyncAPI, by path) is what emitted messages are
    checked against; `contracts` are files or directories;
    `definition` is published with verification results, `proto` is the protobuf one of a service that offers both;
    `timeout` is seconds per interaction, `state_timeout` seconds per call of a state's handler.
    """

    url: _Text | None = None
    app: _Text | None = None
    command: _Text | None = None
    ready: Annotated[_Text, BeforeValidator(_port_as_text)] | None = None
    start_timeout: _Seconds = 60.0
    base_path: str | None = None
    grpc: _Text | None = None
    grpc_ca: Path | None = None
    grpc_certificate: Path | None = None
    grpc_key: Path | None = None
    states: _Text | None = None
    filters: _Text | None = None
    messages: _Text | None = None
    messages_url: _Text | None = None
    message_definition: _Text | None = None
    definition: _Text | None = None
    proto: _Text | None = None
    contracts: _Texts = ()
    timeout: _Seconds = 10.0
    state_timeout: _Seconds = 60.0


class Settings(_Table):
    """Everything that can be set. `root` is the directory that relative paths start from.

    `remote_references` are the starts of URLs that a `$ref` of a definition may lead to. `broker_ca`,
    `broker_certificate` and `broker_key` are PEM files for TLS with the broker; `broker_timeout` is in seconds.
    """

    root: Path = Field(default_factory=Path.cwd)
    consumer: _Text | None = None
    contracts: Path = Path("contracts")
    broker: _Text | None = None
    broker_token: _Text | None = None
    broker_token_file: Path | None = None
    broker_ca: Path | None = None
    broker_certificate: Path | None = None
    broker_key: Path | None = None
    broker_timeout: _Seconds = 30.0
    branch: _Text | None = None
    version: _Text | None = None
    remote_references: _Words | None = None
    providers: Mapping[str, ProviderSettings] = {}
    provides: Mapping[str, ServiceSettings] = {}
    _file: Path | None = PrivateAttr(default=None)

    @property
    def origin(self) -> str:
        """Give the file that the settings were read from as messages name it, or that there is none."""
        return _origin(self._file, self.root)

    def path(self, given: str | Path) -> Path:
        """Give a path as seen from the settings' root."""
        return self.root / Path(given)

    @property
    def contracts_directory(self) -> Path:
        """Give the directory that contract files are written to and read from."""
        return self.path(self.contracts)

    def token(self) -> str | None:
        """Give the broker's token, from the setting or from the file that holds it."""
        if self.broker_token is not None or self.broker_token_file is None:
            return self.broker_token
        file = str(self.broker_token_file)
        try:
            token = self.path(self.broker_token_file).read_text(encoding="utf-8", errors="replace").strip()
        except OSError as error:
            raise SettingsError(
                "The broker's token file cannot be read.",
                details=[("file", file), ("reason", error.strerror or str(error))],
            ) from None
        if not token:
            raise SettingsError("The broker's token file is empty.", details=[("file", file)])
        return token

    def provider(self, name: str) -> ProviderSettings:
        """Give the settings of a service that this project calls.

        Raises:
            SettingsError: There are none of that name; the nearest are suggested, with the lines to add.
        """
        try:
            return self.providers[name]
        except KeyError:
            raise SettingsError(
                f"No provider named {name!r} is set.",
                details=[("file", self.origin)],
                next_step=suggestion(name, self.providers)
                or f'Add:\n\n[tool.contractkit.providers.{name}]\ndefinition = "path/to/{name}.yaml"',
            ) from None


def load_settings(
    start: Path, *, environment: Mapping[str, str] | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Give the settings that hold in a directory.

    Args:
        start: Where to look for `pyproject.toml`, then in its parents up to the one with `[tool.contractkit]`.
        environment: Variables; `os.environ` where None.
        overrides: Options of the command line; None values are passed over.

    Raises:
        SettingsError: The file is not TOML, or holds a key that is unknown or of the wrong form.
    """
    found = _find(start.resolve())
    root, table = found if found else (start.resolve(), {})
    file = root / "pyproject.toml" if found else None
    variables = os.environ if environment is None else environment
    named = _variables(variables)
    options = {key: value for key, value in (overrides or {}).items() if value is not None}
    merged: dict[str, Any] = {**table, **{key: variables[name] for key, name in named.items()}, **options}
    try:
        settings = Settings(**{**merged, "root": root})
    except ValidationError as error:
        of_variables = {key: name for key, name in named.items() if key not in options}
        raise _explained(error, _origin(file, root), of_variables) from None
    settings._file = file
    return settings


def _origin(file: Path | None, root: Path) -> str:
    return str(file) if file is not None else f"none: no pyproject.toml with [tool.contractkit] from {root} upwards"


def _find(start: Path) -> tuple[Path, dict[str, Any]] | None:
    for directory in (start, *start.parents):
        file = directory / "pyproject.toml"
        if not file.is_file():
            continue
        tool = _read(file).get("tool", {})
        if isinstance(tool, dict) and "contractkit" in tool:
            return directory, _checked_table(tool["contractkit"], file)
    return None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "pyproject.toml is not TOML.", details=[("file", str(file)), ("problem", str(error))]
        ) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(
            "pyproject.toml cannot be read.", details=[("file", str(file)), ("reason", reason)]
        ) from None


def _checked_table(found: object, file: Path) -> dict[str, Any]:
    if isinstance(found, dict):
        return _without_root(found, file)
    raise SettingsError(
        "The settings cannot be used.",
        details=[
            ("file", str(file)),
            ("wrong value", "[tool.contractkit]"),
            ("expected", "a table"),
            ("received", json.dumps(found, default=str)),
        ],
        next_step='Write for example:\n\n[tool.contractkit]\nconsumer = "web-shop"',
    )


def _without_root(table: dict[str, Any], file: Path) -> dict[str, Any]:
    """Give a table that does not say what its file does: from where paths start."""
    if "root" not in table:
        return table
    raise SettingsError(
        "The settings cannot be used.",
        details=[("file", str(file)), ("unknown key", "root in [tool.contractkit]")],
        next_step="Take it out: paths start from the directory of pyproject.toml.",
    )


def _variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the keys that are set in the environment, each with the name of its variable."""
    names = [name for name in Settings.model_fields if name not in ("root", "providers", "provides")]
    by_key = {name: f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in names}
    return {key: variable for key, variable in by_key.items() if environment.get(variable)}


def _explained(error: ValidationError, origin: str, variables: Mapping[str, str]) -> SettingsError:
    from contractkit.explain.settings import explain_settings  # who sets nothing wrong does not pay for words

    problems = [{"loc": each["loc"], "type": each["type"], "input": each["input"]} for each in error.errors()]
    details, next_step = explain_settings(problems, variables=variables, known=_keys_of)
    return SettingsError("The settings cannot be used.", details=[("file", origin), *details], next_step=next_step)


def _keys_of(table: Sequence[str]) -> tuple[str, ...]:
    models: dict[str, type[BaseModel]] = {"providers": ProviderSettings, "provides": ServiceSettings}
    model = models.get(table[0], Settings) if table else Settings
    return tuple(name for name in model.model_fields if name != "root")
