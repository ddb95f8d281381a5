"""Variables that Pact's can-i-deploy reads: for one build that must go out although something does not fit."""

from collections.abc import Mapping

from contractkit.errors import SettingsError
from contractkit.exact_json import show_json

DRY_RUN = "PACT_BROKER_CAN_I_DEPLOY_DRY_RUN"
"""`true` ends the command with 0 whatever the answer, as --dry-run does."""

IGNORE = "PACT_BROKER_CAN_I_DEPLOY_IGNORE"
"""Applications whose results do not count, with commas between them, as --ignore does."""

_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": False}


def is_dry_run(environment: Mapping[str, str]) -> bool:
    """Say whether a variable makes the command a dry run.

    Raises:
        SettingsError: It is neither true nor false: a guess would let a version through, or stop it.
    """
    said = environment.get(DRY_RUN, "")
    found = _TRUTHS.get(said.strip().casefold())
    if found is None:
        raise SettingsError(
            f"{DRY_RUN} cannot be understood.",
            details=[("expected", "true or false"), ("received", show_json(said, limit=60))],
        )
    return found


def ignored_by(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Give the applications that a variable has ignored."""
    return tuple(name.strip() for name in environment.get(IGNORE, "").split(",") if name.strip())
