"""Impact jobs, worked off one at a time in a process of their own with a time and memory limit.

The thread here only waits: a job that takes ten seconds delays no decision.
"""

import base64
import logging
import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from contractkit.exact_json import Json
from contractkit_broker.api.definitions import contracts_that_count
from contractkit_broker.bounded_process import BoundedProcess
from contractkit_broker.service.usage import silent_consumers
from contractkit_broker.settings import BrokerSettings
from contractkit_broker.store import blobs, branching, definitions, environments
from contractkit_broker.store.database import Database
from contractkit_broker.store.records import ImpactJob

_LOG = logging.getLogger("contractkit_broker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """How a job ended: a report, with the same in words, or a problem in words."""

    report: Json = None
    told: Json = None
    problem: str | None = None


class ImpactWorker:
    """Takes queued jobs, this process's and those of replicas that went away."""

    def __init__(self, database: Database, settings: BrokerSettings) -> None:
        self._database = database
        self._settings = settings
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._process = BoundedProcess("contractkit_broker.impact_process", settings.impact.seconds)
        self._thread = threading.Thread(target=self._work, name="impact", daemon=True)

    def start(self) -> None:
        """Begin to take jobs."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that a job was queued."""
        self._woken.set()

    def stop(self) -> None:
        """End after the present job's process was ended; the job stays and is taken up again later."""
        self._stopping.set()
        self._woken.set()
        self._process.kill()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(timeout=30)  # looks again after a while for what another replica left behind
            self._woken.clear()
            try:
                self._work_off()
            except SQLAlchemyError as error:  # the database is busy or gone: jobs stay, and are looked for again
                _LOG.error("Impact jobs wait, since the database cannot be used: %s", error)

    def _work_off(self) -> None:
        while not self._stopping.is_set() and (job := self._claim()) is not None:
            analysis = self.analyse(job.uuid)
            if not self._stopping.is_set():
                self._finish(job, analysis)

    def _claim(self) -> ImpactJob | None:
        now = self._settings.clock()
        patience = timedelta(seconds=2 * self._settings.impact.seconds)
        abandoned = (datetime.fromisoformat(now) - patience).isoformat(timespec="microseconds")
        return self._database.write(
            lambda connection: definitions.claim_job(connection, now=now, abandoned_before=abandoned)
        )

    def _finish(self, job: ImpactJob, analysis: Analysis) -> None:
        now = self._settings.clock()
        said = {"report": analysis.report, "told": analysis.told, "problem": analysis.problem}
        self._database.write(lambda connection: definitions.finish_job(connection, job.uuid, **said, now=now))

    def analyse(self, uuid: str) -> Analysis:
        """Give the report of a job, or why there is none in words."""
        with self._database.reading() as connection:
            job = definitions.find_job(connection, uuid)
            assert job is not None
            order = _order(connection, job, self._settings.impact.memory)
        return Analysis(**self._process.answer(order))


def _order(connection: Connection, job: ImpactJob, memory: int) -> Json:
    found = contracts_that_count(
        connection, job.provider, environment=job.against["environment"], branch=job.against["branch"]
    )
    versions = {each.version.id for each in found}
    branches, places = defaultdict(list), defaultdict(list)
    for membership in branching.memberships(connection, versions):
        branches[membership.version_id].append(membership.branch)
    for place in environments.occupancies_of(connection, versions):
        places[place.version.id].append(place.environment.name)
    entries: dict[str, dict[str, Json]] = {}
    for each in found:
        if each.file_digest not in entries:
            entries[each.file_digest] = {**_entry(connection, each.file_digest), "sha": each.sha}
        entry = entries[each.file_digest]
        entry["versions"].append(each.version.number)
        entry["environments"] += places[each.version.id]
        entry["branches"] += branches[each.version.id]
    return {
        "memory": memory,
        "provider": job.provider,
        "exemptions": job.exemptions,
        "day": job.created_at[:10],
        "old": _file(connection, job.old_digest),
        "new": _file(connection, job.new_digest),
        "contracts": list(entries.values()),
        "elsewhere": list(silent_consumers(connection, job.provider, {each.consumer for each in found})),
    }


def _entry(connection: Connection, digest: str) -> dict[str, Json]:
    origin = f"/blobs/{digest}"  # where the file is read from this broker, wherever a reader reaches that
    return {"data": _file(connection, digest), "origin": origin, "versions": [], "environments": [], "branches": []}


def _file(connection: Connection, digest: str) -> str:
    data = blobs.find_blob(connection, digest)
    assert data is not None
    return base64.b64encode(data).decode()
