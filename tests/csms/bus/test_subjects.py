"""Patterns take subjects as NATS does."""

import pytest

from busbar.csms.bus.subjects import takes


@pytest.mark.parametrize(
    ("pattern", "subject", "taken"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", "a.b", False),
        ("a.b", "a", False),
        ("*", "a", True),
        ("*", "a.b", False),
        ("a.*.c", "a.b.c", True),
        ("a.*.c", "a.b.d", False),
        ("a.>", "a", False),
        ("a.>", "a.b", True),
        ("a.>", "a.b.c", True),
        ("a.>", "b.b", False),
        (">", "a", True),
        ("*.>", "a", False),
    ],
)
def test_patterns(pattern, subject, taken) -> None:
    assert takes(pattern, subject) is taken
