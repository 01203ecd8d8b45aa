"""The store knows which messages a station holds, from what it accepted, cleared and reported."""

from datetime import timedelta

from busbar.csms.records.displays import DisplayInventory, DisplayMessage
from busbar.csms.rows import Transaction
from busbar.csms.services.displays import standing
from busbar.model.display import (
    AskMessages,
    ClearMessage,
    DisplayState,
    Message,
    MessagesReported,
    Priority,
    ShowMessage,
)
from busbar.model.tariffs import Text

MINUTE = timedelta(minutes=1)


def message(number: int, content: str = "Hi", priority: Priority = Priority.NORMAL_CYCLE, **more) -> Message:
    return Message(id=number, priority=priority, text=Text(content=content), **more)


async def show(stand, shown: Message, status: str | None = "Accepted") -> None:
    stand.now += MINUTE
    await stand.end(ShowMessage(message=shown), status)


async def held(stand, ended: list[Transaction] | None = None) -> dict[int, str]:
    rows = await stand.store.find(DisplayMessage, station_id=1)
    inventory = await stand.store.get(DisplayInventory, 1)
    found = standing(rows, inventory, ended or [], stand.now)
    return {row.message_id: row.message.text.content for row in found if row.held}


async def test_a_message_that_was_accepted_is_held_and_replaced_by_its_number__O01_O06_FR_01(stand):
    await show(stand, message(1, "one"))
    await show(stand, message(2, "two"))
    await show(stand, message(1, "another"))
    assert await held(stand) == {1: "another", 2: "two"}


async def test_a_refusal_is_kept_and_takes_nothing_away__O01_FR_01(stand):
    await show(stand, message(1, "one"))
    await show(stand, message(1, "another"), "NotSupportedPriority")
    await show(stand, message(2, "two"), "NotSupportedState")
    assert await held(stand) == {1: "one"}
    refused = await stand.store.get(DisplayMessage, 1, 2)
    assert (refused.held, refused.status) == (False, "NotSupportedState")


async def test_an_unknown_end_says_nothing(stand):
    await show(stand, message(1), None)
    assert await held(stand) == {}


async def test_a_message_that_was_cleared_or_is_not_known_is_gone__O05_FR_01_FR_02(stand):
    for number in (1, 2, 3):
        await show(stand, message(number))
    await stand.end(ClearMessage(id=1), "Accepted")
    await stand.end(ClearMessage(id=2), "Unknown")
    await stand.end(ClearMessage(id=3), "Rejected")
    assert set(await held(stand)) == {3}


async def test_a_complete_report_says_all_that_is_held__O03_FR_02_FR_04(stand):
    await show(stand, message(1))
    stand.now += MINUTE
    await stand.end(AskMessages(request_id=9), "Accepted")
    stand.now += MINUTE
    await stand.tell(MessagesReported(request_id=9, messages=[message(5)], more=True))
    assert set(await held(stand)) == {1, 5}
    await stand.tell(MessagesReported(request_id=9, messages=[message(6)]))
    assert set(await held(stand)) == {5, 6}


async def test_a_report_on_a_filter_takes_nothing_away__O04_FR_03(stand):
    await show(stand, message(1))
    stand.now += MINUTE
    await stand.end(AskMessages(request_id=9, state=DisplayState.IDLE), "Accepted")
    await stand.tell(MessagesReported(request_id=9, messages=[message(5)]))
    assert set(await held(stand)) == {1, 5}


async def test_no_message_at_all_is_known_too__O03_FR_06(stand):
    await show(stand, message(1))
    stand.now += MINUTE
    await stand.end(AskMessages(request_id=8, ids=[4]), "Unknown")
    assert set(await held(stand)) == {1}
    await stand.end(AskMessages(request_id=9), "Unknown")
    assert await held(stand) == {}


async def test_a_message_ends_with_its_time_and_its_transaction__O01_FR_07_O02_FR_02(stand):
    await show(stand, message(1, ends_at=stand.at(30)))
    await show(stand, message(2, transaction_id="tx"))
    assert set(await held(stand)) == {1, 2}
    stand.now = stand.at(31)
    over = Transaction(id=1, station_id=1, transaction_id="tx", updated_at=stand.now, ended_at=stand.now)
    assert await held(stand, [over]) == {}


async def test_one_message_is_always_in_front__O01_FR_16(stand):
    await show(stand, message(1, priority=Priority.ALWAYS_FRONT))
    await show(stand, message(2, priority=Priority.ALWAYS_FRONT))
    assert set(await held(stand)) == {2}
