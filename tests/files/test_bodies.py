"""The file inside a body: raw, or the first file of a form; broken and slow bodies."""

import asyncio
from typing import Any

import pytest

from busbar.files.bodies import Body, safe_name
from busbar.files.disk import FileRefused

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nsome text\r\n'
    b'--b\r\nContent-Disposition: form-data; name="uploadfile"; filename="../log 1.zip"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\nPK\x00\r\n--data\r\n"
    b'--b\r\nContent-Disposition: form-data; name="other"; filename="b"\r\n\r\nsecond\r\n--b--\r\n'
)
AS_FORM = {"content-type": "multipart/form-data; boundary=b"}


def body(*parts: bytes, headers: dict[str, str] | None = None, cut: bool = False) -> Body:
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return Body(receive, headers or {}, pause_s=1)


async def read(made: Body, limit: int = 1000) -> bytes:
    return b"".join([part async for part in made.chunks(limit)])


async def test_a_raw_body_is_the_file_and_its_disposition_names_it() -> None:
    made = body(b"ab", b"cd", headers={"content-disposition": 'form-data; name="f"; filename="log_20210420.zip"'})
    assert (await read(made), made.name) == (b"abcd", "log_20210420.zip")


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_form_gives_its_first_file__N01_FR_19(size: int) -> None:
    made = body(*(FORM[at : at + size] for at in range(0, len(FORM), size)), headers=AS_FORM)
    assert (await read(made), made.name) == (b"PK\x00\r\n--data", "log 1.zip")


@pytest.mark.parametrize(
    ("parts", "headers", "status"),
    [
        ((FORM[:-20],), AS_FORM, 400),
        ((b"nonsense",), AS_FORM, 400),
        ((FORM,), {"content-type": "multipart/form-data"}, 400),
        ((b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ntext\r\n--b--\r\n',), AS_FORM, 400),
        ((FORM.replace(b"data\r\n", b"x" * 2000 + b"\r\n"),), AS_FORM, 413),
        ((FORM + b"x" * 100_000,), AS_FORM, 413),
    ],
)
async def test_a_form_that_cannot_be_read_is_refused(
    parts: tuple[bytes, ...], headers: dict[str, str], status: int
) -> None:
    with pytest.raises(FileRefused) as error:
        await read(body(*parts, headers=headers))
    assert error.value.status == status


async def test_a_body_that_is_cut_off_is_refused() -> None:
    with pytest.raises(FileRefused) as error:
        await read(body(b"half", cut=True))
    assert error.value.status == 400


async def test_a_body_that_stalls_is_refused() -> None:
    async def never() -> Any:
        await asyncio.sleep(60)

    with pytest.raises(FileRefused) as error:
        await read(Body(never, {}, pause_s=0.01))
    assert error.value.status == 408


async def test_a_body_that_drips_is_refused() -> None:
    async def drip() -> Any:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(FileRefused) as error:
        await read(Body(drip, {}, pause_s=60, whole_s=0.1))
    assert error.value.status == 408


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\log.txt", "log.txt"),
        ('a"b\r\nc', "a_b__c"),
        (".hidden", "hidden"),
        ("", ""),
    ],
)
def test_a_name_from_outside_is_never_a_path(name: str, safe: str) -> None:
    assert safe_name(name) == safe
