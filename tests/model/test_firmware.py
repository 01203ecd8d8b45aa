"""Which statuses of an update are an end, and a bad one."""

import pytest

from busbar.model.firmware import FirmwareStatus, PublishStatus


@pytest.mark.parametrize("status", FirmwareStatus)
def test_failure_end_states_are_told_from_the_others__L01_FR_01(status: FirmwareStatus) -> None:
    assert status.failed is (status.value.endswith("Failed") or status.value == "InvalidSignature")


@pytest.mark.parametrize("status", PublishStatus)
def test_publishing_fails_in_three_ways__L03_FR_06(status: PublishStatus) -> None:
    assert status.failed is (status.value.endswith("Failed") or status.value == "InvalidChecksum")
