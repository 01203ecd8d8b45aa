"""The file inside a request's body, as it comes: raw (PUT, POST) or the first file of a form. Keeps nothing."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from busbar.files.disk import FileRefused

Receive = Callable[[], Awaitable[Any]]
WHOLE_S: Final = 3600.0
"""How long a whole file may take, however steadily it comes."""
NAME_LIMIT: Final = 255
_UNSAFE: Final = re.compile(r"[^0-9A-Za-z._ ()+-]")
_FORM_LIMIT: Final = 65_536  # what may stand around the file in a form


class Body:
    """One request's body; `name` is what the sender calls the file, known once the first bytes came."""

    def __init__(
        self, receive: Receive, headers: Mapping[str, str], *, pause_s: float, whole_s: float = WHOLE_S
    ) -> None:
        self._receive = receive
        self._pause_s = pause_s
        self._whole_s = whole_s
        self._headers = headers
        self.name = ""

    def chunks(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """Return the file's bytes. Iterating raises FileRefused for what is broken, cut off or too slow."""
        kind, options = parse_options_header(self._headers.get("content-type", ""))
        if kind != "multipart/form-data":
            _, described = parse_options_header(self._headers.get("content-disposition", ""))
            self.name = safe_name(described.get("filename", ""))
            return self._raw()
        boundary = options.get("boundary", "")
        if not 1 <= len(boundary) <= 70:
            raise FileRefused(400, "a form needs a boundary")
        return self._form(boundary, limit_bytes)

    async def _raw(self) -> AsyncIterator[bytes]:
        more, loop = True, asyncio.get_running_loop()
        ends_at = loop.time() + self._whole_s
        while more:
            try:
                left_s = min(self._pause_s, ends_at - loop.time())
                message = await asyncio.wait_for(self._receive(), left_s)
            except TimeoutError:
                raise FileRefused(408, "the file came too slowly") from None
            if message["type"] != "http.request":
                raise FileRefused(400, "the upload was cut off")
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def _form(self, boundary: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """Yield the first part that is a file; what else a form has is read over."""
        wanted = taken = False
        total = 0
        try:
            with PushMultipartParser(boundary, max_segment_size=limit_bytes + 1, max_segment_count=16) as parser:
                async for chunk in self._raw():
                    total += len(chunk)
                    if total > limit_bytes + _FORM_LIMIT:
                        raise FileRefused(413, "the form is too large")
                    for event in () if parser.closed else parser.parse(chunk):
                        if isinstance(event, MultipartSegment):
                            wanted = not taken and event.filename is not None
                            if wanted:
                                taken, self.name = True, safe_name(event.filename or "")
                        elif event and wanted:
                            yield bytes(event)
        except ParserLimitReached:
            raise FileRefused(413, "the form is too large") from None
        except MultipartError:
            raise FileRefused(400, "the form cannot be read") from None
        if not taken:
            raise FileRefused(400, "the form has no file")


def safe_name(name: str) -> str:
    """Return the last part of a file's name with characters that hurt nowhere; it may be empty. Never a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _UNSAFE.sub("_", last)[-NAME_LIMIT:].lstrip(".")
