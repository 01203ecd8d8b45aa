"""Our own station against our own CSMS: its local list, reservations, and what becomes of a transaction."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.protocol.versions import RULES
from busbar.station import events as ev
from busbar.station.runtime import Runner
from tests.cases.ours import SETTINGS, station, until
from tests.cases.rig import Csms

PRE_AUTHORIZING = {**SETTINGS, "LocalPreAuthorize": "true"}
ALL = pytest.mark.parametrize("version", list(Version))


def presented(version: Version, value: str) -> IdToken:
    return IdToken(value, "ISO14443" if RULES[version].token_types else None)


async def reserve(csms: Csms, runner: Runner, token: str, **more: Any) -> dict[str, Any]:
    expires_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    body = {"token": token, "evse": 1, "expires_at": expires_at} | more
    made: dict[str, Any] = await csms.post(f"/stations/{runner.identity}/reservations", body, wait=10)
    return made


def transaction(runner: Runner) -> str | None:
    found = runner.station._cabinet.evses[1].transaction
    return None if found is None else found.id


@ALL
async def test_the_csms_sends_a_list_and_the_station_starts_by_it__D01_D02_C14(csms: Csms, version: Version) -> None:
    token = await csms.add_token()
    async with station(csms, version, PRE_AUTHORIZING) as runner:
        path = f"/stations/{runner.identity}"
        body = {"full": True, "tokens": [token], "version": 7}
        assert (await csms.post(f"{path}/commands/send-local-list", body, wait=10))["status"] == "Accepted"
        await csms.post(f"{path}/local-list/version", None, wait=10)
        assert (await csms.get(f"{path}/local-list"))["told_version"] == 7
        runner.feed(ev.CablePluggedIn(1))
        runner.feed(ev.TokenRead(presented(version, token), 1))
        await until(lambda: transaction(runner) is not None)
        await until(lambda: runner.station.waiting == 0)


@ALL
async def test_a_reserved_place_is_kept_and_used__H01_H03(csms: Csms, version: Version) -> None:
    token, stranger = await csms.add_token(), await csms.add_token()
    async with station(csms, version, PRE_AUTHORIZING) as runner:
        made = await reserve(csms, runner, token)
        assert made["status"] == "Accepted"
        assert (await reserve_status(csms, made)) == "active"
        body = {"token": stranger, "evse": 1}
        refused = await csms.post(f"/stations/{runner.identity}/commands/remote-start", body, wait=10)
        assert refused["status"] == "Rejected"
        runner.feed(ev.CablePluggedIn(1))
        runner.feed(ev.TokenRead(presented(version, token), 1))
        await until(lambda: transaction(runner) is not None)
        await until(lambda: runner.station.waiting == 0)
        assert (await reserve_status(csms, made)) == "used"


@ALL
async def test_a_reservation_is_cancelled__H02(csms: Csms, version: Version) -> None:
    token = await csms.add_token()
    async with station(csms, version, PRE_AUTHORIZING) as runner:
        made = await reserve(csms, runner, token)
        await csms.ask("DELETE", f"/reservations/{made['id']}", wait=10)
        assert (await reserve_status(csms, made)) == "cancelled"


async def reserve_status(csms: Csms, made: dict[str, Any]) -> str:
    return str((await csms.get(f"/reservations/{made['id']}"))["state"])


@pytest.mark.parametrize("version", [Version.V201, Version.V21])
async def test_the_csms_asks_for_a_transaction__E14(csms: Csms, version: Version) -> None:
    token = await csms.add_token()
    async with station(csms, version, PRE_AUTHORIZING) as runner:
        runner.feed(ev.CablePluggedIn(1))
        runner.feed(ev.TokenRead(presented(version, token), 1))
        await until(lambda: transaction(runner) is not None)
        await until(lambda: runner.station.waiting == 0)
        path = f"/stations/{runner.identity}/commands/get-transaction-status"
        for asked, ongoing in ((transaction(runner), True), ("unknown", False)):
            answer = await csms.post(path, {"transaction_id": asked}, wait=10)
            assert answer["answer"] == {"ongoingIndicator": ongoing, "messagesInQueue": False}
