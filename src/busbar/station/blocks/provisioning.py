"""Boot, heartbeat and the connection's ups and downs (block B and G02; 1.6 §4.2 and §4.6).

It must not know how a status or a transaction is reported; it says when the CSMS may hear of them.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from busbar.model.facts import Answer, BootAnswer, Booted, HeartBeaten, TimeAnswer
from busbar.model.values import RegistrationStatus
from busbar.protocol.errors import ErrorCode
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.outbox import Call, Registration
from busbar.station.effects import SetClock, SetTimer

BOOT_TIMER: Final = "boot"
HEARTBEAT_TIMER: Final = "heartbeat"
BOOT_RETRY_S: Final = 60  # B02.FR.07: the station's own choice
_REASON: Final = "boot-reason"
_FIRMWARE: Final = "firmware-version"

_REGISTRATION: Final = {
    RegistrationStatus.ACCEPTED: Registration.ACCEPTED,
    RegistrationStatus.PENDING: Registration.PENDING,
    RegistrationStatus.REJECTED: Registration.REJECTED,
}


class Provisioning:
    """Introduces the station to the CSMS and keeps in touch.

    Args:
        cabinet: the shared parts.
        report: hears that the CSMS may be told statuses: True for all of them, False for what it missed.
    """

    def __init__(self, cabinet: Cabinet, report: Callable[[bool], None]) -> None:
        self._board = cabinet.board
        self._variables = cabinet.variables
        self._outbox = cabinet.outbox
        self._report = report
        self._reason = self._board.load(_REASON, str, "PowerUp")  # B01.FR.09
        self._boot_at: datetime | None = None
        self._lost_at: datetime | None = None

    def power_on(self) -> None:
        """Use up the reason that was noted before a restart."""
        if self._reason != "PowerUp":
            self._board.forget(_REASON)

    @property
    def reason(self) -> str:
        """Why the station started (BootReasonEnumType)."""
        return self._reason

    @property
    def firmware(self) -> str | None:
        """The version that runs: what was installed last, else what the station was built with."""
        return self._board.load(_FIRMWARE, str, "") or self._board.config.firmware

    def note_firmware(self, version: str) -> None:
        """Keep which version runs after the next start."""
        self._board.keep(_FIRMWARE, version)

    def note_restart(self, reason: str) -> None:
        """Keep why the station is about to restart, for its next boot notification."""
        self._board.keep(_REASON, reason)

    def connect(self) -> None:
        """Boot on a new connection, or go on where the last one ended: a reconnect is no boot (B04)."""
        self._outbox.connect()
        if self._outbox.registration is not Registration.ACCEPTED:
            if self._boot_at is None or self._boot_at <= self._board.now:
                self.boot()
            return
        away = self._board.now - (self._lost_at or self._board.now)
        self._report(away > timedelta(seconds=self._variables.number("OfflineThreshold")))  # B04.FR.01, .02
        self.schedule_heartbeat()

    def disconnect(self) -> None:
        """Note since when the CSMS cannot be reached."""
        self._lost_at = self._board.now
        self._outbox.disconnect()

    def boot(self, reason: str | None = None) -> None:
        """Send a boot notification next; `reason` where it is not that of the last start (2.x)."""
        config = self._board.config
        self._boot_at = None
        fact = Booted(vendor=config.vendor, model=config.model, serial=config.serial, firmware=self.firmware)
        if self._board.rules.transaction_events:
            fact.reason = reason or self._reason
        self._outbox.boot(fact, self._on_boot, self._on_boot_failed)

    def boot_due(self) -> None:
        """Try again when the interval has passed (B02.FR.08, B03.FR.06)."""
        self._boot_at = None
        if self._outbox.connected and self._outbox.registration is not Registration.ACCEPTED:
            self.boot()

    def heartbeat_due(self) -> None:
        """Send a heartbeat where nothing else was sent for an interval (1.6 §4.6, 2.x G02)."""
        quiet_since = self._outbox.last_sent
        interval = timedelta(seconds=self._variables.number("HeartbeatInterval"))
        if quiet_since is not None and self._board.now < quiet_since + interval:
            self._board.do(SetTimer(HEARTBEAT_TIMER, quiet_since + interval))
            return
        if self._outbox.online:
            self.beat()
        self.schedule_heartbeat()

    def beat(self, *, solicited: bool = False) -> None:
        """Send a heartbeat."""

        def answered(answer: Answer) -> None:
            if isinstance(answer, TimeAnswer):
                self._board.do(SetClock(answer.now))

        self._outbox.say(Call(HeartBeaten(), answered, solicited=solicited))

    def schedule_heartbeat(self) -> None:
        """Set the heartbeat's timer to one interval from now; 0 means no heartbeats."""
        interval_s = self._variables.number("HeartbeatInterval")
        if interval_s:
            self._board.set_timer(HEARTBEAT_TIMER, interval_s)

    def _on_boot(self, answer: Answer) -> None:
        if not isinstance(answer, BootAnswer):
            self._on_boot_failed(None)
            return
        self._outbox.registration = _REGISTRATION[answer.status]
        self._board.do(SetClock(answer.now))  # B01.FR.06
        if self._outbox.registration is Registration.ACCEPTED:
            if answer.interval_s > 0:
                self._variables.put("HeartbeatInterval", str(answer.interval_s))  # B01.FR.04
            self.schedule_heartbeat()
            self._report(True)  # B01.FR.05
        else:
            self._retry(answer.interval_s if answer.interval_s > 0 else BOOT_RETRY_S)

    def _on_boot_failed(self, _: ErrorCode | None) -> None:
        if self._outbox.connected:
            self._retry(BOOT_RETRY_S)

    def _retry(self, after_s: int) -> None:
        self._boot_at = self._board.now + timedelta(seconds=after_s)
        self._board.do(SetTimer(BOOT_TIMER, self._boot_at))
