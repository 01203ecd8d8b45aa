"""What people type."""

import pytest
import typer

from busbar.cli.options import websocket, weights, writable


def test_weights_have_names_and_one_is_the_default() -> None:
    assert weights("home=2, work=0.5,public") == {"home": 2.0, "work": 0.5, "public": 1.0}


@pytest.mark.parametrize("text", ["home=x", "home=-1", "home=0", "home=1e9"])
def test_weights_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)weight"):
        weights(text)


def test_addresses_and_files_are_looked_at_first() -> None:
    assert websocket("ws://x") == "ws://x"
    assert websocket(None) is writable(None) is None
    with pytest.raises(typer.BadParameter):
        websocket("http://x")
