"""One CSMS for all official test cases that a worker runs."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.cases.rig import Csms
from tests.cases.server import serving


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def csms(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Csms]:
    """Run a CSMS with both of its ports and its file endpoint."""
    async with serving(tmp_path_factory.mktemp("csms")) as served:
        yield served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let all cases run in the loop of the CSMS."""
    for item in items:
        if "/tests/cases/" in str(item.path):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
