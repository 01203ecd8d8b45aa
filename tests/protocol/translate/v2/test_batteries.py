"""Swaps of batteries are read and asked for as they are."""

from datetime import UTC, datetime

from busbar.model.batteries import BatteriesSwapped, Battery, RequestSwap, SwapEvent
from busbar.model.facts import Acknowledged
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import translator

SPEAKER = translator(Version.V21)
TOKEN = IdToken("T", "ISO14443")


def test_a_swap_is_read__S03_FR_01_FR_03() -> None:
    full = Battery(
        evse=2, serial="B", soc_pct=90.5, soh_pct=99, produced_at=datetime(2025, 1, 1, tzinfo=UTC), vendor_info="x"
    )
    fact = BatteriesSwapped(
        event=SwapEvent.OUT,
        request_id=5,
        token=TOKEN,
        batteries=[Battery(evse=1, serial="A", soc_pct=1, soh_pct=2), full],
    )
    action, payload = SPEAKER.from_fact(fact)
    assert SPEAKER.to_fact(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == fact
    assert codec.encode(SPEAKER.from_answer(action, Acknowledged())) == b"{}"


def test_a_swap_is_asked_for__S02_FR_01() -> None:
    order = RequestSwap(token=TOKEN, request_id=7)
    action, payload = SPEAKER.from_order(order)
    assert action == "RequestBatterySwap"
    assert SPEAKER.to_order(action, codec.decode_request(Version.V21, action, codec.encode(payload))) == order
