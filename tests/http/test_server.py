"""A server runs on a port that was taken, and is gone after it."""

import asyncio
from typing import Any

import httpx2
import pytest

from busbar.http.sending import say
from busbar.http.server import bound, serving


async def app(_scope: Any, _receive: Any, send: Any) -> None:
    await say(send, 200, "here")


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
async def test_it_serves_until_it_is_left(host: str, shown: str) -> None:
    listener = bound(host, 0)
    url = f"http://{shown}:{listener.getsockname()[1]}/"
    async with httpx2.AsyncClient() as client:
        async with serving(app, listener, lifespan="off"):
            assert (await client.get(url)).text == "here\n"
        with pytest.raises(httpx2.ConnectError):
            await client.get(url)


async def test_signals_stay_with_who_runs_it() -> None:
    import signal

    before = signal.getsignal(signal.SIGINT)
    async with serving(app, bound("127.0.0.1", 0), lifespan="off"):
        await asyncio.sleep(0)
        assert signal.getsignal(signal.SIGINT) is before
