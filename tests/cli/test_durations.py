"""Lengths of time."""

import pytest

from busbar.cli.durations import seconds


@pytest.mark.parametrize(("text", "expected"), [("60s", 60), ("5m", 300), ("1h", 3600), ("7", 7), ("0.5s", 0.5)])
def test_a_length_is_in_seconds(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "s", "-1s", "1d", "1m30s", "1e9", "inf"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="60s"):
        seconds(text)
