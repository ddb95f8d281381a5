"""Output that cannot be written: a full disk is the fault of nobody here, and is told as what it is."""

import errno
import os
import sys

from contractkit.errors import UsageError

_CANNOT_BE_WRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


def is_of_output(error: OSError) -> bool:
    """Say whether an error is that of writing standard output: of a file that was opened by name, it has the name."""
    return error.errno in _CANNOT_BE_WRITTEN and error.filename is None


def unwritable(error: OSError) -> UsageError:
    """Give the message for output that cannot be written."""
    return UsageError(
        "The output cannot be written.",
        details=[("reason", error.strerror or str(error))],
        next_step="What it was sent to is full or closed: make room, or send it elsewhere.",
    )


def is_read_no_further() -> bool:
    """Say whether whoever read standard output has gone: click then wraps it, and ends the process with 1."""
    return type(sys.stdout).__module__.startswith("click.")


def end_output() -> OSError | None:
    """Write what is left of standard output; give the error where that fails, and let nothing be left for later."""
    stream = sys.__stdout__  # click puts a wrapper that hides errors in the place of `sys.stdout`
    if stream is None:  # it was closed before we were started
        return None
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None
