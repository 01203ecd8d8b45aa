"""A command's final states are those after which nothing changes."""

from busbar.csms.rows import CommandState


def test_only_queued_and_sent_can_change() -> None:
    assert [s for s in CommandState if not s.final] == [CommandState.QUEUED, CommandState.SENT]
