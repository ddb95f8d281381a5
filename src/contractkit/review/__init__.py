"""Review: what a person asks of contract files: what changed, what asks for too much, which rule decides."""
