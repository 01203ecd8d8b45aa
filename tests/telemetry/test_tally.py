"""Plain counts: bounded labels, cumulative buckets."""

import pytest

from busbar.model.versions import Version
from busbar.telemetry.tally import ActionTallies, Buckets, CallTally, CommitTally


def test_a_value_on_a_bound_belongs_to_it() -> None:
    buckets = Buckets((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 2.5):
        buckets.add(value)
    assert buckets.cumulative() == [("1.0", 2.0), ("2.0", 3.0), ("+Inf", 4.0)]
    assert buckets.total == 5.5


def test_results_that_a_station_makes_up_are_other() -> None:
    tally = CallTally()
    for result in ("ok", "ok", "InternalError", "surprise-1", "surprise-2"):
        tally.add(result, None)
    assert tally.results == {"ok": 2, "InternalError": 1, "other": 2}
    assert tally.took.total == 0


@pytest.mark.parametrize("version", list(Version))
def test_actions_that_nobody_knows_share_one_tally(version: Version) -> None:
    tallies = ActionTallies(version)
    before = len(tallies.by_action)
    for number in range(1000):
        tallies.add(f"Made{number}", "NotImplemented", 0.1)
    tallies.add("Heartbeat", "ok", 0.1)
    assert len(tallies.by_action) == before
    assert tallies.by_action["other"].results == {"NotImplemented": 1000}
    assert tallies.by_action["Heartbeat"].results == {"ok": 1}


def test_a_commit_is_timed_from_its_beginning() -> None:
    tally = CommitTally()
    tally.began_at = 10.0
    tally.add(40, 10.5)
    assert (tally.sizes.total, tally.took.total) == (40.0, 0.5)
