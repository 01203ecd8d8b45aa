"""A vendor's message is answered where it is known."""

from typing import Any

import pytest

from busbar.model.orders import Outcome, TransferData
from busbar.model.versions import Version
from busbar.station.config import StationConfig


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize(
    ("vendor", "message", "outcome"),
    [
        ("org.example", "ping", Outcome(status="Accepted", data="pong")),
        ("org.example", "quiet", Outcome(status="Accepted")),
        ("org.example", "other", Outcome(status="UnknownMessageId")),
        ("org.example", None, Outcome(status="UnknownMessageId")),
        ("org.any", None, Outcome(status="Accepted", data="yes")),
        ("org.any", "x", Outcome(status="Accepted", data="yes")),
        ("org.none", "ping", Outcome(status="UnknownVendorId")),
    ],
)
def test_only_what_is_known_is_answered__P01_FR_05_FR_06_FR_07(
    play: Any, version: Version, vendor: str, message: str | None, outcome: Outcome
) -> None:
    p = play(version)
    vendors = {"org.example": {"ping": "pong", "quiet": ""}, "org.any": {"": "yes"}}
    p.config = StationConfig(identity="CS1", version=version, vendors=vendors)
    p.station = p._new_station()
    p.go_online()
    assert p.order(TransferData(vendor_id=vendor, message_id=message)) == outcome
