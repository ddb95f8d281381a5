"""Selectors: which consumer versions to verify, as options write them, as brokers take them, and in words."""

from collections.abc import Mapping, Sequence

from contractkit.broker_client import ContractToVerify
from contractkit.cli.tables import aligned
from contractkit.errors import UsageError, suggestion
from contractkit.exact_json import Json, JsonSyntaxError, read_json, show_json

_FLAGS = ("mainBranch", "matchingBranch", "latest", "deployed", "released", "deployedOrReleased")
_NAMES = ("branch", "fallbackBranch", "tag", "fallbackTag", "consumer", "environment")
_KEYS = (*_FLAGS, *_NAMES)
_NOTHING = (("selected", "nothing"),)


def read_selector(text: str) -> dict[str, Json]:
    """Give a consumer version selector from JSON, or from `key=value,key` (a bare key is true).

    Raises:
        UsageError: It is neither, a key is none of a selector's (the nearest is suggested), or a value is of the
            wrong kind.
    """
    selector = _from_json(text) if text.lstrip().startswith("{") else _from_pairs(text)
    for key, value in selector.items():
        if key not in _KEYS:
            raise UsageError(
                "A selector cannot be used.",
                details=[("selector", text), ("unknown key", key or "(empty)")],
                next_step=suggestion(key, _KEYS),
            )
        _check_value(text, key, value)
    return selector


def explain_selected(
    selectors: Sequence[Mapping[str, Json]], fetched: Sequence[ContractToVerify], *, branch: str | None
) -> str:
    """Say in words which consumer versions were asked for, and what came for which reason, as the broker gives it.

    `branch` is the provider's, None where it is not known.
    """
    asked = [("asked for", describe_selector(each, branch=branch)) for each in selectors]
    given = [("selected", f"{_parties(each)}: {_reason(each)}") for each in fetched]
    return "\n".join(["What was selected", "", aligned([*asked, *(given or _NOTHING)], indent="  "), ""])


def describe_selector(selector: Mapping[str, Json], *, branch: str | None = None) -> str:
    """Say in words which consumer versions a selector means."""
    whose = f"of {selector['consumer']}" if selector.get("consumer") else "of each consumer"
    what = _which(selector, branch)
    fallback = selector.get("fallbackBranch") or selector.get("fallbackTag")
    kind = "branch" if selector.get("fallbackBranch") else "tag"
    instead = f", or of the {kind} {fallback} where there is none" if fallback else ""
    return f"{what} {whose}{instead}"


def _parties(each: ContractToVerify) -> str:
    document = read_json(each.data)
    return str(document["consumer"]["name"])


def _reason(each: ContractToVerify) -> str:
    pending = " Pending: its failure blocks nobody." if each.pending else ""
    return f"{' '.join(each.notices) or 'the broker gives no reason'}{pending}"


def _which(selector: Mapping[str, Json], branch: str | None) -> str:
    where = f"in {selector['environment']}" if selector.get("environment") else "in some environment"
    match selector:
        case {"mainBranch": True}:
            return "the newest version on the main branch"
        case {"matchingBranch": True}:
            own = f"the provider's branch, {branch}" if branch else "the provider's branch, which is not known"
            return f"the newest version on a branch named like {own},"
        case {"branch": True}:
            return "the newest version on every branch"
        case {"branch": str(name)}:
            return f"the newest version on the branch {name}"
        case {"tag": str(name), "latest": True}:
            return f"the newest version with the tag {name}"
        case {"tag": str(name)}:
            return f"every version with the tag {name}"
        case {"deployed": True}:
            return f"every version deployed {where}"
        case {"released": True}:
            return f"every version released and supported {where}"
        case {"deployedOrReleased": True} | {"environment": str()}:
            return f"every version deployed or released {where}"
    return "the newest version" if selector.get("latest") else "every version"


def _check_value(text: str, key: str, value: Json) -> None:
    expected = "a name" if key in _NAMES else "true"
    if key == "branch" and value is True:  # the newest of every branch
        return
    is_right = bool(value) if key in _NAMES and isinstance(value, str) else key in _FLAGS and isinstance(value, bool)
    if not is_right:
        raise UsageError(
            "A selector cannot be used.",
            details=[("selector", text), ("expected", f"{key}={expected}"), ("received", show_json(value))],
            next_step=f"Write {key}=NAME." if key in _NAMES else f"Write {key}.",
        )


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
