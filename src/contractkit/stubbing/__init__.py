"""Stubbing without pytest: stubs of one or many providers for scripts, other test frameworks and other languages."""
