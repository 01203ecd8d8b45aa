"""Logs that the CSMS fetches (N01; 1.6 GetDiagnostics and its GetLog): written when asked for, and uploaded.

It must not know how a file is uploaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.model.logs import GetLog, LogKind, LogOutcome, LogProgressed, LogStatus
from busbar.station.blocks.block import Block
from busbar.station.blocks.inventory import Inventory
from busbar.station.blocks.notices import Notices
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.security_events import SecurityEvents, written
from busbar.station.effects import SetTimer, StopTimer
from busbar.station.transfers import Fault, TransferFailed, Upload, Uploaded

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

S = LogStatus
RETRIES: Final = 3
RETRY_S: Final = 60
_KEY: Final = "logs/upload"
_TIMER: Final = "logs"
_FAILURES: Final = {
    Fault.BAD_REQUEST: S.BAD_MESSAGE,
    Fault.DENIED: S.PERMISSION_DENIED,
    Fault.UNSUPPORTED: S.NOT_SUPPORTED_OPERATION,
    Fault.BROKEN: S.UPLOAD_FAILURE,
}
_WORDS: Final = {LogKind.DIAGNOSTICS: "diagnostics", LogKind.SECURITY: "security"}


@dataclass(slots=True, kw_only=True)
class Bringing:
    """An upload that goes on."""

    order: GetLog
    name: str
    attempts: int = 0


class Logs(Block):
    """Uploads the logs of one station, one at a time."""

    __slots__ = ("_bringing", "_notices", "_work")

    KEPT: ClassVar = "logs/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._notices = Notices(fittings.cabinet, "logs/notices", LogProgressed)
        self._bringing = next(iter(fittings.cabinet.board.load(_KEY, list[Bringing], [])), None)
        self._work: int | None = None

    def order(self, order: GetLog) -> LogOutcome:
        """Begin an upload in place of the one that goes on (N01.FR.01, .12)."""
        if order.kind not in _WORDS:  # N01.FR.05
            return LogOutcome(status="Rejected")
        cancelled = self._bringing is not None
        if self._bringing is not None:
            self._cancel(self._bringing)
        board = self.fittings.cabinet.board
        name = f"{_clean(board.config.identity)}-{_WORDS[order.kind]}-{board.now:%Y%m%dT%H%M%SZ}.log"
        bringing = self._bringing = Bringing(order=order, name=name)
        board.keep(_KEY, [bringing])
        self._tell(S.UPLOADING, order)  # N01.FR.08
        self._upload(bringing)
        return LogOutcome(status="AcceptedCanceled" if cancelled else "Accepted", filename=name)

    def trigger(self, _: int | None) -> str:
        """Tell how the upload stands, Idle where there is none (N01.FR.13; 1.6 §5.17)."""
        order = None if self._bringing is None else self._bringing.order
        status = S.IDLE if order is None else S.UPLOADING
        log = LogProgressed(status=status, request_id=None if order is None else order.request_id)
        self.fittings.cabinet.outbox.say(Call(log, solicited=True))
        return "Accepted"

    def power_on(self) -> None:
        """Begin an upload again that a power cut ended."""
        if self._bringing is not None:
            self._upload(self._bringing)

    def online(self) -> None:
        """Tell what the CSMS missed."""
        self._notices.flush()

    def due(self, what: str) -> None:
        """Try again, the upload or to tell of it."""
        if what:
            self._notices.flush()
        elif self._bringing is not None and self._work is None:
            self._upload(self._bringing)

    def _upload(self, bringing: Bringing) -> None:
        board, order = self.fittings.cabinet.board, bringing.order
        body = self._text(order).encode()

        def done(result: object) -> None:
            self._work = None
            if isinstance(result, Uploaded):
                self._end(S.UPLOADED, order)  # N01.FR.09
            else:
                self._retry(bringing, result)

        work = Upload(url=order.location, name=bringing.name, body=body, roots=board.config.trusted_roots)
        self._work = board.begin(work, done)

    def _retry(self, bringing: Bringing, result: object) -> None:
        board, order = self.fittings.cabinet.board, bringing.order
        bringing.attempts += 1
        final = isinstance(result, TransferFailed) and result.final
        if final or bringing.attempts > (RETRIES if order.retries is None else order.retries):
            fault = result.fault if isinstance(result, TransferFailed) else Fault.BROKEN
            self._end(_FAILURES[fault], order)  # N01.FR.10
            return
        board.keep(_KEY, [bringing])
        wait_s = RETRY_S if order.retry_interval_s is None else order.retry_interval_s
        board.do(SetTimer(_TIMER, board.now + timedelta(seconds=wait_s)))

    def _cancel(self, bringing: Bringing) -> None:
        board = self.fittings.cabinet.board
        if self._work is not None:
            board.drop(self._work)
            self._work = None
        board.do(StopTimer(_TIMER))
        if bringing.order.request_id is not None:  # N01.FR.20
            self._tell(S.ACCEPTED_CANCELED, bringing.order)

    def _end(self, status: LogStatus, order: GetLog) -> None:
        self._bringing = None
        self.fittings.cabinet.board.forget(_KEY)
        self._tell(status, order)

    def _tell(self, status: LogStatus, order: GetLog) -> None:
        self._notices.tell(LogProgressed(status=status, request_id=order.request_id))

    def _text(self, order: GetLog) -> str:
        if order.kind is LogKind.SECURITY:  # N01.FR.03
            return self.fittings.get(SecurityEvents).text(order.oldest, order.latest)
        return "".join(f"{line}\n" for line in _diagnosis(self.fittings))

    ORDERS: ClassVar = {GetLog: order}
    TRIGGERS: ClassVar = {"LogStatusNotification": trigger, "DiagnosticsStatusNotification": trigger}
    TIMERS: ClassVar = {_TIMER: due}


def _diagnosis(fittings: "Fittings") -> Iterator[str]:
    """Tell all that the station knows of itself, but no secret (N01.FR.04)."""
    cabinet = fittings.cabinet
    config, now = cabinet.board.config, cabinet.board.now
    yield f"{written(now)} station {config.vendor} {config.model} {fittings.provisioning.firmware or '-'}"
    yield f"waiting transaction messages: {len(cabinet.queue)}, given up: {cabinet.queue.discarded}"
    for evse in cabinet.evses.values():
        transaction = "-" if evse.transaction is None else evse.transaction.id
        status = "-" if evse.status is None else evse.status.value
        yield f"evse {evse.number}: {status}, {evse.fault or 'no fault'}"
        yield f"evse {evse.number}: {evse.register_wh} Wh, transaction {transaction}"
    inventory = Inventory(fittings)
    for row in inventory.rows:
        for where in inventory.wheres(row):
            if not row.secret:
                yield f"{row.name} {where.evse or ''}{where.instance or ''}= {inventory.value(row, where)}"


def _clean(identity: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in identity)
