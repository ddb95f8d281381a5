"""`contractkit stub --record`: what consumers in any language call, left in contract files while and after they run."""

from collections.abc import Sequence
from pathlib import Path

import click

from contractkit.cli.stub_lines import recorded_as_json, recorded_as_text, refused_as_text, tell
from contractkit.errors import ContractkitError, NothingToCheckError, UsageError
from contractkit.settings import load_settings
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.recorded_files import check_file, file_for
from contractkit.stubbing.recorder import Recorder, Recording

SUITE = "contractkit stub"
"""Whose recording it is where nobody says."""


class Recordings:
    """The recorders of all that is served."""

    def __init__(self, recorders: Sequence[Recorder], *, is_json: bool) -> None:
        self._recorders = {each.recording.provider: each for each in recorders}
        self._is_json = is_json
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
                    tell(str(error))
                self._told.add(str(error))

    def finish(self) -> int:
        """Write everything, say what was recorded, and give the exit code: 1 where requests were refused.

        Raises:
            ContractkitError: A file could not be written; the others were.
            NothingToCheckError: Nobody called.
        """
        errors: list[ContractkitError] = []
        written = [self._finished(each, errors) for each in self._recorders.values()]
        for name, each in self._recorders.items():
            if each.refused:
                tell(refused_as_text(each.refused, name))
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

    def _finished(self, recorder: Recorder, errors: list[ContractkitError]) -> bool:
        try:
            update = recorder.finish()
        except ContractkitError as error:
            errors.append(error)
            return False
        if update is None:
            return False
        count = len(recorder.interactions)
        if self._is_json:
            click.echo(recorded_as_json(update, count))
        else:
            tell(recorded_as_text(update, count))
        return True


def recordings_of(
    asked: Sequence[Dependency], place: Path, *, consumer: str | None, suite: str | None, is_json: bool
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
        Recording(name=suite or SUITE, consumer=consumer, provider=each.name, file=file, root=settings.root)
        for each, file in zip(asked, files, strict=True)
    ]
    return Recordings([Recorder(each) for each in recordings], is_json=is_json)
