"""Part 6, 2.10 and 2.17: costs for the driver to see, and what vendors add."""

from typing import Any

from busbar.model.versions import Version
from tests.certification.rig import TWO, Case, accepted, playing

PRICE = {"format": "UTF8", "content": "0.30 EUR/kWh"}
CUSTOM = {"vendorId": "org.openchargealliance.octt", "mine": {"any": [1, 2]}}


async def starts(case: Case) -> str:
    """Charge, and let the CSMS say the price with its verdict; return the transaction's id."""
    case.answers["Authorize"] = accepted(personalMessage=PRICE)
    return await case.charging()


def with_cost(event: Any) -> dict[str, Any]:
    told = accepted() if "idToken" in event else {}
    return told | {"totalCost": 1.5, "updatedPersonalMessage": PRICE}


@TWO
async def test_takes_a_running_cost__TC_I_01(version: Version) -> None:
    async with playing(version, settings={"MeterValueSampleInterval": "2"}) as case:
        transaction = await starts(case)
        case.answers["TransactionEvent"] = with_cost
        for cost in (1.0, 2.0):
            await case.event("Updated", "MeterValuePeriodic")
            assert await case.call("CostUpdated", {"totalCost": cost, "transactionId": transaction}) == {}
        case.silent.add("TransactionEvent")
        case.heard.clear()


@TWO
async def test_takes_the_final_cost__TC_I_02(version: Version) -> None:
    async with playing(version) as case:
        await case.charging()
        case.answers["TransactionEvent"] = with_cost
        await case.stopped()
        await case.unplugged()


@TWO
async def test_takes_a_running_cost_with_an_answer__TC_I_07(version: Version) -> None:
    async with playing(version, settings={"MeterValueSampleInterval": "2"}) as case:
        await starts(case)
        case.answers["TransactionEvent"] = with_cost
        for _ in range(2):
            await case.event("Updated", "MeterValuePeriodic")
        case.silent.add("TransactionEvent")
        case.heard.clear()


@TWO
async def test_knows_no_strange_vendor__TC_P_01(version: Version) -> None:
    async with playing(version) as case:
        order = {"vendorId": "org.openchargealliance.octt", "messageId": "any"}
        await case.call("DataTransfer", order, status={"UnknownVendorId", "UnknownMessageId", "Rejected"})


@TWO
async def test_does_not_mind_what_vendors_add__TC_P_03(version: Version) -> None:
    name = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}, "customData": CUSTOM}
    async with playing(version) as case:
        value = name | {"attributeValue": "200", "attributeType": "Actual"}
        await case.call(
            "SetVariables",
            {"setVariableData": [value], "customData": CUSTOM},
            setVariableResult=[{"attributeStatus": "Accepted"}],
        )
        result = {"attributeStatus": "Accepted", "attributeValue": "200"}
        await case.call("GetVariables", {"getVariableData": [name]}, getVariableResult=[result])
