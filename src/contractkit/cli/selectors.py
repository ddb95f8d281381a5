"""Selectors: which consumer versions to verify, as options write them and as brokers take them."""

from contractkit.errors import UsageError, suggestion
from contractkit.exact_json import Json, JsonSyntaxError, read_json

_KEYS = (
    "mainBranch",
    "branch",
    "matchingBranch",
    "fallbackBranch",
    "tag",
    "fallbackTag",
    "latest",
    "consumer",
    "deployed",
    "released",
    "deployedOrReleased",
    "environment",
)


def read_selector(text: str) -> dict[str, Json]:
    """Give a consumer version selector from JSON, or from `key=value,key` (a bare key is true).

    Raises:
        UsageError: It is neither, or a key is none of a selector's; the nearest is suggested.
    """
    selector = _from_json(text) if text.lstrip().startswith("{") else _from_pairs(text)
    for key in selector:
        if key not in _KEYS:
            raise UsageError(
                "A selector cannot be used.",
                details=[("selector", text), ("unknown key", key or "(empty)")],
                next_step=suggestion(key, _KEYS),
            )
    return selector


def _from_pairs(text: str) -> dict[str, Json]:
    pairs = [pair.partition("=") for pair in text.split(",")]
    return {key.strip(): _value(value.strip()) if equals else True for key, equals, value in pairs}


def _value(text: str) -> Json:
    return {"true": True, "false": False}.get(text, text)


def _from_json(text: str) -> dict[str, Json]:
    try:
        value = read_json(text)
    except JsonSyntaxError as error:
        raise UsageError("A selector cannot be used.", details=[("selector", text), ("problem", str(error))]) from None
    return dict(value)
