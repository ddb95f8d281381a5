"""Scopes of `contractkit impact`: whose contracts are asked for, and what is said if there are none."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contractkit.cli.compared import Loaded
from contractkit.errors import BrokerRefusedError, NothingToCheckError, UnknownNameError, UsageError, suggestion
from contractkit.impact import ConsumerInfo
from contractkit.model import Contract

if TYPE_CHECKING:
    from contractkit.broker_client import BrokerClient
    from contractkit.deployability import Subject

_NO_CONTRACT: Final = "There is no contract to look at, so nothing can be said of who breaks."
_UNKNOWN_NAME: Final = (400, 404)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which of a broker's contracts are asked for: with whom, of where, and what is supposed of that."""

    provider: str
    environment: str | None
    branch: str | None
    assumed: tuple["Subject", ...]

    @property
    def supposed(self) -> tuple[str, ...]:
        """Give what is supposed, in words."""
        return tuple(
            f"{each.application} {each.version} is there" if each.version else f"{each.application} is not there"
            for each in self.assumed
        )

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Give it in words, what was not asked for left out."""
        rows = (
            ("provider", self.provider),
            ("environment", self.environment or ""),
            ("branch", self.branch or ""),
            ("supposed", "\n".join(self.supposed)),
        )
        return tuple((label, value) for label, value in rows if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both definitions and the contracts that are held against them, with where these are from."""

    old: Loaded
    new: Loaded
    contracts: tuple[tuple[Contract, ConsumerInfo], ...]
    where: str


def check_scope(environment: str | None, branch: str | None) -> None:
    """Check that one of the two is asked for at most.

    Raises:
        UsageError: Both are.
    """
    if environment is not None and branch is not None:
        raise UsageError("--environment and --branch exclude each other.", next_step="Leave one of them out.")


@contextmanager
def known_names(client: "BrokerClient", scope: Scope) -> Iterator[None]:
    """Have a refusal that comes from a name say so.

    Raises:
        UnknownNameError: The broker knows no such environment, application or version; the nearest are suggested.
    """
    try:
        yield
    except BrokerRefusedError as error:
        if error.status in _UNKNOWN_NAME:
            _check_names(client, scope)
        raise


def _check_names(client: "BrokerClient", scope: Scope) -> None:
    known = client.administration
    if scope.environment is not None:
        known.environment(scope.environment)
    known.check_application(scope.provider)
    for each in scope.assumed:
        known.check_application(each.application)
        if each.version:
            known.check_version(each.application, each.version)


def check_branch(client: "BrokerClient", scope: Scope) -> None:
    """Check that some application has the branch, of which there is no contract.

    Raises:
        UnknownNameError: None has; the nearest of those that there are is suggested.
    """
    if scope.branch is None:
        return
    known = client.administration
    names = {branch.name for each in known.applications() for branch in known.branches(each.name)}
    if scope.branch not in names:
        raise UnknownNameError(
            f"The broker knows no branch named {scope.branch!r}.", next_step=suggestion(scope.branch, sorted(names))
        )


def no_contract(where: str, scope: Scope | None, silent: Sequence[str]) -> NothingToCheckError:
    """Give the error that there is nothing to look at.

    Args:
        where: Where contracts were looked for.
        scope: Which of a broker's were asked for; None where files were.
        silent: The consumers whose contracts hold no interaction.
    """
    empty = [("without interactions", ", ".join(dict.fromkeys(silent)))] if silent else []
    if scope is None:
        next_step = "Run the consumers' tests, name their files with --contracts, or ask a broker with --broker."
        return NothingToCheckError(_NO_CONTRACT, details=[("looked in", where), *empty], next_step=next_step)
    narrow = [
        option
        for option, is_given in (
            ("--environment", scope.environment is not None),
            ("--branch", scope.branch is not None),
            ("what is supposed", bool(scope.assumed)),
        )
        if is_given
    ]
    wider = f", or ask more widely: leave out {' and '.join(narrow)}" if narrow else ""
    return NothingToCheckError(
        _NO_CONTRACT,
        details=[("looked in", where), *scope.rows, *empty],
        next_step=f"Publish the consumers' contracts: contractkit publish{wider}",
    )
