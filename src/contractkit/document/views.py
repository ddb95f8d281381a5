"""Views of a contract file for readers that understand less of it than we do."""

from collections.abc import Mapping

from contractkit.document.plugin_calls import PLUGIN
from contractkit.exact_json import Json


def needs_protobuf_plugin(interaction: Mapping[str, Json]) -> bool:
    """Say whether a Pact verifier needs its protobuf plugin for an interaction, as the file has it."""
    configuration = interaction.get("pluginConfiguration")
    return isinstance(configuration, dict) and PLUGIN in configuration


def without_protobuf_plugin(file: Mapping[str, Json]) -> dict[str, Json]:
    """Give a file without what a Pact verifier needs its protobuf plugin for, which else fails it whole.

    Args:
        file: The JSON of a contract file; the value is not changed.
    """
    view = dict(file)
    if isinstance(file.get("interactions"), list):
        view["interactions"] = [
            each for each in file["interactions"] if not isinstance(each, dict) or not needs_protobuf_plugin(each)
        ]
    metadata = file.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("plugins"), list):
        view["metadata"] = _without_plugin(metadata)
    return view


def _without_plugin(metadata: Mapping[str, Json]) -> dict[str, Json]:
    left = [each for each in metadata["plugins"] if not isinstance(each, dict) or each.get("name") != PLUGIN]
    others = {name: value for name, value in metadata.items() if name != "plugins"}
    return {**others, "plugins": left} if left else others
