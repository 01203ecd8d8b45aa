"""Fixtures that any test may use: real servers, started when first asked for."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

pytest_plugins = ("tests.fixtures.postgres", "tests.fixtures.nats", "tests.fixtures.stand", "tests.fixtures.recorder")
