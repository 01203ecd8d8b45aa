"""Row-level security on PostgreSQL: what a tenant sees even where a statement forgets whose rows it reads.

Such a transaction gives up its rights for a role that sees one organisation, named by a setting that ends with the
transaction. The writer of the gateway owns the tables and is not held up. The role may neither change nor delete what
must stay as it was written.
"""

import logging
from typing import Final

import asyncpg
from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from busbar.csms.storage.schema import metadata
from busbar.csms.tenancy import PLATFORM

ROLE: Final = "busbar_tenant"
SETTING: Final = "busbar.organisation"
APPENDED: Final = frozenset({"audit_entries"})
"""Tables to which a tenant's transactions only add."""
_SEES: Final = f"organisation_id = nullif(current_setting('{SETTING}', true), '')::bigint"

log = logging.getLogger(__name__)


def secure(connection: Connection) -> bool:
    """Give every table its policy and the role its rights; False, and a warning, where the user may make no role."""
    try:
        with connection.begin_nested():
            _make_role(connection)
    except DBAPIError as error:
        if not isinstance(getattr(error.orig, "__cause__", None), asyncpg.InsufficientPrivilegeError):
            raise
        log.warning("row-level security is off: let the database's user create roles (ALTER ROLE … CREATEROLE)")
        return False
    secured = set(connection.scalars(text("SELECT tablename FROM pg_policies WHERE policyname = 'tenant'")))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {_schema(connection)} TO {ROLE}"))
    for table in metadata.sorted_tables:
        if not table.info and table.name not in secured:
            _secure(connection, table)
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {_schema(connection)} TO {ROLE}"))
    return True


def _schema(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT quote_ident(current_schema())")))


def _make_role(connection: Connection) -> None:
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}):
        connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN NOBYPASSRLS"))
        connection.execute(text(f"GRANT {ROLE} TO CURRENT_USER"))
    connection.execute(text(f"SET LOCAL ROLE {ROLE}"))
    connection.execute(text("RESET ROLE"))


def _secure(connection: Connection, table: Table) -> None:
    rights = "SELECT, INSERT" if table.name in APPENDED else "SELECT, INSERT, UPDATE, DELETE"
    connection.execute(text(f'GRANT {rights} ON "{table.name}" TO {ROLE}'))
    if "organisation_id" in table.c:
        connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE ROW LEVEL SECURITY'))
        connection.execute(text(f'CREATE POLICY tenant ON "{table.name}" TO {ROLE} USING ({_SEES})'))


def enter(connection: Connection, organisation_id: int) -> None:
    """Let the rest of the transaction see one organisation only."""
    if organisation_id != PLATFORM:
        connection.execute(
            text(f"SELECT set_config('role', '{ROLE}', true), set_config('{SETTING}', :organisation, true)"),
            {"organisation": str(organisation_id)},
        )
