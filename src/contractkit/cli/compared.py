"""Compared definitions: what a location of the command line defines, be it operations or messages."""

from pathlib import Path
from typing import TypeAlias

from contractkit.changes.sites import DefinitionSource
from contractkit.sources import LoadedDefinition, load_definition
from contractkit.sources.messages import LoadedMessages, defines_messages, read_messages

Loaded: TypeAlias = LoadedDefinition | LoadedMessages
"""A definition of operations or of messages, with where it came from."""


def load_compared(location: str) -> Loaded:
    """Give the definition at a path, a URL or `git:REVISION:path`; which kind it is says its content.

    Raises:
        DefinitionError: It cannot be read, or defines nothing.
    """
    if defines_messages(location, root=Path.cwd()):
        return read_messages(location, root=Path.cwd())
    return load_definition(location)


def source_of(loaded: Loaded) -> DefinitionSource:
    """Give a definition's name and how its lines are found."""
    file_of = loaded.file_of if isinstance(loaded, LoadedMessages) else None
    return DefinitionSource(name=loaded.source, line_of=loaded.line_of, file_of=file_of)
