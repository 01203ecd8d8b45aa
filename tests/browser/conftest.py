"""A real server, scripted stations, and Debian's Chromium that looks at the built pages."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from busbar.web.bundle import bundle
from tests.system.lines import Line, Orders, accept, line
from tests.system.servers import Interface, Server, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 780}

expect.set_options(timeout=15_000)


@dataclass
class Console:
    """A server and a browser.

    Attributes:
        wrong: what no page may do: errors of scripts, breaches of the policy, windows that open.
    """

    server: Server
    interface: Interface
    browser: Browser
    wrong: list[str] = field(default_factory=list)

    async def page(self, path: str = "/console/", key: str | None = "", **context: Any) -> Page:
        """Open a page, signed in with a key: the server's first one, or none for None."""
        made = await self.browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB"} | context)
        page = await made.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: self.wrong.append(f"{page.url}: {dialog.message}"))
        page.on("console", lambda said: self._said(page, said.type, said.text))
        if key is not None:
            answer = await made.request.post(f"{self.server.api_url}/login", data={"key": key or self.server.api_key})
            assert answer.status == 204
        await page.goto(self.server.api_url + path)
        return page

    def _said(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.wrong.append(f"{page.url}: {text}")

    async def station(self, identity: str, **fields: Any) -> str:
        """Add a station; return its password."""
        return str((await self.interface.post("/stations", {"identity": identity, **fields}))["password"])

    @contextlib.asynccontextmanager
    async def connected(
        self, identity: str, password: str, version: str = "1.6", orders: Orders = accept, **boot: Any
    ) -> AsyncIterator[Line]:
        """Connect a station that introduces itself and has one free connector."""
        async with line(self.server.ocpp_url, identity, password, version, orders) as opened:
            await opened.call("BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "One"} | boot)
            await opened.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
            yield opened


async def violations(page: Page) -> list[str]:
    """Return what axe-core finds wrong with a page."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def console(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    """Run a server on SQLite and a browser."""
    assert CHROMIUM is not None, "install Chromium (Debian: apt-get install chromium fonts-dejavu-core libatomic1)"
    assert bundle("console"), "the pages are not built: make ui"
    folder = tmp_path_factory.mktemp("server")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with (
        served(folder, f"sqlite:///{folder}/busbar.db") as (server, interface),
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        found = Console(server, interface, browser)
        yield found
        await browser.close()
    assert not found.wrong, "\n".join(found.wrong)


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def _closed_after_it(console: Console) -> AsyncIterator[None]:
    """Close what a test opened, and fail it for what no page may do."""
    yield
    for context in console.browser.contexts:
        await context.close()
    wrong, console.wrong = console.wrong, []
    assert not wrong, "\n".join(wrong)


async def eventually(ready: Any, timeout_s: float = 10.0) -> None:
    """Wait until something that is asked now and then is so."""
    async with asyncio.timeout(timeout_s):
        while not await ready():
            await asyncio.sleep(0.05)
