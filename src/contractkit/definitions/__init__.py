"""Definitions: what a provider says it offers, in OpenAPI or protobuf, ready to route, check and answer."""
