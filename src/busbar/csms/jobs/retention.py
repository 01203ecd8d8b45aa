"""Forgets what is older than it is kept, kind by kind. Which kinds, by which time and which setting, is one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from busbar.csms.jobs.runner import Desk
from busbar.csms.ports import Search, Store, Test
from busbar.csms.records.access import Login, Ticket
from busbar.csms.records.authorization import Explanation
from busbar.csms.records.campaigns import Campaign, CampaignMember, CampaignProgress, CampaignState
from busbar.csms.records.customers import CustomerText
from busbar.csms.records.der import GridAlarm
from busbar.csms.records.firmware import FirmwarePublication, FirmwareUpdate
from busbar.csms.records.kind import Record
from busbar.csms.records.logs import LogRequest
from busbar.csms.records.monitoring import StationEvent, StreamedValue
from busbar.csms.records.remote_starts import RemoteStart
from busbar.csms.records.reports import ReportProgress, ReportRequest
from busbar.csms.records.requests import RequestState
from busbar.csms.records.reservations import Reservation
from busbar.csms.records.security import SecurityEvent
from busbar.csms.records.sessions import StatusReport
from busbar.csms.records.vendors import VendorMessage

EVERY_S: Final = 3600.0
NAME: Final = "retention"
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Age:
    """When a record is too old: `setting` is how many days after `time` it goes (None: at that very time).

    A record that fails one of `tests` stays at any age.
    """

    time: str
    setting: str | None
    tests: tuple[Test, ...] = ()


_OVER: Final = (Test("answered", "=", True), Test("watched", "=", False))
_OFFERS_NOTHING: Final = Test("state", "in", tuple(state for state in RequestState if state.failed))
AGES: Final[Mapping[type[Record], Age]] = MappingProxyType(
    {
        CustomerText: Age("expires_at", None),
        Login: Age("expires_at", None),
        Ticket: Age("expires_at", None),
        Explanation: Age("at", "keep_messages_days"),
        SecurityEvent: Age("received_at", "keep_messages_days"),
        StationEvent: Age("received_at", "keep_events_days"),
        StreamedValue: Age("received_at", "keep_events_days"),
        VendorMessage: Age("received_at", "keep_events_days"),
        GridAlarm: Age("received_at", "keep_events_days"),
        ReportRequest: Age("asked_at", "keep_requests_days"),
        ReportProgress: Age("last_at", "keep_requests_days"),
        StatusReport: Age("at", "keep_requests_days"),
        RemoteStart: Age("waits_until", "keep_requests_days"),
        Reservation: Age("expires_at", "keep_requests_days"),
        LogRequest: Age("updated_at", "keep_requests_days", _OVER),
        FirmwareUpdate: Age("updated_at", "keep_requests_days", _OVER),
        FirmwarePublication: Age("updated_at", "keep_requests_days", (*_OVER, _OFFERS_NOTHING)),
    }
)
CAMPAIGNS: Final = "keep_requests_days"
"""The setting for campaigns that have ended, with their stations."""
SETTINGS: Final = frozenset({CAMPAIGNS} | {age.setting for age in AGES.values() if age.setting is not None})


@dataclass(frozen=True, slots=True)
class Retention:
    """The job; `days` has the value of each of SETTINGS."""

    days: Mapping[str, int]

    async def look(self, desk: Desk) -> None:
        """Delete what is too old, in batches. Raises StoreUnavailable."""
        now = datetime.now(UTC)
        for kind, age in AGES.items():
            keep = timedelta(days=0 if age.setting is None else self.days[age.setting])
            await _discard(desk.store, kind, Test(age.time, "<=", now - keep), *age.tests)
        await _forget_campaigns(desk.store, now - timedelta(days=self.days[CAMPAIGNS]))


async def _discard(store: Store, kind: type[Record], *tests: Test) -> None:
    while await store.discard(kind, *tests, limit=BATCH) == BATCH:
        continue


async def _forget_campaigns(store: Store, before: datetime) -> None:
    """Delete campaigns that have ended, each after its stations: what a crash leaves is found again."""
    final = tuple(state for state in CampaignState if state.final)
    search = Search(tests=(Test("state", "in", final), Test("ends_at", "<=", before)), limit=BATCH)
    while rows := (await store.look(Campaign, search)).items:
        for row in rows:
            await _discard(store, CampaignMember, Test("campaign_id", "=", row.id))
            await store.remove(CampaignProgress, row.id)
            await store.remove(Campaign, row.id)
