"""Find sessions by token, and tokens by group."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up to date."""
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
