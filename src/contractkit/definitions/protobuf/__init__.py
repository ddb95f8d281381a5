"""Protobuf: definitions of remote procedures, from descriptors to messages as trees, checks and answers.

Importing this package costs nothing: `google.protobuf` is loaded when a definition is made.
"""

from contractkit.definitions.protobuf.definition import ProtoDefinition

__all__ = ["ProtoDefinition"]
