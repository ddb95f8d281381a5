"""Matchers: an example with the rules by which other values may stand for it, for replies and expected requests."""

from contractkit.matchers import generate
from contractkit.matchers.containers import array_containing, each_key, each_like, each_value, not_empty
from contractkit.matchers.generate import from_provider_state, stub_url
from contractkit.matchers.integration import from_integration_json, to_integration_json
from contractkit.matchers.moments import date, datetime, time
from contractkit.matchers.records import Generator, Matcher
from contractkit.matchers.scalars import (
    boolean,
    content_type,
    decimal,
    equal_to,
    include,
    integer,
    like,
    null,
    number,
    one_of,
    regex,
    semver,
    status,
    string,
    uuid,
)

__all__ = [
    "Generator",
    "Matcher",
    "array_containing",
    "boolean",
    "content_type",
    "date",
    "datetime",
    "decimal",
    "each_key",
    "each_like",
    "each_value",
    "equal_to",
    "from_integration_json",
    "from_provider_state",
    "generate",
    "include",
    "integer",
    "like",
    "not_empty",
    "null",
    "number",
    "one_of",
    "regex",
    "semver",
    "status",
    "string",
    "stub_url",
    "time",
    "to_integration_json",
    "uuid",
]
