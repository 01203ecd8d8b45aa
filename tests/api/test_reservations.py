"""Reservations over the interface: kept, listed, cancelled, and never two of one EVSE."""

import asyncio

from busbar.csms.records.reservations import Reservation
from busbar.csms.rows import CommandState
from busbar.model.reservations import CancelReservation, ReserveNow

URL = "/api/v1/stations/CS1/reservations"
BODY = {"token": "CARD", "token_kind": "ISO14443", "evse": 1, "expires_at": "2099-05-01T12:00:00Z"}


async def test_a_reservation_goes_to_its_station__H01_FR_01(world, api) -> None:
    await world.add_station()
    answer = await api.post(URL, json=BODY | {"group": "FLEET"})
    assert answer.status_code == 201, answer.text
    ((_, order, options),) = world.dispatcher.asked
    assert isinstance(order, ReserveNow)
    assert (order.place.evse, order.group.value, options["idempotency_key"]) == (1, "FLEET", "reservation:1")
    shown = (await api.get("/api/v1/reservations", params={"station": "CS1"})).json()["items"]
    assert [(row["id"], row["evse"], row["token"]) for row in shown] == [(1, 1, "CARD")]


async def test_of_many_who_want_an_evse_at_once_one_gets_it__H01_FR_11(world, api) -> None:
    await world.add_station()
    answers = await asyncio.gather(*(api.post(URL, json=BODY) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(world.dispatcher.asked) == 1


async def test_the_same_key_is_the_same_reservation(world, api) -> None:
    await world.add_station()
    headers = {"Idempotency-Key": "k1"}
    first, second = [(await api.post(URL, json=BODY, headers=headers)).json()["id"] for _ in range(2)]
    assert first == second == 1
    assert len(world.dispatcher.asked) == 1


async def test_a_cancelled_reservation_gives_its_evse_free__H02_FR_02(world, api) -> None:
    await world.add_station()
    await api.post(URL, json=BODY)
    answer = await api.delete("/api/v1/reservations/1")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert isinstance(world.dispatcher.asked[-1][1], CancelReservation)
    assert (await api.post(URL, json=BODY)).status_code == 201


async def test_an_offline_station_reserves_nothing(world, api) -> None:
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.EXPIRED, "error": "offline"}
    assert (await api.post(URL, json=BODY)).json()["state"] == "refused"
    assert (await world.store.get(Reservation, 1)).holds is False


async def test_a_time_that_is_over_and_what_is_unknown_are_refused(world, api) -> None:
    await world.add_station()
    assert (await api.post(URL, json=BODY | {"expires_at": "2020-01-01T00:00:00Z"})).status_code == 400
    assert (await api.get("/api/v1/reservations/99")).status_code == 404
