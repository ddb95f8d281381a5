"""Labels of applications, the names of their repositories, and an index by which branches are removed quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("application", sa.Column("repository_name", sa.String(), nullable=True))
    op.add_column("application", sa.Column("repository_namespace", sa.String(), nullable=True))
    op.create_table(
        "label",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_label_application_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("application_id", "name", name=op.f("pk_label")),
    )
    op.create_index(op.f("ix_label_name"), "label", ["name"], unique=False)
    op.create_index(op.f("ix_branch_head_branch_id"), "branch_head", ["branch_id"], unique=False)
