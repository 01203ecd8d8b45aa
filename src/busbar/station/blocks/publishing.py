"""Firmware that a local controller offers to its stations (L03, L04): fetched, proven by its MD5, offered, taken back.

What is published stays so after a power cut, under the same address. It must not know how a file is offered.
"""

import re
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model.firmware import PublishFirmware, PublishProgressed, PublishStatus, UnpublishFirmware
from busbar.model.orders import Outcome
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.station.blocks.block import Block
from busbar.station.blocks.firmware import RETRIES, RETRY_S
from busbar.station.blocks.notices import Notices
from busbar.station.blocks.outbox import Call
from busbar.station.config import Shelf
from busbar.station.publishing import Discard, Offer, Offered, Readers
from busbar.station.transfers import Download, Downloaded, TransferFailed

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

S = PublishStatus
LIMIT: Final = 20
_PREFIX: Final = "publish/file/"
_ORDER: Final = "publish/order"
_NOTICES: Final = "publish/notices"
_TIMER: Final = "publish"
_MD5: Final = re.compile(r"[0-9a-f]{32}")


class File(msgspec.Struct):
    """A file that is published, and the port under which it was offered first."""

    md5: str
    request_id: int
    port: int = 0


class Publishing(Block):
    """What one local controller offers."""

    __slots__ = ("_attempts", "_board", "_files", "_notices", "_order", "_readers", "_sent", "_works")

    KEPT: ClassVar = "publish/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = self._board = fittings.cabinet.board
        kept = (msgspec.json.decode(raw, type=File) for _, raw in board.saved(_PREFIX))
        self._files = {file.md5: file for file in kept}
        self._order = next(iter(board.load(_ORDER, list[PublishFirmware], [])), None)
        self._notices = Notices(fittings.cabinet, _NOTICES, PublishProgressed)
        self._works: dict[str, int] = {}
        self._readers: dict[str, int] = {}
        self._attempts = 0
        self._sent = S.IDLE

    def power_on(self) -> None:
        """Offer what was offered, and go on with what was to be."""
        for file in self._files.values():
            self._offer(file)
        if self._order is not None:
            self._download()

    def online(self) -> None:
        """Tell what the CSMS missed."""
        self._notices.flush()

    def publish(self, order: PublishFirmware) -> Outcome:
        """Begin to publish a file (L03.FR.05); one at a time."""
        self._demand()
        md5 = order.checksum.lower()
        if not _MD5.fullmatch(md5):
            return Outcome(status="Rejected", reason="InvalidValue")
        if self._order is not None:
            return Outcome(status="Rejected", reason="Occupied")
        if md5 not in self._files and len(self._files) >= LIMIT:
            return Outcome(status="Rejected", reason="OutOfMemory")
        self._order, self._attempts = order, 0
        self._board.keep(_ORDER, [order])
        self._download()
        return Outcome(status="Accepted")

    def unpublish(self, order: UnpublishFirmware) -> Outcome:
        """Take a file back that nobody fetches now (L04)."""
        shelf, md5 = self._demand(), order.checksum.lower()
        if self._order is not None and self._order.checksum.lower() == md5:
            return Outcome(status="DownloadOngoing")
        if md5 not in self._files:
            return Outcome(status="NoFirmware")
        if self._readers.get(md5, 0):
            return Outcome(status="DownloadOngoing")
        self._withdraw(md5)
        self._discard(shelf, md5)
        return Outcome(status="Unpublished")

    def trigger(self, _: int | None) -> str:
        """Tell the last status once more (L03.FR.10, .11)."""
        if self._board.config.shelf is None:
            return "NotImplemented"  # F06.FR.08
        status = S.IDLE if self._sent is S.PUBLISHED else self._sent
        request_id = None if status is S.IDLE or self._order is None else self._order.request_id
        self.fittings.cabinet.outbox.say(Call(PublishProgressed(status=status, request_id=request_id), solicited=True))
        return "Accepted"

    def due(self, what: str) -> None:
        """Go on where an order's time has come, or tell once more what nobody answered."""
        if what:
            self._notices.flush()
        else:
            self._download()

    def _download(self) -> None:
        order, shelf = self._order, self._demand()
        if order is None:
            return
        self._tell(S.DOWNLOADING, order.request_id)
        roots = self._board.config.trusted_roots
        work = Download(url=order.location, folder=shelf.folder, roots=roots)
        self._board.begin(work, lambda result: self._fetched(order, result))

    def _fetched(self, order: PublishFirmware, result: object) -> None:
        shelf, md5 = self._demand(), order.checksum.lower()
        if not isinstance(result, Downloaded):
            self._retry(order, result)
            return
        self._tell(S.DOWNLOADED, order.request_id)
        if result.md5 != md5:  # L03.FR.07
            if result.md5 not in self._files:
                self._discard(shelf, result.md5)
            self._finish(S.INVALID_CHECKSUM, order.request_id)
            return
        self._tell(S.CHECKSUM_VERIFIED, order.request_id)
        port = self._files[md5].port if md5 in self._files else 0
        self._withdraw(md5)
        self._offer(File(md5, order.request_id, port))

    def _retry(self, order: PublishFirmware, result: object) -> None:
        self._attempts += 1
        final = isinstance(result, TransferFailed) and result.final
        if final or self._attempts > (RETRIES if order.retries is None else order.retries):
            self._finish(S.DOWNLOAD_FAILED, order.request_id)  # L03.FR.06
        else:
            self._board.set_timer(_TIMER, RETRY_S if order.retry_interval_s is None else order.retry_interval_s)

    def _offer(self, file: File) -> None:
        shelf = self._demand()

        def told(result: object) -> None:
            if isinstance(result, Readers):
                self._readers[file.md5] = result.count
            elif isinstance(result, Offered):
                self._offered(file, result)
            elif self._order is not None and self._order.checksum.lower() == file.md5:
                self._finish(S.PUBLISH_FAILED, file.request_id)  # L03.FR.08

        work = Offer(folder=shelf.folder, name=file.md5, host=shelf.host, port=file.port)
        self._works[file.md5] = self._board.begin(work, told)

    def _offered(self, file: File, offered: Offered) -> None:
        fresh = file.md5 not in self._files
        file.port = offered.port
        self._files[file.md5] = file
        self._board.keep(_PREFIX + file.md5, file)
        if fresh or self._order is not None:
            self._finish(S.PUBLISHED, file.request_id, [offered.url])  # L03.FR.03, .04, .09

    def _withdraw(self, md5: str) -> None:
        if (work := self._works.pop(md5, None)) is not None:
            self._board.drop(work)
        self._readers.pop(md5, None)
        if self._files.pop(md5, None) is not None:
            self._board.forget(_PREFIX + md5)

    def _discard(self, shelf: Shelf, md5: str) -> None:
        self._board.begin(Discard(folder=shelf.folder, name=md5), lambda _: None)

    def _finish(self, status: PublishStatus, request_id: int, locations: list[str] | None = None) -> None:
        self._tell(status, request_id, locations)
        self._order = None
        self._board.forget(_ORDER)

    def _tell(self, status: PublishStatus, request_id: int, locations: list[str] | None = None) -> None:
        self._sent = status
        self._notices.tell(PublishProgressed(status=status, request_id=request_id, locations=locations or []))

    def _demand(self) -> Shelf:
        shelf = self._board.config.shelf
        if shelf is None:
            raise ProtocolViolation(ErrorCode.NOT_SUPPORTED, "this is no local controller")
        return shelf

    ORDERS: ClassVar = {PublishFirmware: publish, UnpublishFirmware: unpublish}
    TRIGGERS: ClassVar = {"PublishFirmwareStatusNotification": trigger}
    TIMERS: ClassVar = {_TIMER: due}
