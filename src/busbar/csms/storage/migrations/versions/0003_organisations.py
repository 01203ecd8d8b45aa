"""Whose a row is, on every table, and names that are unique in an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OWNED = ("stations", "seen", "connectors", "transactions", "events", "readings", "exchanges", "commands", "api_keys")
EVERYTHING = b'[{"role":"admin","sites":null}]'
SITE_COLUMNS = "id, name, timezone, address"
CARD_COLUMNS = 'key, value, kind, status, expires_at, "group", label'


def owner() -> sa.Column[int]:
    """Return the column."""
    return sa.Column("organisation_id", sa.BigInteger(), nullable=False, server_default="1")


def upgrade() -> None:
    """Give everything to the first organisation, and the keys there are to the platform, with all rights."""
    for name in OWNED:
        op.add_column(name, owner())
    op.add_column("api_keys", sa.Column("grants", sa.LargeBinary()))
    keys = sa.table("api_keys", sa.column("grants", sa.LargeBinary()), sa.column("organisation_id", sa.BigInteger()))
    op.execute(keys.update().values(grants=EVERYTHING, organisation_id=0))
    if op.get_bind().dialect.name == "sqlite":
        _rebuild()
    else:
        op.add_column("sites", owner())
        op.drop_constraint("sites_name_key", "sites")
        op.add_column("tokens", owner())
        op.add_column("tokens", sa.Column("site_id", sa.BigInteger()))
        op.drop_constraint("tokens_pkey", "tokens")
        op.create_primary_key("tokens_pkey", "tokens", ["organisation_id", "key"])
    op.create_index("sites_name", "sites", ["organisation_id", "name"], unique=True)


def _rebuild() -> None:
    """Make two tables anew: SQLite changes no key of one that exists."""
    op.rename_table("sites", "old_sites")
    op.create_table(
        "sites",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        owner(),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.execute(f"INSERT INTO sites ({SITE_COLUMNS}) SELECT {SITE_COLUMNS} FROM old_sites")  # noqa: S608 - our own columns
    op.execute(
        "UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'old_sites')"
        " WHERE name = 'sites' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'old_sites')"
    )
    op.drop_table("old_sites")
    op.rename_table("tokens", "old_tokens")
    op.create_table(
        "tokens",
        owner(),
        sa.Column("key", EXACT, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("group", sa.Text()),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("site_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("organisation_id", "key"),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO tokens ({CARD_COLUMNS}) SELECT {CARD_COLUMNS} FROM old_tokens")  # noqa: S608 - as above
    op.drop_table("old_tokens")
