"""Markup: a made value as XML, for operations that answer in XML only and give no example."""

from html import escape  # the library's XML module loads all of its network code

from contractkit.exact_json import Json, dump_compact


def as_markup(value: Json, name: str = "root") -> str:
    """Give a value as an element: members and list elements become elements of their name."""
    if isinstance(value, list):
        return "".join(as_markup(each, name) for each in value)
    if isinstance(value, dict):
        inside = "".join(as_markup(each, member) for member, each in value.items())
    else:
        inside = escape(value if isinstance(value, str) else dump_compact(value).decode(), quote=False)
    return f"<{name}>{inside}</{name}>"
