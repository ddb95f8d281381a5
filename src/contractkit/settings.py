"""Settings: `[tool.contractkit]` in `pyproject.toml`, then `CONTRACTKIT_*` in the environment, then options."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contractkit.errors import SettingsError, suggestion

ENVIRONMENT_PREFIX = "CONTRACTKIT_"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProviderSettings(_Table):
    """`[tool.contractkit.providers.NAME]`: a service that this project calls.

    `definition` is a path (relative to `pyproject.toml`) or a URL, of an OpenAPI document or of protobuf; `proto` is
    the protobuf definition of a service that offers both. `base_url` is where production runs it; `headers` names
    request headers and metadata that are recorded beside the declared ones.
    """

    definition: str
    proto: str | None = None
    base_url: str | None = None
    headers: tuple[str, ...] = ()


class ServiceSettings(_Table):
    """`[tool.contractkit.provides.NAME]`: a service that this project is.

    Verified at `url`, or in process as `app` (`package.module:attribute`, ASGI); its remote procedures at `grpc`, an
    address (`host:port`, `grpcs://host:port`) or `package.module:attribute`. `grpc_ca`, `grpc_certificate` and
    `grpc_key` are PEM files for TLS. `states` is a Python file or module with state handlers; `definition` is published
    with verification results, `proto` is the protobuf one of a service that offers both; `timeout` is seconds per
    interaction.
    """

    url: str | None = None
    app: str | None = None
    grpc: str | None = None
    grpc_ca: Path | None = None
    grpc_certificate: Path | None = None
    grpc_key: Path | None = None
    states: str | None = None
    definition: str | None = None
    proto: str | None = None
    contracts: tuple[str, ...] = ()
    timeout: float = 10.0


class Settings(_Table):
    """Everything that can be set. `root` is the directory that relative paths start from."""

    root: Path = Field(default_factory=Path.cwd)
    consumer: str | None = None
    contracts: Path = Path("contracts")
    broker: str | None = None
    broker_token: str | None = None
    broker_token_file: Path | None = None
    branch: str | None = None
    version: str | None = None
    providers: Mapping[str, ProviderSettings] = {}
    provides: Mapping[str, ServiceSettings] = {}

    def path(self, given: str | Path) -> Path:
        """Give a path as seen from the settings' root."""
        return self.root / Path(given)

    @property
    def contracts_directory(self) -> Path:
        """Give the directory that contract files are written to and read from."""
        return self.path(self.contracts)

    def token(self) -> str | None:
        """Give the broker's token, from the setting or from the file that holds it."""
        if self.broker_token_file is not None and self.broker_token is None:
            try:
                return self.path(self.broker_token_file).read_text().strip()
            except OSError as error:
                raise SettingsError(
                    "The broker's token file cannot be read.",
                    details=[("file", str(self.broker_token_file)), ("reason", error.strerror or str(error))],
                ) from None
        return self.broker_token

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
                details=[("file", str(self.root / "pyproject.toml"))],
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
    variables = os.environ if environment is None else environment
    merged: dict[str, Any] = {**table, **_from_environment(variables)}
    merged |= {key: value for key, value in (overrides or {}).items() if value is not None}
    try:
        return Settings(**{**merged, "root": root})
    except ValidationError as error:
        raise _explained(error, root / "pyproject.toml") from None


def _find(start: Path) -> tuple[Path, dict[str, Any]] | None:
    for directory in (start, *start.parents):
        file = directory / "pyproject.toml"
        if not file.is_file():
            continue
        try:
            tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(
                "pyproject.toml is not TOML.", details=[("file", str(file)), ("problem", str(error))]
            ) from None
        if "contractkit" in tool:
            return directory, tool["contractkit"]
    return None


def _from_environment(environment: Mapping[str, str]) -> dict[str, str]:
    names = [name for name, field in Settings.model_fields.items() if name not in ("root", "providers", "provides")]
    by_variable = {f"{ENVIRONMENT_PREFIX}{name.upper()}": name for name in names}
    return {by_variable[key]: value for key, value in environment.items() if key in by_variable and value}


def _explained(error: ValidationError, file: Path) -> SettingsError:
    details = [("file", str(file))]
    hints = []
    for problem in error.errors():
        *table, key = [str(step) for step in problem["loc"]]
        place = f"{key} in [{'.'.join(['tool.contractkit', *table])}]"
        if problem["type"] == "extra_forbidden":
            details.append(("unknown key", place))
            hints.append(suggestion(key, _keys_of(table)))
        elif problem["type"] == "missing":
            details.append(("missing key", place))
        else:
            details.append(("wrong value", f"{place}: {problem['msg']}, received {problem['input']!r}"))
    return SettingsError("The settings cannot be used.", details=details, next_step=" ".join(filter(None, hints)))


def _keys_of(table: list[str]) -> tuple[str, ...]:
    models: dict[str, type[BaseModel]] = {"providers": ProviderSettings, "provides": ServiceSettings}
    model = models.get(table[0], Settings) if table else Settings
    return tuple(name for name in model.model_fields if name != "root")
