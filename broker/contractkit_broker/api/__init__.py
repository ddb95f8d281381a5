"""The HTTP API, a module per resource; each handler parses, calls the service or the store, and renders."""
