"""The security log survives, and forgets the oldest."""

from typing import Any

from busbar.model.versions import Version
from busbar.station import events as ev
from busbar.station.blocks.journal import LIMIT, Journal


def test_entries_outlast_a_power_cut_and_the_oldest_go(play: Any) -> None:
    p = play(Version.V201)
    p.go_online()
    for number in range(LIMIT + 1):
        p.station._fittings.get(Journal).note("InvalidMessages", str(number))
    p.run(ev.CablePluggedIn(1))
    p.power_cut()
    entries = p.station._fittings.get(Journal).entries
    assert [entry.info for entry in entries] == [str(number) for number in range(1, LIMIT + 1)]
    assert (entries[0].at, entries[0].type) == (p.now, "InvalidMessages")
