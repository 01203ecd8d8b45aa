"""What is asked in these tests: a small HTTP server."""

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.web import WebServer, web_server


@pytest.fixture
async def web() -> AsyncIterator[WebServer]:
    async with web_server() as served:
        yield served
