"""Whatever stations and people write is shown as text, on every page: no script of theirs runs, no policy is broken."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Console

# Markup, attributes, templates and addresses at once; the longest field of OCPP 1.6 that is shown has 50 characters.
SHORT = "\"'><img src=x onerror=alert(1)>"
LONG = f"{SHORT}</textarea></script><svg/onload=alert(2)>{{{{7*7}}}}${{alert(3)}}javascript:alert(4)"
TAG = "'\"><script>a()"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_hostile_names_are_text_on_every_page(console: Console) -> None:
    await console.interface.post("/sites", {"name": LONG[:100], "address": LONG, "timezone": "UTC"})
    await console.interface.add_token(TAG, label=LONG[:60])
    password = await console.station("EVIL-1", site_id=1)
    at = datetime.now(UTC).isoformat()
    boot = {"chargePointVendor": TAG, "chargePointModel": TAG, "chargePointSerialNumber": TAG, "firmwareVersion": SHORT}
    async with console.connected("EVIL-1", password, **boot) as station:
        opened = [
            await console.page(f"/console/{path}")
            for path in ("", "stations", "stations/EVIL-1", "stations/EVIL-1/messages", "stations/EVIL-1/connection")
        ]
        fault = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted"}
        await station.call(
            "StatusNotification", fault | {"info": SHORT, "vendorId": LONG[:255], "vendorErrorCode": SHORT}
        )
        begun = await station.call(
            "StartTransaction", {"connectorId": 1, "idTag": TAG, "meterStart": 0, "timestamp": at}
        )
        number = begun["transactionId"]
        value = {"timestamp": at, "sampledValue": [{"value": LONG[:90]}, {"value": "10", "measurand": "Voltage"}]}
        await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})
        await station.call("DataTransfer", {"vendorId": SHORT, "messageId": TAG, "data": LONG})
        await station.socket.send(f'[2,"{TAG[:9]}","{TAG}",{{}}]', text=True)
        opened.append(await console.page(f"/console/sessions/{number}"))
        opened.append(await console.page("/console/stations/EVIL-1/commands"))
        await expect(opened[2].get_by_text(f"{SHORT} {SHORT}")).to_be_visible()
        await expect(opened[2].get_by_text(TAG, exact=True).first).to_be_visible()
        await expect(opened[1].get_by_role("row", name="EVIL-1")).to_contain_text(f"{TAG} {TAG}")
        await expect(opened[5].get_by_text(TAG)).to_be_visible()
        entry = opened[3].locator(".log > li", has_text="DataTransfer")
        await entry.locator("summary").click()
        await expect(entry.get_by_role("group", name="The station sent")).to_contain_text("onload=alert(2)")
    for page in opened:
        await expect(page.get_by_text("Loading…")).to_have_count(0)
        found = await page.evaluate(
            "document.querySelectorAll('#root img:not([src$=\"icon.svg\"]), #root script').length"
        )
        assert found == 0, page.url


async def test_no_text_becomes_markup_even_where_a_page_tried(console: Console) -> None:
    page = await console.page()
    await page.evaluate("document.body.append(Object.assign(document.createElement('div'), {id: 'tried'}))")
    await page.evaluate("document.getElementById('tried').innerHTML = '<img src=x onerror=alert(1)>'")
    assert await page.evaluate("document.getElementById('tried').childElementCount") == 0


async def test_a_cookie_of_a_session_is_out_of_reach_of_scripts(console: Console) -> None:
    page = await console.page()
    assert await page.evaluate("document.cookie") == ""


async def test_another_sites_page_can_do_nothing_in_a_session(console: Console) -> None:
    page = await console.page()
    answer = await page.context.request.post(
        f"{console.server.api_url}/api/v1/sites", data={"name": "forged"}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status == 403
    without = await page.context.request.post(f"{console.server.api_url}/api/v1/sites", data={"name": "forged"})
    assert without.status == 403
