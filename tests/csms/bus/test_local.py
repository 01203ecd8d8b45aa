"""What only the bus inside one process promises; the rest is the contract."""

import asyncio

from busbar.csms.bus.local import LocalBus


async def test_the_newest_responder_answers_and_the_older_one_again_after_it() -> None:
    bus = LocalBus()

    def answering(text: bytes):
        async def responder(_: bytes) -> bytes:
            return text

        return responder

    await bus.respond("r", answering(b"old"))
    end = await bus.respond("r", answering(b"new"))
    assert await bus.request("r", b"", timeout_s=1) == b"new"
    await end()
    assert await bus.request("r", b"", timeout_s=1) == b"old"
    await bus.close()


async def test_closing_cancels_the_work_under_way() -> None:
    bus = LocalBus()
    cancelled = []

    async def handler(_: bytes) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    await bus.subscribe("a", handler)
    bus.publish("a", b"")
    await asyncio.sleep(0.01)
    await bus.close()
    assert cancelled
    assert not bus._tasks


async def test_nobody_hears_what_no_pattern_begins_with():
    bus = LocalBus()
    assert not bus.heard("busbar.event.station.booted.1")
    end = await bus.subscribe("busbar.event.>", ignore)
    assert bus.heard("busbar.event.station.booted.1")
    assert not bus.heard("busbar.changed.token")
    await end()
    assert not bus.heard("busbar.event.station.booted.1")
    await bus.close()


async def ignore(_data: bytes) -> None:
    pass
