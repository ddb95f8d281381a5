"""Shared definitions: stubs of one process that name the same definition read it once, until its files change."""

import threading
import warnings

from contractkit.recording.stubbed import StubbedProvider
from contractkit.stubbing.dependencies import Dependency
from contractkit.stubbing.watching import Watch
from contractkit.warnings import UnlockedDefinitionWarning

_MOST = 32
"""How many dependencies are remembered; a service rarely has more."""

_lock = threading.Lock()
_known: dict[Dependency, tuple[Watch, StubbedProvider]] = {}


def shared_provider(dependency: Dependency) -> StubbedProvider:
    """Give a dependency as its definition is now, with servers of its own.

    Raises:
        ContractkitError: As `Dependency.open` does.
    """
    with _lock:
        found = _known.get(dependency)
        if found is None or not found[0].is_current():
            dependency.lock_now()
            watch = Watch(dependency)
            provider = dependency.open()
            watch.follow(provider)
            for sentence in dependency.take_said():
                warnings.warn(sentence, UnlockedDefinitionWarning, stacklevel=3)  # at the line that makes the stub
            _known.pop(dependency, None)
            if len(_known) >= _MOST:
                del _known[next(iter(_known))]
            found = _known[dependency] = (watch, provider)
        return found[1].apart()
