"""What every SARIF log of ours says alike (OASIS SARIF 2.1.0): its schema, how long it is, and how files are named."""

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5_000
"""How many results GitHub shows of a run; it refuses files with more than 25,000."""


def uri_of(name: str) -> str:
    """Give a path or URL as a URI reference (RFC 3986 §4.1); of a path `%`, `?` and `#` are letters like others."""
    safe = "/:@!$&'()*+,;=~-._" + ("%?#" if "://" in name else "")
    return "".join(
        letter if letter in safe or (letter.isascii() and letter.isalnum()) else _percent(letter) for letter in name
    )


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
