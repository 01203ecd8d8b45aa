"""Messages are kept, reported and taken away, and the display shows the one whose turn it is."""

from datetime import timedelta
from typing import Any

import pytest

from busbar.model.display import (
    AskMessages,
    ClearMessage,
    DisplayState,
    Message,
    MessagesReported,
    Priority,
    Screen,
    ShowMessage,
)
from busbar.model.orders import GetVariables, Outcome, VariableName
from busbar.model.tariffs import Text, TextFormat
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station import events as ev

TWO = pytest.mark.parametrize("version", [Version.V201, Version.V21])


class Screens:
    """A station with its display watched."""

    def __init__(self, play: Any, version: Version = Version.V201, evses: int = 1) -> None:
        self.p = play(version, evses=evses)
        self.p.go_online()
        self.text: dict[int | None, str] = {}
        perform = self.p._perform

        def performed(effect: ef.Effect) -> None:
            perform(effect)
            if isinstance(effect, ef.Show):
                self.text[effect.evse] = effect.text

        self.p._perform = performed

    def show(self, number: int, priority: Priority = Priority.NORMAL_CYCLE, text: str = "", **more: Any) -> str:
        message = Message(id=number, priority=priority, text=Text(content=text or f"m{number}"), **more)
        return str(self.p.order(ShowMessage(message=message)).status)

    def ids(self, **which: Any) -> list[int]:
        self.p.csms.heard.clear()
        status = self.p.order(AskMessages(request_id=3, **which)).status
        facts = [fact for fact in self.p.csms.heard if isinstance(fact, MessagesReported)]
        assert (status == "Accepted") == bool(facts)
        assert [fact.more for fact in facts] == [True] * (len(facts) - 1) + [False] * bool(facts)
        assert {fact.request_id for fact in facts} <= {3}
        return sorted(message.id for fact in facts for message in fact.messages)


@TWO
def test_a_message_is_shown_replaced_reported_and_cleared__O01_O03_O05_O06(play: Any, version: Version) -> None:
    s = Screens(play, version)
    assert s.show(1) == "Accepted"
    assert s.text[None] == "m1"
    s.show(1, text="other")
    assert s.text[None] == "other"
    assert s.ids() == [1]
    s.p.power_cut()
    assert s.ids() == [1]
    assert s.p.order(ClearMessage(id=1)) == Outcome(status="Accepted")
    assert s.text[None] == ""
    assert s.p.order(ClearMessage(id=1)) == Outcome(status="Unknown")
    assert s.ids() == []


def test_the_highest_priority_is_in_front_and_equals_take_turns__O01(play: Any) -> None:
    s = Screens(play)
    s.show(1)
    s.show(2)
    seen = set()
    for _ in range(2):
        seen.add(s.text[None])
        s.p.wait(11)
    assert seen == {"m1", "m2"}
    s.show(3, Priority.IN_FRONT)
    assert s.text[None] == "m3"
    s.show(4, Priority.ALWAYS_FRONT)
    assert s.text[None] == "m4"
    s.show(5, Priority.ALWAYS_FRONT)
    assert s.text[None] == "m5"
    assert s.ids() == [1, 2, 3, 5]


def test_a_message_has_its_time__O01(play: Any) -> None:
    s = Screens(play)
    now = s.p.now
    s.show(1, starts_at=now + timedelta(seconds=60), ends_at=now + timedelta(seconds=120))
    assert None not in s.text
    s.p.wait(61)
    assert s.text[None] == "m1"
    s.p.wait(60)
    assert s.text[None] == ""
    assert s.ids() == []
    assert s.show(2, ends_at=now) == "Rejected"


def test_a_message_belongs_to_a_state__O01(play: Any) -> None:
    s = Screens(play)
    s.show(1, state=DisplayState.IDLE)
    s.show(2, state=DisplayState.CHARGING)
    assert s.text[None] == "m1"
    s.p.charge()
    assert s.text[None] == "m2"
    s.p.run(ev.FaultRaised(1, "GroundFailure"))
    assert s.text[None] == ""


def test_a_message_goes_with_its_transaction__O02(play: Any) -> None:
    s = Screens(play)
    assert s.show(1, transaction_id="tx-1") == "UnknownTransaction"
    s.p.charge()
    assert s.show(1, transaction_id="tx-1", state=DisplayState.CHARGING) == "Accepted"
    assert s.text[None] == "m1"
    s.p.run(ev.CableUnplugged(1))
    assert s.ids() == []


def test_an_evse_has_a_display_of_its_own(play: Any) -> None:
    s = Screens(play, evses=2)
    s.show(1, screen=Screen(name="Display", evse=2), state=DisplayState.IDLE)
    assert s.text == {2: "m1"}
    assert s.show(2, screen=Screen(name="Display", evse=3)) == "Rejected"


def test_what_cannot_be_shown_is_refused__O01(play: Any) -> None:
    s = Screens(play, Version.V21)
    assert s.show(1, state=DisplayState.DISCHARGING) == "NotSupportedState"
    html = Message(id=1, priority=Priority.IN_FRONT, text=Text(content="x", format=TextFormat.HTML))
    assert s.p.order(ShowMessage(message=html)).status == "NotSupportedMessageFormat"
    for number in range(100):
        s.show(number)
    assert s.show(100) == "Rejected"
    assert s.show(99) == "Accepted"
    assert len(s.ids()) == 100
    name = VariableName(component="DisplayMessageCtrlr", variable="DisplayMessages")
    assert s.p.order(GetVariables(names=[name])).variables[0].value == "100"


def test_messages_are_found_by_number_priority_and_state__O04(play: Any) -> None:
    s = Screens(play)
    s.show(1, Priority.IN_FRONT)
    s.show(2, state=DisplayState.IDLE)
    s.show(3)
    assert s.ids(ids=[1, 3, 9]) == [1, 3]
    assert s.ids(priority=Priority.IN_FRONT) == [1]
    assert s.ids(state=DisplayState.IDLE) == [2]
    assert s.ids(ids=[1], state=DisplayState.IDLE) == []
