"""Notices: what a run warns of once all its tests have run, gathered in every process, warned of in one.

Pytest's own filters choose among them: a notice that `-W error::…` makes an error fails the run.
"""

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from contractkit import warnings as kinds
from contractkit.errors import ContractkitError, RecordingError
from contractkit.explain.terminal import printable
from contractkit.locking.lock_file import FILE
from contractkit.recording import StubbedProvider
from contractkit.recording.contract_files import FileUpdate
from contractkit.sources.places import is_elsewhere
from pytest_contractkit.plugin import Notice

_MOST_MISTAKES = 5  # of one definition; a real document may have hundreds


def unlocked(sentences: Iterable[str], root: Path) -> Iterator[Notice]:
    """Give a notice for each definition that was locked by this run."""
    for sentence in sentences:
        yield (kinds.UnlockedDefinitionWarning.__name__, sentence, str(root / FILE), 0)


def mistakes(provider: StubbedProvider, root: Path) -> Iterator[Notice]:
    """Give the first mistakes of a provider's definitions that were met so far, and how many more there are."""
    for definition in provider.definitions:
        known = definition.warnings()
        for mistake in known[:_MOST_MISTAKES]:
            place = mistake.document or provider.source
            file = place if is_elsewhere(place) else str(root / place)
            pointed = "" if mistake.line else f" (at {mistake.pointer})"
            yield _mistake(f"{provider.name}: {mistake.sentence}{pointed}", file, mistake.line or 0)
        if len(known) > _MOST_MISTAKES:
            more = len(known) - _MOST_MISTAKES
            yield _mistake(f"{provider.name}: {more} more in its definition", provider.source, 0)


def outdated(updates: Iterable[FileUpdate]) -> Iterator[Notice]:
    """Give a notice for each contract that holds what was recorded against another definition."""
    for update in updates:
        if not update.outdated:
            continue
        count = len(update.outdated)
        sentence = (
            f"{update.between[1]}: its definition has changed since {count} of the interactions in {update.path.name} "
            f"{'were' if count > 1 else 'was'} recorded by tests that did not pass in this run; "
            f"run them, or see contractkit definitions refresh --check {update.between[1]}"
        )
        yield (kinds.OutdatedRecordingWarning.__name__, sentence, str(update.path), 0)


def warn_of(notices: Iterable[Notice]) -> tuple[ContractkitError, ...]:
    """Warn of each notice once, and give as errors those that a filter makes errors of."""
    errors = []
    for kind, sentence, file, line in dict.fromkeys(notices):
        try:
            warnings.warn_explicit(printable(sentence), getattr(kinds, kind), filename=file, lineno=line)
        except kinds.ContractkitWarning as warning:
            next_step = f"The run was told to fail on {kind}, by -W or filterwarnings."
            errors.append(RecordingError(str(warning), next_step=next_step))
    return tuple(errors)


def _mistake(sentence: str, file: str, line: int) -> Notice:
    return (kinds.DefinitionMistakeWarning.__name__, sentence, file, line)
