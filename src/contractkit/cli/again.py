"""Options that said where provider, states and contracts are, to be given again to a run that repeats a part."""

import shlex
from collections.abc import Mapping
from typing import Final

_REPEATED: Final = (
    "url", "app", "command", "ready", "base_path", "grpc", "grpc_ca", "grpc_certificate", "grpc_key", "messages",
    "messages_url", "contracts", "broker", "selectors", "states", "states_url", "filters", "headers",
)  # fmt: skip
_OPTIONS: Final = {"selectors": "--selector", "headers": "--header", "contracts": "--contracts"}


def options_again(given: Mapping[str, object]) -> str:
    """Give those options as a shell takes them; of headers only those whose value names a variable, as they were given.

    A header that holds its value is left out: what is sent with a request may be a secret, and the command is shown.
    """
    words = [word for name in _REPEATED for word in _words(name, given.get(name))]
    return shlex.join(words)


def _words(name: str, value: object) -> list[str]:
    values = value if isinstance(value, tuple) else (value,) if value is not None else ()
    option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
    return [word for each in values if name != "headers" or "$" in str(each) for word in (option, str(each))]
