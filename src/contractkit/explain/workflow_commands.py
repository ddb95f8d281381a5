"""Workflow commands: lines of a build's log that GitHub shows beside the code they are about."""

from collections.abc import Mapping

from contractkit.explain.terminal import readable


def workflow_command(level: str, message: str, properties: Mapping[str, str]) -> str:
    """Give the command that annotates a line of code.

    Args:
        level: `error`, `warning` or `notice`.
        message: What is shown; it may have several lines.
        properties: `file`, `line` and `title`, as far as they are known; empty ones are left out.
    """
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level}{' ' if said else ''}{said}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return readable(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
