"""Updates and publications over the interface."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from busbar.csms.ports import NeverConnected
from busbar.csms.records.files import DownloadLink
from busbar.csms.records.firmware import FirmwareImage, FirmwarePublication, FirmwareUpdate
from busbar.csms.records.requests import RequestState
from busbar.csms.rows import CommandState
from busbar.csms.services import requests
from busbar.files.disk import Disk
from busbar.files.links import Files
from busbar.model.firmware import PublishFirmware, UnpublishFirmware, UpdateFirmware

URL = "/api/v1/stations/CS1/firmware-updates"
ANYWHERE = {"location": "https://vendor.example/fw.bin"}


@pytest.fixture
async def image(world, api, tmp_path) -> dict:
    disk = Disk(tmp_path, quota_bytes=10_000_000, reserve_bytes=0)
    disk.open()
    made = Files(disk, "https://files.example", 1_000_000, 1_000_000, timedelta(days=1))
    object.__setattr__(world.app.state.backend, "files", made)
    query = {"vendor": "V", "version": "2.0", "name": "fw.bin"}
    return (await api.post("/api/v1/firmware-images", params=query, content=b"firmware")).json()


async def test_an_image_is_offered_by_a_link_of_its_own(world, api, image) -> None:
    await world.add_station()
    answer = await api.post(URL, json={"image_id": image["id"], "retries": 3})
    assert answer.status_code == 200, answer.text
    update = answer.json()
    assert (update["state"], update["answer"], update["version"]) == ("accepted", "Accepted", "2.0")
    ((_, order, _),) = world.dispatcher.asked
    assert isinstance(order, UpdateFirmware)
    assert (order.request_id, order.retries, order.install_at) == (update["id"], 3, None)
    assert order.location.startswith("https://files.example/firmware/")
    assert order.location.endswith("/fw.bin")
    assert len(await world.store.find(DownloadLink)) == 1
    assert order.location not in answer.text


async def test_a_url_anywhere_is_passed_on_with_its_signature__TC_L_01_02_03(world, api) -> None:
    await world.add_station()
    body = ANYWHERE | {
        "signing_certificate": "PEM",
        "signature": "c2ln",
        "retrieve_at": "2027-01-01T01:00:00+01:00",
        "install_at": "2027-01-02T00:00:00Z",
    }
    answer = await api.post(URL, json=body)
    ((_, order, _),) = world.dispatcher.asked
    assert (order.signing_certificate, order.signature) == ("PEM", "c2ln")
    assert order.retrieve_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert order.install_at == datetime(2027, 1, 2, tzinfo=UTC)
    assert answer.json()["signed"] is True


@pytest.mark.parametrize("status", ["InvalidCertificate", "RevokedCertificate", "Rejected"])
async def test_a_refusal_is_told_as_the_station_spelt_it__TC_L_04_05(world, api, status) -> None:
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.REJECTED, "status": status}
    answer = await api.post(URL, json=ANYWHERE)
    assert (answer.status_code, answer.json()["state"], answer.json()["answer"]) == (200, "refused", status)


async def test_an_offline_station_is_a_problem_and_the_update_has_failed(world, api) -> None:
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.EXPIRED, "error": "offline"}
    answer = await api.post(URL, json=ANYWHERE)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem-type:busbar:station-offline")
    assert (await api.get(answer.headers["location"])).json()["state"] == "failed"


async def test_no_answer_yet_is_said_so(world, api) -> None:
    await world.add_station()
    world.dispatcher.script = {"state": CommandState.SENT}
    answer = await api.post(URL, json=ANYWHERE)
    assert (answer.status_code, answer.json()["state"]) == (202, "requested")


async def test_an_update_that_cannot_be_said_leaves_nothing(world, api) -> None:
    await world.add_station()
    world.dispatcher.error = NeverConnected("CS1")
    assert (await api.post(URL, json=ANYWHERE)).status_code == 409
    assert await world.store.find(FirmwareUpdate) == []


async def test_the_same_key_is_the_same_update(world, api) -> None:
    await world.add_station()
    first = await api.post(URL, json=ANYWHERE, headers={"Idempotency-Key": "k"})
    again = await api.post(URL, json=ANYWHERE, headers={"Idempotency-Key": "k"})
    assert (first.json()["id"], first.json()["command"]) == (again.json()["id"], again.json()["command"])
    other = await api.post(URL, json={"location": "https://other/"}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert len(await world.store.find(FirmwareUpdate)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "image_id"),
        ({"image_id": 1} | ANYWHERE, "image_id"),
        ({"location": "file:///etc/passwd"}, "location"),
        ({"location": "nonsense"}, "location"),
        ({"location": "https://h/x#part"}, "location"),
        (ANYWHERE | {"signature": "c2ln"}, "signature"),
        (ANYWHERE | {"retries": -1}, "retries"),
        (ANYWHERE | {"unknown": 1}, "unknown"),
    ],
)
async def test_what_no_station_could_use_is_refused(world, api, body, field) -> None:
    await world.add_station()
    answer = await api.post(URL, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_what_a_station_reported_is_shown_and_listed(world, api) -> None:
    await world.add_station()
    made = (await api.post(URL, json=ANYWHERE)).json()
    row = await world.store.get(FirmwareUpdate, 1, made["id"])
    for status in ("Downloading", "Downloaded"):
        row = requests.reported(row, status, RequestState.UNDER_WAY, datetime.now(UTC), "why")
    await world.store.put(row)
    shown = (await api.get(f"{URL}/{made['id']}")).json()
    assert [step["status"] for step in shown["steps"]] == ["Downloading", "Downloaded"]
    assert (shown["state"], shown["status"], shown["detail"]) == ("under-way", "Downloaded", "why")
    listed = "/api/v1/firmware-updates"
    assert (await api.get(listed, params={"station": "CS1", "state": "under-way"})).json()["items"] == [shown]
    assert (await api.get(listed, params={"state": "done"})).json()["items"] == []
    assert (await api.get(listed, params={"campaign_id": 1})).json()["items"] == []
    assert (await api.get(f"{URL}/999")).status_code == 404


async def test_a_file_is_published_and_unpublished__TC_L_17_21(world, api, image) -> None:
    await world.add_station()
    url = "/api/v1/stations/CS1/firmware-publications"
    answer = await api.post(url, json={"image_id": image["id"]})
    assert answer.status_code == 200, answer.text
    order = world.dispatcher.asked[0][1]
    assert isinstance(order, PublishFirmware)
    assert (order.checksum, order.request_id) == (image["md5"], answer.json()["id"])
    shown = (await api.get(f"{url}/{order.request_id}")).json()
    assert (await api.get("/api/v1/firmware-publications", params={"station": "CS1"})).json()["items"] == [shown]
    assert (await api.get(f"{url}/999")).status_code == 404
    row = await world.store.get(FirmwarePublication, 1, order.request_id)
    await world.store.put(replace(row, state=RequestState.DONE, locations=["http://lc/f"]))
    gone = await api.post("/api/v1/stations/CS1/commands/unpublish-firmware", json={"checksum": image["md5"]})
    assert gone.status_code == 200
    assert world.dispatcher.asked[1][1] == UnpublishFirmware(checksum=image["md5"])
    assert (await api.get(f"{url}/{order.request_id}")).json()["locations"] == []


@pytest.mark.parametrize("status", ["NoFirmware", "DownloadOngoing"])
async def test_what_is_still_offered_is_shown_so__TC_L_22_23(world, api, status) -> None:
    await world.add_station()
    at = datetime.now(UTC)
    row = FirmwarePublication(
        id=1,
        station_id=1,
        key="k",
        location="x",
        checksum="0" * 32,
        created_at=at,
        updated_at=at,
        locations=["http://l"],
    )
    await world.store.insert(replace(row, state=RequestState.DONE))
    world.dispatcher.script = {"state": CommandState.REJECTED, "status": status}
    gone = await api.post("/api/v1/stations/CS1/commands/unpublish-firmware", json={"checksum": "0" * 32})
    assert (gone.status_code, gone.json()["status"]) == (200, status)
    assert (await world.store.get(FirmwarePublication, 1, 1)).locations == ["http://l"]


async def test_publishing_a_url_needs_its_checksum__L03_FR_02(world, api) -> None:
    await world.add_station()
    answer = await api.post("/api/v1/stations/CS1/firmware-publications", json=ANYWHERE)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "checksum")


async def test_a_file_that_was_swapped_is_not_offered(world, api, image) -> None:
    await world.add_station()
    disk = world.app.state.backend.files.disk
    disk.path(disk.ids()[0]).write_bytes(b"malware!")
    assert (await api.post(URL, json={"image_id": image["id"]})).status_code == 409
    assert world.dispatcher.asked == []


async def test_a_certificate_that_ran_out_is_not_offered(world, api, image) -> None:
    await world.add_station()
    row = await world.store.get(FirmwareImage, image["id"])
    await world.store.put(replace(row, signing_certificate="expired", signature="c2ln"))
    assert (await api.post(URL, json={"image_id": image["id"]})).status_code == 409
    assert world.dispatcher.asked == []
