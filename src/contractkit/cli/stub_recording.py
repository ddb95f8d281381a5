"""Recordings of processes: what consumers in any language call, left in contract files while and after they run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from contractkit.errors import ContractkitError, NothingToCheckError, UsageError
from contractkit.settings import load_settings
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.recorded_files import check_file, file_for
from contractkit.stubbing.recorder import Recorder, Recording

if TYPE_CHECKING:
    from contractkit.cli.up_events import Events


class Recordings:
    """The recorders of all that is served."""

    def __init__(self, recorders: Sequence[Recorder], events: "Events") -> None:
        self._recorders = {each.recording.provider: each for each in recorders}
        self._events = events
        self._told: set[str] = set()

    def of(self, dependency: Dependency) -> Recorder:
        """Give the recorder of what is served."""
        return self._recorders[dependency.name]

    def look(self) -> None:
        """Write what is due; a file that cannot be written now is told of once and tried again."""
        for recorder in self._recorders.values():
            try:
                recorder.write_if_due()
            except ContractkitError as error:
                if str(error) not in self._told:
                    self._events.said(str(error))
                self._told.add(str(error))

    def finish(self, *, is_whole: bool = True) -> int:
        """Write everything, say what was recorded, and give the exit code: 1 where requests were refused.

        Args:
            is_whole: The consumer came to its end, so that what an earlier recording left goes; else that stays too.

        Raises:
            ContractkitError: A file could not be written; the others were.
            NothingToCheckError: Nobody called.
        """
        errors: list[ContractkitError] = []
        written = [self._finished(each, errors, is_whole=is_whole) for each in self._recorders.values()]
        for name, each in self._recorders.items():
            if each.refused:
                self._events.refused(each.refused, name)
        if errors:
            raise errors[0]
        refused = any(each.refused for each in self._recorders.values())
        if not any(written) and not refused:
            raise NothingToCheckError(
                "Nobody called, so nothing was recorded.",
                details=[("left as it was", str(each.recording.file)) for each in self._recorders.values()],
                next_step="Give your client the address that is printed when the stub starts.",
            )
        return 1 if refused else 0

    def _finished(self, recorder: Recorder, errors: list[ContractkitError], *, is_whole: bool) -> bool:
        try:
            update = recorder.finish(is_whole=is_whole)
        except ContractkitError as error:
            errors.append(error)
            return False
        if update is None:
            return False
        self._events.recorded(update, len(recorder.interactions))
        return True


def check_asked(record: Path | None, *, consumer: str | None, suite: str | None, seed: str) -> None:
    """Check that the options of a recording fit together.

    Raises:
        UsageError: One speaks of a recording and nothing is recorded, or would make equal calls differ.
    """
    if record is None:
        given = next((name for name, value in (("--consumer", consumer), ("--suite", suite)) if value), None)
        if given is not None:
            raise UsageError(
                f"{given} says something of a recording, and nothing is recorded.", next_step="Add --record."
            )
    elif seed:
        raise UsageError(
            "--seed cannot be given with --record: equal calls leave equal contracts.",
            next_step="Leave one of the two out.",
        )


def recordings_of(
    asked: Sequence[Dependency], place: Path, events: "Events", *, consumer: str | None, suite: str
) -> Recordings:
    """Give the recorders of what is to be served, each with a file that can be written.

    Raises:
        UsageError: Nothing tells who the parties are, or the place does not suit.
        ContractFileError: A file that is there is no contract.
    """
    settings = load_settings(Path.cwd())
    consumer = consumer or settings.consumer
    if consumer is None:
        raise UsageError(
            "Nothing tells who the consumer of the contract is.",
            details=[("file", settings.origin)],
            next_step="Say it: --consumer web-shop, or consumer in [tool.contractkit].",
        )
    if place.suffix == ".json" and len(asked) > 1:
        raise UsageError(
            f"{place} is one file, and {len(asked)} definitions are served.",
            next_step="Name a directory: each contract gets its own file there.",
        )
    for each in asked:
        if not each.name:
            raise UsageError(
                f"Nothing tells what to call the service that {each.definition} defines.",
                next_step="Say it: --provider orders.",
            )
    files = [file_for(place, consumer, each.name) for each in asked]
    for each, file in zip(asked, files, strict=True):
        check_file(file, consumer, each.name)
    recordings = [
        Recording(name=suite, consumer=consumer, provider=each.name, file=file, root=settings.root)
        for each, file in zip(asked, files, strict=True)
    ]
    return Recordings([Recorder(each) for each in recordings], events)
