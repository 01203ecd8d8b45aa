"""What becomes of security events."""

import pytest

from busbar.csms.changes import RowAdded
from busbar.csms.happenings import SecurityAlerted
from busbar.csms.records.security import EventOrigin, SecurityEvent
from busbar.csms.services import security_events
from busbar.csms.services.security_events import CRITICAL, alert, noticed
from busbar.model.facts import Acknowledged
from busbar.model.security import SecurityEventReported


def test_a_critical_event_is_kept_and_told__A04_FR_03(world) -> None:
    fact = SecurityEventReported(type="TamperDetectionActivated", at=world.at(1), info="door")
    decision = world.tell(fact, world.at(5))
    assert decision.answer == Acknowledged()
    (change,) = decision.changes
    assert change == RowAdded(
        SecurityEvent(
            station_id=7,
            origin=EventOrigin.STATION,
            type="TamperDetectionActivated",
            critical=True,
            at=world.at(1),
            received_at=world.at(5),
            info="door",
        )
    )
    assert decision.happenings == [
        SecurityAlerted(station="CS-7", at=world.at(5), event="TamperDetectionActivated", origin="station", info="door")
    ]


@pytest.mark.parametrize("name", ["InvalidMessages", "of a vendor"])
def test_other_events_are_kept_and_not_told(world, name) -> None:
    decision = world.tell(SecurityEventReported(type=name, at=world.at(1)))
    assert [change.row.type for change in decision.changes] == [name]
    assert not decision.happenings


def test_what_the_csms_notices_is_an_event_too(world) -> None:
    event = noticed(7, security_events.REPLACED_PASSWORD, world.at(1), "from 10.0.0.1", 3)
    assert (event.origin, event.critical, event.count, event.at) == (EventOrigin.CSMS, True, 3, world.at(1))
    assert alert(event, "CS-7").event == "ReplacedPasswordUsed"
    assert not noticed(7, security_events.FAILED_TO_AUTHENTICATE, world.at(1), "").critical


def test_what_the_specification_calls_not_critical_is_not() -> None:
    names = ["FailedToAuthenticateAtCsms", "CsmsFailedToAuthenticate", "AttemptedReplayAttacks", "InvalidMessages"]
    assert CRITICAL.isdisjoint([*names, "ReconfigurationOfSecurityParameters"])
