"""Part 6, 2.15: logs, and what is known of customers."""

from typing import Any

import pytest

from busbar.model.versions import Version
from tests.certification.rig import TOKEN, TWO, Case, playing
from tests.fixtures.web import WebServer, web_server

CACHING = {"LocalPreAuthorize": "true", "AuthorizationCacheEnabled": "true"}


def order(web: WebServer, number: int = 1, kind: str = "DiagnosticsLog", **more: Any) -> dict[str, Any]:
    return {"logType": kind, "requestId": number, "log": {"remoteLocation": f"{web.url}/logs/"}} | more


async def told(case: Case, *statuses: str, number: int = 1) -> None:
    for status in statuses:
        await case.expect("LogStatusNotification", status=status, requestId=number)


@TWO
@pytest.mark.parametrize("kind", [pytest.param("DiagnosticsLog", id="N_25"), pytest.param("SecurityLog", id="N_35")])
async def test_uploads_a_log__TC_N_25__TC_N_35(version: Version, kind: str) -> None:
    async with web_server() as web, playing(version) as case:
        answer = await case.call("GetLog", order(web, kind=kind), status="Accepted")
        assert answer["filename"]
        await told(case, "Uploading", "Uploaded")
        assert web.asked[-1][1] == f"/logs/{answer['filename']}"


@TWO
async def test_tells_that_the_upload_failed__TC_N_26(version: Version) -> None:
    async with web_server() as web, playing(version) as case:
        web.answer = lambda *_: (500, b"")
        began = case.now
        await case.call("GetLog", order(web, retries=3, retryInterval=2), status="Accepted")
        await told(case, "Uploading", "UploadFailure")
        assert (case.now - began).total_seconds() >= 6
        assert len(web.asked) == 4


@TWO
async def test_a_second_log_cancels_the_first__TC_N_36(version: Version) -> None:
    async with web_server() as web, playing(version) as case:
        web.pause_s = 0.2
        await case.call("GetLog", order(web), status="Accepted")
        await told(case, "Uploading")
        await case.call("GetLog", order(web, 2), status="AcceptedCanceled")
        await told(case, "AcceptedCanceled")
        await told(case, "Uploading", "Uploaded", number=2)


@TWO
async def test_tells_that_it_uploads_a_log__TC_F_16(version: Version) -> None:
    async with web_server() as web, playing(version) as case:
        web.pause_s = 0.2
        await case.call("GetLog", order(web), status="Accepted")
        await told(case, "Uploading")
        await case.call("TriggerMessage", {"requestedMessage": "LogStatusNotification"}, status="Accepted")
        await told(case, "Uploading", "Uploaded")


async def known(case: Case) -> None:
    """Let the station remember a token."""
    await case.charging()
    await case.stopped()
    await case.unplugged()


async def asked(case: Case, *, report: bool, clear: bool) -> str:
    """Ask for what is known of a token; return all parts of what is told."""
    about = {"requestId": 3, "report": report, "clear": clear, "idToken": TOKEN}
    await case.call("CustomerInformation", about, status="Accepted")
    text, more = "", True
    while more:
        part = await case.expect("NotifyCustomerInformation", requestId=3)
        text, more = text + part["data"], part.get("tbc", False)
    return text


@TWO
async def test_tells_what_it_knows_of_a_customer__TC_N_27(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await known(case)
        assert TOKEN["idToken"] in await asked(case, report=True, clear=False)


@TWO
@pytest.mark.parametrize("clear", [pytest.param(False, id="N_28"), pytest.param(True, id="N_31")])
async def test_tells_that_it_knows_nothing_of_a_customer__TC_N_28__TC_N_31(version: Version, clear: bool) -> None:
    async with playing(version, settings=CACHING) as case:
        assert TOKEN["idToken"] not in await asked(case, report=True, clear=clear)


@TWO
async def test_forgets_a_customer__TC_N_30(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await known(case)
        assert TOKEN["idToken"] in await asked(case, report=True, clear=True)
        assert TOKEN["idToken"] not in await asked(case, report=True, clear=False)


@TWO
async def test_forgets_a_customer_without_a_report__TC_N_32(version: Version) -> None:
    async with playing(version, settings=CACHING) as case:
        await known(case)
        assert TOKEN["idToken"] not in await asked(case, report=False, clear=True)
        case.plug()
        await case.statuses({1: "Occupied"})
        await case.authorized()
        await case.expect_up_to("TransactionEvent", transactionInfo={"chargingState": "Charging"})
