"""Fetches and brings files by HTTP(S) and FTP(S), bounded in size and time. Knows neither firmware nor logs.

A download that breaks off goes on where it was, as long as it gets any further; no redirect is followed (N01.FR.30).
"""

import asyncio
import contextlib
import ftplib
import hashlib
import os
import ssl
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx2

from busbar.station.transfers import HEAD, Download, Downloaded, Fault, TransferFailed, Upload, Uploaded

QUIET_S: Final = 30.0
WHOLE_S: Final = 3600.0
_CHUNK: Final = 65_536
_RESUMES: Final = 100
_EXPECT: Final = 1 << 20


class _Refusal(Exception):
    def __init__(self, failed: TransferFailed) -> None:
        super().__init__(failed.reason)
        self.failed = failed


class _Sink:
    """Counts, hashes and, where wanted, writes what arrives."""

    def __init__(self, limit: int, folder: str | None) -> None:
        self.size = 0
        self._limit = limit
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self._head = b""
        self._folder = None if folder is None else Path(folder)
        self._file: Any = None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(dir=self._folder, prefix=".part-", delete=False)  # noqa: SIM115

    def take(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > self._limit:
            raise _Refusal(TransferFailed("the file is too large", Fault.UNSUPPORTED))
        self._sha256.update(chunk)
        self._md5.update(chunk)
        if len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]
        if self._file is not None:
            self._file.write(chunk)

    def finish(self) -> Downloaded:
        md5 = self._md5.hexdigest()
        if self._file is not None and self._folder is not None:
            self._file.close()
            os.replace(self._file.name, self._folder / md5)
            self._file = None
        return Downloaded(size=self.size, sha256=self._sha256.digest(), md5=md5, head=self._head)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._file.name)


async def download(work: Download) -> Downloaded | TransferFailed:
    """Fetch a file."""
    try:
        sink = _Sink(work.limit, work.folder)
        try:
            async with asyncio.timeout(WHOLE_S):
                if _scheme(work.url) in ("http", "https"):
                    await _get(work, sink)
                else:
                    await asyncio.to_thread(_retrieve, work, sink)
            return sink.finish()
        finally:
            sink.close()
    except Exception as error:
        return _failure(error)


async def upload(work: Upload) -> Uploaded | TransferFailed:
    """Bring a file."""
    try:
        async with asyncio.timeout(WHOLE_S):
            if _scheme(work.url) in ("http", "https"):
                await _put(work)
            else:
                await asyncio.to_thread(_store, work)
    except Exception as error:
        return _failure(error)
    return Uploaded()


def _scheme(url: str) -> str:
    scheme = urlsplit(url).scheme.lower()
    if scheme not in ("http", "https", "ftp", "ftps"):
        raise _Refusal(TransferFailed("no such protocol here", Fault.UNSUPPORTED))
    return scheme


def _failure(error: Exception) -> TransferFailed:
    match error:
        case _Refusal():
            return error.failed
        case httpx2.UnsupportedProtocol() | httpx2.InvalidURL():
            return TransferFailed("no such address", Fault.UNSUPPORTED)
        case ftplib.error_perm():
            denied = str(error)[:3] in ("530", "532", "550", "553")
            return TransferFailed(str(error)[:200], Fault.DENIED if denied else Fault.BAD_REQUEST)
        case httpx2.HTTPError() | OSError() | TimeoutError() | EOFError() | ftplib.Error() | ValueError():
            return TransferFailed(str(error)[:200] or type(error).__name__)
        case _:
            raise error


# HTTP


def _client(roots: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=QUIET_S, follow_redirects=False, trust_env=False, verify=_trust(roots))


def _trust(roots: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if roots:
        context.load_verify_locations(cadata=roots)
    return context


async def _get(work: Download, sink: _Sink) -> None:
    async with _client(work.roots) as client:
        tag = ""
        for _ in range(_RESUMES):
            had = sink.size
            headers = {"Accept-Encoding": "identity"}
            if had:
                headers |= {"Range": f"bytes={had}-", "If-Range": tag}
            try:
                async with client.stream("GET", work.url, headers=headers) as response:
                    _check(response.status_code, resuming=had > 0)
                    tag = _validator(response)
                    async for chunk in response.aiter_raw():
                        sink.take(chunk)
                return
            except httpx2.TransportError:
                if sink.size == had or not tag:
                    raise
        raise _Refusal(TransferFailed("the connection breaks off again and again"))


def _validator(response: httpx2.Response) -> str:
    """Return what names this state of the file, where the server can go on in its middle."""
    tag = str(response.headers.get("etag", ""))
    return "" if tag.startswith("W/") or response.headers.get("accept-ranges") == "none" else tag


def _check(status: int, *, resuming: bool = False) -> None:
    if status == 206 if resuming else 200 <= status < 300:
        return
    if resuming and status == 200:
        raise _Refusal(TransferFailed("the file changed meanwhile"))
    if 300 <= status < 400:
        raise _Refusal(TransferFailed("the server redirects", redirected=True))
    fault = {400: Fault.BAD_REQUEST, 401: Fault.DENIED, 403: Fault.DENIED, 405: Fault.UNSUPPORTED}.get(status)
    raise _Refusal(TransferFailed(f"the server answered {status}", fault or Fault.BROKEN))


async def _put(work: Upload) -> None:
    url = _target(work)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(work.body))}
    headers["Content-Disposition"] = f'attachment; filename="{work.name}"'
    if len(work.body) > _EXPECT:  # N01.FR.22
        headers["Expect"] = "100-continue"
    async with _client(work.roots) as client:
        for method in ("PUT", "POST"):  # N01.FR.18: a CSMS may take only one of them
            async with client.stream(method, url, headers=headers, content=work.body) as response:
                if response.status_code != 405 or method == "POST":
                    _check(response.status_code)
                    return


def _target(work: Upload) -> str:
    return work.url + work.name if work.url.endswith("/") else work.url  # N01.FR.21, .29


# FTP


@contextlib.contextmanager
def _ftp(url: str, roots: str) -> Iterator[tuple[ftplib.FTP, str]]:
    parts = urlsplit(url)
    secure = parts.scheme.lower() == "ftps"
    ftp = ftplib.FTP_TLS(context=_trust(roots), timeout=QUIET_S) if secure else ftplib.FTP(timeout=QUIET_S)  # noqa: S321
    with ftp:
        ftp.connect(parts.hostname or "", parts.port or 21)
        ftp.login(unquote(parts.username or "anonymous"), unquote(parts.password or "anonymous@"))
        if isinstance(ftp, ftplib.FTP_TLS):
            ftp.prot_p()
        yield ftp, unquote(parts.path).removeprefix("/")


def _retrieve(work: Download, sink: _Sink) -> None:
    for _ in range(_RESUMES):
        had = sink.size
        try:
            with _ftp(work.url, work.roots) as (ftp, path):
                ftp.retrbinary(f"RETR {path}", sink.take, _CHUNK, rest=had or None)
            return
        except ftplib.error_perm:
            raise
        except (OSError, EOFError, ftplib.Error):
            if sink.size == had:
                raise
    raise _Refusal(TransferFailed("the connection breaks off again and again"))


def _store(work: Upload) -> None:
    with _ftp(_target(work), work.roots) as (ftp, path):
        name = path + work.name if not path or path.endswith("/") else path
        ftp.storbinary(f"STOR {name}", BytesIO(work.body), _CHUNK)
