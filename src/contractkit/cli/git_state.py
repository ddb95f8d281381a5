"""Git's state: whether it ignores a path, or does not know it; without a repository or git, neither."""

import subprocess
from pathlib import Path

_YES = 0
_NO = 1


def ignored_by_git(root: Path, path: Path) -> bool:
    """Say whether git ignores a path."""
    return _asked(root, "check-ignore", "-q", str(path)) == _YES


def unknown_to_git(root: Path, path: Path) -> bool:
    """Say whether git keeps nothing of a path."""
    return _asked(root, "ls-files", "--error-unmatch", str(path)) == _NO


def _asked(root: Path, *arguments: str) -> int | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode
