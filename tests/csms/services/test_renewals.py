"""A discarded certificate is noted, and another asked for where the operator wants renewals (A02.FR.29)."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.csms.records.certificates import CertificatePolicy, HolderState, StationCertificate
from busbar.csms.services.renewals import DISCARDED, MOST_A_DAY
from busbar.model.certificates import SigningUse
from busbar.model.orders import Trigger
from busbar.model.security import SecurityEventReported


def hold(world, fingerprint: str, minutes: int, use: SigningUse | None = SigningUse.STATION, **fields: Any) -> None:
    row = StationCertificate(
        station_id=7,
        fingerprint=fingerprint,
        use=use,
        subject="CN=SN",
        issuer="CN=CA",
        serial_number="1",
        not_before=world.T0,
        not_after=world.T0 + timedelta(days=90),
        **{"state": HolderState.ACCEPTED, "at": world.at(minutes), "command_id": "c"} | fields,
    )
    world.rows.setdefault(StationCertificate, []).append(row)


def discard(world, minutes: int = 600) -> list[Any]:
    fact = SecurityEventReported(type=DISCARDED, at=world.at(1), info="no way")
    return [(errand.order, errand.key) for errand in world.tell(fact, world.at(minutes)).errands]


def states(world) -> dict[str, HolderState]:
    return {row.fingerprint: row.state for row in world.all(StationCertificate)}


def wish(world) -> None:
    world.rows[CertificatePolicy] = [CertificatePolicy(renew=True)]


def test_a_discarded_certificate_is_asked_for_anew__A02_FR_29(world) -> None:
    wish(world)
    hold(world, "old", 1)
    hold(world, "new", 2)
    hold(world, "vehicle", 3, SigningUse.V2G)
    assert discard(world) == [(Trigger(message="SignChargingStationCertificate"), "discarded:2026-05-01:0")]
    accepted = HolderState.ACCEPTED
    assert states(world) == {"old": accepted, "new": HolderState.DISCARDED, "vehicle": accepted}


def test_a_combined_certificate_is_asked_for_as_one(world) -> None:
    wish(world)
    hold(world, "both", 1, None)
    assert [order for order, _ in discard(world)] == [Trigger(message="SignCombinedCertificate")]


def test_nothing_is_sent_where_nobody_wants_renewals(world) -> None:
    hold(world, "new", 2)
    assert discard(world) == []
    assert states(world) == {"new": HolderState.DISCARDED}


def test_it_is_not_tried_for_ever(world) -> None:
    wish(world)
    keys = []
    for number in range(MOST_A_DAY + 1):
        hold(world, f"{number}", number)
        keys.append([key for _, key in discard(world)])
    assert keys == [[f"discarded:2026-05-01:{number}"] for number in range(MOST_A_DAY)] + [[]]
    hold(world, "next", 5)
    assert discard(world, 600 + 24 * 60)


@pytest.mark.parametrize("kind", ["InvalidChargingStationCertificate", "other"])
def test_other_events_cost_no_look(world, kind: str) -> None:
    before = world.lookups
    assert world.tell(SecurityEventReported(type=kind, at=world.at(1))).errands == []
    assert world.lookups == before
