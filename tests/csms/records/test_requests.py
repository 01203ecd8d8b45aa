"""Which states of a request are open, and which have come to nothing."""

import pytest

from busbar.csms.records.requests import RequestState


@pytest.mark.parametrize("state", RequestState)
def test_a_request_is_open_ended_well_or_ended_badly(state: RequestState) -> None:
    assert [state.open, state is RequestState.DONE, state.failed].count(True) == 1
