"""Limits that a process sets itself."""


def limit_memory(size: int) -> None:
    """Bound the memory of this process, where the system knows how; `size` is in bytes."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
