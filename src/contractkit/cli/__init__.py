"""The command line: verbs that are loaded when they are called, errors as messages, documented exit codes."""
