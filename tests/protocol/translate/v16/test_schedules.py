import pytest

from busbar.model.charging import ProfilePurpose
from busbar.protocol.translate.v16.schedules import purpose, read_purpose


@pytest.mark.parametrize("neutral", [ProfilePurpose.STATION_MAX, ProfilePurpose.TX_DEFAULT, ProfilePurpose.TX])
def test_a_purpose_is_the_same_on_both_sides(neutral: ProfilePurpose) -> None:
    assert read_purpose(purpose(neutral)) is neutral
    assert purpose(ProfilePurpose.STATION_MAX) == "ChargePointMaxProfile"
