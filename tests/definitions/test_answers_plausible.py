"""Synthesised values look like what their formats and names say, in every spelling of a name, texts and numbers."""

import re
from collections.abc import Callable

import pytest

from contractkit.definitions.openapi import OpenApiDefinition
from contractkit.exact_json import Json
from contractkit.model import JsonBody

Answering = Callable[..., OpenApiDefinition]

EMAIL = r"[a-z]+\.\d+@example\.com"
URL = r"https://example\.com/[a-z]+"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
DATE = r"2025-\d\d-\d\d"
MOMENT = r"2025-\d\d-\d\dT\d\d:\d\d:\d\dZ"
IPV4 = r"192\.0\.2\.\d+"
HOST = r"[a-z]+\.example\.com"
PHONE = r"\+1555010\d{4}"
CURRENCY = "EUR|USD|GBP"
COUNTRY = "NO|PT|FR|AT|GB|FI"
PERSON = r"[A-Z][a-z]+"
IDENTIFIER = r"[a-z]+-\d{4}"
MONEY = r"\d{1,2}\.\d{2}"
PERCENTAGE = r"\d{1,2}"

BY_NAME = {
    EMAIL: ("email", "e_mail", "eMail", "email_address", "emailAddress", "EmailAddress", "billing-email", "emails"),
    URL: ("url", "uri", "html_url", "htmlUrl", "callbackURI", "homepage", "avatar", "href"),
    UUID: ("uuid", "order_uuid", "orderUuid", "orderUUID", "guid"),
    DATE: ("date", "due_date", "dueDate", "birthday", "date_of_birth", "dateOfBirth"),
    MOMENT: ("created_at", "createdAt", "timestamp", "start_time", "startTime"),
    IPV4: ("ip", "ip_address", "ipAddress", "IPAddress", "ipv4"),
    HOST: ("host", "hostname", "host_name", "hostName", "domain"),
    PHONE: ("phone", "phone_number", "phoneNumber", "mobile", "telephone", "phones"),
    CURRENCY: ("currency", "currency_code", "currencyCode", "currencies"),
    COUNTRY: ("country", "country_code", "countryCode", "countries"),
    rf"{PERSON}": ("first_name", "firstName", "firstname", "given_name"),
    rf"{PERSON} [A-Z][A-Za-z-]+": ("full_name", "fullName"),
    r"[A-Z][a-z]+ [a-z]+": ("name", "product_name", "productName", "title"),
    IDENTIFIER: ("id", "order_id", "orderId", "orderID"),
    r"[a-z]+-[a-z]+": ("slug", "page_slug", "pageSlug"),
    MONEY: ("amount", "price", "unit_price", "unitPrice", "total", "balance"),
    PERCENTAGE: ("percentage", "tax_percentage", "taxPercentage", "percent"),
}
"""What texts look like to the names of members that have them."""


@pytest.mark.parametrize(("form", "name"), [(form, name) for form, names in BY_NAME.items() for name in names])
def test_texts_look_like_what_their_names_say(answering: Answering, form: str, name: str) -> None:
    for seed in ("a", "b", "c"):
        text = made(answering(f"{{type: object, properties: {{{name}: {{type: string}}}}}}"), seed)[name]
        assert re.fullmatch(form, text), text


@pytest.mark.parametrize(
    ("named", "form"),
    [
        ("email", EMAIL),
        ("idn-email", EMAIL),
        ("uri", URL),
        ("url", URL),
        ("uuid", UUID),
        ("date", DATE),
        ("date-time", MOMENT),
        ("time", r"\d\d:\d\d:\d\dZ"),
        ("ipv4", IPV4),
        ("ipv6", r"2001:db8::[0-9a-f]+"),
        ("hostname", HOST),
        ("phone", PHONE),
        ("currency", CURRENCY),
        ("country", COUNTRY),
        ("money", MONEY),
        ("int64", r"\d+"),
    ],
)
def test_texts_look_like_what_their_formats_say(answering: Answering, named: str, form: str) -> None:
    for seed in ("a", "b", "c"):
        text = made(answering(f"{{type: string, format: {named}}}"), seed)
        assert re.fullmatch(form, text), text


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(
    ("names", "least", "most"),
    [
        (("id", "order_id", "orderId"), 1, 9999),
        (("created_at", "createdAt", "due_date", "timestamp"), 1735689600, 1767139200),
        (("phone", "phone_number", "phoneNumber"), 15550101000, 15550109999),
        (("currency", "currencyCode"), 978, 978),
        (("country", "country_code"), 578, 578),
        (("percentage", "taxPercent", "tax_percentage"), 1, 100),
        (("amount", "unit_price", "unitPrice"), 1, 9999),
        (("zip", "postcode"), 10000, 99999),
        (("year", "birth_year"), 2020, 2030),
    ],
)
def test_numbers_are_of_the_size_that_their_names_say(
    answering: Answering, kind: str, names: tuple[str, ...], least: int, most: int
) -> None:
    members = ", ".join(f"{name}: {{type: {kind}}}" for name in names)
    value = made(answering(f"{{type: object, properties: {{{members}}}}}"), "a")

    assert dict.fromkeys(names, True) == {name: least <= each <= most for name, each in value.items()}


@pytest.mark.parametrize(("name", "most"), [("tax_ratio", 1), ("probability", 1), ("latitude", 90), ("homeLng", 90)])
def test_what_is_seldom_whole_has_decimals(answering: Answering, name: str, most: int) -> None:
    value = made(answering(f"{{type: object, properties: {{{name}: {{type: number}}}}}}"), "a")[name]

    assert isinstance(value, float)
    assert -most <= value <= most


@pytest.mark.parametrize(
    "schema",
    [
        "{type: string, format: email, maxLength: 8}",
        "{type: string, format: email, minLength: 40}",
        "{type: string, format: uri, maxLength: 12}",
        "{type: string, format: uri, minLength: 60}",
        "{type: string, format: hostname, maxLength: 6}",
        "{type: object, properties: {phone: {type: integer, format: int32}}}",
        "{type: object, properties: {phone: {type: integer, maximum: 99}}}",
        "{type: object, properties: {id: {type: number, maximum: 0.5}}}",
        "{type: object, properties: {latitude: {type: number, minimum: -90, maximum: 90}}}",
        "{type: integer, format: unix-time}",
    ],
)
def test_bounds_win_over_what_is_usual(answering: Answering, schema: str) -> None:
    for seed in ("a", "b", "c"):
        made(answering(schema), seed)


def made(definition: OpenApiDefinition, seed: str) -> Json:
    answer = definition.answer(definition.operation("get"), seed=seed)
    assert definition.check_response(answer.operation, answer.response) == ()
    assert isinstance(answer.response.body, JsonBody)
    return answer.response.body.value
