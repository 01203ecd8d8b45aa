"""What a session needs around it is there."""

import inspect

import pytest

from busbar.csms.gateway import homes, sentry
from busbar.csms.gateway.node import Node


@pytest.mark.parametrize(("port", "adapter"), [(homes.Home, Node), (homes.Sentry, sentry.Sentry)])
def test_the_node_has_what_sessions_need(port: type, adapter: type) -> None:
    named = [name for name, _ in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")]
    assert len(named) > 3
    for name in named:
        asked = inspect.signature(getattr(port, name)).parameters
        assert list(inspect.signature(getattr(adapter, name)).parameters) == list(asked)
