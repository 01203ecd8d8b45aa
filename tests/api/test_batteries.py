"""Battery swaps over REST."""

from busbar.csms.changes import TokenPut
from busbar.csms.grants import Role
from busbar.csms.records.authorization import AccessRule, Effect
from busbar.csms.records.batteries import Slot, Swap, SwapRequest
from busbar.csms.rows import Token
from busbar.model.batteries import Battery, RequestSwap, SwapEvent
from busbar.model.values import AuthorizationStatus, IdToken
from tests.api.conftest import NOON

STATION = "/api/v1/stations/CS1"


async def test_only_who_may_charge_may_swap__S02_FR_03(world, api):
    await world.add_station()
    blocked = Token(key="blocked", value="BLOCKED", status=AuthorizationStatus.BLOCKED)
    await world.store.commit([TokenPut(Token(key="good", value="GOOD", kind="ISO14443")), TokenPut(blocked)])
    for token in ("BLOCKED", "NOBODY"):
        assert (await api.post(f"{STATION}/commands/battery-swap", json={"token": token})).status_code == 400
    assert not world.dispatcher.asked
    assert (await api.post(f"{STATION}/commands/battery-swap", json={"token": "Good"})).status_code == 200
    assert world.dispatcher.asked[0][1] == RequestSwap(token=IdToken("Good", "ISO14443"), request_id=1)


async def test_swaps_slots_and_requests_are_listed(world, api):
    station = await world.add_station()
    battery = Battery(evse=1, serial="A", soc_pct=10, soh_pct=90)
    for event in (SwapEvent.IN, SwapEvent.OUT):
        row = Swap(
            station_id=station.id,
            request_id=4,
            event=event,
            token="T",
            token_kind=None,
            batteries=[battery],
            received_at=NOON,
        )
        await world.store.insert(row)
    slot = Slot(
        station_id=station.id,
        evse=1,
        serial="A",
        soc_pct=10,
        soh_pct=90,
        produced_at=None,
        vendor_info=None,
        since=NOON,
    )
    await world.store.put(slot)
    request = SwapRequest(
        request_id=4, station_id=station.id, token="T", token_kind=None, status="NoBatteryAvailable", at=NOON
    )
    await world.store.put(request)
    swaps = (await api.get("/api/v1/battery-swaps")).json()["items"]
    assert [(item["event"], item["batteries"][0]["serial"]) for item in swaps] == [
        ("BatteryOut", "A"),
        ("BatteryIn", "A"),
    ]
    assert (await api.get(f"{STATION}/battery-slots")).json()["items"][0]["serial"] == "A"
    (asked,) = (await api.get(f"{STATION}/battery-swap-requests")).json()["items"]
    assert (asked["request_id"], asked["status"]) == (4, "NoBatteryAvailable")


async def test_a_swap_is_judged_by_rules_of_the_whole__S02_FR_03(api, world) -> None:
    site = await world.store.add_site("North")
    await world.add_station(site_id=site.id)
    await api.post("/api/v1/tokens", json={"value": "CARD"})
    api.headers.update(await world.proof(Role.OPERATOR, site.id))
    swap = "/api/v1/stations/CS1/commands/battery-swap"
    assert (await api.post(swap, json={"token": "CARD"})).status_code == 200
    await world.store.insert(AccessRule(effect=Effect.DENY, token="card"))
    assert (await api.post(swap, json={"token": "CARD"})).json()["errors"][0]["field"] == "token"
