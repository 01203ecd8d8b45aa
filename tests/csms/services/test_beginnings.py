"""What does not concern a session's beginning costs an event nothing."""


def test_a_start_without_a_token_keeps_no_reason(world) -> None:
    world.tell(world.started())
    assert world.rows == {}


def test_a_repeated_start_follows_nothing_twice(world) -> None:
    world.know("CARD")
    world.tell(world.started())
    kept = dict(world.rows)
    assert world.tell(world.started()).changes == []
    assert world.rows == kept
