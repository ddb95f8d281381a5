"""The service functions: each loads records, calls the core, and stores what came out."""
