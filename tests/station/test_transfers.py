"""What is worth another try."""

import pytest

from busbar.station.transfers import Fault, TransferFailed


@pytest.mark.parametrize(
    ("failed", "final"),
    [
        (TransferFailed("x"), False),
        (TransferFailed("x", Fault.DENIED), False),
        (TransferFailed("x", Fault.UNSUPPORTED), True),
        (TransferFailed("x", redirected=True), True),
    ],
)
def test_what_cannot_come_right_is_final(failed: TransferFailed, final: bool) -> None:
    assert failed.final is final
