"""An outcome says in one word whether the station will do what it was told."""

import pytest

from busbar.model.orders import Outcome


@pytest.mark.parametrize("status", ["Accepted", "Scheduled", "RebootRequired", "Unlocked"])
def test_a_promise_counts_as_accepted(status: str) -> None:
    assert Outcome(status=status).accepted


@pytest.mark.parametrize("status", ["Rejected", "Unknown", "NotSupported", "accepted"])
def test_anything_else_does_not(status: str) -> None:
    assert not Outcome(status=status).accepted
