"""Warnings: what stops nobody yet, by kind, for `-W` and `filterwarnings` to choose among.

::

    ContractkitWarning
    ├── DefinitionMistakeWarning     a definition holds a mistake that was worked around
    ├── UnlockedDefinitionWarning    a definition from elsewhere was not locked, and now is
    ├── OutdatedRecordingWarning     what a contract holds was recorded against another definition
    └── NothingRecordedWarning       a test opened a stub and called nothing
"""


class ContractkitWarning(UserWarning):
    """The base of all."""


class DefinitionMistakeWarning(ContractkitWarning):
    """A definition holds a mistake that was worked around; the warning stands at its line where that is known."""


class UnlockedDefinitionWarning(ContractkitWarning):
    """A definition from elsewhere was not locked: it was fetched, and is locked now."""


class OutdatedRecordingWarning(ContractkitWarning):
    """A definition changed, and tests that recorded against the former one did not pass in this run."""


class NothingRecordedWarning(ContractkitWarning):
    """A test passed that opened a stub and called nothing: no contract has anything of it."""
