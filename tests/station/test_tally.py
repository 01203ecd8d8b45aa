"""Counts that add up."""

from busbar.station.tally import Tally


def test_tallies_add_up_field_by_field() -> None:
    assert Tally(sent=1, timeouts=2) + Tally(sent=3, crashed=1) == Tally(sent=4, timeouts=2, crashed=1)
