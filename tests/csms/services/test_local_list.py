"""A station's list is brought up to date in as few and as small messages as it takes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from busbar.csms.records.device_model import ModelValue, ModelVariable
from busbar.csms.records.local_list import ListAnswer, ListVersion, LocalList
from busbar.csms.services.batches import size
from busbar.csms.services.local_list import BYTES, ENTRIES, ENTRIES_16, ITEMS, Room, fitting, plan
from busbar.model.device import Characteristics
from busbar.model.facts import TokenAnswer
from busbar.model.local_list import GetLocalListVersion, ListEntry, LocalListVersion, SendLocalList
from busbar.model.values import AuthorizationStatus, IdToken
from busbar.model.versions import Version

AT = datetime(2026, 5, 1, tzinfo=UTC)


def entry(value: str, status: AuthorizationStatus = AuthorizationStatus.ACCEPTED) -> ListEntry:
    return ListEntry(token=IdToken(value, "ISO14443"), verdict=TokenAnswer(status=status))


def sent(*entries: ListEntry, version: int = 1, failed: bool = False) -> LocalList:
    made = plan(entries, None, full=True, room=Room(100))
    return LocalList(station_id=1, version=version, entries=made.entries, sent_at=AT, failed=failed)


def test_a_first_list_goes_in_whole_and_in_parts__D01_FR_11() -> None:
    made = plan([entry("A"), entry("B"), entry("C")], None, full=False, room=Room(2))
    assert [(m.version, m.full, len(m.entries)) for m in made.messages] == [(1, True, 2), (2, False, 1)]
    assert made.version == 2


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
@pytest.mark.parametrize("most", [400, 401, 555, 1000, 5000])
def test_no_message_has_more_bytes_than_the_station_takes__D01_FR_11(version: Version, most: int) -> None:
    entries = [entry("X" * (1 + number % 20)) for number in range(30)]
    messages = plan(entries, None, full=True, room=Room(20, None, most), version=version).messages
    sizes = [size(message, version) for message in messages]
    assert max(sizes) <= most
    assert [each for message in messages for each in message.entries] == entries
    assert max(len(message.entries) for message in messages) <= 20
    for message, after in pairwise(messages):
        more = SendLocalList(version=2**31 - 1, full=False, entries=[*message.entries, after.entries[0]])
        assert size(more, version) > most or len(message.entries) == 20, "no more messages than it takes"


def test_an_entry_that_alone_is_too_large_goes_alone() -> None:
    made = plan([entry("A"), entry("B")], None, full=True, room=Room(9, None, 10), version=Version.V201)
    assert [len(message.entries) for message in made.messages] == [1, 1]


def test_only_what_changed_is_sent_later_and_what_left_has_no_verdict__D01_FR_17() -> None:
    before = sent(entry("A"), entry("B"), entry("C"), version=7)
    (message,) = plan([entry("A"), entry("B", AuthorizationStatus.BLOCKED)], before, full=False, room=Room(9)).messages
    assert (message.version, message.full) == (8, False)
    assert message.entries == [ListEntry(token=IdToken("C", "ISO14443")), entry("B", AuthorizationStatus.BLOCKED)]


def test_nothing_is_sent_where_nothing_changed() -> None:
    assert plan([entry("A")], sent(entry("A")), full=False, room=Room(9)).messages == []


def test_an_empty_whole_list_empties_the_stations__D01_FR_04() -> None:
    made = plan([], sent(entry("A")), full=True, room=Room(9))
    assert [(m.full, m.entries) for m in made.messages] == [(True, [])]


def test_after_a_failure_the_whole_list_follows__D01_FR_05() -> None:
    made = plan([entry("A")], sent(entry("A"), failed=True), full=False, room=Room(9))
    assert [m.full for m in made.messages] == [True]


def test_a_station_gets_no_more_than_it_has_room_for__D01_FR_12() -> None:
    made = plan([entry("A"), entry("B")], None, full=True, room=Room(9, 1))
    assert (len(made.messages[0].entries), made.left_out) == (1, 1)


@pytest.mark.parametrize(
    ("told", "before", "after"),
    [
        (5, sent(entry("A"), version=2), (True, 6)),  # set back, or filled by another: what it has is not known here
        (0, sent(entry("A"), version=2), (True, 3)),
        (4, None, (True, 5)),
        (-1, None, (True, 1)),
        (2, sent(entry("A"), version=2), (False, 3)),
    ],
)
def test_a_version_that_was_never_sent_makes_the_list_start_over__TC_043_5(
    told: int, before: LocalList | None, after: tuple[bool, int]
) -> None:
    version = ListVersion(station_id=1, version=told, at=AT + timedelta(seconds=1))
    (message,) = plan([entry("A"), entry("B")], before, full=False, room=Room(9), told=version).messages
    assert (message.full, message.version) == after


def test_a_version_that_was_told_before_the_last_list_says_nothing() -> None:
    before = sent(entry("A"), version=2)
    version = ListVersion(station_id=1, version=1, at=AT - timedelta(seconds=1))
    (message,) = plan([entry("A"), entry("B")], before, full=False, room=Room(9), told=version).messages
    assert (message.full, message.version) == (False, 3)


@pytest.mark.parametrize(
    ("told", "asked", "fits"),
    [
        ({}, Room(), Room(50, None)),
        ({}, Room(7, 9), Room(7, 9)),
        ({ITEMS[0]: "20", ENTRIES_16: "100"}, Room(), Room(20, 100)),
        ({ITEMS[0]: "20", ENTRIES_16: "100"}, Room(7, 900), Room(7, 100)),
        ({ITEMS[2]: "200"}, Room(), Room(200, None)),
        ({BYTES[1]: "4000"}, Room(), Room(50, None, 4000)),
        ({BYTES[0]: "4000"}, Room(bytes=900), Room(50, None, 900)),
        ({ITEMS[0]: "many", ENTRIES_16: "0"}, Room(), Room(50, None)),
        ({}, Room(most=0), Room(50, 0)),
    ],
)
def test_a_station_gets_what_it_has_room_for__D01_FR_12_TC_043(told: dict[str, str], asked: Room, fits: Room) -> None:
    values = [
        ModelValue(station_id=1, path=path, attribute="Actual", value=value, at=AT, source="read")
        for path, value in told.items()
    ]
    assert fitting(asked, values, []) == fits


def test_the_limit_of_entries_is_that_of_the_variable() -> None:
    limits = Characteristics(data_type="integer", supports_monitoring=False, max_limit=30.0)
    row = ModelVariable(
        station_id=1, path=ENTRIES[0], variable="Entries", variable_key="entries", attributes=[], characteristics=limits
    )
    assert fitting(Room(most=90), [], [row]) == Room(50, 30)


async def test_the_stations_words_are_kept__D01_FR_01_D02_FR_01(stand) -> None:
    await stand.end(SendLocalList(version=3, full=True), "VersionMismatch")
    row = await stand.store.get(ListAnswer, 1)
    assert (row.version, row.status) == (3, "VersionMismatch")
    await stand.end(GetLocalListVersion(), LocalListVersion(version=2))
    assert (await stand.store.get(ListVersion, 1)).version == 2
