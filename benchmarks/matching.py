"""Speed of matching: a 44 kB body under 17 rules and a 600-byte one, beside three peers.

Run it with `python benchmarks/matching.py`; it takes some seconds and prints one table, in medians of the processor's
time. The peers do the same work in the same run: an interpreter that weighs every rule at every node, which is the
algorithm as the Pact specification words it; the `jsonschema` package validating a schema that says what the rules say;
and the native engine inside `pact-python`, asked through the function that compares the response of a synchronous
message. That one takes the body as text and gives its mismatches as JSON, so it stands beside ours with reading.
"""

import re
import time
import timeit
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

import jsonschema
import orjson

from contractkit.exact_json import read_json
from contractkit.matching import Comparison, compile_comparison
from contractkit.model import HttpResponse, JsonBody, LocatedRules, Part, Rule, Wildcard, parse_location

ROUNDS = 7

RULES: Mapping[str, Rule] = {
    "": Rule("type"),
    "orders": Rule("type", {"min": 1}),
    "orders[*].id": Rule("regex", {"regex": r"ord-\d{8}"}),
    "orders[*].status": Rule("regex", {"regex": "open|shipped|cancelled"}),
    "orders[*].placed": Rule("datetime", {"format": "yyyy-MM-dd'T'HH:mm:ssXXX"}),
    "orders[*].total": Rule("decimal"),
    "orders[*].customer.id": Rule("integer"),
    "orders[*].customer.email": Rule("regex", {"regex": r"[^@]+@[^@]+\.[a-z]{2,}"}),
    "orders[*].customer.name": Rule("notEmpty"),
    "orders[*].lines": Rule("type", {"min": 1, "max": 50}),
    "orders[*].lines[*].sku": Rule("regex", {"regex": r"[A-Z]{3}-\d{4}"}),
    "orders[*].lines[*].quantity": Rule("integer"),
    "orders[*].lines[*].price": Rule("number"),
    "orders[*].lines[*].note": Rule("type"),
    "orders[*].gift": Rule("boolean"),
    "currency": Rule("regex", {"regex": "[A-Z]{3}"}),
    "total_count": Rule("integer"),
}


def order(number: int, lines: int) -> dict[str, Any]:
    """Give one order of the example."""
    return {
        "id": f"ord-{number:08d}",
        "status": ("open", "shipped", "cancelled")[number % 3],
        "placed": f"2026-11-{number % 28 + 1:02d}T12:00:00+01:00",
        "total": number + 0.5,
        "customer": {"id": number, "email": f"c{number}@example.org", "name": f"Customer {number}", "vip": False},
        "lines": [
            {"sku": f"ABC-{line:04d}", "quantity": line + 1, "price": line + 0.25, "note": f"line {line}"}
            for line in range(lines)
        ],
        "gift": number % 2 == 0,
    }


def body(orders: int, lines: int) -> dict[str, Any]:
    """Give a page of orders."""
    return {"orders": [order(n, lines) for n in range(orders)], "currency": "EUR", "total_count": orders}


def parts(value: Any) -> tuple[Part, ...]:
    """Give the parts of a response with a value as its body."""
    return HttpResponse(status=200, body=JsonBody(value)).parts()


def compiled(example: Any) -> Comparison:
    """Give our comparison of a response that has the example as its body."""
    rules = tuple(
        LocatedRules(location=parse_location(f"response.body.{path}" if path else "response.body"), rules=(rule,))
        for path, rule in RULES.items()
    )
    return compile_comparison(parts(example), rules)


def interpreted(example: Any) -> Callable[[Any], list[str]]:
    """Give the algorithm as the specification words it: at each node, weigh every rule's path against the node's."""
    paths = [(parse_location(path).steps, rule) for path, rule in RULES.items()]

    def weight(pattern: tuple[Any, ...], path: tuple[Any, ...]) -> int:
        if len(pattern) > len(path):
            return 0
        total = 2
        for want, have in zip(pattern, path, strict=False):
            total *= 2 if want == have else 1 if want is Wildcard.INDEX and isinstance(have, int) else 0
        return total

    def compare(expected: Any, actual: Any, path: tuple[Any, ...], found: list[str]) -> None:
        _, _, rule = max(((weight(steps, path), len(steps), rule) for steps, rule in paths), key=lambda row: row[:2])
        if isinstance(expected, dict) and isinstance(actual, dict):
            for key, value in expected.items():
                compare(value, actual.get(key), (*path, key), found)
        elif isinstance(expected, list) and isinstance(actual, list):
            for index, value in enumerate(actual):
                compare(expected[0], value, (*path, index), found)
        elif rule.name == "regex":
            if not isinstance(actual, str) or re.fullmatch(rule.attributes["regex"], actual) is None:
                found.append(str(path))
        elif type(actual) is not type(expected):
            found.append(str(path))

    def run(actual: Any) -> list[str]:
        found: list[str] = []
        compare(example, actual, (), found)
        return found

    return run


def lowered() -> Callable[[Any], list[Any]]:
    """Give `jsonschema` on a schema that says what the rules say of these bodies."""
    text, number, integer = {"type": "string"}, {"type": "number"}, {"type": "integer"}

    def of(**members: Any) -> dict[str, Any]:
        return {"type": "object", "required": list(members), "properties": members}

    def like(pattern: str) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{pattern})$"}

    customer = of(
        id=integer, email=like(r"[^@]+@[^@]+\.[a-z]{2,}"), name={**text, "minLength": 1}, vip={"type": "boolean"}
    )
    line = of(sku=like(r"[A-Z]{3}-\d{4}"), quantity=integer, price=number, note=text)
    one = of(
        id=like(r"ord-\d{8}"),
        status=like("open|shipped|cancelled"),
        placed=like(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"),
        total=number,
        customer=customer,
        lines={"type": "array", "minItems": 1, "maxItems": 50, "items": line},
        gift={"type": "boolean"},
    )
    page = of(orders={"type": "array", "minItems": 1, "items": one}, currency=like("[A-Z]{3}"), total_count=integer)
    validator = jsonschema.Draft202012Validator(page)
    return lambda actual: list(validator.iter_errors(actual))


def native(example: Any) -> Callable[[str], list[Any]]:
    """Give pact-python's engine on the example as the response of a synchronous message: text in, mismatches out."""
    import pact_ffi
    from pact_ffi import lib

    written = {
        f"$.{path}" if path else "$": {"matchers": [{"match": rule.name, **rule.attributes}], "combine": "AND"}
        for path, rule in RULES.items()
    }
    pact = lib.pactffi_new_pact(b"web-shop", b"orders")
    lib.pactffi_with_specification(pact, lib.PactSpecification_V4)
    message = pact_ffi.InteractionHandle(lib.pactffi_new_sync_message_interaction(pact, b"a page"))
    response = lib.InteractionPart_Response
    assert lib.pactffi_with_body(message._ref, response, b"application/json", orjson.dumps(example))
    assert lib.pactffi_with_matching_rules(message._ref, response, orjson.dumps({"body": written}))
    return lambda text: pact_ffi.sync_message_match_response_contents(message, 0, "application/json", text)


def microseconds(run: Callable[[Any], Any], actual: Any, *, calls: int) -> float:
    """Give the processor's time for one call, in microseconds: the median of some rounds."""
    rounds = timeit.repeat(lambda: run(actual), timer=time.process_time, number=calls, repeat=ROUNDS)
    return median(rounds) / calls * 1e6


def broken(page: dict[str, Any]) -> dict[str, Any]:
    """Give a page with one wrong value in every order."""
    return {**page, "orders": [{**each, "total": "much"} for each in page["orders"]]}


def print_beside_native(name: str, example: Any, actual: Any) -> None:
    """Print what both engines take from the text of a body to its mismatches."""
    compare, peer, text = compiled(example), native(example), orjson.dumps(actual).decode()
    assert len(peer(text)) == len(compare(parts(read_json(text))))
    ours = microseconds(lambda each: compare(parts(read_json(each))), text, calls=50)
    theirs = microseconds(peer, text, calls=3)
    print(f"  from text, {name:<19} {ours:9.0f} us  pact-python {theirs:.0f} us, {theirs / ours:.1f} times ours")


def main() -> None:
    """Print what was measured."""
    large, small = body(60, 9), body(1, 5)
    ours, peers = compiled(large), {"interpreter of paths": interpreted(large), "jsonschema": lowered()}
    assert not ours(parts(large)) and len(ours(parts(broken(large)))) == 60
    assert not any(peer(large) for peer in peers.values())
    kilobytes = len(orjson.dumps(large)) / 1000
    time = microseconds(ours, parts(large), calls=50)
    print(f"{kilobytes:.1f} kB, {len(RULES)} rules")
    print(f"  contractkit, all fits          {time:9.0f} us  {1e6 / time:7.0f} bodies per second and core")
    print(f"  contractkit, 60 mismatches     {microseconds(ours, parts(broken(large)), calls=50):9.0f} us")
    for name, peer in peers.items():
        theirs = microseconds(peer, large, calls=3)
        print(f"  {name:<30} {theirs:9.0f} us  {theirs / time:7.1f} times ours")
    for name, page in (("all fits", large), ("60 mismatches", broken(large))):
        print_beside_native(name, large, page)
    print(f"{len(orjson.dumps(small))} bytes, {len(RULES)} rules")
    print(f"  contractkit, compiled          {microseconds(compiled(small), parts(small), calls=5_000):9.1f} us")
    ours_alone = compiled(small)
    alone = microseconds(lambda page: ours_alone(parts(page)), small, calls=5_000)
    print(f"  contractkit, as verified       {alone:9.1f} us  with the response taken apart")
    print_beside_native("all fits", small, small)
    print(f"  contractkit, compiling it      {microseconds(compiled, small, calls=100):9.1f} us")


if __name__ == "__main__":
    main()
