"""Collecting garbage: not while a verb starts, since what it imports and reads stays for as long as it runs."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Search for no garbage within the block, and count what the block leaves among what has stayed for long.

    A search looks at all that was made since the one before. Where nothing of it can go, it is a tenth of a start.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # into the oldest generation, where it is not looked at again for each few requests
        if was_enabled:
            gc.enable()


def leave_garbage() -> None:
    """Let what is in the way go with the process, which ends: to look it all over is a tenth of an analysis."""
    gc.freeze()
