"""Links to files: a random token in a URL, kept as its hash; rights that end by themselves. Speaks no HTTP."""

import hashlib
import os
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from busbar.csms.ports import Store
from busbar.csms.records.files import DownloadLink, SlotState, UploadSlot
from busbar.files.disk import Disk

TOKEN_LENGTH: Final = 43
STALE: Final = timedelta(hours=1)
"""After which a try to bring a file counts as broken off, though nobody said so."""
STATION_PASSWORD: Final = "station"  # noqa: S105 - a word in a record, no password


@dataclass(frozen=True, slots=True)
class Files:
    """The file endpoint as the rest of the CSMS sees it.

    Attributes:
        url: where stations reach it, without a slash at the end; empty where it is switched off.
        max_log_bytes, max_image_bytes: the largest file of each kind.
        keep_logs: how long a received log is kept.
    """

    disk: Disk
    url: str
    max_log_bytes: int
    max_image_bytes: int
    keep_logs: timedelta

    @property
    def served(self) -> bool:
        """Whether stations can reach files here."""
        return bool(self.url)


def no_files() -> Files:
    """Return an endpoint that is switched off: nothing fits on it, and nobody reaches it."""
    return Files(Disk(Path(os.devnull), quota_bytes=0, reserve_bytes=0), "", 0, 0, timedelta())


def hashed(token: str) -> str:
    """Return a token as it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """Draw a token."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


async def make_download(store: Store, files: Files, file_id: str, name: str, expires_at: datetime) -> str:
    """Make a link to a file and return its URL; `name` ends the path, since stations like to see a file's name."""
    token = new_token()
    await store.insert(
        DownloadLink(token=hashed(token), file_id=file_id, created_at=datetime.now(UTC), expires_at=expires_at)
    )
    return f"{files.url}/firmware/{token}/{quote(name, safe='')}"


async def make_upload(
    store: Store,
    files: Files,
    *,
    station_id: int,
    request_id: int,
    expires_at: datetime,
    basic: str | None = None,
) -> str:
    """Make the right to bring one log and return its URL (N01.FR.26-28: no redirect, fragment or query).

    `basic` asks for a password: `url` draws one and names it in the URL (N01.FR.25), `station` means the station's own.
    """
    token, url, password = new_token(), files.url, None
    if basic == "url":
        drawn = secrets.token_urlsafe(18)
        password, parts = hashed(drawn), urlsplit(url)
        url = urlunsplit(parts._replace(netloc=f"log:{drawn}@{parts.netloc}"))
    elif basic is not None:
        password = STATION_PASSWORD
    await store.insert(
        UploadSlot(
            token=hashed(token),
            station_id=station_id,
            request_id=request_id,
            max_bytes=files.max_log_bytes,
            password=password,
            created_at=datetime.now(UTC),
            expires_at=expires_at,
        )
    )
    return f"{url}/log/{token}"


async def claim(store: Store, slot: UploadSlot, at: datetime) -> str | None:
    """Begin to use a slot; return the word that ends it, None where it is used or being used."""
    stale = slot.claimed_at is not None and slot.claimed_at + STALE <= at
    if slot.state is SlotState.USED or (slot.state is SlotState.RECEIVING and not stale):
        return None
    word = secrets.token_hex(8)
    taken = await store.change(
        UploadSlot,
        (slot.token,),
        values={"state": SlotState.RECEIVING, "claim": word, "claimed_at": at},
        expected={"state": slot.state, "claim": slot.claim},
    )
    return word if taken else None


async def settle(store: Store, slot: UploadSlot, word: str, state: SlotState) -> bool:
    """End the use of a slot: used, or open again for another try; False where it is another's by now."""
    return await store.change(
        UploadSlot,
        (slot.token,),
        values={"state": state},
        expected={"state": SlotState.RECEIVING, "claim": word},
    )
