"""From an empty server to the first station that talks, as a person does it."""

import pyotp
import pytest
from playwright.async_api import expect
from websockets import InvalidStatus

from tests.browser.conftest import Console, violations
from tests.system.lines import line

PASSWORD = "correct horse battery"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def invited(console: Console, email: str) -> None:
    """Give the server a person with a password."""
    made = await console.interface.post("/users", {"email": email, "grants": [{"role": "admin"}]})
    redemption = {"ticket": made["ticket"], "password": PASSWORD}
    answer = await console.interface.client.post(f"{console.server.api_url}/login/ticket", json=redemption)
    assert answer.status_code == 204


async def test_a_wrong_key_is_said_beside_the_form_and_what_was_typed_stays(console: Console) -> None:
    page = await console.page("/", key=None)
    await page.get_by_role("button", name="First start").click()
    await page.get_by_label("API key").fill("bbk_0_wrong")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("This key is not valid.")
    await expect(page.get_by_label("API key")).to_have_value("bbk_0_wrong")
    assert not await violations(page)


async def test_the_first_start_leads_to_an_account_a_site_and_a_station(console: Console) -> None:
    page = await console.page("/", key=None)
    await page.get_by_role("button", name="First start").click()
    await page.get_by_label("API key").fill(console.server.api_key)
    await page.get_by_role("button", name="Sign in", exact=True).click()

    await expect(page.get_by_role("heading", name="Create your account")).to_be_visible()
    assert not await violations(page)
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Name").fill("Ada")
    await page.get_by_label("Password").fill("aaaaaaaaaaaaaa")
    await page.get_by_role("button", name="Create the account").click()
    await expect(page.get_by_role("alert")).to_contain_text("one character repeated")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create the account").click()

    await expect(page.get_by_role("heading", name="Add a site")).to_be_visible()
    await page.get_by_label("Name").fill("Garage")
    await page.get_by_label("Time zone").select_option("Europe/Vienna")
    await page.get_by_role("button", name="Add the site").click()

    await page.get_by_label("Identity").fill("CS-1")
    await page.get_by_role("button", name="Add the station").click()
    facts = page.locator("dl.to-enter")
    await expect(facts).to_contain_text(f":{console.server.ocpp_port}/ocpp")
    password = await facts.locator(".fact", has_text="Password").locator("code").inner_text()
    seen = page.get_by_role("log")
    await expect(seen).to_contain_text("Waiting for CS-1")
    assert not await violations(page)

    url = console.server.ocpp_url
    with pytest.raises(InvalidStatus):
        async with line(url, "CS-1", "x" * 16):
            pass
    await expect(seen).to_contain_text("Enter it again, or make a new one.")
    with pytest.raises(InvalidStatus):
        async with line(url, "CS-01", password):
            pass
    await expect(seen).to_contain_text("came as “CS-01”, not as “CS-1”")

    async with console.connected("CS-1", password):
        await expect(seen).to_contain_text("It speaks OCPP 1.6.")
        await expect(seen).to_contain_text("Acme One: Accepted.")
        await expect(seen).to_contain_text("EVSE 1")
        await page.get_by_role("button", name="Show the station").click()
        await expect(page.get_by_role("heading", name="CS-1")).to_contain_text("Online")
        await page.get_by_role("link", name="Connection", exact=True).click()
        await expect(page.get_by_text("The password in the station is not the one shown here.")).to_be_visible()
        assert not await violations(page)


async def test_an_account_signs_in_and_out(console: Console) -> None:
    await invited(console, "bob@example.org")
    page = await console.page("/", key=None)
    await page.get_by_label("E-mail").fill("bob@example.org")
    await page.get_by_label("Password").fill("wrong horse battery")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("E-mail, password or code is wrong.")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Busbar")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Sign in to Busbar")).to_be_visible()


async def test_a_second_factor_is_set_up_asked_for_and_taken_off(console: Console) -> None:
    await invited(console, "eve@example.org")
    page = await console.page("/", key=None)

    async def enter() -> None:
        await page.get_by_label("E-mail").fill("eve@example.org")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()

    await enter()
    await page.get_by_role("link", name="eve@example.org").click()
    factor = page.get_by_role("region", name="Second factor")
    await factor.get_by_label("Password").fill(PASSWORD)
    await factor.get_by_role("button", name="Set it up").click()
    authenticator = pyotp.TOTP(await factor.locator("code").inner_text())
    await factor.get_by_label("Code").fill("000000")
    await factor.get_by_role("button", name="Confirm").click()
    await expect(factor.get_by_role("alert")).to_contain_text("the code is wrong")
    await factor.get_by_label("Code").fill(authenticator.now())
    await factor.get_by_role("button", name="Confirm").click()
    codes = (await factor.get_by_role("group", name="Recovery codes").inner_text()).split()
    assert len(codes) == 10
    assert not await violations(page)

    await page.get_by_role("button", name="Sign out").click()
    await enter()
    await page.get_by_label("Code").fill(codes[0])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("link", name="eve@example.org").click()
    await expect(page.get_by_role("group", name="My sessions")).to_contain_text("This one")
    await factor.get_by_label("Password").fill(PASSWORD)
    await factor.get_by_role("button", name="Take it off").click()
    await expect(factor.get_by_role("button", name="Set it up")).to_be_visible()
    assert not await violations(page)
