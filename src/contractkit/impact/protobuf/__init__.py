"""Impact of protobuf definitions: what a changed one means to the remote procedure calls of a contract.

Importing this package loads `google.protobuf`; whoever asks about OpenAPI definitions does not.
"""

from contractkit.impact.protobuf.judgement import ProcedureJudgement

__all__ = ["ProcedureJudgement"]
