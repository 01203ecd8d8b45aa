"""The one pipe of all logs, ours and the libraries': text or JSON lines, without secrets. It must not know who logs.

Loggers stay those of the standard library. What a call gives as `extra={"station": …}` becomes a field of its line.
"""

import contextlib
import logging
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import IO, Any, Final

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from busbar.telemetry.masking import masked

FIELDS: Final = ("station", "trace_id", "job")
"""What a log call may give beside its message."""
_MOST: Final = 16_384
"""Characters of one field: a station may fill a message, not the disk."""
_QUIET: Final = ("alembic", "httpx", "httpx2", "httpcore", "httpcore2")
"""Libraries that would tell of each step, and of each URL that is asked: a webhook's may be a secret as a whole."""
_OURS: Final = frozenset({"_record", "_from_structlog"})


class LogFormat(StrEnum):
    """How lines look."""

    TEXT = "text"
    JSON = "json"


class _Handler(logging.StreamHandler[IO[str]]):
    """A handler that shows no arguments where a line cannot be written; the standard library's does."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say which logger it was, if even that can be said."""
        with contextlib.suppress(OSError, ValueError):
            print(f"a line of the logger {record.name} could not be written", file=sys.stderr)


def set_up(
    format_: LogFormat, level: str, stream: IO[str] | None = None, trace_id: Callable[[], str] | None = None
) -> logging.Handler:
    """Send everything that is logged to a stream (standard error), and return the handler.

    `trace_id` gives the id of the trace that is being followed, or nothing.
    """
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(_formatter(format_, trace_id))
    root = logging.getLogger()
    for other in root.handlers[:]:
        if getattr(other, "name", None) == "busbar":
            root.removeHandler(other)
    handler.name = "busbar"
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    return handler


def _formatter(format_: LogFormat, trace_id: Callable[[], str] | None) -> logging.Formatter:
    first: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    if trace_id is not None:
        first.append(_tracing(trace_id))
    last: list[Processor] = [_without_secrets, structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    last.append(_json if format_ is LogFormat.JSON else _text)
    return structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=first)


def _tracing(trace_id: Callable[[], str]) -> Processor:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        if "trace_id" not in event and (found := trace_id()):
            event["trace_id"] = found
        return event

    return add


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask and cut every field."""
    kept = {name: value for name, value in event.items() if name in _OURS}
    shown: dict[str, Any] = masked({name: value for name, value in event.items() if name not in _OURS})
    for name, value in shown.items():
        if isinstance(value, str) and len(value) > _MOST:
            shown[name] = value[:_MOST] + "…"
    return {**shown, **kept}


def _json(_: WrappedLogger, __: str, event: EventDict) -> str:
    """Write one line of JSON: time, level, logger, message, then what else there is."""
    told: dict[str, Any] = {name: event.pop(name, "") for name in ("time", "level", "logger")}
    told["message"] = event.pop("event", "")
    return msgspec.json.encode({**told, **event}).decode()


def _text(_: WrappedLogger, __: str, event: EventDict) -> str:
    """Write what people read: the fields of a message are at its end, a stack below."""
    exception = event.pop("exception", None)
    begin = f"{event.pop('time')} {str(event.pop('level')).upper()} {event.pop('logger')}: {event.pop('event')}"
    fields = "".join(f" {name}={value}" for name, value in event.items())
    line = (begin + fields).replace("\r", "\\r").replace("\n", "\\n")
    return line if exception is None else f"{line}\n{exception}"
