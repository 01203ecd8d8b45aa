import asyncio
from urllib.parse import urlsplit

import aiomqtt
import pytest

from busbar.csms.jobs.brokers import publish
from busbar.csms.trust.fetching import Unreachable
from tests.fixtures.processes import free_port


async def test_an_event_arrives_under_its_own_topic(mqtt_url: str) -> None:
    parts = urlsplit(mqtt_url)
    async with aiomqtt.Client(parts.hostname or "", parts.port or 0) as listener:
        await listener.subscribe("site/#", qos=1)
        await publish(f"{mqtt_url}/site/cars", "session.changed", b'{"a":1}')
        async with asyncio.timeout(10):
            async for message in listener.messages:
                assert (str(message.topic), message.payload) == ("site/cars/session/changed", b'{"a":1}')
                return


async def test_a_broker_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        await publish(f"mqtt://127.0.0.1:{free_port()}/x", "session.changed", b"{}")
