"""The local list (block D): which entries a station should have, and in which messages it gets them. Sends nothing.

A list too long for one message goes as a whole list and differences to it (D01.FR.11). Every message has a version of
its own, higher than the one before (D01.FR.18).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from busbar.csms.changes import RowPut
from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.records.local_list import ListAnswer, ListVersion, LocalList
from busbar.csms.rows import Command
from busbar.csms.services.batches import size
from busbar.csms.services.device_model import path
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.orders import Outcome, VariableName
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol.translate import Untranslatable

MISMATCH: Final = "VersionMismatch"
PER_MESSAGE: Final = 50
"""Entries in a message where the station has told no limit."""
_LAST: Final = 2**31 - 1


_CONTROLLERS: Final = ("LocalAuthListCtrl", "LocalAuthListCtrlr")  # the specification has both spellings
# Entries in a message (1.6 §9.3, D01.FR.11), entries in all (1.6 §9.3), and the variable whose limit is that in 2.x.
ITEMS: Final = (
    path(VariableName(variable="SendLocalListMaxLength")),
    *(path(VariableName(variable="ItemsPerMessage", component=name)) for name in _CONTROLLERS),
)
BYTES: Final = tuple(path(VariableName(variable="BytesPerMessage", component=name)) for name in _CONTROLLERS)
ENTRIES_16: Final = path(VariableName(variable="LocalAuthListMaxLength"))
ENTRIES: Final = tuple(path(VariableName(variable="Entries", component=name)) for name in _CONTROLLERS)


@dataclass(frozen=True, slots=True)
class Room:
    """What a station takes: entries in a message, in all, and bytes in a message; None is what it has told, or any."""

    per_message: int | None = None
    most: int | None = None
    bytes: int | None = None


def fitting(asked: Room, values: Iterable[ModelValue], variables: Iterable[ModelVariable]) -> Room:
    """Return what a station takes: what it has told of itself, and no more than is asked for (D01.FR.12)."""
    known = {row.path: _number(row.value) for row in values}
    limits = [row.characteristics.max_limit for row in variables if row.characteristics is not None]
    most = [known.get(ENTRIES_16), *(int(limit) for limit in limits if limit is not None)]
    return Room(
        per_message=_least(asked.per_message, *(known.get(where) for where in ITEMS)) or PER_MESSAGE,
        most=_least(asked.most, *most),
        bytes=_least(asked.bytes, *(known.get(where) for where in BYTES)),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def _least(asked: int | None, *told: int | None) -> int | None:
    """Return the least of what was told and asked for; 0 that a station tells is no limit."""
    found = [number for number in told if number]
    return min([*found, asked] if asked is not None else found, default=None)


@dataclass(slots=True)
class Plan:
    """Messages to send, one after the other, and what the list is after them.

    Attributes:
        left_out: entries that the station has no room for.
    """

    messages: list[SendLocalList] = field(default_factory=list)
    version: int = 0
    entries: dict[str, str] = field(default_factory=dict)
    left_out: int = 0


def digest(entry: ListEntry) -> str:
    """Return what tells one content of an entry from another."""
    return hashlib.blake2s(msgspec.msgpack.encode(entry), digest_size=8).hexdigest()


def plan(
    wanted: Sequence[ListEntry],
    sent: LocalList | None,
    *,
    full: bool,
    room: Room,
    told: ListVersion | None = None,
    version: Version | None = None,
) -> Plan:
    """Return how a station gets from what it was sent to what it should have; no message where it has that.

    `told` is the version that it last said it has: another one than it was sent is a list that is not known here, which
    the whole list replaces, with a higher version (1.6 §5.10). Bytes count where the station's `version` is known.
    """
    kept = list(wanted[: room.most])
    digests = {_name(entry): digest(entry) for entry in kept}
    before = {} if sent is None else sent.entries
    number = 0 if sent is None else sent.version
    if told is not None and told.version != number and (sent is None or told.at > sent.sent_at):
        full, number = True, max(number, told.version)
    full = full or sent is None or sent.failed
    changed: Iterable[ListEntry] = kept
    gone: list[ListEntry] = []
    if not full:
        changed = (entry for entry in kept if before.get(_name(entry)) != digests[_name(entry)])
        gone = [_gone(key) for key in before if key not in digests]
    found = Plan(entries=digests, left_out=len(wanted) - len(kept), version=number)
    items = [*gone, *changed]
    for place, part in enumerate(_parts(items, room, version) or ([[]] if full else [])):
        found.version = next_version(found.version)
        found.messages.append(SendLocalList(version=found.version, full=full and place == 0, entries=part))
    return found


def _parts(items: Sequence[ListEntry], room: Room, version: Version | None) -> list[list[ListEntry]]:
    """Return entries in parts that fit into a message; one that alone is too large goes alone (D01.FR.11)."""
    per_message, most = room.per_message or PER_MESSAGE, room.bytes
    if most is None or version is None or not items:
        return [list(items[n : n + per_message]) for n in range(0, len(items), per_message)]

    def message(*entries: ListEntry) -> int:
        try:
            return size(SendLocalList(version=_LAST, full=False, entries=list(entries)), version)
        except Untranslatable:  # whoever sends it is told
            return most + 1

    around = 2 * message(items[0]) - message(items[0], items[0]) + 1  # less a comma
    parts: list[list[ListEntry]] = []
    left = 0
    for entry in items:
        needed = message(entry) - around + 1
        if not parts or needed > left or len(parts[-1]) >= per_message:
            parts.append([])
            left = most - around + 1
        parts[-1].append(entry)
        left -= needed
    return parts


def next_version(version: int) -> int:
    """Return the version after one (D01.FR.18)."""
    return max(version, 0) % _LAST + 1


def _name(entry: ListEntry) -> str:
    """Return what an entry is kept under: enough to say which one leaves the list."""
    return f"{entry.token.value}\n{entry.token.kind or ''}"


def _gone(name: str) -> ListEntry:
    value, _, kind = name.partition("\n")
    return ListEntry(token=IdToken(value, kind or None))


def answered(order: SendLocalList, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Keep a station's word on a list (D01.FR.01)."""
    if outcome is None:
        return Conclusion()
    row = ListAnswer(station_id=view.station.id, version=order.version, status=outcome.status, at=at)
    return Conclusion([RowPut(row)])


def version_told(
    _order: GetLocalListVersion, _: Command, outcome: LocalListVersion | None, view: StationView, at: datetime
) -> Conclusion:
    """Keep which version a station says it has (D02.FR.01)."""
    if outcome is None:
        return Conclusion()
    return Conclusion([RowPut(ListVersion(station_id=view.station.id, version=outcome.version, at=at))])
