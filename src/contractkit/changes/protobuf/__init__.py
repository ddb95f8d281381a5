"""Changes of protobuf definitions: what differs between two of them that can hurt a consumer, as tables of rules.

Importing this package loads `google.protobuf`; whoever compares OpenAPI definitions does not.
"""

from contractkit.changes.protobuf.comparison import ProcedureUse, ProtoChanges, compare_protos
from contractkit.changes.protobuf.records import Encoding, ProtoDifference

__all__ = ["Encoding", "ProcedureUse", "ProtoChanges", "ProtoDifference", "compare_protos"]
