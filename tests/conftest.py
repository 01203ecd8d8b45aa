"""Fixtures that any test may use: real servers, started when first asked for."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

FIXTURES = ("postgres", "nats", "stand", "recorder", "mqtt")
pytest_plugins = tuple(f"tests.fixtures.{name}" for name in FIXTURES)
