"""The two sides of an import, and what it keeps while it runs."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from contractkit.errors import BrokerRefusedError
from contractkit.importing.history import History
from contractkit.importing.records import Extent, Pair
from contractkit.importing.tally import Tally
from contractkit.importing.writing import Writer

_OF_ONE_THING = frozenset({400, 404, 409, 410, 413, 422, 500})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Where facts come from and where they go.

    Attributes:
        source: The broker that is imported.
        target: Ours, as it is read.
        writer: Ours, as it is written.
        pool: Fetches contracts side by side.
        publishers: Who published what with whom, in the source: pair to numbers of consumer versions.
    """

    source: History
    target: History
    writer: Writer
    pool: ThreadPoolExecutor
    extent: Extent
    tally: Tally
    tell: Callable[[str], None]
    publishers: Mapping[Pair, tuple[str, ...]] = field(default_factory=dict)


def reason_of(error: BrokerRefusedError) -> str:
    """Give in one line why a broker refused one thing.

    Raises:
        BrokerRefusedError: It refused whoever asks, or is not well: what comes next would fare no better.
    """
    if error.status not in _OF_ONE_THING:
        raise error
    told = [value for label, value in error.explanation.details if label == "broker"]
    return " ".join((told or [f"it answered {error.status}"])[0].split())
