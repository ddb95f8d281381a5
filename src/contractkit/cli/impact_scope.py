"""Scopes of `contractkit impact`: whose contracts are asked for, and what is said if there are none."""

from contractkit.errors import UsageError


def check_scope(environment: str | None, branch: str | None) -> None:
    """Check that one of the two is asked for at most.

    Raises:
        UsageError: Both are.
    """
    if environment is not None and branch is not None:
        raise UsageError("--environment and --branch exclude each other.", next_step="Leave one of them out.")
