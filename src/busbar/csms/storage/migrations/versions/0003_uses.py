"""Find sessions by token, and let starts of limited tokens take turns."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the schema up to date."""
    op.create_table(
        "start_turns",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", EXACT, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "transactions_token",
        "transactions",
        [sa.text("lower(token)"), "started_at"],
        sqlite_where=sa.text("token IS NOT NULL"),
        postgresql_where=sa.text("token IS NOT NULL"),
    )
    op.create_index(
        "tokens_group",
        "tokens",
        ["organisation_id", sa.text('lower("group")')],
        sqlite_where=sa.text('"group" IS NOT NULL'),
        postgresql_where=sa.text('"group" IS NOT NULL'),
    )
