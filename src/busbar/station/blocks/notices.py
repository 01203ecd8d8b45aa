"""Statuses of long work in their order, told one after the other, kept until the CSMS heard of them. Knows no work."""

from typing import Any, Final

from busbar.model.facts import Answer, Fact
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.outbox import Call

LIMIT: Final = 50
RETRY_S: Final = 60


class Notices:
    """What is still to be told, all of one kind, under one key.

    The key is the name of a timer, too: of its block, which is to `flush` when it runs out.
    """

    __slots__ = ("_board", "_key", "_outbox", "_telling", "_waiting")

    def __init__(self, cabinet: Cabinet, key: str, kind: type[Any]) -> None:
        self._board, self._outbox, self._key = cabinet.board, cabinet.outbox, key
        self._waiting: list[Fact] = cabinet.board.load(key, list[kind], [])  # type: ignore[valid-type]
        self._telling = False

    def tell(self, fact: Fact) -> None:
        """Tell a fact after those that wait; of too many the oldest are let go."""
        self._waiting = [*self._waiting, fact][-LIMIT:]
        self._keep()
        self.flush()

    def flush(self) -> None:
        """Go on; to be called when the CSMS can be reached again."""
        if self._waiting and not self._telling and self._outbox.online:
            self._telling = True
            self._outbox.say(Call(self._waiting[0], self._told, self._failed))

    def _told(self, _: Answer) -> None:
        self._telling = False
        self._waiting = self._waiting[1:]
        self._keep()
        self.flush()

    def _failed(self, code: ErrorCode | None) -> None:
        self._telling = False
        if code is not None:  # the CSMS will not take it: the next may do
            self._waiting = self._waiting[1:]
            self._keep()
            self.flush()
        elif self._outbox.connected:  # it did not answer in time
            self._board.set_timer(self._key, RETRY_S)

    def _keep(self) -> None:
        if self._waiting:
            self._board.keep(self._key, self._waiting)
        else:
            self._board.forget(self._key)
