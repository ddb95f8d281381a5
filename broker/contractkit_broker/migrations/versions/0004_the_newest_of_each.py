"""Whose version a publication and a definition are of, beside it: the newest of each is then found in one step."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the change."""
    for table, column in (("publication", "consumer_id"), ("definition", "application_id")):
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
        of_its_version = f"SELECT application_id FROM version WHERE version.id = {table}.version_id"
        op.execute(f"UPDATE {table} SET {column} = ({of_its_version})")
    op.create_index(
        op.f("ix_publication_consumer_id_provider_id_version_id"),
        "publication",
        ["consumer_id", "provider_id", "version_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_definition_application_id_version_id"), "definition", ["application_id", "version_id"], unique=False
    )
