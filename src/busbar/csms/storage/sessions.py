"""What the database is known to have of the sessions that are being written: their numbers, and what rarely changes.

A transaction event mostly changes a few columns that no index has. Where the others are as they were last written,
those few are set by number, which costs half of replacing the row. Another node may write a session only once its
station has connected there, so a station's sessions are forgotten when it connects. It must not know any database.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from busbar.csms.rows import Transaction
from busbar.csms.storage.times import maybe_micros

LIMIT = 100_000
KEPT = ("id", "station_id", "transaction_id", "start_key", "organisation_id")
COLD = (
    "evse",
    "connector",
    "token",
    "token_kind",
    "remote_start_id",
    "reservation_id",
    "meter_start_wh",
    "first_seq_no",
    "complete",
    "flags",
    "token_status",
    "charging_state",
    "stop_reason",
    "started_at",
    "ended_at",
)
HOT = ("updated_at", "meter_stop_wh", "energy_wh", "power_w", "soc_pct", "last_seq_no", "events")
Key = tuple[int, str]
"""Station and transaction id."""
Put = tuple[int, str | None, int, Transaction, int]
"""Number and start that a new transaction gets, time of the change, what the transaction is now, and whose it is."""
Cold = tuple[Any, ...]


class Sessions:
    """Numbers and rarely changed columns by station and transaction. `clear` after a transaction that was undone."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[int | None, Cold | None]] = {}
        self._names: dict[int, set[str]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._names.clear()

    def forget(self, station_id: int) -> None:
        """Forget a station's sessions."""
        for name in self._names.pop(station_id, ()):
            self._known.pop((station_id, name), None)

    def split(self, puts: Mapping[Key, Put]) -> tuple[list[Any], list[Any]]:
        """Return the values of rows to write as a whole, KEPT + COLD + HOT, and of those to change, HOT and number."""
        if len(self._known) > LIMIT:
            self.clear()
        whole: list[Any] = []
        changed: list[Any] = []
        for key, (new, start_key, at, row, owner) in puts.items():
            number, before = self._known.get(key, (None, None))
            cold = rarely_changed(row)
            hot = (at, row.meter_stop_wh, row.energy_wh, row.power_w, row.soc_pct, row.last_seq_no, row.events)
            if number is not None and before == cold:
                changed += hot
                changed.append(number)
            else:
                self._remember(key, number, cold)
                whole += (new, *key, start_key, owner, *stored(cold), *hot)
        return whole, changed

    def unknown(self, keys: Iterable[Key]) -> list[Any]:
        """Return those of the keys that have no known number, flat and once."""
        known = self._known
        return list(chain.from_iterable({key for key in keys if known.get(key, (None,))[0] is None}))

    def learn(self, found: Iterable[Sequence[Any]]) -> None:
        """Remember the numbers of (station, transaction id, number) read from the database."""
        for station_id, name, number in found:
            self._remember((station_id, name), number, self._known.get((station_id, name), (None, None))[1])

    def number(self, key: Key, new: int) -> int:
        """Return the number under which a transaction is stored; `new` where it is not."""
        number = self._known.get(key, (None,))[0]
        return new if number is None else number

    def _remember(self, key: Key, number: int | None, cold: Cold | None) -> None:
        self._known[key] = (number, cold)
        self._names.setdefault(key[0], set()).add(key[1])


def rarely_changed(row: Transaction) -> Cold:
    """Return the COLD columns as the row has them."""
    return (
        row.evse,
        row.connector,
        row.token,
        row.token_kind,
        row.remote_start_id,
        row.reservation_id,
        row.meter_start_wh,
        row.first_seq_no,
        row.complete,
        row.flags,
        row.token_status,
        row.charging_state,
        row.stop_reason,
        row.started_at,
        row.ended_at,
    )


def stored(cold: Cold) -> Cold:
    """Return the COLD columns as they are stored."""
    *plain, token_status, charging_state, stop_reason, started_at, ended_at = cold
    words = (None if word is None else str(word) for word in (token_status, charging_state, stop_reason))
    return (*plain, *words, maybe_micros(started_at), maybe_micros(ended_at))
