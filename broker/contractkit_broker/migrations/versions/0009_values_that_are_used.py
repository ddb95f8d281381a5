"""Values that contracts use: statuses and texts, among which the members of enumerations are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "usage_value",
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_digest"], ["blob.digest"], name=op.f("fk_usage_value_file_digest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_digest", "operation", "location", "value", name=op.f("pk_usage_value")),
        sqlite_with_rowid=False,
    )
