"""A reservation is over in every state but the first two."""

from busbar.csms.records.reservations import ReservationState


def test_a_reservation_stands_until_it_is_refused_used_or_ended() -> None:
    assert [state.value for state in ReservationState if not state.final] == ["pending", "active"]
