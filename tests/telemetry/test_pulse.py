"""How late the loop is."""

import asyncio
import time

import pytest

from busbar.telemetry import pulse
from busbar.telemetry.pulse import Pulse


async def test_a_loop_that_is_held_up_is_late_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "BEAT_S", 0.01)
    beat = Pulse()
    assert beat.lag_s == 0
    beat.start()
    time.sleep(0.3)
    assert beat.lag_s > 0.25
    await asyncio.sleep(0.05)
    assert 0.25 < beat.lag_s < 5
    for _ in range(200):
        await asyncio.sleep(0.005)
        if beat.lag_s < 0.2:
            break
    assert beat.lag_s < 0.2
    beat.stop()
