"""Consumer-driven contract testing, and stubs generated from OpenAPI and protobuf definitions."""
