"""Consumers built on client packages are run in folders of their own, by `run_consumers`."""

collect_ignore_glob = ["test_*.py"]
