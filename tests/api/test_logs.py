"""Logs over the interface: asked for, shown, fetched."""

from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.files import FileUse, StoredFile, UploadSlot
from busbar.csms.rows import CommandState
from busbar.files.disk import Disk
from busbar.files.links import Files
from busbar.model.logs import GetLog, LogKind

URL = "/api/v1/stations/CS1/logs"


@pytest.fixture
def files(world, tmp_path) -> Files:
    disk = Disk(tmp_path, quota_bytes=10_000_000, reserve_bytes=0)
    disk.open()
    made = Files(disk, "https://files.example", 1_000_000, 1_000_000, timedelta(days=1))
    object.__setattr__(world.app.state.backend, "files", made)
    return made


@pytest.mark.parametrize("kind", LogKind)
async def test_a_log_is_asked_for_with_a_link_of_its_own__TC_N_25_35_100(world, api, files, kind) -> None:
    await world.add_station()
    body = {"kind": kind.value, "oldest": "2026-01-01T00:00:00Z", "latest": "2026-01-02T00:00:00Z", "retries": 2}
    answer = await api.post(URL, json=body)
    assert answer.status_code == 200, answer.text
    ((_, order, _),) = world.dispatcher.asked
    assert isinstance(order, GetLog)
    assert (order.kind, order.request_id, order.retries) == (kind, answer.json()["id"], 2)
    assert order.location.startswith("https://files.example/log/")
    (slot,) = await world.store.find(UploadSlot)
    assert (slot.station_id, slot.request_id) == (1, order.request_id)
    assert order.location.rsplit("/", 1)[1] not in str(answer.json()["location"])


@pytest.mark.parametrize(("authentication", "sign"), [("url", "https://log:"), ("station", "https://files")])
async def test_a_password_may_be_asked_for__TC_N_102(world, api, files, authentication, sign) -> None:
    await world.add_station()
    await api.post(URL, json={"authentication": authentication})
    assert world.dispatcher.asked[0][1].location.startswith(sign)
    (slot,) = await world.store.find(UploadSlot)
    assert slot.password is not None


async def test_a_server_of_the_operators_own_may_be_named(world, api) -> None:
    await world.add_station()
    answer = await api.post(URL, json={"location": "ftp://user:secret@ftp.example/logs/"})
    assert world.dispatcher.asked[0][1].location == "ftp://user:secret@ftp.example/logs/"
    assert answer.json()["location"] == "ftp://ftp.example/logs/"
    assert await world.store.find(UploadSlot) == []


async def test_a_refusal_is_told__TC_N_34(world, api, files) -> None:
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.REJECTED, "status": "Rejected"}
    answer = await api.post(URL, json={})
    assert (answer.status_code, answer.json()["state"]) == (200, "refused")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "location"),
        ({"location": "https://h/x?dir=/"}, "location"),
        ({"location": "https://h/#x"}, "location"),
        (
            {"location": "https://h/", "oldest": "2026-01-02T00:00:00Z", "latest": "2026-01-01T00:00:00Z"},
            "latest",
        ),
        ({"location": "https://h/", "oldest": "2026-01-02T00:00:00"}, "oldest"),
        ({"location": "https://h/", "kind": "Nonsense"}, "kind"),
    ],
)
async def test_what_no_station_could_use_is_refused__N01_FR_27_28(world, api, body, field) -> None:
    await world.add_station()
    answer = await api.post(URL, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_what_came_is_shown_and_fetched_but_never_displayed(world, api, files) -> None:
    await world.add_station()
    number = (await api.post(URL, json={})).json()["id"]
    assert (await api.get(f"{URL}/{number}/file")).status_code == 404

    async def chunks():
        yield b"<script>alert(1)</script>"

    kept = await files.disk.receive(chunks(), 100)
    row = StoredFile(
        id=kept.id,
        use=FileUse.LOG,
        name="log.html",
        size=kept.size,
        sha256=kept.sha256,
        received_at=datetime.now(UTC),
        station_id=1,
        request_id=number,
    )
    await world.store.insert(row)
    shown = (await api.get(f"{URL}/{number}")).json()
    assert [(file["name"], file["size"]) for file in shown["files"]] == [("log.html", kept.size)]
    answer = await api.get(f"{URL}/{number}/file")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["content-type"].startswith("application/octet-stream")
    assert answer.headers["content-disposition"] == 'attachment; filename="log.html"'
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_logs_are_listed(world, api, files) -> None:
    await world.add_station()
    for _ in range(2):
        await api.post(URL, json={})
    items = (await api.get("/api/v1/logs", params={"station": "CS1", "state": "accepted"})).json()["items"]
    assert [item["id"] for item in items] == [2, 1]
    assert (await api.get("/api/v1/logs", params={"state": "done"})).json()["items"] == []
    assert (await api.get(f"{URL}/99")).status_code == 404
