"""The first schema: all that is not a record."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def owner() -> sa.Column[int]:
    """Return the column that says whose a row is."""
    return sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, server_default="1", nullable=False)


def upgrade() -> None:
    """Create everything but the records."""
    op.create_table(
        "api_keys",
        sa.Column("id", EXACT, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("last_used_at", sa.BigInteger()),
        sa.Column("grants", sa.LargeBinary()),
        owner(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "commands",
        sa.Column("id", EXACT, nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text()),
        sa.Column("survives_reconnect", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("status", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("error_description", sa.Text()),
        sa.Column("answer", sa.LargeBinary()),
        owner(),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "commands_key",
        "commands",
        ["station_id", "idempotency_key"],
        unique=True,
        sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index("commands_station", "commands", ["station_id", "created_at"], unique=False)
    op.create_index("ix_commands_created_at", "commands", ["created_at"], unique=False)
    op.create_table(
        "connectors",
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connector", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("info", sa.Text()),
        sa.Column("vendor_error", sa.Text()),
        owner(),
        sa.PrimaryKeyConstraint("station_id", "evse", "connector"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "events",
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        owner(),
        sa.PrimaryKeyConstraint("transaction", "seq_no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exchanges",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Double()),
        owner(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "exchanges_failed",
        "exchanges",
        ["id"],
        unique=False,
        sqlite_where=sa.text("outcome != 'ok'"),
        postgresql_where=sa.text("outcome != 'ok'"),
    )
    op.create_table(
        "readings",
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connector", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("energy_wh", sa.Double()),
        sa.Column("power_w", sa.Double()),
        sa.Column("soc_pct", sa.Double()),
        sa.Column("samples", sa.LargeBinary(), nullable=False),
        owner(),
        sa.PrimaryKeyConstraint("at", "station_id", "evse", "connector", "transaction", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seen",
        sa.Column("station_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        owner(),
        sa.PrimaryKeyConstraint("station_id"),
        postgresql_with={"fillfactor": "50"},
    )
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
    op.create_index("sites_name", "sites", ["organisation_id", "name"], unique=True)
    op.create_table(
        "stations",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("identity_key", EXACT, nullable=False),
        sa.Column("site_id", sa.BigInteger()),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("registration", sa.Text(), nullable=False),
        sa.Column("version", sa.Text()),
        sa.Column("vendor", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("serial", sa.Text()),
        sa.Column("firmware", sa.Text()),
        sa.Column("boot_reason", sa.Text()),
        sa.Column("booted_at", sa.BigInteger()),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("opened_epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("online", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("connected_at", sa.BigInteger()),
        sa.Column("address", sa.Text()),
        owner(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("identity_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stations_site_id", "stations", ["site_id"], unique=False)
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
    op.create_table(
        "transactions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.Text(), nullable=False),
        sa.Column("evse", sa.BigInteger()),
        sa.Column("connector", sa.BigInteger()),
        sa.Column("token", sa.Text()),
        sa.Column("token_kind", sa.Text()),
        sa.Column("token_status", sa.Text()),
        sa.Column("start_key", sa.Text()),
        sa.Column("remote_start_id", sa.BigInteger()),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("charging_state", sa.Text()),
        sa.Column("stop_reason", sa.Text()),
        sa.Column("meter_start_wh", sa.Double()),
        sa.Column("meter_stop_wh", sa.Double()),
        sa.Column("energy_wh", sa.Double()),
        sa.Column("power_w", sa.Double()),
        sa.Column("soc_pct", sa.Double()),
        sa.Column("first_seq_no", sa.BigInteger()),
        sa.Column("last_seq_no", sa.BigInteger()),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        owner(),
        sa.PrimaryKeyConstraint("id"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(
        "transactions_ended",
        "transactions",
        ["station_id", "ended_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    op.create_index(
        "transactions_running",
        "transactions",
        ["station_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "transactions_start",
        "transactions",
        ["station_id", "start_key"],
        unique=True,
        sqlite_where=sa.text("start_key IS NOT NULL"),
        postgresql_where=sa.text("start_key IS NOT NULL"),
    )
    op.create_index("transactions_wire", "transactions", ["station_id", "transaction_id"], unique=True)

    if op.get_bind().dialect.name == "sqlite":
        op.create_table(
            "exchange_blocks",
            sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("block", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.PrimaryKeyConstraint("station_id", "block"),
            info={"dialect": "sqlite"},
            sqlite_with_rowid=False,
        )
        op.create_table(
            "reading_slots",
            sa.Column("scope", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.PrimaryKeyConstraint("scope", "number", "slot"),
            info={"dialect": "sqlite"},
            sqlite_with_rowid=False,
        )
    else:
        op.create_index("exchanges_station", "exchanges", ["station_id", "id"], unique=False)
        op.create_index("readings_station", "readings", ["station_id", "at"], unique=False)
        op.create_index("readings_transaction", "readings", ["transaction", "at"], unique=False)
