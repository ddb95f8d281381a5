"""Exemptions: findings that somebody answers for until a day, in a file that is reviewed like code."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from fnmatch import fnmatchcase
from typing import Any, Final

from contractkit.errors import SettingsError, suggestion
from contractkit.exact_json import show_json
from contractkit.impact.records import ConsumerImpact, Exempted, Finding, ImpactReport, InteractionImpact

EXEMPTIONS_FILE: Final = "contractkit-exemptions.toml"
"""The file that is read where it is there, beside `pyproject.toml`."""

_TABLE: Final = "exemption"
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{16}")
_NEEDED: Final = ("fingerprint", "reason", "owner", "expires")
_SCOPES: Final = ("consumer", "version", "environment")
_HEAD: Final = re.compile(rf"\s*\[\[\s*(?:{_TABLE}|\"{_TABLE}\"|'{_TABLE}')\s*\]\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """What one table of the file says.

    Attributes:
        fingerprint: Of the finding, as reports give it.
        reason: Why it does not matter.
        owner: Who answers for it.
        expires: The last day on which it holds.
        scope: Patterns (`*` is any text) by `consumer`, `version` and `environment`; one that is not there is `*`.
    """

    fingerprint: str
    reason: str
    owner: str
    expires: date
    scope: Mapping[str, str]

    def speaks_of(self, finding: Finding) -> bool:
        """Say whether it is about a finding of its fingerprint: in every version and environment of its consumer."""
        found = {
            "consumer": (finding.consumer,),
            "version": finding.info.versions,
            "environment": finding.info.environments,
        }
        return all(
            bool(found[name]) and all(fnmatchcase(value, pattern) for value in found[name])
            for name, pattern in self.scope.items()
        )


def read_exemptions(data: bytes, *, source: str) -> tuple[Exemption, ...]:
    """Give the exemptions that a file holds: `[[exemption]]` tables of TOML.

    Args:
        data: The file's bytes, UTF-8 with or without a byte order mark.
        source: Its name, for messages.

    Raises:
        SettingsError: It is no such file; every mistake is listed with its table's line.
    """
    text = _decoded(data, source)
    document = _parsed(text, source)
    tables = document.get(_TABLE, [])
    unknown = [name for name in document if name != _TABLE]
    if unknown or not isinstance(tables, list):
        raise _unusable(
            source, [("problem", f"expected [[{_TABLE}]] tables only, received {', '.join(unknown) or _TABLE}")]
        )
    at = _places(text, len(tables))
    mistakes = [(place, said) for table, place in zip(tables, at, strict=True) for said in _mistakes(table)]
    if mistakes:
        raise _unusable(source, mistakes)
    return tuple(map(_exemption, tables))


def exempted(report: ImpactReport, exemptions: Sequence[Exemption], today: date) -> ImpactReport:
    """Give a report in which what somebody answers for no longer counts, and is listed by itself.

    An exemption that has expired silences nothing: its finding counts again, and is listed as expired.
    """
    if not exemptions:
        return report
    known = defaultdict(list)
    for exemption in exemptions:
        known[exemption.fingerprint].append(exemption)
    fingerprints = {id(finding): finding.fingerprint for finding in report.findings}
    said = {
        id(finding): _spoken_of(finding, known.get(fingerprints[id(finding)], ()), today) for finding in report.findings
    }
    listed = [each for each in said.values() if each is not None]
    kept = {key for key, each in said.items() if each is None or each.is_expired}
    used = {fingerprints[id(each.finding)] for each in listed}
    found = set(fingerprints.values())
    return replace(
        report,
        consumers=tuple(_without(consumer, kept) for consumer in report.consumers),
        exempted=tuple(listed),
        unused_exemptions=tuple(each for each in known if each not in found),
        exemptions_out_of_scope=tuple(each for each in known if each in found and each not in used),
    )


def _spoken_of(finding: Finding, known: Iterable[Exemption], today: date) -> Exempted | None:
    speaking = [each for each in known if each.speaks_of(finding)]
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


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            "The file of exemptions cannot be read.", details=[("file", source), ("problem", str(error))]
        ) from None


def _parsed(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also of a number of more digits than Python reads
        problem = str(error)
    except RecursionError:
        problem = "it is nested too deeply"
    raise SettingsError("The exemptions are no TOML.", details=[("file", source), ("problem", problem)])


def _places(text: str, tables: int) -> list[str]:
    """Give where each table stands: its line, or which one it is where it is not written with a head of its own."""
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _HEAD.match(line)]
    if len(lines) == tables:
        return [f"line {number}" for number in lines]
    return [f"table {number}" for number in range(1, tables + 1)]


def _mistakes(table: Any) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"expected a table, received {_shown(table)}"
        return
    for name in _NEEDED:
        if name not in table:
            yield f"{name} is missing"
    for name in table:
        if name not in (*_NEEDED, *_SCOPES):
            yield f"{name} is not known. {suggestion(name, (*_NEEDED, *_SCOPES))}".strip()
    for name in ("reason", "owner", *_SCOPES):
        if name in table and not (isinstance(table[name], str) and table[name].strip()):
            yield f"{name}: expected a text, received {_shown(table[name])}"
    written = table.get("fingerprint", "0" * 16)
    if not (isinstance(written, str) and _FINGERPRINT.fullmatch(written)):
        yield f"fingerprint: expected 16 hexadecimal digits as a report gives them, received {_shown(written)}"
    if "expires" in table and type(table["expires"]) is not date:
        yield f"expires: expected a date such as 2027-01-31, without quotes, received {_shown(table['expires'])}"


def _shown(value: Any) -> str:
    """Give a value as JSON writes it; a time and what is no number, which JSON does not have, as TOML does."""
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, float) else show_json(value)


def _exemption(table: Mapping[str, Any]) -> Exemption:
    scope = {name: table[name] for name in _SCOPES if name in table}
    return Exemption(**{name: table[name] for name in _NEEDED}, scope=scope)


def _unusable(source: str, mistakes: Sequence[tuple[str, str]]) -> SettingsError:
    return SettingsError("The exemptions cannot be used.", details=[("file", source), *mistakes])
