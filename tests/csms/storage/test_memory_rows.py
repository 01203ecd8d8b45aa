"""A table in memory shows a scope what it sees, by every way of reading."""

from busbar.csms.storage.memory_rows import Rows
from busbar.csms.tenancy import scoped


def test_every_way_of_reading_is_narrowed() -> None:
    rows: Rows[str, int] = Rows(lambda row, scope: row == scope.organisation_id)
    rows["a"], rows["b"] = 1, 2
    assert (len(rows), list(rows), rows.get("a")) == (2, ["a", "b"], 1)
    with scoped(2):
        assert (list(rows), list(rows.values()), list(rows.items()), len(rows)) == (["b"], [2], [("b", 2)], 1)
        assert "a" not in rows
        assert rows.get("a") is None
        assert rows.pop("a", None) is None
        assert rows.pop("b") == 2
    assert dict(rows.items()) == {"a": 1}
