"""Publishing: a contract of a version is stored once; other evidence for it is an update, other content a conflict."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection

from contractkit.document import content_id, dump_contract, file_digest, load_contract
from contractkit.model import Contract
from contractkit_broker.service.differences import ContractDifference, compare_contracts, merge_contracts
from contractkit_broker.service.tagging import tag_version
from contractkit_broker.service.usage import usage_rows, value_rows
from contractkit_broker.service.words import words_of_contract
from contractkit_broker.store import applications, blobs, branching, contracts, definitions, finding, usages
from contractkit_broker.store.records import Application, AuditEntry, Publication, Version


class PublicationKind(Enum):
    """What a publication did."""

    NEW_CONTENT = "new content"
    KNOWN_CONTENT = "known content"  # an earlier version already said it: its results hold for this one too
    EVIDENCE = "evidence updated"
    UNCHANGED = "unchanged"
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractUpload:
    """A contract as it came: its bytes, and what they say."""

    data: bytes
    contract: Contract
    merge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A contract that was stored, and how."""

    publication: Publication
    kind: PublicationKind


class ContentConflict(Exception):
    """A version published a contract before, and this one says something else."""

    def __init__(self, existing: Publication, received: str, difference: ContractDifference) -> None:
        super().__init__(existing.consumer)
        self.existing = existing
        self.received = received
        self.difference = difference

    @property
    def summary(self) -> str:
        """Give the conflict in one sentence."""
        was = self.existing
        return (
            f"{was.consumer} {was.version.number} already published a contract with {was.provider}, and this one "
            f"differs (content {_short(self.received)} was {_short(was.content_id)})."
        )

    @property
    def next_step(self) -> str:
        """Give what the publisher can do."""
        return (
            "A published version keeps its contract. Publish under a new version, or check that the tests record "
            "the same values each run."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """The build that publishes: an application's version with its branch, tags and address.

    `is_past` says that another broker recorded it before.
    """

    application: str
    number: str
    branch: str | None = None
    tags: Sequence[str] = ()
    build_url: str | None = None
    is_past: bool = False


def register_build(connection: Connection, build: Build, now: str) -> tuple[Version, bool]:
    """Store a version with its branch, tags and build address; give it and whether it is new."""
    return _register(connection, applications.ensure_application(connection, build.application, now), build, now)


def _register(connection: Connection, application: Application, build: Build, now: str) -> tuple[Version, bool]:
    version, created = applications.ensure_version(connection, application, build.number, now)
    if build.build_url:
        applications.set_build_url(connection, version.id, build.build_url)
    if build.branch:
        _join_branch(connection, application, version, build.branch, now)
    for tag in sorted(build.tags):
        tag_version(connection, version, tag, now, is_past=build.is_past)
    return version, created


def join_branch(connection: Connection, version: Version, branch: str, now: str) -> bool:
    """Put a version on a branch; the first `main`, `master` or `develop` of an application is its main branch."""
    application = applications.ensure_application(connection, version.application, now)
    return _join_branch(connection, application, version, branch, now)


def _join_branch(connection: Connection, application: Application, version: Version, branch: str, now: str) -> bool:
    if application.main_branch is None and branch in ("develop", "main", "master"):
        applications.change_application(connection, application.name, {"main_branch": branch})
    return branching.add_to_branch(connection, version, branch, now)


def publish(
    connection: Connection, build: Build, uploads: Sequence[ContractUpload], now: str
) -> tuple[Version, tuple[Published, ...]]:
    """Store all contracts of a build, or none.

    Raises:
        ContentConflict: The version published other content for one of the providers before.
    """
    ordered = sorted(uploads, key=lambda upload: upload.contract.provider)
    names = sorted({build.application, *(upload.contract.provider for upload in ordered)})
    # by name: two that call each other and publish at once would else wait for each other
    known = {name: applications.ensure_application(connection, name, now) for name in names}
    consumer = known[build.application]
    version, is_new = _register(connection, consumer, build, now)
    taken: set[str] = set()
    published = []
    for upload in ordered:
        provider = known[upload.contract.provider]
        is_first = is_new and provider.name not in taken  # then there is nothing to be looked for
        taken.add(provider.name)
        store = _store_first if is_first else _store
        published.append(store(connection, consumer, version, provider, upload, now))
    return version, tuple(published)


def _store(
    connection: Connection,
    consumer: Application,
    version: Version,
    provider: Application,
    upload: ContractUpload,
    now: str,
) -> Published:
    existing = contracts.find_publication(connection, consumer.name, version.number, provider.name)
    if existing is None:
        return _store_first(connection, consumer, version, provider, upload, now)
    received, digest = content_id(upload.contract), file_digest(upload.data)
    if digest == existing.file_digest:
        return Published(publication=existing, kind=PublicationKind.UNCHANGED)
    before = _published_contract(connection, existing)
    is_a_share = upload.merge and compare_contracts(before, upload.contract).removed
    if received != existing.content_id or is_a_share:  # equal calls under two names are two interactions all the same
        return _merge_or_refuse(connection, existing, before, received, version, provider, upload, now)
    _keep_file(connection, upload, digest, now)
    contracts.ensure_content(connection, consumer, provider, received, digest, now)
    contracts.replace_file(connection, version, provider, digest)
    _note_words(connection, consumer, provider, upload.contract)
    details = {"provider": provider.name, "fileDigest": {"from": existing.file_digest, "to": digest}}
    entry = AuditEntry(
        at=now, event="evidence updated", application=consumer.name, version=version.number, details=details
    )
    definitions.add_audit(connection, entry)
    return _published(connection, existing, PublicationKind.EVIDENCE)


def _store_first(
    connection: Connection,
    consumer: Application,
    version: Version,
    provider: Application,
    upload: ContractUpload,
    now: str,
) -> Published:
    digest, said = file_digest(upload.data), content_id(upload.contract)
    known = contracts.find_content(connection, consumer.name, provider.name, said)
    if known is not None and known.file_digest == digest:  # an earlier version published the same bytes
        content = known
    else:
        _keep_file(connection, upload, digest, now)
        content = contracts.ensure_content(connection, consumer, provider, said, digest, now)
    if known is None:
        contracts.ensure_integration(connection, consumer, provider, now)
    if content is not known:
        _note_words(connection, consumer, provider, upload.contract)
    publication = contracts.add_publication(connection, version, provider, content, now)
    kind = PublicationKind.NEW_CONTENT if known is None else PublicationKind.KNOWN_CONTENT
    return Published(publication=publication, kind=kind)


def _published_contract(connection: Connection, existing: Publication) -> Contract:
    data = blobs.find_blob(connection, existing.file_digest)
    assert data is not None
    return load_contract(data, origin=f"the contract of {existing.consumer} {existing.version.number}")


def _merge_or_refuse(
    connection: Connection,
    existing: Publication,
    before: Contract,
    received: str,
    version: Version,
    provider: Application,
    upload: ContractUpload,
    now: str,
) -> Published:
    merged = merge_contracts(before, upload.contract) if upload.merge else None
    if merged is None:
        raise ContentConflict(existing, received, compare_contracts(before, upload.contract))
    joined = ContractUpload(data=dump_contract(merged), contract=merged)
    digest = file_digest(joined.data)
    _keep_file(connection, joined, digest, now)
    consumer = applications.ensure_application(connection, existing.consumer, now)
    said = contracts.ensure_content(connection, consumer, provider, content_id(merged), digest, now)
    contracts.replace_content(connection, version, provider, said)
    _note_words(connection, consumer, provider, merged)
    return _published(connection, existing, PublicationKind.MERGED)


def _keep_file(connection: Connection, upload: ContractUpload, digest: str, now: str) -> None:
    blobs.add_blob(connection, digest, upload.data, now)
    usages.add_usage(connection, digest, usage_rows(upload.contract))
    usages.add_values(connection, digest, value_rows(upload.contract))


def _note_words(connection: Connection, consumer: Application, provider: Application, contract: Contract) -> None:
    """Have a pair be found by what its contract says; words that it says no more are passed over by who searches."""
    finding.add_words(connection, consumer.id, provider.id, words_of_contract(contract))


def _published(connection: Connection, before: Publication, kind: PublicationKind) -> Published:
    now = contracts.find_publication(connection, before.consumer, before.version.number, before.provider)
    assert now is not None
    return Published(publication=now, kind=kind)


def _short(digest: str) -> str:
    return f"{digest.partition(':')[2][:4]}…"
