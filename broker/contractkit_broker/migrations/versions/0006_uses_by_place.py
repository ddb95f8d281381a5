"""Uses in the order in which they are asked for: no second index is left, over which each file was scattered.

An interaction is known by its place in the contract; its key, which may be of any length, is in the file.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_FILL = """
INSERT INTO usage (file_digest, operation, location, interaction, needed)
SELECT file_digest, operation, location,
       dense_rank() OVER (PARTITION BY file_digest ORDER BY interaction_key) - 1 AS interaction, needed
FROM usage_before
ORDER BY file_digest, operation, location, interaction
"""


def upgrade() -> None:
    """Apply the change."""
    op.drop_index(op.f("ix_usage_operation_location"), table_name="usage")
    op.rename_table("usage", "usage_before")
    if op.get_bind().dialect.name == "postgresql":  # where names of keys are those of indexes, and each is there once
        op.execute("ALTER INDEX pk_usage RENAME TO pk_usage_before")
    op.create_table(
        "usage",
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("interaction", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_digest"], ["blob.digest"], name=op.f("fk_usage_file_digest"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_digest", "operation", "location", "interaction", name=op.f("pk_usage")),
        sqlite_with_rowid=False,
    )
    op.execute(_FILL)
    op.drop_table("usage_before")
