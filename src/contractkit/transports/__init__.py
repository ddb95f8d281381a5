"""Transports: the ways by which a consumer's requests reach a stub, over a socket and in process."""

from contractkit.transports.http_messages import (
    Handler,
    encode_body,
    nobody_is_served,
    problem,
    read_body,
    read_query,
    read_request,
    write_query,
)
from contractkit.transports.rpc_messages import RpcHandler, nobody_is_called

__all__ = [
    "Handler",
    "RpcHandler",
    "encode_body",
    "nobody_is_called",
    "nobody_is_served",
    "problem",
    "read_body",
    "read_query",
    "read_request",
    "write_query",
]
