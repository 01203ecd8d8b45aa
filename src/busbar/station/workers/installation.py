"""Installs firmware in a virtual station: it takes a moment, and the file says which version it is.

A file that begins with `BUSBAR FIRMWARE <version>` has that version, any other the name in its address.
"""

import asyncio
import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from busbar.station.installation import Install, Installed

INSTALL_S: Final = 1.0
_LONGEST: Final = 50  # BootNotification.firmwareVersion
_HEAD: Final = re.compile(rb"\ABUSBAR FIRMWARE ([\x21-\x7e]{1,50})\s")


async def install(work: Install) -> Installed:
    """Pretend to install."""
    await asyncio.sleep(INSTALL_S)
    return Installed(version_of(work))


def version_of(work: Install) -> str:
    """Return the version of a file."""
    if (found := _HEAD.match(work.head)) is not None:
        return found[1].decode()
    name = PurePosixPath(unquote(urlsplit(work.url).path)).stem
    return name[:_LONGEST] or work.sha256.hex()[:12]
