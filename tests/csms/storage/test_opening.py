"""A URL names a store."""

from pathlib import Path

import pytest

from busbar.csms.storage.memory import MemoryStore
from busbar.csms.storage.opening import make_store
from busbar.csms.storage.postgres import PostgresStore
from busbar.csms.storage.sqlite import SqliteStore


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("memory:", MemoryStore),
        ("sqlite:///busbar.db", SqliteStore),
        ("postgresql://u@127.0.0.1/d", PostgresStore),
        ("postgres://u@127.0.0.1/d", PostgresStore),
    ],
)
def test_a_url_names_a_store(url: str, kind: type) -> None:
    assert type(make_store(url)) is kind


@pytest.mark.parametrize(("url", "path"), [("sqlite:///a/b.db", "a/b.db"), ("sqlite:////a/b.db", "/a/b.db")])
def test_a_sqlite_path_is_relative_or_absolute(url: str, path: str) -> None:
    store = make_store(url)
    assert isinstance(store, SqliteStore)
    assert store._path == Path(path)


@pytest.mark.parametrize("url", ["", "sqlite:///", "sqlite://", "mysql://x/y", "busbar.db"])
def test_another_url_is_refused_with_the_forms_there_are(url: str) -> None:
    with pytest.raises(ValueError, match="memory:, sqlite:///PATH or postgresql://"):
        make_store(url)
