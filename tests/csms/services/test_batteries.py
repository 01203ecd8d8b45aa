"""What happens in a swap station is kept, and which battery is where follows from it."""

from busbar.csms.records.batteries import Slot, Swap, SwapRequest
from busbar.model.batteries import BatteriesSwapped, Battery, RequestSwap, SwapEvent
from busbar.model.orders import Outcome
from busbar.model.values import IdToken

TOKEN = IdToken("T", "ISO14443")


def swap(event: SwapEvent, *batteries: Battery) -> BatteriesSwapped:
    return BatteriesSwapped(event=event, request_id=5, token=TOKEN, batteries=list(batteries))


def battery(evse: int, serial: str) -> Battery:
    return Battery(evse=evse, serial=serial, soc_pct=20, soh_pct=95)


async def slots(stand) -> dict[int, str]:
    return {row.evse: row.serial for row in await stand.store.find(Slot, station_id=1)}


async def test_a_battery_is_where_it_was_put__S03_FR_01_FR_03(stand):
    await stand.tell(swap(SwapEvent.IN, battery(1, "old"), battery(2, "older")))
    assert await slots(stand) == {1: "old", 2: "older"}
    await stand.tell(swap(SwapEvent.OUT, battery(2, "older")))
    assert await slots(stand) == {1: "old"}
    rows = await stand.store.find(Swap, request_id=5)
    assert [(row.event, row.token, len(row.batteries)) for row in rows] == [
        (SwapEvent.IN, "T", 2),
        (SwapEvent.OUT, "T", 1),
    ]
    assert [h.serials for h in stand.happenings] == [["old", "older"], ["older"]]


async def test_a_battery_that_nobody_took_stays__S03_FR_06(stand):
    await stand.tell(swap(SwapEvent.OUT_TIMEOUT, battery(3, "new")))
    assert await slots(stand) == {3: "new"}


async def test_the_answer_to_a_request_is_kept_with_its_reason__S02_FR_01_FR_04(stand):
    await stand.end(RequestSwap(token=TOKEN, request_id=1), "Accepted")
    await stand.end(RequestSwap(token=TOKEN, request_id=2), Outcome(status="Rejected", reason="NoBatteryAvailable"))
    await stand.end(RequestSwap(token=TOKEN, request_id=3), None)
    rows = await stand.store.find(SwapRequest, station_id=1)
    assert [row.status for row in rows] == ["Accepted", "NoBatteryAvailable", None]
