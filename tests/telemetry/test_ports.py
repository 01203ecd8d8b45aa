"""The ports have adapters, and nobody watches unless somebody is named."""

import inspect

import pytest

from busbar.telemetry import ports
from busbar.telemetry.traces import SpanTrace, SpanTracer


@pytest.mark.parametrize(("port", "adapter"), [(ports.Tracer, SpanTracer), (ports.Trace, SpanTrace)])
def test_spans_do_what_the_ports_say(port: type, adapter: type) -> None:
    named = [name for name, _ in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")]
    assert len(named) > 1
    for name in named:
        asked = inspect.signature(getattr(port, name)).parameters
        assert list(inspect.signature(getattr(adapter, name)).parameters) == list(asked)


def test_nobody_watches_by_default() -> None:
    assert (ports.UNWATCHED.calls, ports.UNWATCHED.tracer) == (None, None)
