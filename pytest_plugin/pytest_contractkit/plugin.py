"""What pytest loads: only the standard library and pytest, the rest when a test asks for a stub."""
