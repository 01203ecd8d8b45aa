"""The console against a real server: what is shown is true, comes by itself, and what is asked is done."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Console, eventually, violations
from tests.system.lines import Line

TAG = "04AABBCCDD"
MANY = 450

pytestmark = pytest.mark.asyncio(loop_scope="module")


def now() -> str:
    """Return the time as stations write it."""
    return datetime.now(UTC).isoformat()


async def start(station: Line, meter: int = 1000) -> int:
    """Begin a 1.6 session at connector 1; return its number."""
    started = {"connectorId": 1, "idTag": TAG, "meterStart": meter, "timestamp": now()}
    begun = await station.call("StartTransaction", started)
    return int(begun["transactionId"])


async def measure(station: Line, number: int, meter: int, power_w: int) -> None:
    """Report the meter of a session."""
    samples = [
        {"value": str(meter), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
        {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
    ]
    value = {"timestamp": now(), "sampledValue": samples}
    await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def _filled(console: Console) -> None:
    """Give the server a site, a token, and a station that was there once."""
    await console.interface.post("/sites", {"name": "Garage", "timezone": "Europe/Vienna"})
    await console.interface.add_token(TAG, label="Blue card")
    async with console.connected("SEEN-1", await console.station("SEEN-1", site_id=1)):
        pass


async def test_the_overview_counts_and_follows_what_happens(console: Console) -> None:
    password = await console.station("LIVE-1", site_id=1)
    page = await console.page()
    tiles = page.locator(".tiles")
    async with console.connected("LIVE-1", password) as station:
        await expect(tiles).to_contain_text("Stations online1 of 2")
        number = await start(station)
        await measure(station, number, 2500, 7400)
        row = page.get_by_role("group", name="Running sessions").get_by_role("row", name="LIVE-1")
        await expect(row).to_contain_text("7.4 kW")
        await expect(row).to_contain_text("1.50 kWh")
        await expect(tiles).to_contain_text("Power now7.4 kW")
        await expect(page.get_by_role("region", name="Just now")).to_contain_text("a session began")
        fault = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}
        await station.call("StatusNotification", fault)
        await expect(page.get_by_role("region", name="Needs attention")).to_contain_text("GroundFailure")
        await expect(page.get_by_role("region", name="Connectors")).to_contain_text("Faulted 1")
        await station.call("StopTransaction", {"transactionId": number, "meterStop": 3000, "timestamp": now()})
        await expect(page.get_by_text("Nobody is charging.")).to_be_visible()
        await expect(tiles).to_contain_text("Energy today2.00 kWh1 sessions begun")
    await expect(page.get_by_role("region", name="Just now")).to_contain_text("is offline")
    await expect(tiles).to_contain_text("Stations online0 of 2")


async def test_a_session_is_started_watched_and_stopped(console: Console) -> None:
    password = await console.station("RUN-1", site_id=1)
    orders: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()

    def take(action: str, payload: dict[str, Any]) -> dict[str, Any]:
        orders.put_nowait((action, payload))
        return {"status": "Accepted"}

    async with console.connected("RUN-1", password, orders=take) as station:
        page = await console.page("/console/stations/RUN-1")
        plug = page.get_by_role("region", name="EVSE 1")
        await expect(plug).to_contain_text("Available")
        await plug.get_by_role("button", name="Start a session").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Start", exact=True).dblclick()
        await expect(dialog.get_by_role("status")).to_contain_text("Accepted")
        assert await asyncio.wait_for(orders.get(), 5) == ("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
        assert orders.empty(), "a double tap starts one session"
        assert not await violations(page)
        await page.keyboard.press("Escape")
        number = await start(station)
        await measure(station, number, 1600, 11_000)
        await expect(plug).to_contain_text("11.0 kW")
        await plug.get_by_role("link", name="Session").click()
        await expect(page.get_by_role("img", name="Power: 1 values")).to_be_visible()


async def test_a_sessions_curves_grow_and_can_be_exported(console: Console) -> None:
    password = await console.station("CURVE-1", site_id=1)
    async with console.connected("CURVE-1", password) as station:
        number = await start(station)
        await measure(station, number, 1100, 3700)
        page = await console.page(f"/console/sessions/{number}")
        await expect(page.get_by_role("img", name="Power: 1 values")).to_be_visible()
        await measure(station, number, 1500, 7000)
        await expect(page.get_by_role("img", name="Power: 2 values, from 3.70 to 7.00 kW")).to_be_visible()
        await expect(page.locator("canvas").first).to_be_visible()
        await expect(page.locator(".tiles")).to_contain_text("0.50 kWh")
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Export CSV").click()
        assert "7000" in (await (await download.value).path()).read_text()
        await page.get_by_role("button", name="Stop at the station").click()
        await expect(page.get_by_role("status").filter(has_text="Accepted")).to_be_visible()
        assert station.heard[-1] == ("RemoteStopTransaction", {"transactionId": number})
        await station.call("StopTransaction", {"transactionId": number, "meterStop": 1600, "timestamp": now()})
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Ended")
        await expect(page.get_by_role("button", name="Stop at the station")).to_have_count(0)
        assert not await violations(page)


async def test_commands_say_what_the_station_said_or_why_there_is_no_answer(console: Console) -> None:
    password = await console.station("ASK-1")

    def refuse(action: str, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"status": "Rejected" if action == "Reset" else "Accepted"}

    async with console.connected("ASK-1", password, orders=refuse):
        page = await console.page("/console/stations/ASK-1/commands")
        await page.get_by_role("button", name="Reset").click()
        await expect(page.get_by_role("status").filter(has_text="Rejected")).to_be_visible()
        await page.get_by_role("button", name="Clear the cache of tokens").click()
        log = page.get_by_role("region", name="What came of commands")
        await expect(log.get_by_text("ClearCache")).to_be_visible()
        await page.get_by_text("Any other action of the station's version").click()
        await page.get_by_label("Action").select_option("TriggerMessage")
        await page.get_by_label("Payload").fill("{")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("alert")).to_contain_text("This is no JSON")
        await page.get_by_label("Payload").fill('{"requestedMessage": "Coffee"}')
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(page.get_by_role("alert")).to_be_visible()
        assert not await violations(page)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Offline")
    await page.get_by_role("button", name="Clear the cache of tokens").click()
    await expect(page.get_by_text("The station is not connected.").first).to_be_visible()


async def test_the_message_log_is_filtered_and_goes_on_by_itself(console: Console) -> None:
    password = await console.station("TALK-1")
    async with console.connected("TALK-1", password) as station:
        page = await console.page("/console/stations/TALK-1/messages")
        entries = page.locator(".log > li")
        await expect(entries.filter(has_text="BootNotification")).to_have_count(1)
        busy = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
        await station.call("StatusNotification", busy)
        await expect(entries.filter(has_text="Preparing")).to_have_count(1)
        await entries.filter(has_text="BootNotification").locator("summary").click()
        await expect(page.get_by_role("group", name="The station sent")).to_contain_text('"chargePointVendor": "Acme"')
        await expect(page.get_by_role("group", name="Busbar answered")).to_contain_text('"currentTime"')
        assert not await violations(page)
        await page.get_by_label("Action").fill("StatusNotification")
        await expect(entries).to_have_count(2)
        await page.get_by_label("Text in those shown").fill("preparing")
        await expect(entries).to_have_count(1)


async def test_configuration_is_read_shown_and_written(console: Console) -> None:
    password = await console.station("CONF-1")
    kept = {"HeartbeatInterval": "300"}

    def configured(action: str, payload: dict[str, Any]) -> dict[str, Any]:
        if action == "ChangeConfiguration":
            kept[payload["key"]] = payload["value"]
            return {"status": "Accepted"}
        return {"configurationKey": [{"key": key, "readonly": False, "value": value} for key, value in kept.items()]}

    async with console.connected("CONF-1", password, orders=configured):
        page = await console.page("/console/stations/CONF-1/variables")
        await page.get_by_role("button", name="Read from the station").click()
        row = page.get_by_role("row", name="HeartbeatInterval")
        await expect(row).to_contain_text("300")
        assert not await violations(page)
        await row.focus()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("New value").fill("60")
        await dialog.get_by_role("button", name="Write to the station").click()
        await expect(dialog).to_contain_text("HeartbeatInterval: Accepted")
        assert not await violations(page)
        await page.keyboard.press("Escape")
        await expect(row).to_contain_text("60")


async def test_a_long_list_is_paged_by_the_server_and_drawn_in_part(console: Console) -> None:
    for number in range(MANY):
        await console.station(f"MANY-{number:04}", site_id=1)
    page = await console.page("/console/stations?q=MANY")
    table = page.get_by_role("group", name="Stations")
    await expect(table.get_by_role("row", name="MANY-0000")).to_be_visible()
    assert not await violations(page)

    async def at_the_end() -> bool:
        await table.evaluate("element => element.scrollTo(0, element.scrollHeight)")
        return await table.get_by_role("row", name=f"MANY-{MANY - 1:04}").is_visible()

    await eventually(at_the_end)
    await expect(page.get_by_text(f"{MANY} stations")).to_be_visible()
    assert await table.locator("tbody tr").count() < 60
    await page.get_by_label("Identity begins with").fill("many-0042")
    await expect(page.get_by_text("1 station", exact=True)).to_be_visible()
    assert "q=many-0042" in page.url
    await page.get_by_label("Connection").select_option("true")
    await expect(page.get_by_text("No station fits these filters.")).to_be_visible()
    await page.get_by_label("Connection").select_option("")
    await page.get_by_role("row", name="MANY-0042").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Never connected")
    await page.go_back()
    await expect(page.get_by_label("Identity begins with")).to_have_value("many-0042")


async def test_a_lost_server_is_shown_nothing_typed_is_lost_and_the_stream_mends_itself(console: Console) -> None:
    page = await console.page("/console/stations")
    link = page.locator(".link")
    await expect(link).to_have_text("Live")
    await page.get_by_role("button", name="Add a station").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Identity").fill("LATE-1")
    await console.server.kill()
    await expect(link).to_have_text("Reconnecting…")
    await dialog.get_by_role("button", name="Add the station").click()
    await expect(dialog.get_by_role("alert")).to_have_text("The server cannot be reached.")
    await expect(dialog.get_by_label("Identity")).to_have_value("LATE-1")
    await console.server.start()
    await expect(link).to_have_text("Live", timeout=40_000)
    await dialog.get_by_role("button", name="Add the station").click()
    await expect(dialog).to_contain_text("Waiting for LATE-1")
    await page.keyboard.press("Escape")
    await page.get_by_label("Identity begins with").fill("LATE")
    await expect(page.get_by_role("row", name="LATE-1")).to_be_visible()


async def test_an_input_that_is_refused_says_so_beside_it(console: Console) -> None:
    await console.station("TWICE-1")
    page = await console.page("/console/stations")
    await page.get_by_role("button", name="Add a station").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Identity").fill("TWICE-1")
    await dialog.get_by_role("button", name="Add the station").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("a station TWICE-1 exists")
    await dialog.get_by_label("Identity").fill("no spaces")
    await dialog.get_by_role("button", name="Add the station").click()
    assert await dialog.get_by_label("Identity").evaluate("element => element.validity.patternMismatch")


async def test_sites_are_added_changed_and_removed(console: Console) -> None:
    page = await console.page("/console/sites")
    await page.get_by_role("button", name="Add a site").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Garage")
    await dialog.get_by_role("button", name="Add the site").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Garage")
    await dialog.get_by_label("Name").fill("Depot")
    await dialog.get_by_label("Time zone").select_option("Asia/Tokyo")
    assert not await violations(page)
    await dialog.get_by_role("button", name="Add the site").click()
    row = page.get_by_role("row", name="Depot")
    await expect(row).to_contain_text("Asia/Tokyo")
    await page.get_by_role("button", name="Change Depot").click()
    await dialog.get_by_label("Address").fill("1 Harbour Road")
    await dialog.get_by_role("button", name="Keep the changes").click()
    await expect(row).to_contain_text("1 Harbour Road")
    await row.click(position={"x": 20, "y": 10})
    await expect(page.get_by_text("No station fits these filters.")).to_be_visible()
    await page.go_back()
    await page.get_by_role("button", name="Change Garage").click()
    await dialog.get_by_role("button", name="Remove the site").click()
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Change Depot").click()
    await dialog.get_by_role("button", name="Remove the site").click()
    await expect(row).to_have_count(0)


async def test_who_may_only_look_is_offered_nothing_else(console: Console) -> None:
    made = await console.interface.post("/api-keys", {"label": "viewer", "grants": [{"role": "read-only"}]})
    password = await console.station("LOOK-1")
    async with console.connected("LOOK-1", password):
        page = await console.page("/console/stations/LOOK-1", key=made["key"])
        await expect(page.get_by_role("region", name="EVSE 1")).to_contain_text("Available")
        for name in ("Start a session", "Remove the station"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)
        await page.get_by_role("link", name="Messages", exact=True).click()
        await expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize("look", [{"color_scheme": "dark"}, {"viewport": PHONE}], ids=["dark", "phone"])
@pytest.mark.parametrize("path", ["", "stations", "sessions", "sites", "stations/SEEN-1", "stations/SEEN-1/commands"])
async def test_every_page_is_for_everybody(console: Console, path: str, look: dict[str, Any]) -> None:
    page = await console.page(f"/console/{path}", **look)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("Loading…")).to_have_count(0)
    assert not await violations(page)
    if "viewport" in look:
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is too wide"


async def test_the_keyboard_reaches_all_and_a_theme_is_kept(console: Console) -> None:
    page = await console.page()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    theme = page.get_by_role("button", name="Theme")
    await theme.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(theme).to_have_text("Theme: dark")
    await page.reload()
    await expect(theme).to_have_text("Theme: dark")
    assert await page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
