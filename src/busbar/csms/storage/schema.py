"""The tables, once for both databases. It must not know who reads or writes them.

What is written per message only grows at its end: the message log by number, readings by time. A key or an index that
begins with the station would dirty one page per station and commit, which on SQLite costs more than all the rest.
There, two small tables remember in which blocks of the log, and in which slots of time, a station's rows are;
PostgreSQL, which logs rows and not pages, has plain indexes instead.

Nothing refers to another table by a foreign key: a message of a station that is just being removed must not fail.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text, func

from busbar.csms.grants import Grant
from busbar.csms.rows import CommandState
from busbar.csms.storage.types import Exact, Json, KeyPart, Micros, Number, Word
from busbar.model.values import AuthorizationStatus, ConnectorStatus, RegistrationStatus
from busbar.model.versions import Version

metadata = MetaData()

BLOCK_BITS = 12
"""A block of the message log is 4096 numbers."""
SLOT_US = 600_000_000
"""A slot of readings is ten minutes."""
POSTGRES_ONLY = {"dialect": "postgresql"}
SQLITE_ONLY = {"dialect": "sqlite"}


def _owner(*, key: bool = False) -> Column[int]:
    """Return the column that says whose a row is; every table of tenants' data has it."""
    return Column(
        "organisation_id", BigInteger, nullable=False, server_default="1", primary_key=key, autoincrement=False
    )


sites = Table(
    "sites",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("address", Text, nullable=False),
    _owner(),
    sqlite_autoincrement=True,
)
Index("sites_name", sites.c.organisation_id, sites.c.name, unique=True)

stations = Table(
    "stations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("identity", Text, nullable=False),
    Column("identity_key", Exact, nullable=False, unique=True),
    Column("site_id", BigInteger, index=True),
    Column("secret", LargeBinary),
    Column("registration", Word(RegistrationStatus), nullable=False),
    Column("version", Word(Version)),
    Column("vendor", Text),
    Column("model", Text),
    Column("serial", Text),
    Column("firmware", Text),
    Column("boot_reason", Text),
    Column("booted_at", Micros),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("opened_epoch", BigInteger, nullable=False, server_default="0"),
    Column("online", Boolean, nullable=False, server_default="0"),
    Column("connected_at", Micros),
    Column("address", Text),
    _owner(),
    sqlite_autoincrement=True,
)

# Apart from the stations, since it changes with every message.
seen = Table(
    "seen",
    metadata,
    Column("station_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("last_seen_at", Micros, nullable=False),
    _owner(),
    postgresql_with={"fillfactor": "50"},
)

connectors = Table(
    "connectors",
    metadata,
    Column("station_id", BigInteger, primary_key=True, autoincrement=False),
    Column("evse", BigInteger, primary_key=True, autoincrement=False),
    Column("connector", BigInteger, primary_key=True, autoincrement=False),
    Column("status", Word(ConnectorStatus), nullable=False),
    Column("changed_at", Micros, nullable=False),
    Column("error", Text),
    Column("info", Text),
    Column("vendor_error", Text),
    _owner(),
    sqlite_with_rowid=False,
)

tokens = Table(
    "tokens",
    metadata,
    _owner(key=True),
    Column("key", Exact, primary_key=True),
    Column("value", Text, nullable=False),
    Column("kind", Text),
    Column("status", Word(AuthorizationStatus), nullable=False),
    Column("expires_at", Micros),
    Column("group", Text),
    Column("label", Text, nullable=False),
    Column("site_id", BigInteger),
    sqlite_with_rowid=False,
)

GROUPED = tokens.c.group.is_not(None)
Index(
    "tokens_group",
    tokens.c.organisation_id,
    func.lower(tokens.c.group),
    sqlite_where=GROUPED,
    postgresql_where=GROUPED,
)

transactions = Table(
    "transactions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("station_id", BigInteger, nullable=False),
    Column("transaction_id", Text, nullable=False),
    Column("evse", BigInteger),
    Column("connector", BigInteger),
    Column("token", Text),
    Column("token_kind", Text),
    Column("token_status", Word(AuthorizationStatus)),
    Column("start_key", Text),
    Column("remote_start_id", BigInteger),
    Column("reservation_id", BigInteger),
    Column("started_at", Micros),
    Column("updated_at", Micros, nullable=False),
    Column("ended_at", Micros),
    Column("charging_state", Text),
    Column("stop_reason", Text),
    Column("meter_start_wh", Double),
    Column("meter_stop_wh", Double),
    Column("energy_wh", Double),
    Column("power_w", Double),
    Column("soc_pct", Double),
    Column("first_seq_no", BigInteger),
    Column("last_seq_no", BigInteger),
    Column("events", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("flags", Text, nullable=False),
    _owner(),
    postgresql_with={"fillfactor": "70"},
)
Index("transactions_wire", transactions.c.station_id, transactions.c.transaction_id, unique=True)
STARTED = transactions.c.start_key.is_not(None)
Index(
    "transactions_start",
    transactions.c.station_id,
    transactions.c.start_key,
    unique=True,
    sqlite_where=STARTED,
    postgresql_where=STARTED,
)
RUNNING = transactions.c.ended_at.is_(None)
Index("transactions_running", transactions.c.station_id, sqlite_where=RUNNING, postgresql_where=RUNNING)
ENDED = transactions.c.ended_at.is_not(None)
Index(
    "transactions_ended",
    transactions.c.station_id,
    transactions.c.ended_at,
    sqlite_where=ENDED,
    postgresql_where=ENDED,
)

BY_TOKEN = transactions.c.token.is_not(None)
# By the token's key, which in a token of OCPP (ASCII) is what the database makes of it.
Index(
    "transactions_token",
    func.lower(transactions.c.token),
    transactions.c.started_at,
    sqlite_where=BY_TOKEN,
    postgresql_where=BY_TOKEN,
)

# `transaction` is the number under which (station_id, transaction_id) is stored, so the key is the content key.
events = Table(
    "events",
    metadata,
    Column("transaction", BigInteger, primary_key=True, autoincrement=False),
    Column("seq_no", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Micros, nullable=False),
    Column("received_at", Micros, nullable=False),
    Column("offline", Boolean, nullable=False),
    _owner(),
    sqlite_with_rowid=False,
)

readings = Table(
    "readings",
    metadata,
    Column("at", Micros, primary_key=True, autoincrement=False),
    Column("station_id", BigInteger, primary_key=True, autoincrement=False),
    Column("evse", KeyPart, primary_key=True, autoincrement=False),
    Column("connector", KeyPart, primary_key=True, autoincrement=False),
    Column("transaction", KeyPart, primary_key=True, autoincrement=False),
    Column("digest", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Micros, nullable=False),
    Column("energy_wh", Double),
    Column("power_w", Double),
    Column("soc_pct", Double),
    Column("samples", LargeBinary, nullable=False),
    _owner(),
    sqlite_with_rowid=False,
)
Index("readings_station", readings.c.station_id, readings.c.at, info=POSTGRES_ONLY)
Index("readings_transaction", readings.c.transaction, readings.c.at, info=POSTGRES_ONLY)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", Number, primary_key=True),
    Column("station_id", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("at", Micros, nullable=False),
    Column("origin", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("answer", LargeBinary),
    Column("outcome", Text, nullable=False),
    Column("took_ms", Double),
    _owner(),
)
FAILED = exchanges.c.outcome != "ok"
Index("exchanges_failed", exchanges.c.id, sqlite_where=FAILED, postgresql_where=FAILED)
Index("exchanges_station", exchanges.c.station_id, exchanges.c.id, info=POSTGRES_ONLY)

# In which blocks of the message log a station has rows.
exchange_blocks = Table(
    "exchange_blocks",
    metadata,
    Column("station_id", BigInteger, primary_key=True, autoincrement=False),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
    info=SQLITE_ONLY,
)

# In which slots of time a station (scope 0) or a transaction (scope 1) has readings.
reading_slots = Table(
    "reading_slots",
    metadata,
    Column("scope", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("slot", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
    info=SQLITE_ONLY,
)

commands = Table(
    "commands",
    metadata,
    Column("id", Exact, primary_key=True),
    Column("station_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", Micros, nullable=False, index=True),
    Column("expires_at", Micros, nullable=False),
    Column("idempotency_key", Text),
    Column("survives_reconnect", Boolean, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("state", Word(CommandState), nullable=False),
    Column("epoch", BigInteger),
    Column("sent_at", Micros),
    Column("finished_at", Micros),
    Column("status", Text),
    Column("error", Text),
    Column("error_description", Text),
    Column("answer", LargeBinary),
    _owner(),
    sqlite_with_rowid=False,
)
Index("commands_station", commands.c.station_id, commands.c.created_at)
KEYED = commands.c.idempotency_key.is_not(None)
Index(
    "commands_key",
    commands.c.station_id,
    commands.c.idempotency_key,
    unique=True,
    sqlite_where=KEYED,
    postgresql_where=KEYED,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Exact, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("expires_at", Micros),
    Column("last_used_at", Micros),
    Column("grants", Json(tuple[Grant, ...])),
    _owner(),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
