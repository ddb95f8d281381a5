"""Changes: what differs between two definitions that can hurt a consumer, as a table of rules."""

from contractkit.changes.comparison import DefinitionChanges, compare_definitions
from contractkit.changes.records import Change, Direction, Level, Place

__all__ = ["Change", "DefinitionChanges", "Direction", "Level", "Place", "compare_definitions"]
