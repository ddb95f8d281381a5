"""Sources: where definitions are read from: files, URLs and git revisions, in JSON, YAML or protobuf."""

from contractkit.sources.loading import LoadedDefinition, load_definition, read_definition
from contractkit.sources.publication import published_definition

__all__ = ["LoadedDefinition", "load_definition", "published_definition", "read_definition"]
