"""`busbar serve` and `busbar key`: a CSMS until a signal, and the keys to its interface."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator
from typing import Final

import uvloop

from busbar.cli.bootstrap import new_key, running
from busbar.cli.settings import Settings, SettingsError
from busbar.cli.telemetry import set_up_logs
from busbar.csms.gateway.certificates import CertificateError
from busbar.csms.gateway.listeners import Listeners
from busbar.csms.ports import StoreUnavailable

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; return the exit status."""
    set_up_logs(settings)
    try:
        uvloop.run(_serve(settings))
    except (SettingsError, StoreUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def print_new_key(settings: Settings, label: str) -> int:
    """Make an API key and print it; return the exit status."""
    try:
        print(asyncio.run(new_key(settings, label)))
    except (SettingsError, StoreUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def _serve(settings: Settings) -> None:
    async with until_signal() as signal_came, running(settings) as server, _renewed_on_hangup(server.node.listeners):
        for url in server.ocpp_urls:
            print(f"Stations connect to {url}/IDENTITY")
        print(f"The pages and the REST interface are at {server.api_url}")
        if server.metrics_url is not None:
            print(f"Metrics are at {server.metrics_url}")
        if not await server.store.api_keys():
            print(f"First start. Your API key, shown only now: {await server.make_key('first operator')}")
        sys.stdout.flush()
        await signal_came.wait()


@contextlib.asynccontextmanager
async def _renewed_on_hangup(listeners: Listeners) -> AsyncIterator[None]:
    """Read certificates and trust again at SIGHUP; otherwise a changed file is noticed within seconds."""
    loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def renew() -> None:
        try:
            await listeners.renew()
        except CertificateError as error:
            log.error("certificates are not renewed: %s", error)

    def hang_up() -> None:
        task = asyncio.create_task(renew())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    loop.add_signal_handler(signal.SIGHUP, hang_up)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        await asyncio.gather(*tasks)


@contextlib.asynccontextmanager
async def until_signal() -> AsyncIterator[asyncio.Event]:
    """Give an event that SIGINT and SIGTERM set, in place of what they do otherwise."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    for number in _SIGNALS:
        loop.add_signal_handler(number, came.set)
    try:
        yield came
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
