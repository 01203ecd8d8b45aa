"""Routes of the browser's applications: static files with careful headers. Knows no data; the pages ask for it."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.params import PathParameter
from litestar.response import Redirect

from busbar.api.auth import PUBLIC
from busbar.api.backend import Here
from busbar.api.problems import missing
from busbar.web.bundle import File, bundle

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types default"
)
HSTS: Final = "max-age=31536000"
NOT_BUILT: Final = b"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Busbar</title>
<main><h1>Busbar is running</h1>
<p>Stations can connect, and the interface works: it is described at <a href="/openapi.json">/openapi.json</a>.</p>
<p>The pages for the browser are missing: they were not built when this copy was installed. <code>make ui</code> in its
folder builds them, which takes a connection to the internet; then start the server again.</p></main></html>
"""
_HIDDEN: Final[dict[str, Any]] = {"opt": {PUBLIC: True}, "include_in_schema": False}


@get("/", **_HIDDEN)
async def entrance() -> Redirect:
    """Lead to the console."""
    return Redirect("/console/", status_code=302)


@get(["/console", "/console/{path:path}"], **_HIDDEN)
async def console(
    request: Request[Any, Any, Any], backend: Here, path: Annotated[str, PathParameter(max_length=300)] = "/"
) -> Response[bytes]:
    """Return a file of the console; any path that could be a view of it gets its page."""
    files, name = bundle("console"), path.strip("/")
    found = files.get(name)
    if found is None and name.startswith("assets/"):
        raise missing("file")
    found = found or files.get("index.html") or File(NOT_BUILT, {}, "text/html", '"none"', lasting=False)
    return _sent(request, found, secure=backend.settings.secure_cookies)


def _sent(request: Request[Any, Any, Any], found: File, *, secure: bool) -> Response[bytes]:
    headers = {
        "ETag": found.tag,
        "Cache-Control": "public, max-age=31536000, immutable" if found.lasting else "no-cache",
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": POLICY,
    }
    if secure:
        headers["Strict-Transport-Security"] = HSTS
    if request.headers.get("if-none-match") == found.tag:
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    encoding, content = found.form(request.headers.get("accept-encoding", ""))
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(content, headers=headers, media_type=found.media_type)


routes: list[Any] = [entrance, console]
