"""Assumptions: what is supposed of an environment, for an answer about what is not there yet."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from contractkit.errors import UsageError

if TYPE_CHECKING:
    from contractkit.deployability import Subject


def read_assumptions(deployed: Sequence[tuple[str, str]], undeployed: Sequence[str]) -> tuple["Subject", ...]:
    """Give the versions that are supposed to be there; one without a version is supposed not to be there.

    Raises:
        UsageError: A name or a version is blank, as an unset variable makes it.
    """
    if any(not text.strip() for pair in deployed for text in pair):
        raise UsageError("--what-if-deployed has an empty value; is a variable not set?")
    if any(not text.strip() for text in undeployed):
        raise UsageError("--what-if-undeployed has an empty value; is a variable not set?")
    if not (deployed or undeployed):
        return ()
    from contractkit.deployability import Subject  # loads what decides

    there = [Subject(application=name, version=version) for name, version in deployed]
    return (*there, *(Subject(application=name) for name in undeployed))


def check_assumptions(
    assumed: Sequence["Subject"],
    environment: str | None,
    asked: Collection[str] = (),
    *,
    option: str = "--to-environment",
) -> None:
    """Check that what is supposed can be: of an environment, once of each application, of none that is asked about.

    `option` is what names the environment.

    Raises:
        UsageError: It cannot.
    """
    if assumed and environment is None:
        raise UsageError(
            "Something is supposed, and it is not said of which environment.",
            next_step=f"Name it: {option} NAME",
        )
    twice = [name for name, number in Counter(each.application for each in assumed).items() if number > 1]
    if twice:
        raise UsageError(f"{twice[0]} is supposed to be there in two ways: one can be supposed at a time.")
    both = next((each.application for each in assumed if each.application in asked), None)
    if both is not None:
        raise UsageError(
            f"{both} is asked about and supposed to be there at once.",
            next_step="Leave it out of what is supposed; what is asked about counts at its own version.",
        )
