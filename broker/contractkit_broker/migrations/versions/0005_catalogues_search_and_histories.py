"""State catalogues; words to find contracts by; and indexes for beginnings of names and for the newest results."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from contractkit_broker.service.words import words_of_contract

from contractkit.document import load_contract
from contractkit.errors import ContractkitError

revision = "0005"
down_revision = "0004"

_NEWEST_FILES = """
SELECT integration.provider_id, integration.consumer_id, blob.data
FROM integration
JOIN publication ON publication.provider_id = integration.provider_id AND publication.version_id = (
    SELECT max(version_id) FROM publication AS one
    WHERE one.consumer_id = integration.consumer_id AND one.provider_id = integration.provider_id)
JOIN blob ON blob.digest = publication.file_digest
"""


def upgrade() -> None:
    """Apply the change."""
    _add_catalogues()
    _add_words()
    for table, column in (("version", "number"), ("branch", "name")):
        _index(table, column, postgresql_ops={column: "varchar_pattern_ops"})
    op.drop_index(op.f("ix_interaction_result_interaction_id"), table_name="interaction_result")
    _index("interaction_result", "interaction_id", "verification_id")


def _add_catalogues() -> None:
    op.create_table(
        "state_catalogue",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_state_catalogue_digest")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_state_catalogue_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_state_catalogue")),
    )
    _index("state_catalogue", "application_id", "version_id")


def _add_words() -> None:
    words = op.create_table(
        "search_word",
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("consumer_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id", "consumer_id"],
            ["integration.provider_id", "integration.consumer_id"],
            name=op.f("fk_search_word_provider_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("provider_id", "consumer_id", "word", name=op.f("pk_search_word")),
    )
    for provider, consumer, data in op.get_bind().execute(sa.text(_NEWEST_FILES)).all():
        found = [{"provider_id": provider, "consumer_id": consumer, "word": word} for word in _words(bytes(data))]
        op.bulk_insert(words, found)
    _index("search_word", "word", postgresql_ops={"word": "varchar_pattern_ops"})


def _words(data: bytes) -> list[str]:
    """Give the words of a contract file; one that this release cannot read is found again when it is published."""
    try:
        return sorted(words_of_contract(load_contract(data, origin="the stored contract")))
    except ContractkitError:
        return []


def _index(table: str, *columns: str, **options: Any) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False, **options)
