"""The settings: what was set over the factory's values over the defaults, and what is kept."""

import pytest

from busbar.model.versions import Version
from busbar.station import effects as ef
from busbar.station.blocks.board import Board
from busbar.station.blocks.variables import Variables
from busbar.station.config import StationConfig


def make(saved: dict[str, bytes] | None = None, **settings: str) -> tuple[Board, Variables]:
    board = Board(StationConfig(identity="CS1", version=Version.V16, evses=3, settings=settings), saved or {})
    return board, Variables(board)


def kept(board: Board) -> dict[str, bytes]:
    (keep,) = board.take()
    assert isinstance(keep, ef.Keep)
    return {key: value for key, value in keep.values.items() if value is not None}


def test_set_over_factory_over_default() -> None:
    _, variables = make({"variables": b'{"HeartbeatInterval":"9"}'}, HeartbeatInterval="8", ConnectionTimeOut="7")
    assert variables.number("HeartbeatInterval") == 9
    assert variables.number("ConnectionTimeOut") == 7
    assert variables.number("MeterValueSampleInterval") == 60


@pytest.mark.parametrize("settings", [{"Nonsense": "1"}, {"HeartbeatInterval": "often"}])
def test_a_wrong_factory_setting_is_an_error(settings: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no such setting"):
        make(**settings)


def test_an_empty_list_set_is_empty_and_not_the_default() -> None:
    _, variables = make()
    variables.put("MeterValuesSampledData", "")
    assert variables.members("MeterValuesSampledData") == []


def test_only_differences_are_kept_and_nothing_twice() -> None:
    board, variables = make()
    variables.put("HeartbeatInterval", "44")
    assert kept(board) == {"variables": b'{"HeartbeatInterval":"44"}'}
    variables.put("HeartbeatInterval", "44")
    assert board.take() == []


def test_what_holds_later_is_shown_at_once_and_holds_after_a_restart() -> None:
    board, variables = make()
    variables.put_later("NetworkConfigurationPriority", "2,1")
    saved = kept(board)
    assert (variables.text("NetworkConfigurationPriority"), variables.shown("NetworkConfigurationPriority")) == (
        "1",
        "2,1",
    )
    variables.put("HeartbeatInterval", "44")
    assert b'"2,1"' in kept(board)["variables"]
    _, again = make(saved)
    assert again.text("NetworkConfigurationPriority") == "2,1"


def test_what_is_set_at_once_takes_the_place_of_what_was_to_hold_later() -> None:
    board, variables = make()
    variables.put_later("NetworkConfigurationPriority", "2,1")
    variables.put("NetworkConfigurationPriority", "3")
    assert variables.shown("NetworkConfigurationPriority") == "3"
    assert b'"3"' in kept(board)["variables"]


def test_stations_alike_share_what_they_can_be_asked() -> None:
    assert make()[1].catalogue is make()[1].catalogue
