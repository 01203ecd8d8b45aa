"""The first page in the browser: static files, read once. Knows no data; the page asks the interface for it."""

import gzip
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.params import PathParameter

from busbar.api.auth import PUBLIC
from busbar.api.problems import missing

FOLDER: Final = Path(__file__).parent / "page"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


class File(msgspec.Struct, frozen=True):
    """A static file with its compressed form."""

    content: bytes
    compressed: bytes
    media_type: str
    tag: str


def read(path: Path) -> File:
    """Read a static file."""
    content = path.read_bytes()
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    return File(content, gzip.compress(content, mtime=0), TYPES[path.suffix], tag)


FILES: Final = {path.name: read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


@get("/", opt={PUBLIC: True}, include_in_schema=False)
async def index(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the page."""
    return _sent(request, FILES["index.html"])


@get("/page/{name:str}", opt={PUBLIC: True}, include_in_schema=False)
async def file(request: Request[Any, Any, Any], name: Annotated[str, PathParameter(max_length=64)]) -> Response[bytes]:
    """Return a file of the page."""
    if name not in FILES:
        raise missing("file")
    return _sent(request, FILES[name])


def _sent(request: Request[Any, Any, Any], found: File) -> Response[bytes]:
    headers = {
        "ETag": found.tag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": POLICY,
    }
    if request.headers.get("if-none-match") == found.tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    content = found.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = found.compressed
    return Response(content, headers=headers, media_type=found.media_type)


routes: list[Any] = [index, file]
