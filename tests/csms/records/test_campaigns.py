"""Which states of a campaign and its stations are ends; the kinds of work survive the store."""

import msgspec
import pytest

from busbar.csms.records.campaigns import (
    CallWork,
    CampaignState,
    CertificateWork,
    ConfigurationWork,
    FirmwareWork,
    MemberState,
    Setting,
    Work,
)


def test_a_campaign_ends_in_three_ways() -> None:
    assert {state.value for state in CampaignState if state.final} == {"stopped", "finished", "empty"}


def test_a_station_is_at_work_in_three_states() -> None:
    assert {state.value for state in MemberState if state.active} == {"sent", "accepted", "in-progress"}


@pytest.mark.parametrize(
    "work",
    [
        FirmwareWork(image_id=1, location="x", vendor="V", version="2"),
        ConfigurationWork(settings=[Setting(variable="a", value="b")]),
        CertificateWork(),
        CallWork(action="Reset", payload={"type": "Soft"}),
    ],
)
def test_each_kind_of_work_is_told_from_the_others(work: Work) -> None:
    assert msgspec.json.decode(msgspec.json.encode(work), type=Work) == work
