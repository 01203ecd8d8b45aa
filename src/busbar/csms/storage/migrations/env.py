"""Alembic's entry: run the migrations on the connection that the store hands over."""

from typing import Any

from alembic import context

from busbar.csms.storage import kinds  # noqa: F401 - adds the tables of the records
from busbar.csms.storage.schema import metadata


def belongs(item: Any, *_rest: object) -> bool:
    """Return whether a table or index is meant for this database."""
    return item.info.get("dialect") in (None, context.config.attributes["connection"].dialect.name)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=belongs,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
