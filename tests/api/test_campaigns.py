"""Campaigns over the interface."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.campaigns import Campaign, CampaignMember, CampaignProgress, CampaignState, MemberState
from busbar.files.disk import Disk
from busbar.files.links import Files

URL = "/api/v1/campaigns"
NOW = datetime.now(UTC)
CALL = {"kind": "call", "action": "ClearCache", "payload": {}}


def body(**fields):
    ends_at = (NOW + timedelta(hours=1)).isoformat()
    return {"name": "c", "work": CALL, "selection": {"vendor": "V"}, "ends_at": ends_at} | fields


async def test_a_campaign_is_made_shown_and_listed_and_its_job_is_woken(world, api, monkeypatch) -> None:
    woken = []
    monkeypatch.setattr(world.bus, "publish", lambda subject, _: woken.append(subject))
    answer = await api.post(URL, json=body(stages=[{"count": 1}, {"percent": 10}], halt_pct=5))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["kind"], made["total"]) == ("preparing", "call", 0)
    assert (await api.get(answer.headers["location"])).json() == made
    assert (await api.get(URL, params={"state": "preparing"})).json()["items"] == [made]
    assert (await api.get(URL, params={"state": "running"})).json()["items"] == []
    row = await world.store.get(Campaign, made["id"])
    assert (row.selection.vendor, row.halt_pct, len(row.stages)) == ("V", 5, 2)
    assert woken == ["busbar.job.campaigns"]


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        ({"kind": "configuration", "variables": [{"variable": "HeartbeatInterval", "value": "60"}]}, "configuration"),
        ({"kind": "certificate"}, "certificate"),
        (CALL, "call"),
    ],
)
async def test_each_kind_of_work_is_taken(world, api, work, kind) -> None:
    answer = await api.post(URL, json=body(work=work))
    assert (answer.status_code, answer.json()["kind"]) == (201, kind)


async def test_firmware_gets_one_link_for_all(world, api, tmp_path) -> None:
    disk = Disk(tmp_path, quota_bytes=10_000_000, reserve_bytes=0)
    disk.open()
    files = Files(disk, "https://files.example", 1_000_000, 1_000_000, timedelta(days=1))
    work = {"kind": "firmware", "image_id": 1}
    assert (await api.post(URL, json=body(work=work))).status_code == 404
    object.__setattr__(world.app.state.backend, "files", files)
    await api.post("/api/v1/firmware-images", params={"vendor": "V", "version": "2"}, content=b"x")
    answer = await api.post(URL, json=body(work=work))
    assert answer.status_code == 201, answer.text
    row = await world.store.get(Campaign, answer.json()["id"])
    assert row.work.location.startswith("https://files.example/firmware/")
    assert (row.work.vendor, row.work.version) == ("V", "2")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"starts_at": (NOW + timedelta(hours=2)).isoformat()}, "ends_at"),
        ({"stages": [{}]}, "stages"),
        ({"stages": [{"count": 1, "percent": 1}]}, "stages"),
        ({"concurrency": 0}, "concurrency"),
        ({"work": {"kind": "nonsense"}}, "work.kind"),
        ({"selection": {"colour": "red"}}, "selection.colour"),
    ],
)
async def test_what_makes_no_campaign_is_refused(api, fields, field) -> None:
    answer = await api.post(URL, json=body(**fields))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_an_operator_pauses_resumes_and_stops(world, api) -> None:
    where = (await api.post(URL, json=body(halt_after=1))).headers["location"]
    assert (await api.post(f"{where}/pause")).status_code == 409
    await world.store.change(
        Campaign, (1,), values={"state": CampaignState.RUNNING}, expected={"state": CampaignState.PREPARING}
    )
    assert (await api.post(f"{where}/pause")).json()["state"] == "paused"
    assert (await api.post(f"{where}/resume")).json()["state"] == "running"
    await world.store.change(
        Campaign, (1,), values={"state": CampaignState.HALTED}, expected={"state": CampaignState.RUNNING}
    )
    assert (await api.post(f"{where}/resume")).json()["state"] == "running"
    assert (await world.store.get(Campaign, 1)).halt_after is None
    assert (await api.post(f"{where}/stop")).json()["state"] == "stopping"
    assert (await api.post(f"{where}/resume")).status_code == 409
    assert (await api.post(f"{URL}/99/stop")).status_code == 404


async def test_progress_and_stations_are_shown(world, api) -> None:
    await world.add_station()
    where = (await api.post(URL, json=body())).headers["location"]
    await world.store.put(CampaignProgress(campaign_id=1, total=1, counts={"failed": 1}))
    await world.store.insert(
        CampaignMember(
            campaign_id=1, position=1, station_id=1, state=MemberState.FAILED, reason="Rejected", updated_at=NOW
        )
    )
    assert (await api.get(where)).json()["counts"] == {"failed": 1}
    (item,) = (await api.get(f"{where}/stations", params={"state": "failed"})).json()["items"]
    assert (item["station"], item["state"], item["reason"]) == ("CS1", "failed", "Rejected")
    assert (await api.get(f"{where}/stations", params={"state": "done"})).json()["items"] == []
    assert (await api.get(f"{URL}/99/stations")).status_code == 404
