"""What consumers' own tests proved of a proposed definition."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "impact_proof",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("old_digest", sa.String(), nullable=False),
        sa.Column("new_digest", sa.String(), nullable=False),
        sa.Column("interactions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_impact_proof_version_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["application.id"], name=op.f("fk_impact_proof_provider_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "provider_id", "old_digest", "new_digest", name=op.f("pk_impact_proof")),
    )
    op.create_index(op.f("ix_impact_proof_provider_id_new_digest"), "impact_proof", ["provider_id", "new_digest"])
