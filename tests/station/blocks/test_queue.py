"""The persistent queue: order, retries, thinning, and what survives."""

from datetime import UTC, datetime, timedelta

from busbar.model.facts import MeterRead, TransactionEnded, TransactionStarted, TransactionUpdated
from busbar.model.values import IdToken, Place, Reading, Sample
from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks import queue as q
from busbar.station.blocks.board import Board
from busbar.station.blocks.queue import TransactionQueue
from busbar.station.blocks.variables import Variables
from busbar.station.config import StationConfig

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Shelf:
    """A queue and what it kept."""

    def __init__(self, version: Version = Version.V201, **settings: str) -> None:
        self.config = StationConfig(identity="CS1", version=version, settings=settings)
        self.kept: dict[str, bytes] = {}
        self.again()

    def again(self) -> None:
        self.board = Board(self.config, dict(self.kept))
        self.board.now = AT
        self.queue = TransactionQueue(self.board, Variables(self.board))

    def take(self) -> list[ef.Effect]:
        effects = self.board.take()
        for effect in effects:
            if isinstance(effect, ef.Keep):
                for key, value in effect.values.items():
                    self.kept.pop(key, None) if value is None else self.kept.update({key: value})
        return effects


def started(name: str = "a") -> TransactionStarted:
    return TransactionStarted(transaction_id=name, at=AT, place=Place(1, 1), token=IdToken("T"), seq_no=0)


def updated(seq_no: int, trigger: str = "MeterValuePeriodic") -> TransactionUpdated:
    reading = Reading(AT, [Sample("SoC", 5.0)])
    return TransactionUpdated(transaction_id="a", at=AT, seq_no=seq_no, trigger=trigger, readings=[reading])


def ended(name: str = "a") -> TransactionEnded:
    return TransactionEnded(transaction_id=name, at=AT, meter_wh=5.0)


def test_messages_survive_in_order_with_their_content_and_go_out_as_offline() -> None:
    shelf = Shelf()
    shelf.queue.put("a", started(), offline=False)
    shelf.queue.put("a", updated(1), offline=False)
    shelf.queue.put("a", ended(), offline=False)
    shelf.take()
    shelf.again()
    seen = []
    while entry := shelf.queue.due():
        fact = shelf.queue.message(entry)
        assert not isinstance(fact, MeterRead)
        seen.append(fact)
        shelf.queue.delivered(entry)
    assert all(fact.offline for fact in seen)
    for fact in seen:
        fact.offline = False
    assert seen == [started(), updated(1), ended()]
    shelf.take()
    assert shelf.kept == {}


def test_the_waits_are_the_interval_times_the_transmissions() -> None:
    shelf = Shelf(TransactionMessageAttempts="3", TransactionMessageRetryInterval="60")
    shelf.queue.put("a", started(), offline=False)
    waits = []
    while True:
        entry = shelf.queue.due()
        assert entry is not None
        if shelf.queue.failed(entry):
            break
        (timer,) = [e for e in shelf.take() if isinstance(e, ef.SetTimer)]
        waits.append((timer.at - shelf.board.now).total_seconds())
        shelf.board.now = timer.at - timedelta(seconds=1)
        assert shelf.queue.due() is None
        shelf.board.now = timer.at
    assert waits == [60, 120]
    assert (shelf.queue.discarded, len(shelf.queue)) == (1, 0)
    shelf.take()
    shelf.again()
    assert shelf.queue.discarded == 1


def test_failed_attempts_survive_a_power_cut() -> None:
    shelf = Shelf(TransactionMessageAttempts="2")
    shelf.queue.put("a", started(), offline=False)
    entry = shelf.queue.due()
    assert entry is not None
    assert not shelf.queue.failed(entry)
    shelf.take()
    shelf.again()
    entry = shelf.queue.due()
    assert entry is not None
    assert shelf.queue.failed(entry)


def test_16_messages_carry_the_learned_id_and_forget_it_after_the_end() -> None:
    shelf = Shelf(Version.V16)
    read = MeterRead(place=Place(1, 1), readings=[Reading(AT)])
    for fact in (started(), read, ended()):
        shelf.queue.put("a", fact, offline=False)
    sent = []
    while entry := shelf.queue.due():
        sent.append(shelf.queue.message(entry).transaction_id)
        if isinstance(entry.fact, TransactionStarted):
            shelf.queue.learn("a", "55")
        shelf.queue.delivered(entry)
        shelf.take()
        shelf.again()
    assert sent == ["a", "55", "55"]
    assert shelf.queue.csms_id("a") is None


def test_16_messages_without_a_learned_id_go_by_minus_one() -> None:
    shelf = Shelf(Version.V16)
    shelf.queue.put("a", ended(), offline=False)
    entry = shelf.queue.due()
    assert entry is not None
    assert shelf.queue.message(entry).transaction_id == q.UNKNOWN_ID


def test_a_full_queue_drops_every_second_sample_and_nothing_else() -> None:
    shelf = Shelf()
    shelf.queue.put("a", started(), offline=True)
    shelf.queue.put("a", updated(1, "ChargingStateChanged"), offline=True)
    for seq_no in range(2, q.LIMIT + 1):
        shelf.queue.put("a", updated(seq_no), offline=True)
    shelf.take()
    assert len(shelf.queue) == q.LIMIT + 1 - shelf.queue.thinned
    assert shelf.queue.thinned == q.LIMIT // 2
    assert len([key for key in shelf.kept if key.startswith("queue/")]) == len(shelf.queue)
    numbers = [shelf.queue._entries[index].fact for index in range(4)]
    assert [getattr(fact, "seq_no", None) for fact in numbers] == [0, 1, 3, 5]
