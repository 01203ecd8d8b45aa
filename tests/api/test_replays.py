"""Idempotency keys that come again."""

import pytest

from busbar.api.problems import Problem
from busbar.api.replays import Replays


def test_a_key_may_come_again_with_the_same_request_only():
    replays = Replays()
    replays.check(1, "k", b"a")
    replays.check(1, "k", b"a")
    replays.check(2, "k", b"b")
    with pytest.raises(Problem):
        replays.check(1, "k", b"b")


def test_memory_is_bounded_and_forgets_the_oldest():
    replays = Replays(limit=2)
    for key in ("a", "b", "c"):
        replays.check(1, key, b"x")
    replays.check(1, "a", b"y")
    with pytest.raises(Problem):
        replays.check(1, "c", b"y")
