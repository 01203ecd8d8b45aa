"""What a station holds: the place of each profile, what bears on an EVSE, what survives."""

from datetime import UTC, datetime

from busbar.model.charging import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SchedulePeriod,
)
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.blocks.board import Board
from busbar.station.blocks.charging_profiles import Held, Profiles
from busbar.station.blocks.evse import Evse, Transaction
from busbar.station.config import StationConfig
from busbar.station.effects import Keep

P = ProfilePurpose
AT = datetime(2026, 3, 1, tzinfo=UTC)
CONFIG = StationConfig(identity="CS1", version=Version.V201)


def held(number: int, purpose: ProfilePurpose, evse: int = 0, **more: object) -> Held:
    schedule = ChargingSchedule(
        id=1, unit=RateUnit.A, start_schedule=AT, periods=[SchedulePeriod(start_period=0, limit=10.0)]
    )
    given = {"valid_from": None, "valid_to": None} | more
    profile = ChargingProfile(
        id=number,
        stack_level=0,
        purpose=purpose,
        kind=ProfileKind.ABSOLUTE,
        schedules=[schedule],
        **given,  # type: ignore[arg-type]
    )
    return Held(evse, profile)


def ids(profiles: list[ChargingProfile]) -> list[int]:
    return [profile.id for profile in profiles]


def test_what_bears_on_an_evse_is_its_own_first() -> None:
    made = Profiles(Board(CONFIG, {}))
    for item in (
        held(1, P.TX_DEFAULT),
        held(2, P.TX_DEFAULT, 1),
        held(3, P.TX, 2),
        held(4, P.STATION_MAX),
        held(-1, P.EXTERNAL),
        held(-2, P.EXTERNAL, 1),
    ):
        made.put(item)
    assert ids(made.bearing(1)) == [2, 1, 4]
    assert ids(made.bearing(2)) == [3, 1, 4]
    assert [ids(group) for group in made.external(1)] == [[-2], [-1]]
    assert [ids(group) for group in made.external(0)] == [[-1]]
    assert len(made) == 6


def test_only_lasting_purposes_are_kept__K01_FR_27() -> None:
    board = Board(CONFIG, {})
    made = Profiles(board)
    for item in (held(1, P.TX_DEFAULT), held(2, P.TX, 1), held(3, P.STATION_MAX), held(-1, P.EXTERNAL)):
        made.put(item)
    (keep,) = board.take()
    assert isinstance(keep, Keep)
    assert sorted(keep.values) == ["charging/1", "charging/3"]
    kept = {key: value for key, value in keep.values.items() if value is not None}
    again = Profiles(Board(CONFIG, kept))
    assert again.get(1) == held(1, P.TX_DEFAULT)
    again.remove(held(1, P.TX_DEFAULT))
    assert again.get(1) is None
    made.put(held(3, P.TX, 1))  # another purpose in its place: nothing of the old one survives
    (keep,) = board.take()
    assert isinstance(keep, Keep)
    assert keep.values == {"charging/3": None}


def test_only_what_is_valid_at_the_same_time_is_in_the_same_place__K01_FR_06() -> None:
    made = Profiles(Board(CONFIG, {}))
    made.put(held(1, P.TX_DEFAULT, valid_to=AT))
    assert made.same_place(held(2, P.TX_DEFAULT).profile, 0)
    assert not made.same_place(held(2, P.TX_DEFAULT, valid_from=AT).profile, 0)
    assert not made.same_place(held(2, P.TX_DEFAULT).profile, 1)
    assert not made.same_place(held(1, P.TX_DEFAULT).profile, 0)


def test_a_waiting_profile_goes_with_the_transaction_that_begins() -> None:
    made, evse = Profiles(Board(CONFIG, {})), Evse(number=1, token=IdToken("T"))
    made.put(held(1, P.TX, 1))
    made.follow(evse)
    evse.transaction = Transaction(id="tx", evse=1, start_wh=0, started_at=AT, seen_at=AT, last_wh=0)
    made.follow(evse)
    found = made.get(1)
    assert found is not None
    assert found.transaction == "tx"
    evse.transaction = None
    made.follow(evse)
    assert made.get(1) is None
