"""A station's list follows the tokens, and starts over where the station says no."""

from datetime import UTC, datetime

import pytest

from busbar.csms.changes import ConnectionOpened, TokenPut
from busbar.csms.jobs import local_lists
from busbar.csms.jobs.runner import Desk
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.local_list import ListExclusion, ListSwitch, LocalList
from busbar.csms.rows import Command, CommandState, Token
from busbar.csms.services.access_rules import Policy
from busbar.csms.services.local_list import BYTES, Room
from busbar.csms.storage.memory import MemoryStore
from busbar.model.versions import Version

NOW = datetime.now(UTC)


class Dispatcher:
    """Answers each message with the next word."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)
        self.sent = []

    async def dispatch(self, station, request, **_options) -> Command:
        self.sent.append(request)
        word = self.words.pop(0) if self.words else "Accepted"
        state = CommandState.ACCEPTED if word == "Accepted" else CommandState.REJECTED
        return Command(
            id="c",
            station_id=station.id,
            action="x",
            payload=b"",
            created_at=NOW,
            expires_at=NOW,
            state=state,
            status=word,
        )


@pytest.fixture
async def store() -> MemoryStore:
    store = MemoryStore()
    await store.open()
    await store.add_station("CS-1", secret=None)
    for value in ("A", "B", "C" * 30):
        await store.commit([TokenPut(Token(key=value.casefold(), value=value, kind="ISO14443"))])
    return store


async def _sync(store, dispatcher, version: Version = Version.V201, **more) -> local_lists.Sync:
    station = await store.station("CS-1")
    station.version = version
    more = {"full": False, "by": "me"} | more
    desk = Desk(store, None, dispatcher, lambda *_: None)
    return await local_lists.synchronise(desk, station, Policy(), **more)


async def test_the_list_is_sent_once_and_then_only_what_changed__D01_FR_02(store) -> None:
    dispatcher = Dispatcher()
    assert (await _sync(store, dispatcher)).sent == 1
    assert (await _sync(store, dispatcher)).sent == 0
    await store.remove_token("a")
    assert (await _sync(store, dispatcher)).version == 2
    (gone,) = dispatcher.sent[-1].entries
    assert (gone.token.value, gone.token.kind, gone.verdict, dispatcher.sent[-1].full) == ("A", "ISO14443", None, False)


async def test_what_is_kept_off_leaves_the_list__N10_FR_02(store) -> None:
    dispatcher = Dispatcher()
    await _sync(store, dispatcher)
    await store.put(ListExclusion(station_id=(await store.station("CS-1")).id, token="b", at=NOW))
    await store.put(ListExclusion(station_id=77, token="a", at=NOW))
    await _sync(store, dispatcher)
    (gone,) = dispatcher.sent[-1].entries
    assert (gone.token.value, gone.verdict) == ("B", None)


async def test_another_version_at_the_station_makes_the_list_start_over__D01_FR_05(store) -> None:
    await _sync(store, Dispatcher())
    await store.remove_token("a")
    dispatcher = Dispatcher("VersionMismatch")
    assert (await _sync(store, dispatcher)).status == "Accepted"
    assert [message.full for message in dispatcher.sent] == [False, True]
    assert dispatcher.sent[1].version > dispatcher.sent[0].version


async def test_a_list_that_failed_is_sent_in_whole_next_time(store) -> None:
    assert (await _sync(store, Dispatcher("Failed"))).status == "Failed"
    assert (await store.get(LocalList, 1)).failed
    dispatcher = Dispatcher()
    await _sync(store, dispatcher)
    assert dispatcher.sent[0].full


async def test_a_station_that_told_how_many_bytes_it_takes_gets_no_more_at_a_time__D01_FR_11(store) -> None:
    station = await store.station("CS-1")
    row = ModelValue(station_id=station.id, path=BYTES[1], attribute="Actual", value="300", at=NOW, source="report")
    await store.put(row)
    dispatcher = Dispatcher()
    await _sync(store, dispatcher)
    assert [len(message.entries) for message in dispatcher.sent] == [1, 1, 1]


async def test_1_6_has_no_long_tokens_and_no_kinds(store) -> None:
    dispatcher = Dispatcher()
    await _sync(store, dispatcher, Version.V16, room=Room(per_message=1))
    tokens = [entry.token for message in dispatcher.sent for entry in message.entries]
    assert [(token.value, token.kind) for token in tokens] == [("A", None), ("B", None)]


async def test_a_token_that_the_version_has_no_word_for_is_left_out(store) -> None:
    await store.commit([TokenPut(Token(key="car", value="CAR", kind="EVCCID"))])  # 2.1 alone has this kind
    older, newer = Dispatcher(), Dispatcher()
    await _sync(store, older)
    await _sync(store, newer, Version.V21, full=True)
    assert "CAR" not in [entry.token.value for entry in older.sent[0].entries]
    assert "CAR" in [entry.token.value for entry in newer.sent[0].entries]


async def test_nothing_is_sent_unasked__and_all_where_it_is_switched_on(store) -> None:
    station = await store.station("CS-1")
    await store.commit([ConnectionOpened(station.id, 1, Version.V21, NOW, "")])
    dispatcher = Dispatcher()
    desk = Desk(store, None, dispatcher, lambda *_: None)
    await local_lists.look(desk)
    assert dispatcher.sent == []
    await store.put(ListSwitch(scope="station", number=station.id))
    await local_lists.look(desk)
    assert len(dispatcher.sent) == 1
