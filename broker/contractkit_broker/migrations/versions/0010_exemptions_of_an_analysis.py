"""The file of exemptions that was sent with an impact analysis."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("impact_job", sa.Column("exemptions", sa.String(), nullable=True))
