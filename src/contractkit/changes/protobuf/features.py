"""Features: what a definition's syntax or edition says of texts and of the JSON form.

proto2, proto3 and editions settle them by default, a file and what stands in it otherwise (protobuf.dev, "Feature
Settings for Editions").
"""

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FeatureSet


def checks_text(field: FieldDescriptor) -> bool:
    """Say whether code of a definition refuses a message whose text in a field is not UTF-8."""
    return _features(field).utf8_validation == FeatureSet.VERIFY


def promises_json(declared: Descriptor | EnumDescriptor) -> bool:
    """Say whether a message or an enum has a JSON form that every language reads and writes alike."""
    return _features(declared).json_format == FeatureSet.ALLOW


def _features(declared: Descriptor | EnumDescriptor | FieldDescriptor) -> FeatureSet:
    # Resolved, with what files and outer messages settle, they are given under this name alone.
    found: FeatureSet = declared._GetFeatures()  # type: ignore[union-attr]
    return found
