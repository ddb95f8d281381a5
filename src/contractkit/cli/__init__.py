"""The command line: verbs that are loaded when they are called, errors as messages, documented exit codes."""

from contractkit.cli.main import main

__all__ = ["main"]
