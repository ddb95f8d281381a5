"""The first tables, and the two environments that everybody has."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("repository_url", sa.String(), nullable=True),
        sa.Column("main_branch", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("name", name=op.f("uq_application_name")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("application", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_application_id"), "audit", ["application", "id"], unique=False)
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob")),
    )
    op.create_table(
        "environment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("production", sa.Boolean(), nullable=False),
        sa.Column("contacts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_environment")),
        sa.UniqueConstraint("name", name=op.f("uq_environment_name")),
        sa.UniqueConstraint("uuid", name=op.f("uq_environment_uuid")),
    )
    op.create_table(
        "branch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_branch_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("application_id", "name", name=op.f("uq_branch_application_id_name")),
    )
    op.create_table(
        "content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consumer_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consumer_id"], ["application.id"], name=op.f("fk_content_consumer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_digest"], ["blob.digest"], name=op.f("fk_content_file_digest")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["application.id"], name=op.f("fk_content_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
        sa.UniqueConstraint(
            "consumer_id", "provider_id", "content_id", name=op.f("uq_content_consumer_id_provider_id_content_id")
        ),
    )
    op.create_index(op.f("ix_content_content_id"), "content", ["content_id"], unique=False)
    op.create_table(
        "impact_job",
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("old_digest", sa.String(), nullable=False),
        sa.Column("new_digest", sa.String(), nullable=False),
        sa.Column("against", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=True),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["new_digest"], ["blob.digest"], name=op.f("fk_impact_job_new_digest")),
        sa.ForeignKeyConstraint(["old_digest"], ["blob.digest"], name=op.f("fk_impact_job_old_digest")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["application.id"], name=op.f("fk_impact_job_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_impact_job")),
    )
    op.create_index(op.f("ix_impact_job_state_created_at"), "impact_job", ["state", "created_at"], unique=False)
    op.create_table(
        "integration",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("consumer_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consumer_id"], ["application.id"], name=op.f("fk_integration_consumer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["application.id"], name=op.f("fk_integration_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provider_id", "consumer_id", name=op.f("pk_integration")),
    )
    op.create_index(op.f("ix_integration_consumer_id"), "integration", ["consumer_id"], unique=False)
    op.create_table(
        "usage",
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("interaction_key", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_digest"], ["blob.digest"], name=op.f("fk_usage_file_digest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_digest", "interaction_key", "location", name=op.f("pk_usage")),
    )
    op.create_index(op.f("ix_usage_operation_location"), "usage", ["operation", "location"], unique=False)
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("build_url", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_version_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_version_application_id_number")),
    )
    op.create_index(op.f("ix_version_application_id_id"), "version", ["application_id", "id"], unique=False)
    op.create_table(
        "branch_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_branch_head_branch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_branch_head_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_head")),
    )
    op.create_index(op.f("ix_branch_head_version_id"), "branch_head", ["version_id"], unique=False)
    op.create_index(
        "uq_branch_head_current",
        "branch_head",
        ["branch_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "branch_version",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_branch_version_branch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_branch_version_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("branch_id", "version_id", name=op.f("pk_branch_version")),
    )
    op.create_index(op.f("ix_branch_version_version_id"), "branch_version", ["version_id"], unique=False)
    op.create_table(
        "definition",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_definition_digest")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_definition_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_definition")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("environment_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("instance", sa.String(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_deployment_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environment.id"], name=op.f("fk_deployment_environment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_deployment_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("uuid", name=op.f("uq_deployment_uuid")),
    )
    op.create_index(
        op.f("ix_deployment_environment_id_application_id"),
        "deployment",
        ["environment_id", "application_id"],
        unique=False,
    )
    op.create_index(op.f("ix_deployment_version_id"), "deployment", ["version_id"], unique=False)
    op.create_index(
        "uq_deployment_current",
        "deployment",
        ["environment_id", "application_id", "instance"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "publication",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["content.id"], name=op.f("fk_publication_content"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_digest"], ["blob.digest"], name=op.f("fk_publication_file_digest")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["application.id"], name=op.f("fk_publication_provider_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_publication_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "provider_id", name=op.f("pk_publication")),
    )
    op.create_index(op.f("ix_publication_content"), "publication", ["content"], unique=False)
    op.create_index(
        op.f("ix_publication_provider_id_version_id"), "publication", ["provider_id", "version_id"], unique=False
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("environment_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(), nullable=False),
        sa.Column("ended_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_release_application_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environment.id"], name=op.f("fk_release_environment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_release_version_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("uuid", name=op.f("uq_release_uuid")),
    )
    op.create_index(
        op.f("ix_release_environment_id_application_id"), "release", ["environment_id", "application_id"], unique=False
    )
    op.create_index(op.f("ix_release_version_id"), "release", ["version_id"], unique=False)
    op.create_index(
        "uq_release_current",
        "release",
        ["environment_id", "application_id", "version_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "tag",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_tag_version_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_id", "name", name=op.f("pk_tag")),
    )
    op.create_index(op.f("ix_tag_name_version_id"), "tag", ["name", "version_id"], unique=False)
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("provider_version_id", sa.Integer(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("build_url", sa.String(), nullable=True),
        sa.Column("verified_by", sa.JSON(), nullable=False),
        sa.Column("test_results", sa.JSON(), nullable=False),
        sa.Column("verified_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["content.id"], name=op.f("fk_verification_content"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["provider_version_id"],
            ["version.id"],
            name=op.f("fk_verification_provider_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    op.create_index(op.f("ix_verification_content_id"), "verification", ["content", "id"], unique=False)
    op.create_index(op.f("ix_verification_provider_version_id"), "verification", ["provider_version_id"], unique=False)
    op.create_table(
        "interaction_result",
        sa.Column("verification_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.String(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("mismatches", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["verification.id"],
            name=op.f("fk_interaction_result_verification_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("verification_id", "position", name=op.f("pk_interaction_result")),
    )
    op.create_index(
        op.f("ix_interaction_result_interaction_id"), "interaction_result", ["interaction_id"], unique=False
    )
    op.create_table(
        "verdict",
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("provider_version_id", sa.Integer(), nullable=False),
        sa.Column("verification_id", sa.Integer(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["content.id"], name=op.f("fk_verdict_content"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["provider_version_id"], ["version.id"], name=op.f("fk_verdict_provider_version_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["verification_id"], ["verification.id"], name=op.f("fk_verdict_verification_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content", "provider_version_id", name=op.f("pk_verdict")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_verdict_content_verification_id"), "verdict", ["content", "verification_id"], unique=False)
    op.create_index(op.f("ix_verdict_provider_version_id"), "verdict", ["provider_version_id"], unique=False)
    _seed_environments()


def _seed_environments() -> None:
    columns = ("uuid", "name", "display_name", "production", "contacts", "created_at")
    table = sa.table(
        "environment",
        *(sa.column(name) for name in columns[:3]),
        sa.column("production", sa.Boolean),
        sa.column("contacts", sa.JSON),
        sa.column("created_at"),
    )
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    rows = [("test", "Test", False), ("production", "Production", True)]
    op.bulk_insert(table, [dict(zip(columns, (str(uuid.uuid4()), *row, [], now), strict=True)) for row in rows])
