"""Write a migration: what a new SQLite database, as the migrations make it, lacks of the schema and the records.

python tools/gen_migration.py NAME        write the next revision (`make migration NAME=…`)
python tools/gen_migration.py --records   write 0002 anew from the registry, as long as nothing was released

Read what it wrote, and mend it by hand: a new column of a table with rows needs a `server_default`; a renamed column is
seen as one gone and one new; what only PostgreSQL has goes under an `if`. `tests/csms/storage/test_schema.py` then
compares the result with the schema on both databases.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy.types import TypeDecorator

from busbar.csms.storage import kinds, schema, types
from busbar.csms.storage.migrations import migrate

VERSIONS = Path(__file__).parent.parent / "src/busbar/csms/storage/migrations/versions"
NOISE = re.compile(
    r"^ *#.*\n?|, nullable=True|, unique=False|,\s*sqlite_autoincrement=False|,\s*sqlite_with_rowid=True"
    r"|(?<=(?:Text|lean|uble|nary)\(\)), autoincrement=False",
    re.MULTILINE,
)
NAMED = {id(types.Exact): "EXACT", id(types.Number): "NUMBER"}
HEAD = '''"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
'''


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Return a column's type without any class of ours, which may change or go."""
    if kind != "type":
        return False
    if id(item) in NAMED or isinstance(item, TypeDecorator):
        return NAMED.get(id(item)) or f"sa.{type(item.impl_instance).__name__}()"
    return False


def options(dialect: str) -> dict[str, Any]:
    """Return how autogenerate compares and writes."""
    return {
        "include_object": lambda item, *_: item.info.get("dialect") in (None, dialect),
        "compare_type": True,
        "compare_server_default": True,
    }


def missing(migrated: bool) -> tuple[MigrationContext, list[ops.MigrateOperation]]:
    """Return the operations that make the schema of an empty database, or of a migrated one."""
    with sa.create_engine("sqlite://").begin() as connection:
        if migrated:
            migrate(connection)
        context = MigrationContext.configure(connection, opts=options(connection.dialect.name))
        upgrade = produce_migrations(context, schema.metadata).upgrade_ops
        return context, list(upgrade.ops) if upgrade else []


def body(context: MigrationContext, operations: Iterable[ops.MigrateOperation], *, batch: bool) -> str:
    """Return the body of `upgrade`; in batches, SQLite copies a table where it could not alter it."""
    found = render_python_code(
        ops.UpgradeOps(list(operations)), render_as_batch=batch, render_item=render_item, migration_context=context
    )
    return NOISE.sub("", found).strip()


def write(revision: str, before: str, title: str, code: str) -> Path:
    """Write the revision, formatted."""
    names = list(VERSIONS.glob(f"{revision}_*.py"))
    slug = re.sub(r"\W+", "_", title.lower()).strip("_")
    path = names[0] if names else VERSIONS / f"{revision}_{slug}.py"
    head = HEAD.format(title=title, revision=revision, before=before)
    for name in NAMED.values():
        if not re.search(rf"\b{name}\b", code):
            head = re.sub(rf"^{name} = .*\n", "", head, flags=re.MULTILINE)
    path.write_text(f'{head}\n\ndef upgrade() -> None:\n    """Bring the schema up to date."""\n    {code}\n')
    subprocess.run([Path(sys.executable).with_name("ruff"), "format", "--quiet", path], check=True)
    return path


def main() -> None:
    """Write what was asked for and print its path."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("name", nargs="?", help="what changes, in a few words")
    parser.add_argument("--records", action="store_true", help="write 0002 anew")
    given = parser.parse_args()
    if given.records:
        records = {table.name for table in kinds.TABLES.values()}
        context, operations = missing(migrated=False)
        mine = [operation for operation in operations if getattr(operation, "table_name", None) in records]
        print(write("0002", "0001", "The tables of the records.", body(context, mine, batch=False)))
        return
    if not given.name:
        parser.error("a migration needs a name")
    last = max(path.name[:4] for path in VERSIONS.glob("0*.py"))
    context, operations = missing(migrated=True)
    if not operations:
        sys.exit("the migrations make all of the schema already")
    print(write(f"{int(last) + 1:04}", last, given.name, body(context, operations, batch=True)))


if __name__ == "__main__":
    main()
