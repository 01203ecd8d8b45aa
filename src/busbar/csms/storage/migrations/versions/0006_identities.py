"""Accounts at providers of OpenID Connect are rows, so that each is one person's only."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Bring the schema up to date."""
    op.create_table(
        "identities",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issuer", EXACT, autoincrement=False, nullable=False),
        sa.Column("subject", EXACT, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provisioned", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_index("identities_user_id", "identities", ["user_id"])
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("subjects")
