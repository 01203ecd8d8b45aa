"""Sessions in memory are counted as the databases count them; the contract is in test_queries."""

from datetime import timedelta

from busbar.csms.storage.memory_uses import together, used
from tests.fixtures.rows import NOON, transaction


def test_a_session_that_runs_is_itself_and_one_that_is_over_one_of_its_day() -> None:
    assert used(transaction(7, token="A"), "a", None).transaction == 7
    over = used(transaction(7, token="B", ended_at=NOON + timedelta(minutes=1)), "a", None)
    assert (over.transaction, over.station_id, over.transaction_id, over.token, over.time_s) == (0, 0, "", "", 60.0)
    assert over.started_at == NOON.replace(hour=0, minute=0, second=0, microsecond=0)


def test_what_was_not_metered_stays_so_together() -> None:
    one = used(transaction(7, token="a", ended_at=NOON), "a", None)
    both = together(one, one)
    assert (both.sessions, both.energy_wh, both.cost) == (2, None, None)
