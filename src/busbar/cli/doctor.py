"""Looks at a machine and its settings, and says in a sentence what is wrong and how to mend it. Changes nothing."""

import asyncio
import errno
import os
import resource
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import nats
import nats.errors

from busbar.cli.settings import KEY_BYTES, Settings

CONNECT_TIMEOUT_S: Final = 3.0
_FREE_BYTES: Final = 1_000_000_000
_OPEN_FILES: Final = 4096
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
# What must be on for an answered message to survive a power cut (ADR 1).
_DURABLE: Final = ("fsync", "full_page_writes", "synchronous_commit")


class Verdict(StrEnum):
    """How a check came out; only `fail` keeps a server from running."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `text` says what is so and, where it is not well, how to mend it."""

    check: str
    verdict: Verdict
    text: str


def _ok(check: str, text: str) -> Finding:
    return Finding(check, Verdict.OK, text)


def _warn(check: str, text: str) -> Finding:
    return Finding(check, Verdict.WARN, text)


def _fail(check: str, text: str) -> Finding:
    return Finding(check, Verdict.FAIL, text)


async def examine(settings: Settings) -> list[Finding]:
    """Run every check."""
    checks: list[Callable[[Settings], Awaitable[Finding]]] = [
        python,
        key_file,
        database,
        bus,
        two_ports,
        lambda s: port(s, "ocpp port", s.ocpp_host, s.ocpp_port),
        lambda s: port(s, "api port", s.api_host, s.api_port),
        exposure,
        disk,
        open_files,
    ]
    return [await check(settings) for check in checks]


async def python(_settings: Settings) -> Finding:
    """Is this a Python that Busbar is tested on?"""
    have = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return _ok("python", f"Python {have}.")
    return _fail("python", f"Python {have} is not supported: use 3.11, 3.12 or 3.13.")


async def key_file(settings: Settings) -> Finding:
    """Is the key for password hashes whole and private?"""
    path = settings.secret_key_file
    if path.exists() and not (path.is_file() and os.access(path, os.R_OK)):
        return _fail("key file", f"{path} is no file that Busbar can read: name another, or mend its rights.")
    if not path.exists():
        if os.access(path.parent, os.W_OK):
            return _ok("key file", f"{path} will be made at the first start.")
        return _fail("key file", f"{path} cannot be made: {path.parent} is missing or not writable.")
    if path.stat().st_size != KEY_BYTES:
        return _fail("key file", f"{path} is damaged: restore it from a backup, or every password becomes invalid.")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return _warn("key file", f"Others can read {path}: run chmod 600 {path}.")
    return _ok("key file", f"{path} is there and private.")


async def database(settings: Settings) -> Finding:
    """Can the database be reached, and does it keep what it acknowledged?"""
    if settings.database_url == "memory:":
        return _warn("database", "Nothing is kept after the end: set database_url to sqlite:///PATH.")
    if settings.database_url.startswith("sqlite:///"):
        return _sqlite(Path(settings.database_url.removeprefix("sqlite:///")))
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=CONNECT_TIMEOUT_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return _fail(
            "database",
            f"PostgreSQL cannot be reached ({type(error).__name__}): check database_url and that the server runs.",
        )
    try:
        off = [name for name in _DURABLE if await connection.fetchval(f"SHOW {name}") in ("off", "local")]
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)
    if off:
        return _fail("database", f"PostgreSQL may lose what it acknowledged: set {', '.join(off)} to on.")
    return _ok("database", "PostgreSQL answers and keeps what it acknowledges.")


def _sqlite(path: Path) -> Finding:
    if not path.exists():
        if os.access(path.parent, os.W_OK):
            return _ok("database", f"{path} will be made at the first start.")
        return _fail("database", f"{path} cannot be made: {path.parent} is missing or not writable.")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=CONNECT_TIMEOUT_S)) as connection:
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return _fail("database", f"{path} cannot be opened ({error}): check its rights, or restore it from a backup.")
    if problem != "ok":
        return _fail("database", f"{path} is damaged: restore it from a backup.")
    return _ok("database", f"{path} is sound.")


async def bus(settings: Settings) -> Finding:
    """Does NATS answer, where one is set?"""
    if settings.nats_url is None:
        return _ok("bus", "The bus is inside the process (no nats_url).")

    async def ignore(_error: Exception) -> None:
        pass

    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):  # the library tries one server again and again
            client = await nats.connect(settings.nats_url, allow_reconnect=False, error_cb=ignore)
            await client.close()
    except (OSError, TimeoutError, ValueError, nats.errors.Error) as error:
        return _fail(
            "bus", f"NATS cannot be reached ({type(error).__name__}): check nats_url and that nats-server runs."
        )
    return _ok("bus", "NATS answers.")


async def two_ports(settings: Settings) -> Finding:
    """Do stations and browsers have a port each?"""
    if settings.ocpp_port == settings.api_port != 0:
        return _fail("ports", f"ocpp_port and api_port are both {settings.api_port}: set one of them to another.")
    return _ok("ports", "Stations and browsers have a port each.")


async def port(_settings: Settings, check: str, host: str, number: int) -> Finding:
    """Can the server listen where it should?"""
    if number == 0:
        return _ok(check, "A free port will be taken.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except PermissionError:
            return _fail(check, f"Port {number} needs more rights: take one above 1023.")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return _warn(check, f"{host}:{number} is taken: Busbar runs already, or set another port.")
            return _fail(check, f"{host} is no address of this machine ({error.strerror}): set another host.")
    return _ok(check, f"{host}:{number} is free.")


async def exposure(settings: Settings) -> Finding:
    """Do passwords cross a network in the clear?"""
    open_to_all = [host for host in (settings.ocpp_host, settings.api_host) if host not in _LOOPBACK]
    if open_to_all:
        return _warn(
            "exposure",
            f"{', '.join(open_to_all)} is not loopback and Busbar has no TLS yet: put a TLS proxy in front of it.",
        )
    return _ok("exposure", "Only this machine can connect.")


async def disk(settings: Settings) -> Finding:
    """Is there room to write?"""
    local = settings.database_url.startswith("sqlite:///")
    where = Path(urlsplit(settings.database_url).path[1:]).parent if local else Path()
    free = shutil.disk_usage(where if where.exists() else Path()).free
    if free < _FREE_BYTES:
        return _warn("disk", f"Only {free // 1_000_000} MB are free: a full disk stops all answers to stations.")
    return _ok("disk", f"{free // 1_000_000_000} GB are free.")


async def open_files(_settings: Settings) -> Finding:
    """May the process hold as many sockets as stations connect?"""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _OPEN_FILES:
        return _warn("open files", f"At most {soft} sockets: raise the limit (ulimit -n 65536) for more stations.")
    return _ok("open files", f"Up to {soft} sockets.")


def run(settings: Settings) -> list[Finding]:
    """Examine, outside of any event loop."""
    return asyncio.run(examine(settings))
