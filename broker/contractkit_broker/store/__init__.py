"""The store: facts in SQLite or PostgreSQL, through functions that take a connection and give frozen records."""
