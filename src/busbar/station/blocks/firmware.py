"""New firmware (L01, L02; 1.6 §6.19 and its security extension): fetched, proven, installed when nobody charges.

Every stage is kept, so an update goes on after a power cut. It must not know how a file is fetched or installed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.model.certificates import CertificateUse
from busbar.model.firmware import FirmwareProgressed, FirmwareStatus, UpdateFirmware
from busbar.model.orders import Outcome
from busbar.pki.signatures import Unproven, check_signer, verify
from busbar.station.blocks.block import Block
from busbar.station.blocks.notices import Notices
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.blocks.trust_store import TrustStore
from busbar.station.effects import SetTimer, StopTimer
from busbar.station.installation import Install, Installed
from busbar.station.transfers import Download, Downloaded, TransferFailed
from busbar.station.work import Failed

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

S = FirmwareStatus
RETRIES: Final = 3
RETRY_S: Final = 60
_UPDATE: Final = "firmware/update"
_TIMER: Final = "firmware"
_PLAIN: Final = frozenset(
    {S.DOWNLOADED, S.DOWNLOAD_FAILED, S.DOWNLOADING, S.INSTALLATION_FAILED, S.INSTALLING, S.INSTALLED}
)  # what 1.6 has without its security extension
_OVER: Final = frozenset({S.IDLE, S.INSTALLED, *(status for status in S if status.failed)})


@dataclass(slots=True, kw_only=True)
class Update:
    """An update and how far it came."""

    order: UpdateFirmware
    status: FirmwareStatus = S.IDLE
    attempts: int = 0
    file: Downloaded | None = None


class Firmware(Block):
    """Updates the firmware of one station."""

    __slots__ = ("_notices", "_sent", "_update", "_waits", "_work")

    KEPT: ClassVar = "firmware/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        self._notices = Notices(fittings.cabinet, "firmware/notices", FirmwareProgressed)
        self._update: Update | None = next(iter(fittings.cabinet.board.load(_UPDATE, list[Update], [])), None)
        self._sent = S.IDLE if self._update is None else self._update.status
        self._work: int | None = None
        self._waits = False

    def order(self, order: UpdateFirmware) -> Outcome:
        """Begin an update; one that is under way is cancelled, unless it is being installed (L01.FR.24, .27)."""
        makers = self.fittings.get(TrustStore).pems(CertificateUse.MANUFACTURER_ROOT)
        secure = order.request_id is not None and bool(makers)
        if secure or order.signing_certificate is not None or order.signature is not None:
            try:
                check_signer(order.signing_certificate or "", self.fittings.cabinet.board.now, "\n".join(makers))
            except Unproven as error:  # L01.FR.02, .21, .22
                self.fittings.get(SecurityEvents).note("InvalidFirmwareSigningCertificate", str(error))
                return Outcome(status="InvalidCertificate")
        stage = S.IDLE if self._update is None else self._update.status
        running = stage not in _OVER
        if stage in (S.INSTALLING, S.INSTALL_REBOOTING):
            return Outcome(status="Rejected")
        if running:
            self._cancel()
        update = self._update = Update(order=order)
        if order.retrieve_at > self.fittings.cabinet.board.now:
            self._enter(update, S.DOWNLOAD_SCHEDULED)  # L01.FR.13
        self._go_on(update)
        return Outcome(status="AcceptedCanceled" if running else "Accepted")

    def trigger(self, _: int | None) -> str:
        """Tell the last status once more (L01.FR.25, .26)."""
        update = self._update
        status = S.IDLE if self._sent is S.INSTALLED or update is None else self._sent
        request_id = None if status is S.IDLE or update is None else update.order.request_id
        fact = FirmwareProgressed(status=status, request_id=request_id)
        self.fittings.cabinet.outbox.say(Call(fact, solicited=True))
        return "Accepted"

    def power_on(self) -> None:
        """Go on with an update where it was, or say that it is done."""
        update = self._update
        if update is not None and update.status not in _OVER:
            self._go_on(update)

    def online(self) -> None:
        """Tell what the CSMS missed."""
        self._notices.flush()

    def refresh(self) -> None:
        """Install once nobody charges any more."""
        if self._waits and self._update is not None:
            self._install(self._update)

    def due(self, what: str) -> None:
        """Go on at a time that was waited for, with the update or with telling of it."""
        if what:
            self._notices.flush()
        elif self._update is not None and self._update.status not in _OVER:
            self._go_on(self._update)

    def _go_on(self, update: Update) -> None:
        now, order = self.fittings.cabinet.board.now, update.order
        match update.status:
            case S.IDLE | S.DOWNLOAD_SCHEDULED | S.DOWNLOADING:
                if order.retrieve_at > now:
                    self.fittings.cabinet.board.do(SetTimer(_TIMER, order.retrieve_at))
                elif self._work is None:
                    self._download(update)
            case S.DOWNLOADED if order.signature is not None:
                self._prove(update)
            case S.DOWNLOADED | S.SIGNATURE_VERIFIED | S.INSTALL_SCHEDULED:
                if order.install_at is not None and order.install_at > now:
                    self._enter(update, S.INSTALL_SCHEDULED)  # L01.FR.16
                    self.fittings.cabinet.board.do(SetTimer(_TIMER, order.install_at))
                else:
                    self._install(update)
            case S.INSTALLING:
                self._install(update)
            case _:
                self._finish(update)

    def _download(self, update: Update) -> None:
        if update.status is not S.DOWNLOADING:
            self._enter(update, S.DOWNLOADING)

        def done(result: object) -> None:
            self._work = None
            if isinstance(result, Downloaded):
                update.file = result
                self._enter(update, S.DOWNLOADED)
                self._go_on(update)
            else:
                self._retry(update, result)

        board = self.fittings.cabinet.board
        work = Download(url=update.order.location, roots=board.config.trusted_roots)
        self._work = board.begin(work, done)

    def _retry(self, update: Update, result: object) -> None:
        order = update.order
        update.attempts += 1
        final = isinstance(result, TransferFailed) and result.final
        if final or update.attempts > (RETRIES if order.retries is None else order.retries):
            self._enter(update, S.DOWNLOAD_FAILED)  # L01.FR.30
            return
        self.fittings.cabinet.board.keep(_UPDATE, [update])
        wait_s = RETRY_S if order.retry_interval_s is None else order.retry_interval_s
        self.fittings.cabinet.board.do(SetTimer(_TIMER, self.fittings.cabinet.board.now + timedelta(seconds=wait_s)))

    def _prove(self, update: Update) -> None:
        order, file = update.order, update.file
        try:
            if file is None:
                raise Unproven("file", "there is no file")
            verify(order.signing_certificate or "", order.signature or "", file.sha256, self.fittings.cabinet.board.now)
        except Unproven as error:
            self._enter(update, S.INVALID_SIGNATURE)
            self.fittings.get(SecurityEvents).note("InvalidFirmwareSignature", str(error))  # L01.FR.03
        else:
            self._enter(update, S.SIGNATURE_VERIFIED)
            self._go_on(update)

    def _install(self, update: Update) -> None:
        cabinet = self.fittings.cabinet
        used = {
            evse.number for evse in cabinet.evses.values() if evse.transaction is not None or evse.token is not None
        }
        self._waits = bool(used)
        if self._waits:  # L01.FR.06, .34
            if update.status is not S.INSTALL_SCHEDULED:
                self._enter(update, S.INSTALL_SCHEDULED)
            if not cabinet.variables.flag("AllowNewSessionsPendingFirmwareUpdate"):  # L01.FR.07
                self.fittings.availability.hold(cabinet.evses.keys() - used)
            return
        if update.file is None:
            self._enter(update, S.INSTALLATION_FAILED)
            return
        if update.status is not S.INSTALLING:
            self._enter(update, S.INSTALLING)
        self.fittings.availability.hold(cabinet.evses)

        def done(result: object) -> None:
            self._work = None
            if isinstance(result, Installed):
                self.fittings.provisioning.note_firmware(result.version)
                self._enter(update, S.INSTALL_REBOOTING)  # L01.FR.15
                self.fittings.resetting.begin("FirmwareUpdate")
            else:
                reason = result.reason if isinstance(result, Failed) else ""
                self._enter(update, S.INSTALLATION_FAILED, reason)

        file = update.file
        work = Install(url=update.order.location, sha256=file.sha256, head=file.head)
        self._work = cabinet.board.begin(work, done)

    def _finish(self, update: Update) -> None:
        """Say after the restart that the new firmware runs (L01.FR.28, .31)."""
        self._enter(update, S.INSTALLED)
        if update.order.request_id is not None:
            self.fittings.get(SecurityEvents).note("FirmwareUpdated", self.fittings.provisioning.firmware or "")

    def _cancel(self) -> None:
        board = self.fittings.cabinet.board
        if self._work is not None:
            board.drop(self._work)
            self._work = None
        board.do(StopTimer(_TIMER))
        self._rest()

    def _rest(self) -> None:
        self._waits = False
        self.fittings.availability.hold(())

    def _enter(self, update: Update, status: FirmwareStatus, detail: str = "") -> None:
        board = self.fittings.cabinet.board
        update.status = status
        if status is S.INSTALLED:
            board.forget(_UPDATE)
        else:
            board.keep(_UPDATE, [update])
        if status in _OVER:
            self._rest()
        if update.order.request_id is not None or status in _PLAIN:
            self._sent = status
            fact = FirmwareProgressed(status=status, request_id=update.order.request_id, detail=detail[:1000] or None)
            self._notices.tell(fact)

    ORDERS: ClassVar = {UpdateFirmware: order}
    TRIGGERS: ClassVar = {"FirmwareStatusNotification": trigger}
    TIMERS: ClassVar = {_TIMER: due}
