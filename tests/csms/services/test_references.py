"""Ids on the wire and the rows they mean."""

import pytest

from busbar.csms.services.decisions import needs
from busbar.csms.services.references import TRANSACTIONS_LIMIT, ended_alike, id_on_wire
from busbar.csms.services.view import TransactionNeed


def test_an_unknown_number_is_looked_up_under_both_names_at_once(world_16) -> None:
    fact = world_16.stop_16("17", 1, wh=1)
    missing = needs(fact, world_16.view, world_16.context.tokens)
    assert missing == (TransactionNeed("17"), TransactionNeed("17~0"))


def test_a_row_without_its_sequence_numbers_is_looked_up(world) -> None:
    world.tell(world.started(0, 0))
    world.reconnect()
    assert needs(world.updated(1, 1), world.view, world.context.tokens) == (TransactionNeed("tx"),)


def test_a_looked_up_absence_is_not_looked_up_again(world) -> None:
    world.view.transactions["tx"] = None
    assert needs(world.updated(1, 1), world.view, world.context.tokens) == ()


def test_a_new_row_is_the_youngest_even_where_its_absence_was_known_long_ago(world) -> None:
    world.view.transactions["tx"] = None
    for number in range(TRANSACTIONS_LIMIT - 1):
        world.tell(world.started(0, number, transaction_id=f"t{number}"))
    world.view.transactions["tx"] = None
    world.tell(world.ended(9, 9))
    assert list(world.view.transactions)[-1] == "tx"


def test_a_stop_is_known_by_time_and_meter(world_16) -> None:
    world_16.tell(world_16.start_16())
    world_16.tell(world_16.stop_16("1", 30, wh=1800))
    assert ended_alike(world_16.view, world_16.at(30), 1800) is not None
    assert ended_alike(world_16.view, world_16.at(30), 1801) is None
    assert ended_alike(world_16.view, world_16.at(31), 1800) is None


@pytest.mark.parametrize(
    ("kept", "wire"), [("7", "7"), ("7~0", "7"), ("tx~1767225600", "tx"), ("a~b", "a~b"), ("~remote start 5",) * 2]
)
def test_a_station_is_told_its_own_id_of_a_transaction(kept: str, wire: str) -> None:
    assert id_on_wire(kept) == wire
