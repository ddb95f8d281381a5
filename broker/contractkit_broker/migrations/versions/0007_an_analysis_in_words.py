"""An impact analysis in words, for its page; those made before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("impact_job", sa.Column("told", sa.JSON(), nullable=True))
