"""Options: each of the plugin's, with its line of pytest's own configuration and its variable of the environment."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option in its three spellings; `choices` are the words it takes, any where there are none.

    A switch is on or off, and its variable says so as `1` or `0`, `true` or `false`, `yes` or `no`, `on` or `off`.
    """

    flag: str
    ini: str
    variable: str
    words: str
    choices: tuple[str, ...] = ()
    is_switch: bool = False


CONSUMER = Option(
    flag="--contract-consumer",
    ini="contract_consumer",
    variable="CONTRACTKIT_CONSUMER",
    words="the consumer's name, over [tool.contractkit] consumer",
)
DIRECTORY = Option(
    flag="--contract-dir",
    ini="contract_dir",
    variable="CONTRACTKIT_CONTRACTS",
    words="the directory of contract files, over [tool.contractkit] contracts",
)
NO_CONTRACTS = Option(
    flag="--no-contracts",
    ini="no_contracts",
    variable="CONTRACTKIT_NO_CONTRACTS",
    words="answer from the stubs, but write no contract",
    is_switch=True,
)
NEEDS = Option(
    flag="--contract-needs",
    ini="contract_needs",
    variable="CONTRACTKIT_NEEDS",
    words="find out what tests need of answers by running them again: not, by drops (the default), fully",
    choices=("off", "auto", "full"),
)
NEEDS_FIXTURES = Option(
    flag="--contract-needs-fixtures",
    ini="contract_needs_fixtures",
    variable="CONTRACTKIT_NEEDS_FIXTURES",
    words="names of fixtures broader than a function whose tests can be run again all the same",
)
NEEDS_RUNS = Option(
    flag="--contract-needs-runs",
    ini="contract_needs_runs",
    variable="CONTRACTKIT_NEEDS_RUNS",
    words="how many times one test may be run again; 2000 where nothing is said",
)
NEEDS_SECONDS = Option(
    flag="--contract-needs-seconds",
    ini="contract_needs_seconds",
    variable="CONTRACTKIT_NEEDS_SECONDS",
    words="after how many seconds of re-runs no further test is begun; 60 with auto, no limit with full",
)
CHECK_DETERMINISTIC = Option(
    flag="--contract-check-deterministic",
    ini="contract_check_deterministic",
    variable="CONTRACTKIT_CHECK_DETERMINISTIC",
    words="run each contract test twice, and fail those that record something else the second time",
    is_switch=True,
)
OPTIONS = (CONSUMER, DIRECTORY, NO_CONTRACTS, CHECK_DETERMINISTIC, NEEDS, NEEDS_FIXTURES, NEEDS_RUNS, NEEDS_SECONDS)
"""Every option, in the order of `pytest --help`."""


def add_options(parser: pytest.Parser) -> None:
    """Declare all options in one group of `pytest --help`, each with its ini line."""
    group = parser.getgroup("contractkit", "contracts from tests (contractkit)")
    for option in OPTIONS:
        if option.is_switch:
            group.addoption(option.flag, action="store_true", default=None, help=option.words)
            parser.addini(option.ini, option.words, type="bool", default=False)
            continue
        metavar = None if option.choices else "VALUE"
        group.addoption(option.flag, metavar=metavar, choices=option.choices or None, default=None, help=option.words)
        parser.addini(option.ini, option.words, default=None)


def check_options(config: pytest.Config) -> None:
    """Check what variables and ini lines say, as pytest has checked the options themselves.

    Raises:
        pytest.UsageError: One says a word that its option does not take.
    """
    for option in (NEEDS_RUNS, NEEDS_SECONDS):
        number_of(config, option)
    for option in OPTIONS:
        if option.is_switch:
            _check(option.variable, _variable(option), (*sorted(_YES), *sorted(_NO)))
        elif option.choices:
            _check(option.variable, _variable(option), option.choices)
            _check(option.ini, config.getini(option.ini) or None, option.choices)


def value_of(config: pytest.Config, option: Option) -> str | None:
    """Give what an option is set to: on the command line, else by its variable, else by its ini line; None nowhere."""
    given: str | None = config.getoption(option.flag)
    return given or _variable(option) or config.getini(option.ini) or None


def number_of(config: pytest.Config, option: Option) -> float | None:
    """Give the number that an option is set to, None where it is not.

    Raises:
        pytest.UsageError: It is none, or less than nothing.
    """
    said = value_of(config, option)
    if said is None:
        return None
    try:
        number = float(said)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise pytest.UsageError(f"{option.flag} is {said!r}, and a number of 0 or more is expected")
    return number


def is_on(config: pytest.Config, option: Option) -> bool:
    """Say whether a switch is on; the command line can only turn it on, then its variable wins over its ini line."""
    if config.getoption(option.flag):
        return True
    said = _variable(option)
    return said.lower() in _YES if said is not None else bool(config.getini(option.ini))


def _variable(option: Option) -> str | None:
    """Give what the variable says; an empty one says nothing."""
    return os.environ.get(option.variable) or None


def _check(place: str, said: str | None, known: Iterable[str]) -> None:
    if said is None or said.lower() in known:
        return
    raise pytest.UsageError(f"{place} is {said!r}, and one of {', '.join(known)} is expected")
