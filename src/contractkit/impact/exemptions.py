"""Exemptions: findings that somebody answers for until a day, in a file that is reviewed like code."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, Final

from contractkit.errors import SettingsError, suggestion
from contractkit.impact.records import ConsumerImpact, Exempted, Finding, ImpactReport, InteractionImpact

EXEMPTIONS_FILE: Final = "contractkit-exemptions.toml"
"""The file that is read where it is there, beside `pyproject.toml`."""

_TABLE: Final = "exemption"
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_NEEDED: Final = ("fingerprint", "reason", "owner", "expires")
_SCOPES: Final = ("consumer", "version", "environment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """What one table of the file says.

    Attributes:
        fingerprint: Of the finding, as reports give it.
        reason: Why it does not matter.
        owner: Who answers for it.
        expires: The last day on which it holds.
        scope: Patterns (`*` is any text) by `consumer`, `version` and `environment`; one that is not there is `*`.
        line: Where the table stands in the file, for messages.
    """

    fingerprint: str
    reason: str
    owner: str
    expires: date
    scope: Mapping[str, str]
    line: int

    def speaks_of(self, finding: Finding) -> bool:
        """Say whether it is about a finding: its fingerprint, in every version and environment of its consumer."""
        found = {
            "consumer": (finding.consumer,),
            "version": finding.info.versions,
            "environment": finding.info.environments,
        }
        return finding.fingerprint == self.fingerprint and all(
            bool(found[name]) and all(fnmatchcase(value, pattern) for value in found[name])
            for name, pattern in self.scope.items()
        )


def read_exemptions(text: str, *, source: str) -> tuple[Exemption, ...]:
    """Give the exemptions that a file holds: `[[exemption]]` tables of TOML.

    Raises:
        SettingsError: It is no such file; every mistake is listed with its table's line.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            "The exemptions are no TOML.", details=[("file", source), ("problem", str(error))]
        ) from None
    tables = document.get(_TABLE, [])
    unknown = [name for name in document if name != _TABLE]
    if unknown or not isinstance(tables, list):
        raise _unusable(
            source, [(source, f"expected [[{_TABLE}]] tables only, received {', '.join(unknown) or _TABLE}")]
        )
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith(f"[[{_TABLE}")]
    at = [*lines, *([0] * (len(tables) - len(lines)))]
    mistakes = [(f"line {line}", said) for table, line in zip(tables, at, strict=False) for said in _mistakes(table)]
    if mistakes:
        raise _unusable(source, mistakes)
    return tuple(_exemption(table, line) for table, line in zip(tables, at, strict=False))


def exempted(report: ImpactReport, exemptions: Sequence[Exemption], today: date) -> ImpactReport:
    """Give a report in which what somebody answers for no longer counts, and is listed by itself.

    An exemption that has expired silences nothing: its finding counts again, and is listed as expired.
    """
    said = {id(finding): _spoken_of(finding, exemptions, today) for finding in report.findings}
    listed = [each for each in said.values() if each is not None]
    kept = {key for key, each in said.items() if each is None or each.is_expired}
    found = {each.finding.fingerprint for each in listed}
    return replace(
        report,
        consumers=tuple(_without(consumer, kept) for consumer in report.consumers),
        exempted=tuple(listed),
        unused_exemptions=tuple(each.fingerprint for each in exemptions if each.fingerprint not in found),
    )


def _spoken_of(finding: Finding, exemptions: Sequence[Exemption], today: date) -> Exempted | None:
    speaking = [each for each in exemptions if each.speaks_of(finding)]
    if not speaking:
        return None
    latest = max(speaking, key=lambda each: each.expires)
    return Exempted(
        finding=finding,
        reason=latest.reason,
        owner=latest.owner,
        expires=latest.expires,
        is_expired=latest.expires < today,
    )


def _without(consumer: ConsumerImpact, kept: set[int]) -> ConsumerImpact:
    interactions = tuple(_kept(each, kept) for each in consumer.interactions)
    return replace(consumer, interactions=interactions)


def _kept(impact: InteractionImpact, kept: set[int]) -> InteractionImpact:
    return replace(impact, findings=tuple(finding for finding in impact.findings if id(finding) in kept))


def _mistakes(table: Any) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"expected a table, received {table!r}"
        return
    for name in _NEEDED:
        if name not in table:
            yield f"{name} is missing"
    for name in table:
        if name not in (*_NEEDED, *_SCOPES):
            yield f"{name} is not known. {suggestion(name, (*_NEEDED, *_SCOPES))}".strip()
    for name in ("reason", "owner", *_SCOPES):
        if name in table and not (isinstance(table[name], str) and table[name].strip()):
            yield f"{name}: expected a text, received {table[name]!r}"
    written = table.get("fingerprint", "0" * 16)
    if not (isinstance(written, str) and _FINGERPRINT.fullmatch(written)):
        yield f"fingerprint: expected 16 hexadecimal digits as a report gives them, received {written!r}"
    if "expires" in table and type(table["expires"]) is not date:
        yield f"expires: expected a date such as 2027-01-31, without quotes, received {table['expires']!r}"


def _exemption(table: Mapping[str, Any], line: int) -> Exemption:
    scope = {name: table[name] for name in _SCOPES if name in table}
    return Exemption(**{name: table[name] for name in _NEEDED}, scope=scope, line=line)


def _unusable(source: str, mistakes: Sequence[tuple[str, str]]) -> SettingsError:
    return SettingsError("The exemptions cannot be used.", details=[("file", source), *mistakes])
