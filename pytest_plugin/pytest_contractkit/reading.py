"""Reading: one run of a test, its answers unchanged, in which is noted what it reads of them."""

from collections.abc import Mapping, Sequence

from contractkit.inference import AnswerId, Came
from contractkit.model import Interaction, Location
from contractkit.recording.reading_again import ReadingAgain
from contractkit.recording.reads_clients import watch_reads
from contractkit.recording.serving_again import Again as ServedBefore
from pytest_contractkit.executed import Executed
from pytest_contractkit.rerunning import Again
from pytest_contractkit.watching import Watch


def read_again(
    again: Again,
    before: ServedBefore,
    executed: Executed | None,
    interactions: Sequence[tuple[str, Interaction]],
    *,
    most: int,
) -> tuple[Came | None, Mapping[AnswerId, frozenset[Location]]]:
    """Run a test and give what came of it, with what it read of each answer of which that is certain.

    Args:
        again: Runs it.
        before: What it was served.
        executed: What of the consumer's code ran; None where that was not noted.
        interactions: What it recorded, with the providers.
        most: How many answers it may ask for.

    Returns:
        No run, or nothing that was read, where no run can tell: the test is then as if it had read everything.
    """
    if executed is None or not interactions or executed.may_read_unseen:
        return None, {}
    watch = Watch(0.0)
    serving = ReadingAgain(before, most=most, too_many=watch.too_many_calls)
    with watch_reads() as reads:
        came = again.run(serving, watch)
    return (came, serving.read(reads)) if came.is_green else (None, {})
