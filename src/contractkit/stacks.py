"""Stacks: where the threads of this process are, walked without pulling the ground from under them.

Python 3.11 collects garbage wherever memory is asked for, also in the midst of showing a thread's frame. Destructors
that run then let that thread go on, the frame ends meanwhile, and the interpreter writes to where it was: the process
crashes, there or much later, and the larger it is the likelier. From 3.12 on it collects between two steps alone.
"""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stacks() -> Iterator[Mapping[int, FrameType]]:
    """Give the innermost frame of each thread by its number; followed outwards (`f_back`) only while this lasts."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield sys._current_frames()
    finally:
        if was_enabled:
            gc.enable()
