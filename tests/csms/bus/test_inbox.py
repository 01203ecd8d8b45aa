"""The inbox is bounded, counts its losses and ends."""

from busbar.csms.bus.inbox import Inbox


async def _nothing() -> None:
    pass


async def test_what_waits_is_read_before_the_end() -> None:
    inbox = Inbox(10)
    inbox.put("a", b"1")
    inbox.put("a", b"2")
    inbox.close()
    assert [data async for _, data in inbox.read(_nothing)] == [b"1", b"2"]


async def test_losses_are_counted() -> None:
    inbox = Inbox(2)
    for number in range(5):
        inbox.put("a", b"%d" % number)
    inbox.close()
    assert [data async for _, data in inbox.read(_nothing)] == [b"3", b"4"]
    assert inbox.lost == 3
