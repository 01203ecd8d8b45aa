"""The endpoint over real sockets: a station brings logs and fetches firmware."""

import asyncio
import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from busbar.csms.records.files import DownloadLink, FileUse, SlotState, StoredFile, UploadSlot
from busbar.csms.storage.memory import MemoryStore
from busbar.files import links
from busbar.files.app import FileApp
from busbar.files.disk import Disk
from busbar.files.links import Files, make_download, make_upload
from tests.fixtures.serving import serving

KEY = b"k" * 32


async def logs_of(endpoint) -> list[StoredFile]:
    return await endpoint.store.find(StoredFile, station_id=endpoint.station.id, request_id=5)


async def image(endpoint, content: bytes, **link) -> str:
    async def chunks():
        yield content

    kept = await endpoint.files.disk.receive(chunks(), 1_000_000)
    row = StoredFile(
        id=kept.id,
        use=FileUse.FIRMWARE,
        name="fw 1.bin",
        size=kept.size,
        sha256=kept.sha256,
        received_at=datetime.now(UTC),
    )
    await endpoint.store.insert(row)
    expires_at = link.get("expires_at", datetime.now(UTC) + timedelta(hours=1))
    return await make_download(endpoint.store, endpoint.files, kept.id, "fw 1.bin", expires_at)


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("appended", ["", "/", "/log_1.zip", "log_1.zip", "//x"])
async def test_a_log_is_taken_once_by_put_and_post__N01_FR_18_21(endpoint, method, appended) -> None:
    url, content = await endpoint.slot(), b"log line\n" * 5000
    headers = {"content-disposition": 'form-data; name="uploadfile"; filename="log_1.zip"'}
    answer = await endpoint.http.request(method, url + appended, content=content, headers=headers)
    assert answer.status_code == 201
    (row,) = await logs_of(endpoint)
    assert (row.name, row.size, row.sha256) == ("log_1.zip", len(content), hashlib.sha256(content).hexdigest())
    assert endpoint.files.disk.path(row.id).read_bytes() == content
    again = await endpoint.http.request(method, url + appended, content=content)
    assert again.status_code == 409
    assert len(await logs_of(endpoint)) == 1


async def test_a_log_is_taken_from_a_form__N01_FR_19(endpoint) -> None:
    answer = await endpoint.http.post(await endpoint.slot(), files={"uploadfile": ("../../a.zip", b"PK content")})
    assert answer.status_code == 201
    (row,) = await logs_of(endpoint)
    assert (row.name, endpoint.files.disk.path(row.id).read_bytes()) == ("a.zip", b"PK content")


async def test_two_at_once_leave_one_file(endpoint) -> None:
    url = await endpoint.slot()

    async def slowly(letter: bytes):
        for _ in range(5):
            yield letter * 1000
            await asyncio.sleep(0.01)

    answers = await asyncio.gather(*(endpoint.http.put(url, content=slowly(letter)) for letter in (b"a", b"b", b"c")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await logs_of(endpoint)) == len(endpoint.files.disk.ids()) == 1


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large_a_log_is_refused_and_may_be_tried_again(endpoint, announced) -> None:
    url, content = await endpoint.slot(), b"x" * 1_000_001

    async def stream():
        for at in range(0, len(content), 65_536):
            yield content[at : at + 65_536]

    answer = await endpoint.http.put(url, content=content if announced else stream())
    assert answer.status_code == 413
    assert (endpoint.files.disk.ids(), endpoint.files.disk.used_bytes) == ([], 0)
    assert (await endpoint.http.put(url, content=b"small")).status_code == 201


async def test_an_upload_that_is_cut_off_may_be_tried_again(endpoint) -> None:
    url = await endpoint.slot()

    async def broken():
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await endpoint.http.put(url, content=broken())
    async with asyncio.timeout(5):
        while (await endpoint.store.find(UploadSlot))[0].state is not SlotState.OPEN:
            await asyncio.sleep(0.01)
    assert (await endpoint.http.put(url, content=b"whole")).status_code == 201
    assert len(endpoint.files.disk.ids()) == 1


async def test_a_try_that_a_crash_left_open_is_taken_over(endpoint) -> None:
    url = await endpoint.slot()
    (slot,) = await endpoint.store.find(UploadSlot)
    await links.claim(endpoint.store, slot, datetime.now(UTC) - links.STALE)
    assert (await endpoint.http.put(url, content=b"x")).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/log/" + "A" * 43, 404),
        ("PUT", "/log/../../etc/passwd", 404),
        ("PUT", "/log/", 404),
        ("GET", "/firmware/" + "A" * 43 + "/x", 404),
        ("GET", "/firmware/%2e%2e/%2e%2e/busbar.key", 404),
        ("GET", "/", 404),
        ("GET", "/log/" + "A" * 43, 405),
        ("PUT", "/firmware/" + "A" * 43, 405),
        ("DELETE", "/firmware/x", 405),
    ],
)
async def test_what_no_link_leads_to_is_not_there(endpoint, method, path, status) -> None:
    assert (await endpoint.http.request(method, endpoint.files.url + path)).status_code == status


async def test_a_slot_ends(endpoint) -> None:
    url = await endpoint.slot(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert (await endpoint.http.put(url, content=b"x")).status_code == 404
    assert not endpoint.files.disk.ids()


async def test_a_password_in_the_url_is_needed__N01_FR_17_25(endpoint) -> None:
    url = await endpoint.slot(basic="url")
    bare = url.replace(url.split("//")[1].split("@")[0] + "@", "")
    refused = await endpoint.http.put(bare, content=b"x")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Basic realm="logs"')
    assert (await endpoint.http.put(bare, content=b"x", auth=("log", "wrong"))).status_code == 401
    assert (await endpoint.http.put(url, content=b"x")).status_code == 201


async def test_the_stations_own_password_may_be_asked_for(endpoint) -> None:
    url = await endpoint.slot(basic="station")
    for auth in (None, ("CS1", "wrong"), ("CS2", "the-station-password")):
        assert (await endpoint.http.put(url, content=b"x", auth=auth)).status_code == 401
    bad = await endpoint.http.put(url, content=b"x", headers={"authorization": "Basic !!!"})
    assert bad.status_code == 401
    good = base64.b64encode(b"cs1:the-station-password").decode()
    assert (await endpoint.http.put(url, content=b"x", headers={"authorization": f"Basic {good}"})).status_code == 201


async def test_firmware_is_fetched_as_often_as_wanted(endpoint) -> None:
    content = bytes(range(256)) * 3000
    url = await image(endpoint, content)
    for count in (1, 2):
        answer = await endpoint.http.get(url)
        assert (answer.status_code, answer.content) == (200, content)
        (link,) = await endpoint.store.find(DownloadLink)
        assert link.downloads == count
    assert answer.headers["content-disposition"] == 'attachment; filename="fw 1.bin"'
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_download_goes_on_where_it_broke_off(endpoint) -> None:
    url = await image(endpoint, b"0123456789")
    tag = (await endpoint.http.head(url)).headers["etag"]
    part = await endpoint.http.get(url, headers={"range": "bytes=4-", "if-range": tag})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"456789", "bytes 4-9/10")
    other = await endpoint.http.get(url, headers={"range": "bytes=4-", "if-range": '"other"'})
    assert (other.status_code, other.content) == (200, b"0123456789")
    beyond = await endpoint.http.get(url, headers={"range": "bytes=10-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */10")


async def test_a_head_tells_the_size_and_sends_nothing(endpoint) -> None:
    answer = await endpoint.http.head(await image(endpoint, b"0123456789"))
    assert (answer.headers["content-length"], answer.content) == ("10", b"")
    (link,) = await endpoint.store.find(DownloadLink)
    assert link.downloads == 0


async def test_a_download_link_ends_and_so_does_its_file(endpoint) -> None:
    assert (await endpoint.http.get(await image(endpoint, b"x", expires_at=datetime.now(UTC)))).status_code == 404
    url = await image(endpoint, b"y")
    for file_id in endpoint.files.disk.ids():
        await endpoint.files.disk.remove(file_id)
    assert (await endpoint.http.get(url)).status_code == 404


async def test_a_station_that_asks_first_is_denied_before_it_sends_much__N01_FR_22(tmp_path) -> None:
    store = MemoryStore()
    await store.open()
    disk = Disk(tmp_path, quota_bytes=10_000_000, reserve_bytes=0)
    disk.open()
    files = Files(disk, "http://files.example", 1000, 1000, timedelta(days=1))
    times = {"expires_at": datetime.now(UTC) + timedelta(hours=1)}
    async with serving(FileApp(store, files, KEY)) as port:
        for size, said in ((1001, b"HTTP/1.1 413"), (3, b"HTTP/1.1 100 Continue")):
            path = (await make_upload(store, files, station_id=1, request_id=2, **times)).removeprefix(files.url)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"PUT {path} HTTP/1.1\r\nHost: f\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n"
            writer.write(head.encode())
            assert (await asyncio.wait_for(reader.read(1000), 5)).startswith(said)
            writer.close()
    await store.close()


async def test_more_transfers_than_allowed_are_asked_to_come_again(endpoint, monkeypatch) -> None:
    monkeypatch.setattr("busbar.files.app.TRANSFERS", 0)
    answer = await endpoint.http.put(await endpoint.slot(), content=b"x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


async def test_a_failure_inside_tells_nothing(endpoint, monkeypatch, caplog) -> None:
    async def fail(*_):
        raise RuntimeError("secret inside")

    monkeypatch.setattr(endpoint.store, "get", fail)
    answer = await endpoint.http.put(await endpoint.slot(), content=b"x")
    assert (answer.status_code, answer.text) == (500, "the server failed\n")
    assert "secret inside" in caplog.text
