"""A login by a provider that is under way: kept in the browser alone, in a sealed cookie. Knows no provider."""

import contextlib
import secrets
import time
from enum import StrEnum
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar import Request
from litestar.datastructures import Cookie

from busbar.api.backend import Backend
from busbar.csms.services.oidc import sealing_key

UNDER_WAY_S: Final = 600
MOST_COOKIE: Final = 3000


class Step(StrEnum):
    """What a browser is to bring next: the provider's answer, the code of a second factor, or a word to connect."""

    ANSWER = "answer"
    CODE = "code"
    CONNECT = "connect"


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A login under way.

    Attributes:
        ends: when it is over (Unix seconds).
        state, nonce, verifier: what the provider's answer is checked by.
        login: the session in which an account is to be connected; None where somebody logs in.
        user_id: who owes a code.
        subject: what was proven and is to be connected.
    """

    provider: str
    step: Step
    ends: int = msgspec.field(default_factory=lambda: int(time.time()) + UNDER_WAY_S)
    state: str = ""
    nonce: str = ""
    verifier: str = ""
    login: str | None = None
    user_id: int = 0
    subject: str = ""


def sealed(backend: Backend, flow: Flow) -> Cookie:
    """Return the cookie of a login under way. It is lax, since the way back from a provider begins elsewhere."""
    nonce = secrets.token_bytes(12)
    content = nonce + AESGCM(sealing_key(backend.key)).encrypt(nonce, msgspec.json.encode(flow), None)
    return _cookie(backend, content.hex(), UNDER_WAY_S)


def ended(backend: Backend) -> Cookie:
    """Return what removes the cookie of a login under way."""
    return _cookie(backend, "", 0)


def opened(request: Request[Any, Any, Any], backend: Backend, provider: str, step: Step) -> Flow | None:
    """Return the login under way in a browser; None where none is at this step by this provider, or it is over."""
    text = request.cookies.get(_name(backend), "")
    if not 0 < len(text) <= MOST_COOKIE:
        return None
    with contextlib.suppress(ValueError, InvalidTag, msgspec.MsgspecError):
        content = bytes.fromhex(text)
        plain = AESGCM(sealing_key(backend.key)).decrypt(content[:12], content[12:], None)
        flow = msgspec.json.decode(plain, type=Flow)
        if (flow.provider, flow.step) == (provider, step) and flow.ends > time.time():
            return flow
    return None


def _name(backend: Backend) -> str:
    return "__Host-busbar-oidc" if backend.settings.secure_cookies else "busbar-oidc"


def _cookie(backend: Backend, value: str, max_age: int) -> Cookie:
    return Cookie(
        key=_name(backend),
        value=value,
        max_age=max_age,
        path="/",
        secure=backend.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
