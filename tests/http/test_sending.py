"""A file goes out whole or in part, with its tag, and nothing of it to who asks amiss."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from busbar.http.sending import Content, say, send_file

BODY = b"0123456789"


async def read(start: int, end: int) -> AsyncIterator[bytes]:
    for at in range(start, end, 4):
        yield BODY[at : min(end, at + 4)]


async def sent(method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    named = {name.replace("_", "-"): value for name, value in headers.items()}
    await send_file(Content(10, "tag", read, "a.bin"), method, named, send)
    fields = {name.decode(): value.decode() for name, value in told[0]["headers"]}
    assert not told[-1].get("more_body")
    return told[0]["status"], fields, b"".join(message.get("body", b"") for message in told[1:])


async def test_the_whole_file_is_sent() -> None:
    status, fields, body = await sent()
    assert (status, fields["content-length"], fields["etag"], body) == (200, "10", '"tag"', BODY)
    assert fields["content-disposition"] == 'attachment; filename="a.bin"'
    assert fields["cache-control"] == "no-store"


async def test_a_part_is_sent_with_where_it_is() -> None:
    status, fields, body = await sent(range="bytes=3-7")
    assert (status, fields["content-range"], fields["content-length"], body) == (206, "bytes 3-7/10", "5", b"34567")


@pytest.mark.parametrize(("tag", "status"), [('"tag"', 206), ('"older"', 200)])
async def test_a_part_of_another_file_is_the_whole_of_this_one(tag: str, status: int) -> None:
    assert (await sent(range="bytes=3-", if_range=tag))[0] == status


async def test_a_part_that_is_not_there_is_told() -> None:
    status, fields, body = await sent(range="bytes=10-")
    assert (status, fields["content-range"]) == (416, "bytes */10")
    assert BODY not in body


async def test_a_head_has_no_body() -> None:
    status, fields, body = await sent("HEAD")
    assert (status, fields["content-length"], body) == (200, "10", b"")


async def test_a_text_is_said_with_its_length() -> None:
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    await say(send, 503, "later", [(b"retry-after", b"9")])
    assert (b"retry-after", b"9") in told[0]["headers"]
    assert (b"content-length", b"6") in told[0]["headers"]
    assert told[1]["body"] == b"later\n"
