"""The plugins of a file, `metadata.plugins`: the descriptor sets that calls refer to, ours told from other tools'."""

import base64
from collections.abc import Iterable, Mapping, Sequence

from contractkit.document.plugin_calls import PLUGIN, descriptor_key, is_foreign
from contractkit.exact_json import Json, same_json
from contractkit.model import Interaction

VERSION = "0.7.0"
"""The version of the protobuf plugin whose form we write; later ones of 0.7 read it too."""


def descriptor_sets(plugins: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """Give the descriptor sets of a file by their keys, in base64, of every version of the plugin in it."""
    found: dict[str, Json] = {}
    for plugin in plugins:
        for key, entry in _configuration(plugin).items() if plugin.get("name") == PLUGIN else ():
            if isinstance(entry, dict) and "protoDescriptors" in entry:
                found.setdefault(key, entry["protoDescriptors"])
    return found


def with_descriptors(
    plugins: Sequence[Mapping[str, Json]], interactions: Iterable[Interaction]
) -> tuple[Mapping[str, Json], ...]:
    """Give plugins together with the descriptor sets that calls of ours refer to and that are not there yet."""
    there = descriptor_sets(plugins)
    missing = {key: entry for key, entry in _entries(interactions).items() if key not in there}
    if not missing:
        return tuple(plugins)
    place = next((number for number, plugin in enumerate(plugins) if _is_ours(plugin)), None)
    if place is None:
        return (*plugins, {"name": PLUGIN, "version": VERSION, "configuration": missing})
    joined = {**plugins[place], "configuration": {**_configuration(plugins[place]), **missing}}
    return (*plugins[:place], joined, *plugins[place + 1 :])


def without_descriptors(
    plugins: Iterable[Mapping[str, Json]], interactions: Sequence[Interaction]
) -> tuple[Mapping[str, Json], ...]:
    """Give plugins without what `with_descriptors` adds for these interactions: their calls carry it themselves."""
    entries = _entries(interactions)
    foreign = {descriptor_key(each.wire.descriptors) for each in interactions if each.wire and is_foreign(each)}
    added = {key: entry for key, entry in entries.items() if key not in foreign}
    left: list[Mapping[str, Json]] = []
    for plugin in plugins:
        before = _configuration(plugin)
        after = {key: each for key, each in before.items() if key not in added or not same_json(each, added[key])}
        if not _is_ours(plugin) or len(after) == len(before):
            left.append(plugin)
        elif after or plugin.keys() - {"name", "version", "configuration"}:
            left.append({**plugin, "configuration": after})
    return tuple(left)


def _entries(interactions: Iterable[Interaction]) -> dict[str, Json]:
    sets = {each.wire.descriptors for each in interactions if each.wire is not None and not is_foreign(each)}
    return {
        descriptor_key(data): {"protoDescriptors": base64.b64encode(data).decode(), "protoFile": ""} for data in sets
    }


def _is_ours(plugin: Mapping[str, Json]) -> bool:
    return plugin.get("name") == PLUGIN and plugin.get("version") == VERSION


def _configuration(plugin: Mapping[str, Json]) -> Mapping[str, Json]:
    found = plugin.get("configuration")
    return found if isinstance(found, dict) else {}
