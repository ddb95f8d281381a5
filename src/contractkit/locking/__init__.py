"""Locking: definitions from elsewhere, kept at the content that a project tests against until somebody refreshes it."""
