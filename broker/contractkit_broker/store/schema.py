"""The tables. Facts are appended; what is current is marked by an open interval (`ended_at` is null) and indexed.

Times are ISO 8601 texts in UTC, which sort as they pass. Digests are written `sha256:…`.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_OPEN = text("ended_at IS NULL")

BYTE_BY_BYTE = "varchar_pattern_ops"
"""How PostgreSQL orders an index in which all that begins with a text stands together; SQLite always does."""


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _reference(name: str, target: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    key = ForeignKey(f"{target}.id", ondelete="CASCADE")
    return Column(name, Integer, key, primary_key=primary_key, nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String, nullable=nullable)


application = Table(
    "application",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    _word("display_name", nullable=True),
    _word("repository_url", nullable=True),
    _word("main_branch", nullable=True),
    _word("created_at"),
    _word("repository_name", nullable=True),
    _word("repository_namespace", nullable=True),
)

label = Table(
    "label",
    metadata,
    _reference("application_id", "application", primary_key=True),
    Column("name", String, primary_key=True),
    _word("created_at"),
    Index(None, "name"),
)

version = Table(
    "version",
    metadata,
    _id(),
    _reference("application_id", "application"),
    _word("number"),
    _word("build_url", nullable=True),
    _word("created_at"),
    UniqueConstraint("application_id", "number"),
    Index(None, "application_id", "id"),
    Index(None, "number", postgresql_ops={"number": BYTE_BY_BYTE}),  # for numbers of which only the beginning is known
)

branch = Table(
    "branch",
    metadata,
    _id(),
    _reference("application_id", "application"),
    _word("name"),
    _word("created_at"),
    UniqueConstraint("application_id", "name"),
    Index(None, "name", postgresql_ops={"name": BYTE_BY_BYTE}),
)

branch_version = Table(
    "branch_version",
    metadata,
    _reference("branch_id", "branch", primary_key=True),
    _reference("version_id", "version", primary_key=True),
    _word("created_at"),
    Index(None, "version_id"),
)

branch_head = Table(
    "branch_head",
    metadata,
    _id(),
    _reference("branch_id", "branch"),
    _reference("version_id", "version"),
    _word("started_at"),
    _word("ended_at", nullable=True),
    Index(None, "branch_id"),
    Index("uq_branch_head_current", "branch_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(None, "version_id"),
)

tag = Table(
    "tag",
    metadata,
    _reference("version_id", "version", primary_key=True),
    Column("name", String, primary_key=True),
    _word("created_at"),
    Index(None, "name", "version_id"),
)

environment = Table(
    "environment",
    metadata,
    _id(),
    Column("uuid", String, nullable=False, unique=True),
    Column("name", String, nullable=False, unique=True),
    _word("display_name"),
    Column("production", Boolean, nullable=False),
    Column("contacts", JSON, nullable=False),
    _word("created_at"),
)

deployment = Table(
    "deployment",
    metadata,
    _id(),
    Column("uuid", String, nullable=False, unique=True),
    _reference("environment_id", "environment"),
    _reference("application_id", "application"),
    _reference("version_id", "version"),
    _word("instance"),  # the application instance; empty where none was named, which is an instance of its own
    _word("started_at"),
    _word("ended_at", nullable=True),
    Index(
        "uq_deployment_current",
        "environment_id",
        "application_id",
        "instance",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(None, "version_id"),
    Index(None, "environment_id", "application_id"),
)

release = Table(
    "release",
    metadata,
    _id(),
    Column("uuid", String, nullable=False, unique=True),
    _reference("environment_id", "environment"),
    _reference("application_id", "application"),
    _reference("version_id", "version"),
    _word("started_at"),
    _word("ended_at", nullable=True),
    Index(
        "uq_release_current",
        "environment_id",
        "application_id",
        "version_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(None, "version_id"),
    Index(None, "environment_id", "application_id"),
)

blob = Table(
    "blob",
    metadata,
    Column("digest", String, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    _word("created_at"),
)

content = Table(
    "content",
    metadata,
    _id(),
    _reference("consumer_id", "application"),
    _reference("provider_id", "application"),
    _word("content_id"),
    Column("file_digest", String, ForeignKey("blob.digest"), nullable=False),  # the newest file with this content
    _word("created_at"),
    UniqueConstraint("consumer_id", "provider_id", "content_id"),
    Index(None, "content_id"),
)

publication = Table(
    "publication",
    metadata,
    _reference("version_id", "version", primary_key=True),
    _reference("provider_id", "application", primary_key=True),
    _reference("content", "content"),
    Column("file_digest", String, ForeignKey("blob.digest"), nullable=False),
    _word("created_at"),
    # of the version; here too, so that the newest of a pair is one step in an index, whatever else was published
    Column("consumer_id", Integer, nullable=False, server_default="0"),
    Index(None, "provider_id", "version_id"),
    Index(None, "content"),
    Index(None, "consumer_id", "provider_id", "version_id"),
)

integration = Table(
    "integration",
    metadata,
    _reference("provider_id", "application", primary_key=True),
    _reference("consumer_id", "application", primary_key=True),
    _word("created_at"),
    Index(None, "consumer_id"),
)

search_word = Table(
    "search_word",
    metadata,
    Column("provider_id", Integer, primary_key=True),
    Column("consumer_id", Integer, primary_key=True),
    Column("word", String, primary_key=True),
    ForeignKeyConstraint(
        ["provider_id", "consumer_id"], ["integration.provider_id", "integration.consumer_id"], ondelete="CASCADE"
    ),
    Index(None, "word", postgresql_ops={"word": BYTE_BY_BYTE}),
)  # what the newest contract of a pair names: operations, states and interactions, word by word

usage = Table(
    "usage",
    metadata,
    Column("file_digest", String, ForeignKey("blob.digest", ondelete="CASCADE"), primary_key=True),
    Column("operation", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("interaction", Integer, primary_key=True, autoincrement=False),  # its place in the contract
    Column("needed", Boolean, nullable=True),  # null: needs were not inferred
    sqlite_with_rowid=False,
)

usage_value = Table(
    "usage_value",
    metadata,
    Column("file_digest", String, ForeignKey("blob.digest", ondelete="CASCADE"), primary_key=True),
    Column("operation", String, primary_key=True),
    Column("location", String, primary_key=True),
    Column("value", String, primary_key=True),  # as JSON
    Column("needed", Boolean, nullable=True),  # null: the tests were served it, and needs were not inferred
    sqlite_with_rowid=False,
)  # statuses and short texts: of what is listed in a definition, somebody may ask who uses it

verification = Table(
    "verification",
    metadata,
    _id(),
    _reference("content", "content"),
    _reference("provider_version_id", "version"),
    Column("success", Boolean, nullable=False),
    _word("build_url", nullable=True),
    Column("verified_by", JSON, nullable=False),
    Column("test_results", JSON, nullable=False),  # as they came, for clients that read them back
    _word("verified_at"),
    Column("left_out", Integer, nullable=False, server_default="0"),  # interactions that were not replayed
    Index(None, "content", "id"),
    Index(None, "provider_version_id"),
)

interaction_result = Table(
    "interaction_result",
    metadata,
    _reference("verification_id", "verification", primary_key=True),
    Column("position", Integer, primary_key=True),
    _word("interaction_id"),
    Column("success", Boolean, nullable=False),
    Column("mismatches", JSON, nullable=False),
    Column("errors", JSON, nullable=False),
    Index(None, "interaction_id", "verification_id"),  # the newest of one interaction first, whatever came before
)

verdict = Table(
    "verdict",
    metadata,
    _reference("content", "content", primary_key=True),
    _reference("provider_version_id", "version", primary_key=True),
    _reference("verification_id", "verification"),
    Column("success", Boolean, nullable=False),
    Index(None, "content", "verification_id"),
    Index(None, "provider_version_id"),
    sqlite_with_rowid=False,
)

definition = Table(
    "definition",
    metadata,
    _reference("version_id", "version", primary_key=True),
    Column("digest", String, ForeignKey("blob.digest"), nullable=False),
    _word("content_type"),
    _word("created_at"),
    Column("application_id", Integer, nullable=False, server_default="0"),  # of the version, as in a publication
    Index(None, "application_id", "version_id"),
)

state_catalogue = Table(
    "state_catalogue",
    metadata,
    _reference("version_id", "version", primary_key=True),
    Column("application_id", Integer, nullable=False),  # of the version, as in a publication
    Column("digest", String, ForeignKey("blob.digest"), nullable=False),
    _word("created_at"),
    Index(None, "application_id", "version_id"),
)

impact_job = Table(
    "impact_job",
    metadata,
    Column("uuid", String, primary_key=True),
    _word("state"),  # queued, running, done, failed
    _reference("provider_id", "application"),
    Column("old_digest", String, ForeignKey("blob.digest"), nullable=False),
    Column("new_digest", String, ForeignKey("blob.digest"), nullable=False),
    Column("against", JSON, nullable=False),
    Column("exemptions", String, nullable=True),  # the text of the file that was sent
    Column("report", JSON, nullable=True),
    Column("told", JSON, nullable=True),  # the report in words
    _word("problem", nullable=True),
    _word("created_at"),
    _word("started_at", nullable=True),
    _word("ended_at", nullable=True),
    Index(None, "state", "created_at"),
)

impact_proof = Table(
    "impact_proof",
    metadata,
    _reference("version_id", "version", primary_key=True),  # of the consumer whose tests ran
    _reference("provider_id", "application", primary_key=True),
    Column("old_digest", String, primary_key=True),
    Column("new_digest", String, primary_key=True),
    Column("interactions", JSON, nullable=False),
    _word("created_at"),
    Index(None, "provider_id", "new_digest"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _word("at"),
    _word("event"),
    _word("application"),
    _word("version"),
    Column("details", JSON, nullable=False),
    Index(None, "application", "id"),
)
