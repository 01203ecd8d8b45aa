"""Which statuses of an upload are a bad end."""

import pytest

from busbar.model.logs import LogStatus


@pytest.mark.parametrize("status", LogStatus)
def test_an_upload_fails_in_four_ways__N01_FR_10(status: LogStatus) -> None:
    good = {"Idle", "Uploading", "Uploaded", "AcceptedCanceled"}
    assert status.failed is (status.value not in good)
