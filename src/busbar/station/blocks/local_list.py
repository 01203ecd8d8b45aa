"""The local authorisation list: the tokens that the CSMS lets the station judge (D01, D02; 1.6 §3.5.2, §5.10, §5.15).

Only the CSMS changes it (D01.FR.09). It must not know what a verdict is used for.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.orders import Outcome
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.station.blocks.block import Block
from busbar.station.blocks.cache import Verdict, name_of, noted
from busbar.station.blocks.device.variable import Where

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_VERSION: Final = "local-list/version"
_ENTRY: Final = "local-list/entry/"
_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)
_EXPIRED: Final = AuthorizationStatus.EXPIRED


class LocalList(Block):
    """The list of one station; kept, each entry for itself (D01.FR.10)."""

    __slots__ = ("_board", "_entries", "_variables", "version")

    KEPT: ClassVar = "local-list/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._board, self._variables = fittings.cabinet.board, fittings.cabinet.variables
        self.version = self._board.load(_VERSION, int, 0)
        self._entries = {
            key.removeprefix(_ENTRY): msgspec.json.decode(raw, type=Verdict) for key, raw in self._board.saved(_ENTRY)
        }

    def __len__(self) -> int:
        return len(self._entries)

    def verdict(self, token: IdToken) -> Verdict | None:
        """Return what the list says of a token; one whose date is over is expired (C13.FR.05, C14.FR.05)."""
        verdict = self._entries.get(name_of(token)) if self._enabled() else None
        if verdict is not None and verdict.until <= self._board.now:
            return Verdict(_EXPIRED, verdict.until, verdict.group)
        return verdict

    def send(self, order: SendLocalList) -> Outcome:
        """Replace the list or change some of it, as a whole or not at all."""
        if not self._enabled():
            return Outcome(status="Failed" if self._board.rules.transaction_events else "NotSupported")
        if not self._sound(order):
            return Outcome(status="Failed")
        if not order.full and order.version <= self.version:  # D01.FR.19
            return Outcome(status="VersionMismatch")
        gone = self._entries.keys() if order.full else {name_of(e.token) for e in order.entries if e.verdict is None}
        fresh = {name_of(e.token): noted(e.verdict, _ALWAYS) for e in order.entries if e.verdict is not None}
        entries = {name: verdict for name, verdict in self._entries.items() if name not in gone} | fresh
        if len(entries) > self._variables.number("LocalAuthListMaxLength"):
            return Outcome(status="Failed")
        for name in self._entries.keys() - entries.keys():  # D01.FR.04, .17
            self._board.forget(_ENTRY + name)
        for name, verdict in fresh.items():  # D01.FR.15, .16
            self._board.keep(_ENTRY + name, verdict)
        self._entries, self.version = entries, order.version
        self._board.keep(_VERSION, order.version)  # D01.FR.01, .05
        return Outcome(status="Accepted")

    def tell(self, _: GetLocalListVersion) -> LocalListVersion:
        """Answer which version it is (D02.FR.01 to .03; 1.6 §5.10)."""
        if not self._enabled():
            return LocalListVersion(version=0 if self._board.rules.transaction_events else -1)
        return LocalListVersion(version=self.version)

    def count(self, _: Where) -> str:
        """Say how many entries there are (D01.FR.12)."""
        return str(len(self._entries))

    def _enabled(self) -> bool:
        return self._variables.flag("LocalAuthListEnabled")

    def _sound(self, order: SendLocalList) -> bool:
        names = {name_of(entry.token) for entry in order.entries}
        return (
            order.version > 0  # D01.FR.18
            and len(names) == len(order.entries)  # D01.FR.06
            and len(order.entries) <= self._variables.number("SendLocalListMaxLength")  # D01.FR.11
            and not (order.full and any(_removes(entry) for entry in order.entries))
        )

    ORDERS: ClassVar = {SendLocalList: send, GetLocalListVersion: tell}
    VALUES: ClassVar = {"LocalAuthListEntries": count}


def _removes(entry: ListEntry) -> bool:
    return entry.verdict is None
