"""The records of one commit, reduced to what counts of each key. Knows no database."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from busbar.csms import changes as c
from busbar.csms.records.kind import Record
from busbar.csms.storage.kinds import FORMS, Values
from busbar.csms.storage.writes import Write


class Pending:
    """What is put, added and deleted. A key that was deleted and added again is put."""

    __slots__ = ("_added", "_gone", "_numbered", "_put")

    def __init__(self) -> None:
        self._gone: dict[type[Record], dict[Values, None]] = {}
        self._put: dict[type[Record], dict[Values, Values]] = {}
        self._added: dict[type[Record], dict[Values, Values]] = {}
        self._numbered: dict[type[Record], list[Values]] = {}

    def put(self, change: c.RowPut) -> None:
        """Take in a record that replaces another."""
        kind = type(change.row)
        form = FORMS[kind]
        key = form.key_of(change.row)
        self._added.get(kind, {}).pop(key, None)
        self._put.setdefault(kind, {})[key] = form.values(change.row)

    def add(self, change: c.RowAdded) -> None:
        """Take in a record that replaces nothing."""
        kind = type(change.row)
        form = FORMS[kind]
        if form.generated:
            place = form.names.index(form.key[0])
            values = form.values(change.row)
            self._numbered.setdefault(kind, []).append(values[:place] + values[place + 1 :])
            return
        key = form.key_of(change.row)
        if key in self._put.get(kind, {}):
            return
        if key in self._gone.get(kind, {}):
            self._put.setdefault(kind, {})[key] = form.values(change.row)
        else:
            self._added.setdefault(kind, {}).setdefault(key, form.values(change.row))

    def remove(self, change: c.RowGone) -> None:
        """Take in a deletion."""
        key = FORMS[change.kind].key_values(change.key)
        for rows in (self._put, self._added):
            rows.get(change.kind, {}).pop(key, None)
        self._gone.setdefault(change.kind, {})[key] = None

    def tables(self) -> Iterator[tuple[Write, list[Any]]]:
        """Give each statement that has rows with its values: what goes before what comes."""
        for kind, keys in self._gone.items():
            yield FORMS[kind].gone, list(chain.from_iterable(keys))
        for rows, write in ((self._put, "put"), (self._added, "add")):
            for kind, found in rows.items():
                if found:
                    yield getattr(FORMS[kind], write), list(chain.from_iterable(found.values()))
        for kind, numbered in self._numbered.items():
            yield FORMS[kind].add, list(chain.from_iterable(numbered))
