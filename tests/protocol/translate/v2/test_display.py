"""Messages for a display go to a station, and come back in its report, as they are."""

from datetime import UTC, datetime

import pytest

from busbar.model import display
from busbar.model.display import DisplayState, Message, Priority, Screen
from busbar.model.facts import Acknowledged
from busbar.model.orders import Order, Outcome
from busbar.model.tariffs import Text, TextFormat
from busbar.model.versions import Version
from busbar.protocol import codec
from busbar.protocol.translate import Untranslatable, translator

AT = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = Message(id=1, priority=Priority.NORMAL_CYCLE, text=Text(content="Hello", format=TextFormat.ASCII))
FULL = Message(
    id=2,
    priority=Priority.ALWAYS_FRONT,
    text=Text(content="Hi", language="en-US"),
    state=DisplayState.CHARGING,
    starts_at=AT,
    ends_at=AT.replace(year=2027),
    transaction_id="tx",
    screen=Screen(name="Display", instance="left", evse=1),
)
MANY = Message(id=3, priority=Priority.IN_FRONT, text=Text(content="Hi"), extra=(Text(content="Hallo", language="de"),))
ORDERS = [
    display.ShowMessage(message=PLAIN),
    display.ShowMessage(message=FULL),
    display.AskMessages(request_id=5),
    display.AskMessages(request_id=5, ids=[1, 2], priority=Priority.IN_FRONT, state=DisplayState.IDLE),
    display.ClearMessage(id=7),
]


def carried(order: Order, version: Version) -> Order:
    speaker = translator(version)
    action, payload = speaker.from_order(order)
    return speaker.to_order(action, codec.decode_request(version, action, codec.encode(payload)))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@pytest.mark.parametrize("order", ORDERS)
def test_an_order_says_what_it_says__O01_O03_O04_O05(order: Order, version: Version) -> None:
    assert carried(order, version) == order


def test_other_languages_are_2_1s() -> None:
    order = display.ShowMessage(message=MANY)
    assert carried(order, Version.V21) == order
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(order)


@pytest.mark.parametrize(
    "message",
    [
        Message(id=1, priority=Priority.IN_FRONT, text=Text(content="x", format=TextFormat.QRCODE)),
        Message(id=1, priority=Priority.IN_FRONT, text=Text(content="x"), state=DisplayState.SUSPENDED),
    ],
)
def test_a_word_that_2_0_1_lacks_is_refused(message: Message) -> None:
    with pytest.raises(Untranslatable):
        translator(Version.V201).from_order(display.ShowMessage(message=message))


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
def test_a_report_is_read_part_by_part__O03_FR_04_FR_05(version: Version) -> None:
    speaker = translator(version)
    fact = display.MessagesReported(request_id=5, messages=[PLAIN, FULL], more=True)
    action, payload = speaker.from_fact(fact)
    assert speaker.to_fact(action, codec.decode_request(version, action, codec.encode(payload))) == fact
    assert codec.encode(speaker.from_answer(action, Acknowledged())) == b"{}"


def test_1_6_has_no_display() -> None:
    with pytest.raises(Untranslatable):
        translator(Version.V16).from_order(display.ClearMessage(id=1))


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("SetDisplayMessage", "UnknownTransaction"),
        ("GetDisplayMessages", "Unknown"),
        ("ClearDisplayMessage", "Unknown"),
    ],
)
def test_a_station_answers_with_a_status(action: str, status: str) -> None:
    for version in (Version.V201, Version.V21):
        written = translator(version).from_outcome(action, Outcome(status=status))
        assert codec.encode(written) == f'{{"status":"{status}"}}'.encode()
