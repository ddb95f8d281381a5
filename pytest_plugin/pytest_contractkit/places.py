"""Places: node ids and files as seen from a project's root, wherever pytest takes its own root to be.

So a project's contracts name the same tests whether pytest was started in it or above it.
"""

import os
from pathlib import Path

import pytest

_ROOT = pytest.StashKey[Path]()


def file_in_project(config: pytest.Config, file: str, root: Path) -> str:
    """Give a file, named relative to pytest's root, relative to a project's root, with slashes."""
    if _ROOT not in config.stash:
        config.stash[_ROOT] = config.rootpath.resolve()
    start = config.stash[_ROOT]
    seen = file if start == root else os.path.relpath(start / file, root)
    return seen.replace("\\", "/")


def node_id_in_project(config: pytest.Config, node_id: str, root: Path) -> str:
    """Give a node id with its file relative to a project's root."""
    file, colons, rest = node_id.partition("::")
    return f"{file_in_project(config, file, root)}{colons}{rest}"
