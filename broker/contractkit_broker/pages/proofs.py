"""What consumers' own tests proved of a definition, beside what was predicted, as the page of an analysis shows it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from contractkit.exact_json import Json
from contractkit.explain.terminal import readable
from contractkit.impact.proven import Proven
from contractkit_broker.store.proofs import ImpactProof, proofs_of
from contractkit_broker.store.records import ImpactJob

MOST_PROOFS: Final = 20
_MOST_ROWS: Final = 50  # of one proof
_MOST_CHARACTERS: Final = 160  # of what a test said

_ORDER: Final = tuple(each.value for each in Proven)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenRow:
    """One interaction: what was predicted, what was proven, by which test, and why the two differ where they do."""

    description: str
    predicted: str
    outcome: str
    test: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProof:
    """What the tests of one consumer version proved, what differs from the prediction and what fails first.

    `counts` is in words, `is_of_another` whether the definition took another one's place there.
    """

    consumer: str
    version: str
    created_at: str
    counts: str
    rows: tuple[ProvenRow, ...]
    left_out: int
    is_of_another: bool

    @property
    def is_bad(self) -> bool:
        """Say whether some interaction was proven to fail, on all or some of the answers."""
        return any(row.outcome in (Proven.FAILS.value, Proven.CAN_FAIL.value) for row in self.rows)


def shown_proofs(connection: Connection, job: ImpactJob) -> tuple[ShownProof, ...]:
    """Give what is proved of the definition that a job predicts of, the newest versions first."""
    found = proofs_of(connection, job.provider, job.new_digest, MOST_PROOFS)
    return tuple(_shown(each, is_of_another=each.old_digest != job.old_digest) for each in found)


def _shown(proof: ImpactProof, *, is_of_another: bool) -> ShownProof:
    counts = Counter(each["outcome"] for each in proof.interactions)
    ordered = sorted(proof.interactions, key=lambda each: (not each.get("why"), _ORDER.index(each["outcome"])))
    return ShownProof(
        consumer=proof.consumer,
        version=proof.version,
        created_at=proof.created_at,
        counts=", ".join(f"{counts[outcome]} {outcome}" for outcome in _ORDER if counts[outcome]),
        rows=tuple(_row(each) for each in ordered[:_MOST_ROWS]),
        left_out=max(0, len(ordered) - _MOST_ROWS),
        is_of_another=is_of_another,
    )


def _row(said: Mapping[str, Json]) -> ProvenRow:
    telling = [each for each in said["tests"] if each["outcome"] == said["outcome"]]
    return ProvenRow(
        description=readable(said["description"]),
        predicted=said["predicted"],
        outcome=said["outcome"],
        test=readable(_place(telling[0])) if telling else "",
        why=readable(said.get("why") or ""),
    )


def _place(test: Mapping[str, Json]) -> str:
    """Give where a test stands and the first line of what it said."""
    at = f"{test['file']}:{test['line']}" if test.get("file") and test.get("line") else test["nodeId"]
    first = next(iter((test.get("message") or "").splitlines()), "")[:_MOST_CHARACTERS]
    return f"{at}: {first}" if first else at
