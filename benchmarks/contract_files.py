"""Speed of contract files: one of 5 MB with 1,000 interactions read and written, beside Pact's native engine.

Run it with `python benchmarks/contract_files.py`; it takes some seconds and prints one table. The peers read the same
bytes in the same run: the engine inside pact-python, which parses a file into its own model, and `json.loads`, which
parses it and understands nothing. All figures are CPU seconds, so that neighbours on the machine count for little.
"""

import json
import statistics
import time
from collections.abc import Callable

from contractkit.document import content_id, downgrade_contract, dump_contract, load_contract, read_contract
from contractkit.exact_json import Json, read_json

INTERACTIONS, ORDERS, LINES = 1_000, 9, 4
ROUNDS = 9

RULES: dict[str, dict[str, Json]] = {
    "$": {"match": "type"},
    "$.orders": {"match": "type", "min": 1},
    "$.orders[*].id": {"match": "regex", "regex": r"ord-\d{8}"},
    "$.orders[*].total": {"match": "decimal"},
    "$.orders[*].customer.id": {"match": "integer"},
    "$.orders[*].lines": {"match": "type", "min": 1, "max": 50},
    "$.orders[*].lines[*].sku": {"match": "type"},
    "$.orders[*].gift": {"match": "boolean"},
}


def order(number: int) -> Json:
    """Give one order of a body."""
    return {
        "id": f"ord-{number:08d}",
        "status": ("open", "shipped", "cancelled")[number % 3],
        "placed": f"2026-11-{number % 28 + 1:02d}T12:00:00+01:00",
        "total": number + 0.5,
        "customer": {"id": number, "email": f"c{number}@example.org", "name": f"Customer {number}", "vip": False},
        "lines": [
            {"sku": f"ABC-{line:04d}", "quantity": line + 1, "price": line + 0.25, "note": f"line {line}"}
            for line in range(LINES)
        ],
        "gift": number % 2 == 0,
    }


def interaction(number: int) -> Json:
    """Give one call whose answer is a page of orders."""
    page = {"orders": [order(number + each) for each in range(ORDERS)], "currency": "EUR", "total_count": number}
    return {
        "type": "Synchronous/HTTP",
        "key": f"{number:016x}",
        "description": f"page {number}",
        "providerStates": [{"name": f"page {number} exists", "params": {"page": number}}],
        "request": {
            "method": "GET",
            "path": f"/orders/{number}",
            "query": {"page": [str(number)]},
            "headers": {"accept": ["application/json"]},
        },
        "response": {
            "status": 200,
            "headers": {"content-type": ["application/json"]},
            "body": {"content": page, "contentType": "application/json", "encoded": False},
            "matchingRules": {
                "body": {path: {"combine": "AND", "matchers": [rule]} for path, rule in RULES.items()},
                "header": {},
                "status": {},
            },
        },
    }


def contract_file() -> bytes:
    """Give the file that everybody reads."""
    return json.dumps(
        {
            "consumer": {"name": "web-shop"},
            "provider": {"name": "orders"},
            "interactions": [interaction(number) for number in range(INTERACTIONS)],
            "metadata": {"pactSpecification": {"version": "4.0"}},
        }
    ).encode()


def native_engine(data: bytes) -> Callable[[], object]:
    """Give what parses the file with the engine inside pact-python, and frees what it made."""
    from pact_ffi import ffi, lib

    text = ffi.new("char[]", data)

    def parse() -> None:
        pact = lib.pactffi_parse_pact_json(text)
        assert pact != ffi.NULL
        lib.pactffi_pact_model_delete(pact)

    return parse


def seconds(run: Callable[[], object]) -> float:
    """Give the CPU time of one call, in seconds: the median of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def main() -> None:
    """Print what was measured."""
    data = contract_file()
    contract = load_contract(data, origin="orders.json")
    assert len(contract.interactions) == INTERACTIONS
    print(f"{len(data) / 1e6:.1f} MB, {INTERACTIONS:,} interactions, {len(RULES)} rules each")
    for name, run in (
        ("contractkit, load_contract", lambda: load_contract(data, origin="orders.json")),
        ("contractkit, with warnings", lambda: read_contract(data, origin="orders.json")),
        ("contractkit, dump_contract", lambda: dump_contract(contract)),
        ("contractkit, downgraded to 3", lambda: downgrade_contract(contract, "3")),
        ("contractkit, content_id", lambda: content_id(contract)),
        ("Pact's native engine, parsed", native_engine(data)),
        ("msgspec, JSON alone", lambda: read_json(data)),
        ("json.loads, JSON alone", lambda: json.loads(data)),
    ):
        print(f"  {name:<30} {seconds(run):7.3f} s")


if __name__ == "__main__":
    main()
