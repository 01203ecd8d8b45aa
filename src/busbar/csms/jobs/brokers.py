"""Publishes to an MQTT broker, acknowledged (QoS 1). The broker is of the operator's choice. Knows no event."""

import asyncio
import ssl
from typing import Final
from urllib.parse import unquote, urlsplit

import aiomqtt

from busbar.csms.trust.fetching import Unreachable

TIMEOUT_S: Final = 10.0
PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


async def publish(url: str, name: str, body: bytes) -> None:
    """Publish a body under `<topic>/<name>` of `mqtt(s)://[user:password@]host[:port]/topic`. Raises Unreachable."""
    parts = urlsplit(url)
    topic = f"{parts.path.strip('/') or 'busbar'}/{name.replace('.', '/')}"
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            aiomqtt.Client(
                parts.hostname or "",
                parts.port or PORTS[parts.scheme],
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                tls_context=ssl.create_default_context() if parts.scheme == "mqtts" else None,
                timeout=TIMEOUT_S,
            ) as client,
        ):
            await client.publish(topic, body, qos=1)
    except TimeoutError:
        raise Unreachable("no answer in time") from None
    except (aiomqtt.MqttError, OSError, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
