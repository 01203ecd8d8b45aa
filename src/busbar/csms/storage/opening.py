"""The choice of a store by its URL. It must not know what a store does."""

from pathlib import Path

from busbar.csms.ports import Store
from busbar.csms.storage.memory import MemoryStore


def make_store(url: str) -> Store:
    """Return the store, not yet open, that a URL names: `memory:`, `sqlite:///PATH` or `postgresql://…`.

    A SQLite path after three slashes is relative, after four absolute. Raises ValueError with the forms there are.
    """
    if url == "memory:":
        return MemoryStore()
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        from busbar.csms.storage.sqlite import SqliteStore

        return SqliteStore(Path(url.removeprefix("sqlite:///")))
    if url.startswith(("postgresql://", "postgres://")):
        from busbar.csms.storage.postgres import PostgresStore

        return PostgresStore(url)
    raise ValueError("the store's URL must be memory:, sqlite:///PATH or postgresql://USER@HOST/DATABASE")
