"""The file endpoint as an ASGI application: stations fetch firmware (GET) and bring logs (PUT, POST).

Its answers are short texts: who asks is a machine. It knows no OCPP, and nothing of what a file is for.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Final

from busbar.csms.ports import Query, Store, StoreUnavailable
from busbar.csms.records.files import DownloadLink, FileUse, SlotState, StoredFile, UploadSlot
from busbar.csms.services import credentials
from busbar.files import links
from busbar.files.bodies import Body
from busbar.files.disk import FileRefused, Kept
from busbar.files.links import TOKEN_LENGTH, Files
from busbar.http.sending import Content, Send, fields_of, say, send_file

PAUSE_S: Final = 60.0
"""How long a sender may be silent in the middle of a file."""
TRANSFERS: Final = 512
"""Files on their way at a time; more are asked to come again."""
LOG_PREFIX: Final = "/log/"
FIRMWARE_PREFIX: Final = "/firmware/"

log = logging.getLogger(__name__)
Receive = Callable[[], Awaitable[Any]]


class FileApp:
    """Serves the files that links lead to. `key` is the server's key for password hashes."""

    def __init__(self, store: Store, files: Files, key: bytes) -> None:
        self._store = store
        self._files = files
        self._key = key
        self._transfers = 0

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = False

        async def tell(message: Any) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._answer(scope, receive, tell)
        except Exception as error:
            status, text, headers = _failure(error)
            if status == 500:
                log.exception("a request for a file failed")
            if not began:  # else the answer is cut off, which its length tells
                await say(send, status, text, headers)

    async def _answer(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        method, path, headers = scope["method"], scope["path"], fields_of(scope)
        if path.startswith(LOG_PREFIX):
            allowed, token = ("PUT", "POST"), path[len(LOG_PREFIX) :][:TOKEN_LENGTH]
        elif path.startswith(FIRMWARE_PREFIX):
            allowed, token = ("GET", "HEAD"), path[len(FIRMWARE_PREFIX) :].partition("/")[0]
        else:
            raise FileRefused(404, "no such file")
        if method not in allowed:
            await say(send, 405, "not offered here", [(b"allow", ", ".join(allowed).encode())])
            return
        if self._transfers >= TRANSFERS:
            await say(send, 503, "too many transfers at once", [(b"retry-after", b"30")])
            return
        self._transfers += 1
        try:
            if allowed[0] == "GET":
                await self._send_file(token, method, headers, send)
            else:
                await self._take_log(token, Body(receive, headers, pause_s=PAUSE_S), headers, send)
        finally:
            self._transfers -= 1

    # firmware

    async def _send_file(self, token: str, method: str, headers: Mapping[str, str], send: Send) -> None:
        """Send a file, or the part of it that is asked for. The same link serves many stations until it expires."""
        now = datetime.now(UTC)
        link = await self._store.get(DownloadLink, links.hashed(token))
        file = None if link is None or link.expires_at <= now else await self._store.get(StoredFile, link.file_id)
        if link is None or file is None or not self._files.disk.has(file.id):
            raise FileRefused(404, "no such file")

        async def read(start: int, end: int) -> AsyncIterator[bytes]:
            async for chunk in self._files.disk.read(file.id, start, end):
                yield chunk
            if end == file.size:
                await self._store.change(
                    DownloadLink,
                    (link.token,),
                    values={"downloads": link.downloads + 1},
                    expected={"downloads": link.downloads},
                )

        await send_file(Content(file.size, file.sha256, read, file.name or file.id), method, headers, send)

    # logs

    async def _take_log(self, token: str, body: Body, headers: Mapping[str, str], send: Send) -> None:
        """Take in a log, once. What a station appends to the URL (a slash, a name) is not looked at."""
        now = datetime.now(UTC)
        slot = await self._store.get(UploadSlot, links.hashed(token))
        if slot is None or slot.expires_at <= now:
            raise FileRefused(404, "no such upload")
        if not await self._admitted(slot, headers.get("authorization")):
            await say(send, 401, "a password is needed", [(b"www-authenticate", b'Basic realm="logs"')])
            return
        announced = headers.get("content-length", "")
        if announced.isdigit() and len(announced) < 19:  # deny before a lot of data is sent (N01.FR.22)
            if int(announced) > slot.max_bytes + (65_536 if "multipart/" in headers.get("content-type", "") else 0):
                raise FileRefused(413, "the file is too large")
            self._files.disk.check_room(int(announced))
        word = await links.claim(self._store, slot, now)
        if word is None:
            raise FileRefused(409, "this upload was used already")
        try:
            kept = await self._files.disk.receive(body.chunks(slot.max_bytes), slot.max_bytes)
        except BaseException:
            await links.settle(self._store, slot, word, SlotState.OPEN)  # the station may try again (`retries`)
            raise
        await self._keep(slot, word, kept, body.name)
        await say(send, 201, "received")

    async def _keep(self, slot: UploadSlot, word: str, kept: Kept, name: str) -> None:
        now = datetime.now(UTC)
        row = StoredFile(
            id=kept.id,
            use=FileUse.LOG,
            name=name,
            size=kept.size,
            sha256=kept.sha256,
            received_at=now,
            station_id=slot.station_id,
            request_id=slot.request_id,
            expires_at=now + self._files.keep_logs,
        )
        try:
            await self._store.insert(row)
            used = await links.settle(self._store, slot, word, SlotState.USED)
        except BaseException:
            await self._files.disk.remove(kept.id)
            raise
        if not used:  # it took so long that another try began
            await self._store.remove(StoredFile, kept.id)
            await self._files.disk.remove(kept.id)
            raise FileRefused(409, "this upload was taken over")

    async def _admitted(self, slot: UploadSlot, header: str | None) -> bool:
        """Check the password of a slot that has one; the token alone opens every other."""
        if slot.password is None:
            return True
        shown = credentials.parse_basic(header)
        if slot.password != links.STATION_PASSWORD:
            return shown is not None and compare_digest(links.hashed(shown.password.decode("latin-1")), slot.password)
        page = await self._store.stations(Query(station_id=slot.station_id, limit=1))
        if not page.items:
            return False
        station = page.items[0]
        return credentials.prove(self._key, station.identity, shown).of(station.secret)


def _failure(error: Exception) -> tuple[int, str, list[tuple[bytes, bytes]]]:
    if isinstance(error, FileRefused):
        return error.status, str(error), []
    if isinstance(error, StoreUnavailable):
        return 503, "cannot do this now", [(b"retry-after", b"5")]
    return 500, "the server failed", []
