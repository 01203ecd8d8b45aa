"""The store knows how each reservation stands, from what stations answer and report."""

from datetime import UTC, datetime

import pytest

from busbar.csms.records.reservations import Cancellation, Reservation, ReservationState
from busbar.csms.services.reservations import holding
from busbar.model.reservations import CancelReservation, ReservationUpdated, ReserveNow
from busbar.model.values import IdToken, Place
from busbar.model.versions import Version

UNTIL = datetime(2030, 5, 1, tzinfo=UTC)
RESERVE = ReserveNow(reservation_id=7, expires_at=UNTIL, token=IdToken("CARD", "ISO14443"), place=Place(1))


async def _state(stand) -> str:
    return (await stand.store.get(Reservation, 7)).state.value


@pytest.mark.parametrize(
    ("status", "state"),
    [("Accepted", "active"), ("Occupied", "refused"), ("Faulted", "refused"), ("Unavailable", "refused")],
)
async def test_the_answer_says_how_it_stands__H01_FR_01(stand, status: str, state: str) -> None:
    await stand.end(RESERVE, status)
    assert await _state(stand) == state


async def test_a_raw_reservation_holds_no_evse_of_its_own(stand) -> None:
    await stand.end(RESERVE, "Accepted")
    assert (await stand.store.get(Reservation, 7)).holds is False
    assert holding(7) == "reservation:7"


@pytest.mark.parametrize(("said", "state"), [("Expired", "expired"), ("Removed", "removed")])
async def test_the_station_ends_a_reservation__H04_FR_01_H01_FR_20(stand, said: str, state: str) -> None:
    await stand.end(RESERVE, "Accepted")
    await stand.tell(ReservationUpdated(reservation_id=7, status=said))
    assert await _state(stand) == state


async def test_an_unknown_reservation_is_acknowledged(stand) -> None:
    await stand.tell(ReservationUpdated(reservation_id=99, status="Expired"))
    assert await stand.store.get(Reservation, 99) is None


async def test_a_cancellations_answer_is_kept__H02_FR_02(stand) -> None:
    await stand.end(CancelReservation(reservation_id=7), "Accepted")
    assert (await stand.store.get(Cancellation, 7)).done


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("before", [ReservationState.ACTIVE, ReservationState.EXPIRED])
def test_a_session_uses_the_reservation_that_it_names__H03_FR_09(
    make_world, version: Version, before: ReservationState
) -> None:
    world = make_world(version)
    row = Reservation(
        id=7,
        station_id=7,
        evse=1,
        token="CARD",
        created_at=world.T0,
        expires_at=UNTIL,
        changed_at=world.T0,
        state=before,
        holds=before is ReservationState.ACTIVE,
    )
    world.rows[Reservation] = [row]
    fact = world.start_16() if version is Version.V16 else world.started()
    fact.reservation_id = 7
    world.tell(fact)
    (kept,) = world.all(Reservation)
    assert (kept.state, kept.holds, kept.transaction) == (ReservationState.USED, False, world.row.id)
