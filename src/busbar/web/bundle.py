"""A built application of the browser: its files with their compressed forms, read once. Knows no route and no data."""

import mimetypes
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).parent
_TYPES: Final = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}
_PACKED: Final = {"br": ".br", "gzip": ".gz"}
"""Encodings in the order in which they are taken; the build leaves the files beside the plain ones."""


class File(msgspec.Struct, frozen=True):
    """A static file. `lasting`: its name holds its hash, so it never changes."""

    content: bytes
    packed: dict[str, bytes]
    media_type: str
    tag: str
    lasting: bool

    def form(self, accepted: str) -> tuple[str | None, bytes]:
        """Return the encoding and the bytes for somebody who accepts these encodings."""
        offered = {
            part.split(";")[0].strip() for part in accepted.split(",") if not part.replace(" ", "").endswith(";q=0")
        }
        for encoding, content in self.packed.items():
            if encoding in offered:
                return encoding, content
        return None, self.content


@cache
def bundle(name: str) -> dict[str, File]:
    """Return the files of a built application by their path; none where it was not built."""
    return read(FOLDER / name)


def read(folder: Path) -> dict[str, File]:
    """Read a folder of built files."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in _PACKED.values())
    return {path.relative_to(folder).as_posix(): _file(path, folder) for path in found}


def _file(path: Path, folder: Path) -> File:
    content = path.read_bytes()
    packed = {
        encoding: beside.read_bytes()
        for encoding, suffix in _PACKED.items()
        if (beside := path.with_name(path.name + suffix)).exists()
    }
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    return File(content, packed, kind, tag, lasting=path.relative_to(folder).parts[0] == "assets")
