"""Sources: where definitions are read from. Files, URLs and git revisions, in JSON or YAML, compressed or not."""

from contractkit.sources.loading import LoadedDefinition, load_definition, read_definition

__all__ = ["LoadedDefinition", "load_definition", "read_definition"]
