"""Errors as problem documents (RFC 9457): one table of kinds, one handler per source. Knows no route and no rule."""

import logging
import re
import secrets
from enum import Enum
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from busbar.api import models
from busbar.csms.ports import Conflict, NeverConnected, StoreUnavailable, Unstorable
from busbar.protocol.errors import ErrorCode, ProtocolViolation

MEDIA_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger(__name__)
# Where the name in a signature is not the name on the wire.
_WIRE_NAMES: Final = {"idempotency_key": "Idempotency-Key", "in_state": "state"}
# How msgspec begins where it speaks of the body as a whole; Litestar then names it `data`, as a field may be too.
_WHOLE: Final = ("Object ", "Expected `object`", "Expected `object | null`")
_PATTERN: Final = re.compile(r"Expected `str` matching regex '(.*?)(?:\(\?!\\\\n\))?'")
_NAMED: Final = re.compile(r"(?:missing required|unknown) field `([^`]{1,100})`")


class Kind(Enum):
    """What can go wrong: the last part of the type's name, the HTTP status, the title."""

    INVALID = ("invalid-request", 400, "The request is not valid")
    UNAUTHENTICATED = ("unauthenticated", 401, "A valid API key is needed")
    SECOND_FACTOR = ("second-factor-needed", 401, "A code of the second factor is needed")
    FORBIDDEN = ("forbidden", 403, "This is not allowed")
    FOREIGN_ORIGIN = ("foreign-origin", 403, "The request came from another site")
    NOT_FOUND = ("not-found", 404, "There is no such thing")
    METHOD = ("method-not-allowed", 405, "This method is not offered here")
    CONFLICT = ("conflict", 409, "The request contradicts what is stored")
    OFFLINE = ("station-offline", 409, "The station is not connected")
    NEVER_CONNECTED = ("station-never-connected", 409, "The station has not connected yet")
    EXPIRED = ("command-expired", 409, "The command expired before it reached the station")
    TOO_LARGE = ("too-large", 413, "The request is too large")
    KEY_REUSED = ("idempotency-key-reused", 422, "The idempotency key belongs to another request")
    TOO_MANY = ("too-many-tries", 429, "Too many tries")
    INTERNAL = ("internal", 500, "The server failed")
    STATION_ERROR = ("station-error", 502, "The station answered with an error")
    UNAVAILABLE = ("unavailable", 503, "The server cannot do this now")
    STATION_TIMEOUT = ("station-timeout", 504, "The station did not answer in time")
    OUTCOME_UNKNOWN = ("outcome-unknown", 504, "The connection ended before the station answered")
    OTHER = ("other", 400, "The request was refused")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.slug = slug
        self.status = status
        self.title = title


class FieldError(msgspec.Struct):
    """One input that is wrong, and why."""

    field: str
    reason: str


class ProblemDetails(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A problem document. `id` is in the server's log; `command` stands where a station's command failed."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] = []
    id: str | None = None
    command: models.Command | None = None


class Problem(Exception):
    """A failure that the caller is told of; every text in it is meant for the caller."""

    def __init__(
        self,
        kind: Kind,
        detail: str | None = None,
        *,
        errors: list[FieldError] | None = None,
        command: models.Command | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = errors or []
        self.command = command
        self.headers = headers or {}


def invalid(field: str, reason: str) -> Problem:
    """Return the problem of one wrong input."""
    return Problem(Kind.INVALID, errors=[FieldError(field, reason)])


def missing(what: str) -> Problem:
    """Return the problem of a thing that does not exist."""
    return Problem(Kind.NOT_FOUND, f"no such {what}")


def respond(problem: Problem, *, status: int | None = None, incident: str | None = None) -> Response[ProblemDetails]:
    """Turn a problem into its response; `status` overrides the kind's, `incident` is the id in the log."""
    kind = problem.kind
    details = ProblemDetails(
        type=f"urn:problem-type:busbar:{kind.slug}",
        title=kind.title,
        status=status or kind.status,
        detail=problem.detail,
        errors=problem.errors,
        id=incident,
        command=problem.command,
    )
    return Response(details, status_code=details.status, media_type=MEDIA_TYPE, headers=problem.headers)


def _on_problem(_: Request[Any, Any, Any], error: Problem) -> Response[ProblemDetails]:
    return respond(error)


def _on_validation(_: Request[Any, Any, Any], error: ValidationException) -> Response[ProblemDetails]:
    extra: Any = error.extra if isinstance(error.extra, list) else []
    return respond(Problem(Kind.INVALID, errors=[_field_error(item) for item in extra]))


def _field_error(item: dict[str, str]) -> FieldError:
    """Turn Litestar's words about one input into ours."""
    field, reason = item.get("key", ""), item["message"]
    field = _WIRE_NAMES.get(field, field)
    if reason == "'data'":
        return FieldError("body", "a JSON body is needed")
    named = _NAMED.search(reason)
    if field == "data" and reason.startswith(_WHOLE):
        field = ""
    if named:
        known = "required" if "missing" in reason else "unknown field"
        return FieldError(f"{field}.{named[1]}".strip("."), known)
    if pattern := _PATTERN.match(reason):
        reason = f"has characters that are not taken here; the pattern is {_unescaped(pattern[1])}"
    return FieldError(field or "body", reason)


def _unescaped(shown: str) -> str:
    """Take back what Python's way of showing a text did to its backslashes."""
    return shown.replace("\\\\", "\\")


_KINDS_BY_STATUS: Final = {
    401: Kind.UNAUTHENTICATED,
    404: Kind.NOT_FOUND,
    405: Kind.METHOD,
    413: Kind.TOO_LARGE,
}


def _on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[ProblemDetails]:
    if error.status_code >= 500:
        return _on_surprise(request, error)
    kind = _KINDS_BY_STATUS.get(error.status_code, Kind.OTHER)
    if error.status_code == 400:
        return respond(invalid("body", error.detail))
    return respond(Problem(kind, headers=dict(error.headers or {})), status=error.status_code)


def _on_conflict(_: Request[Any, Any, Any], error: Conflict) -> Response[ProblemDetails]:
    return respond(Problem(Kind.CONFLICT, errors=[FieldError(error.field, str(error))]))


def _on_violation(_: Request[Any, Any, Any], error: ProtocolViolation) -> Response[ProblemDetails]:
    reason, _sep, path = error.description.partition(": ")
    field = ".".join(filter(None, ("payload", path, error.unknown)))
    if error.code in (ErrorCode.NOT_IMPLEMENTED, ErrorCode.NOT_SUPPORTED):
        field = "action"
    return respond(Problem(Kind.INVALID, f"OCPP {error.code.value}", errors=[FieldError(field, reason)]))


def _on_never_connected(_: Request[Any, Any, Any], __: NeverConnected) -> Response[ProblemDetails]:
    return respond(Problem(Kind.NEVER_CONNECTED, "its OCPP version, and so the form of the call, is not known"))


def _on_store_unavailable(_: Request[Any, Any, Any], error: StoreUnavailable) -> Response[ProblemDetails]:
    _LOG.warning("the store is unavailable: %s", error)
    return respond(Problem(Kind.UNAVAILABLE, "the store cannot be reached", headers={"Retry-After": "2"}))


def _on_unstorable(_: Request[Any, Any, Any], __: Unstorable) -> Response[ProblemDetails]:
    """Only what was asked for can be the reason: PostgreSQL knows no NUL in a text, no database a number that big."""
    return respond(Problem(Kind.INVALID, "a text or a number in it cannot be stored"))


def _on_depth(_: Request[Any, Any, Any], __: RecursionError) -> Response[ProblemDetails]:
    """Only JSON can be as deep as that: nothing in the interface recurses."""
    return respond(invalid("body", "nested too deeply"))


def _on_encoding(_: Request[Any, Any, Any], __: UnicodeDecodeError) -> Response[ProblemDetails]:
    """Only a body can be no text: nothing in the interface decodes any other bytes strictly."""
    return respond(invalid("body", "not UTF-8"))


def _on_surprise(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemDetails]:
    incident = secrets.token_hex(8)
    _LOG.error("incident %s at %s %s", incident, request.method, request.url.path, exc_info=error)
    return respond(Problem(Kind.INTERNAL, "the server's log has the cause under this id"), incident=incident)


HANDLERS: Final[ExceptionHandlersMap] = {
    Problem: _on_problem,
    ValidationException: _on_validation,
    HTTPException: _on_http,
    Conflict: _on_conflict,
    ProtocolViolation: _on_violation,
    NeverConnected: _on_never_connected,
    StoreUnavailable: _on_store_unavailable,
    Unstorable: _on_unstorable,
    RecursionError: _on_depth,
    UnicodeDecodeError: _on_encoding,
    Exception: _on_surprise,
}
