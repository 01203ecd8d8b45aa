"""Reports are asked for by number, and shown as they stand."""

import pytest

from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.reports import ReportProgress, ReportRequest, Subject
from busbar.csms.services.device_model import path
from busbar.model.device import GetBaseReport, GetReport, Selection
from busbar.model.orders import VariableName
from tests.api.conftest import NOON

BASE = "/api/v1/stations/CS1"


@pytest.mark.parametrize(
    ("route", "body", "order"),
    [
        ("get-base-report", {}, GetBaseReport(request_id=1, base="FullInventory")),
        ("get-base-report", {"base": "SummaryInventory"}, GetBaseReport(request_id=1, base="SummaryInventory")),
        (
            "get-report",
            {
                "criteria": ["Problem"],
                "selections": [{"component": "EVSE", "evse": 1, "variable": "AvailabilityState"}],
            },
            GetReport(
                request_id=1,
                criteria=["Problem"],
                selections=[Selection(component="EVSE", evse=1, variable="AvailabilityState")],
            ),
        ),
    ],
)
async def test_a_report_is_asked_for__B07__B08(api, world, route: str, body, order) -> None:
    await world.add_station()
    assert (await api.post(f"{BASE}/commands/{route}", json=body)).status_code == 200
    assert [asked for _, asked, _ in world.dispatcher.asked] == [order]


async def test_a_report_names_no_more_than_the_station_takes__B08_FR_06(api, world) -> None:
    station = await world.add_station()
    limit = VariableName(variable="ItemsPerMessage", component="DeviceDataCtrlr", variable_instance="GetReport")
    row = ModelValue(station_id=station.id, path=path(limit), attribute="Actual", value="1", at=NOON, source="read")
    await world.store.put(row)
    body = {"selections": [{"component": "A"}, {"component": "B"}]}
    answer = await api.post(f"{BASE}/commands/get-report", json=body)
    assert (answer.status_code, world.dispatcher.asked) == (400, [])
    assert answer.json()["errors"][0]["field"] == "selections"


async def fill(world) -> None:
    station = await world.add_station()
    for number, status in ((1, "Accepted"), (2, "EmptyResultSet"), (3, "Accepted")):
        await world.store.put(
            ReportRequest(
                station_id=station.id,
                subject=Subject.MODEL,
                request_id=number,
                kind="FullInventory",
                status=status,
                command_id=f"c{number}",
                asked_at=NOON,
            )
        )
    for number, ranges, complete in ((1, [(0, 2)], True), (9, [(0, 0), (3, 3)], False)):
        await world.store.put(
            ReportProgress(
                station_id=station.id,
                subject=Subject.MODEL,
                request_id=number,
                ranges=ranges,
                last_seq_no=ranges[-1][1],
                complete=complete,
                items=30,
                generated_at=NOON,
                first_at=NOON,
                last_at=NOON,
            )
        )


async def test_reports_are_listed_newest_first_as_they_stand(api, world) -> None:
    await fill(world)
    items = (await api.get(f"{BASE}/reports?subject=device-model")).json()["items"]
    assert [(item["request_id"], item["state"]) for item in items] == [(3, "requested"), (2, "empty"), (1, "complete")]
    assert (items[2]["parts"], items[2]["items"], items[2]["command"]) == (3, 30, "c1")
    assert (await api.get(f"{BASE}/reports?subject=monitors")).json()["items"] == []


async def test_a_report_that_nobody_here_asked_for_is_shown_with_what_is_missing(api, world) -> None:
    await fill(world)
    report = (await api.get(f"{BASE}/reports/device-model/9")).json()
    assert (report["state"], report["missing"], report["command"]) == ("partial", [1, 2], None)
    assert (await api.get(f"{BASE}/reports/device-model/77")).status_code == 404
    assert (await api.get(f"{BASE}/reports/nonsense/9")).status_code in (400, 404)
