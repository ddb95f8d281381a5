"""The installation itself: which distribution provides the import package, and whether another one clashes with it."""

from importlib.metadata import PackageNotFoundError, distribution

from contractkit.errors import UsageError

DISTRIBUTION = "contractkit-cdct"
OTHER_PROJECT = "contractkit"


def check_installation() -> None:
    """Refuse to work where the unrelated project of the same import name is installed beside this one.

    Raises:
        UsageError: Both distributions are installed, so that files of one have overwritten files of the other.
    """
    try:
        other = distribution(OTHER_PROJECT)
    except PackageNotFoundError:
        return
    raise UsageError(
        f"Another project's package named {OTHER_PROJECT!r} is installed over this one.",
        details=[
            ("installed", f"{OTHER_PROJECT} {other.version}, which is unrelated"),
            ("wanted", DISTRIBUTION),
            ("why", "both install the import package `contractkit`, and the later one overwrites the earlier"),
        ],
        next_step=f"pip uninstall {OTHER_PROJECT} {DISTRIBUTION}\npip install {DISTRIBUTION}",
    )
