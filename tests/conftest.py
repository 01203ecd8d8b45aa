"""Fixtures that any test may use: real servers, started when first asked for."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

FIXTURES = ("postgres", "nats", "stand", "recorder", "mqtt")
pytest_plugins = tuple(f"tests.fixtures.{name}" for name in FIXTURES)


@pytest.fixture(autouse=True)
def present(request: pytest.FixtureRequest) -> None:
    """Let a module's NOW be when its test runs: modules are read long before the last of them has its turn."""
    now = datetime.now(UTC)
    told = getattr(request.module, "NOW", None)
    if isinstance(told, datetime) and told.tzinfo is not None and abs(now - told) < timedelta(hours=3):
        request.module.NOW = now
