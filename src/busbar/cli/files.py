"""The file endpoint from its settings: a server of its own beside the REST interface, and its clean-up."""

import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from busbar.cli.listening import listen
from busbar.cli.settings import Settings, SettingsError
from busbar.csms.jobs.runner import Desk, Job
from busbar.csms.ports import Store
from busbar.files.app import FileApp
from busbar.files.disk import Disk
from busbar.files.links import Files, no_files
from busbar.files.retention import sweep
from busbar.http.server import serving

_DRAIN_S: Final = 5
_SWEEP_EVERY_S: Final = 600.0
_MB: Final = 1024 * 1024

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def file_endpoint(settings: Settings, store: Store, key: bytes) -> AsyncIterator[Files]:
    """Serve files on a port of their own, where one is set. Raises SettingsError."""
    if settings.files_port is None:
        yield no_files()
        return
    secure, plain = _files_tls(settings), settings.files_certificate is None
    disk = Disk(
        settings.files_directory,
        quota_bytes=settings.files_quota_mb * _MB,
        reserve_bytes=settings.files_reserve_mb * _MB,
    )
    try:
        disk.open()
    except OSError as error:
        raise SettingsError(f"setting files_directory: cannot be used ({error.strerror})") from None
    listener = listen("files", settings.files_host, settings.files_port)
    scheme = "http" if plain else "https"
    own = f"{scheme}://{settings.files_host}:{listener.getsockname()[1]}"
    files = Files(
        disk,
        settings.files_url or own,
        max_log_bytes=settings.max_log_mb * _MB,
        max_image_bytes=settings.max_firmware_mb * _MB,
        keep_logs=timedelta(days=settings.keep_logs_days),
    )
    app: Any = FileApp(store, files, key)
    async with serving(app, listener, lifespan="off", timeout_graceful_shutdown=_DRAIN_S, **secure):
        yield files


def _files_tls(settings: Settings) -> dict[str, Any]:
    """Return what uvicorn needs for TLS; nothing where plain http was asked for. Raises SettingsError."""
    chain, secret = settings.files_certificate, settings.files_key
    if chain is None and secret is None:
        if not settings.files_plain:
            raise SettingsError("setting files_port: needs files_certificate and files_key, or files_plain")
        return {}
    if chain is None or secret is None:
        raise SettingsError("settings files_certificate, files_key: one needs the other")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(chain, secret)
    except OSError as error:  # an ssl.SSLError is one too
        raise SettingsError(f"settings files_certificate, files_key: cannot be used ({error})") from None
    return {"ssl_certfile": chain, "ssl_keyfile": secret}


def file_jobs(files: Files) -> tuple[Job, ...]:
    """Return the job that removes old files, where files are served."""

    async def look(desk: Desk) -> None:
        count = await sweep(desk.store, files.disk, datetime.now(UTC))
        if count:
            log.info("%d old files were removed", count)

    return (Job("files", _SWEEP_EVERY_S, look),) if files.served else ()
