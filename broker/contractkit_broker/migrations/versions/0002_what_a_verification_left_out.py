"""How many interactions a verification left out; those stored before had nothing to leave out."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("verification", sa.Column("left_out", sa.Integer(), nullable=False, server_default="0"))
