"""People: passwords, logins in the browser, second factors, one-time tickets. Knows no route.

Passwords are hashed in a few threads with a bound on what waits, since each takes memory and a processor. A wrong
e-mail costs the same time and gets the same answer as a wrong password.
"""

import asyncio
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from busbar.api.problems import Kind, Problem
from busbar.csms.ports import Store
from busbar.csms.records.access import Login, Ticket, User
from busbar.csms.services import accounts
from busbar.csms.tenancy import unscoped

THREADS: Final = 2
WAITING: Final = 32
TICKET_LIFE: Final = timedelta(days=3)
SEEN_EVERY: Final = timedelta(minutes=5)
LOGINS: Final = 50
RECOVERY_CODES: Final = 10


class Tries:
    """Failed logins of late: a few per person and address, more per address and per person alone. Bounded."""

    PERIOD_S: Final = 900.0
    MOST: Final = {"pair": 5, "address": 30, "person": 50}

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._failed: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def _keys(self, person: str, address: str) -> list[tuple[str, str]]:
        return [("pair", f"{person} {address}"), ("address", address), ("person", person)]

    def check(self, person: str, address: str, now: float) -> None:
        """Raise Problem where too many have failed."""
        for key in self._keys(person, address):
            recent = [at for at in self._failed.get(key, ()) if now - at < self.PERIOD_S]
            if len(recent) >= self.MOST[key[0]]:
                wait = str(int(self.PERIOD_S - (now - recent[0])) + 1)
                raise Problem(Kind.TOO_MANY, "too many failed logins", headers={"Retry-After": wait})

    def failed(self, person: str, address: str, now: float) -> None:
        """Count a failure."""
        for key in self._keys(person, address):
            times = self._failed.setdefault(key, [])
            times[:] = [*[at for at in times if now - at < self.PERIOD_S][-60:], now]
            self._failed.move_to_end(key)
        while len(self._failed) > self._limit:
            self._failed.popitem(last=False)

    def succeeded(self, person: str, address: str) -> None:
        """Forget the failures of a person from an address."""
        self._failed.pop(("pair", f"{person} {address}"), None)


class People:
    """All accounts, on one store."""

    def __init__(self, store: Store, key: bytes, *, session_s: int) -> None:
        self._store = store
        self._key = key
        self._session_s = session_s
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._threads = ThreadPoolExecutor(THREADS, "password")
        self._waiting = 0
        self._nobody: bytes | None = None
        self.tries = Tries()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _work(self, function: Any, *values: Any) -> Any:
        if self._waiting >= WAITING:
            raise Problem(Kind.UNAVAILABLE, "too many logins at once", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *values)
        finally:
            self._waiting -= 1

    async def hashed(self, password: str) -> bytes:
        """Return the hash of a password."""
        found: str = await self._work(self._hasher.hash, password)
        return found.encode()

    def _verify(self, stored: bytes, password: str) -> bool:
        try:
            return self._hasher.verify(stored.decode(), password)
        except (VerificationError, InvalidHashError):
            return False

    async def verified(self, stored: bytes | None, password: str) -> bool:
        """Tell whether a password is the stored one; nobody's costs the same."""
        if self._nobody is None:
            self._nobody = await self.hashed(secrets.token_hex(16))
        right: bool = await self._work(self._verify, stored or self._nobody, password)
        return right and stored is not None

    async def by_email(self, email: str) -> User | None:
        """Return a person by e-mail."""
        with unscoped():
            found = await self._store.find(User, email=email.strip().casefold())
        return found[0] if found else None

    async def by_id(self, number: int) -> User | None:
        """Return a person, of whichever organisation."""
        with unscoped():
            return await self._store.get(User, number)

    async def enter(self, email: str, password: str, code: str | None, address: str) -> User:
        """Return the person that a login proves. Raises Problem: the same for all that is wrong but a missing code."""
        person = email.strip().casefold()
        self.tries.check(person, address, monotonic())
        user = await self.by_email(person)
        right = await self.verified(None if user is None else user.password, password)
        if user is None or not right or user.disabled:
            self.tries.failed(person, address, monotonic())
            raise Problem(Kind.UNAUTHENTICATED, "e-mail or password is wrong")
        if user.totp is not None:
            if code is None:
                raise Problem(Kind.SECOND_FACTOR)
            if not await self.second_factor(user, code):
                self.tries.failed(person, address, monotonic())
                raise Problem(Kind.UNAUTHENTICATED, "e-mail or password is wrong")
        self.tries.succeeded(person, address)
        return user

    async def prove(self, user: User, password: str, address: str) -> None:
        """Raise Problem where the password is not this person's; tries are bounded as at a login."""
        self.tries.check(user.email, address, monotonic())
        if not await self.verified(user.password, password):
            self.tries.failed(user.email, address, monotonic())
            raise Problem(Kind.FORBIDDEN, "the password is wrong")

    async def second_factor(self, user: User, code: str) -> bool:
        """Take a code, of the authenticator or a recovery code, once."""
        step = accounts.matching_step(self.opened(user.totp), code, datetime.now(UTC), after=user.totp_step)
        if step is not None:
            return await self._change(user, {"totp_step": step}, {"totp_step": user.totp_step})
        wanted = accounts.code_hash(self._key, code)
        left = [known for known in user.recovery if known != wanted]
        if len(left) == len(user.recovery):
            return False
        return await self._change(user, {"recovery": left}, {"recovery": user.recovery})

    async def _change(self, user: User, values: dict[str, Any], expected: dict[str, Any]) -> bool:
        with unscoped():
            return await self._store.change(User, (user.id,), values=values, expected=expected)

    async def begin(self, user: User, method: str, address: str, agent: str) -> str:
        """Begin a login and return what the cookie holds. The oldest of very many end."""
        token = secrets.token_urlsafe(24)
        at = datetime.now(UTC)
        row = Login(
            id=accounts.token_hash(token),
            user_id=user.id or 0,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(seconds=self._session_s),
            address=address[:64],
            agent=agent[:200],
            method=method,
            organisation_id=user.organisation_id,
        )
        with unscoped():
            known = sorted(await self._store.find(Login, user_id=row.user_id), key=lambda login: login.created_at)
            for old in known[: max(0, len(known) - LOGINS + 1)]:
                await self._store.remove(Login, old.id)
            await self._store.insert(row)
            await self._store.change(User, (user.id,), values={"last_login_at": at}, expected={})
        return token

    async def of_login(self, token: str) -> tuple[User, Login] | None:
        """Return whose login a cookie is; None where it is over, or its person may not come in any more."""
        at = datetime.now(UTC)
        with unscoped():
            login = await self._store.get(Login, accounts.token_hash(token))
            if login is None:
                return None
            user = await self._store.get(User, login.user_id)
            if login.expires_at <= at or user is None or user.disabled:
                await self._store.remove(Login, login.id)
                return None
            if at - login.seen_at > SEEN_EVERY:
                await self._store.change(Login, (login.id,), values={"seen_at": at}, expected={})
        return user, login

    async def logins(self, user_id: int) -> list[Login]:
        """Return a person's logins, newest first."""
        with unscoped():
            found = await self._store.find(Login, user_id=user_id)
        return sorted(found, key=lambda login: login.created_at, reverse=True)

    async def end(self, user_id: int, but: str | None = None) -> None:
        """End all logins of a person, but one."""
        with unscoped():
            for login in await self._store.find(Login, user_id=user_id):
                if login.id != but:
                    await self._store.remove(Login, login.id)

    async def end_one(self, user_id: int, login_id: str) -> bool:
        """End one login of a person; False where there was none."""
        with unscoped():
            login = await self._store.get(Login, login_id)
            return login is not None and login.user_id == user_id and await self._store.remove(Login, login_id)

    async def set_password(self, user: User, password: str) -> None:
        """Set a password and end all logins and tickets. Raises Problem where it is not good enough."""
        reason = accounts.weakness(password, user.email)
        if reason is not None:
            raise Problem(Kind.INVALID, f"the password {reason}")
        hashed = await self.hashed(password)
        await self._change(user, {"password": hashed}, {})
        await self.end(user.id or 0)
        with unscoped():
            for ticket in await self._store.find(Ticket, user_id=user.id):
                await self._store.remove(Ticket, ticket.id)

    async def ticket(self, user: User, purpose: str) -> tuple[str, datetime]:
        """Return a one-time ticket to set a password with, and when it ends."""
        token, ends = secrets.token_urlsafe(24), datetime.now(UTC) + TICKET_LIFE
        row = Ticket(id=accounts.token_hash(token), user_id=user.id or 0, purpose=purpose, expires_at=ends)
        row.organisation_id = user.organisation_id
        with unscoped():
            await self._store.insert(row)
        return token, ends

    async def redeem(self, token: str, password: str) -> None:
        """Set a password with a ticket, which is gone then. Raises Problem where it is not valid."""
        with unscoped():
            ticket = await self._store.get(Ticket, accounts.token_hash(token))
        user = None if ticket is None else await self.by_id(ticket.user_id)
        if ticket is None or user is None or user.disabled or ticket.expires_at <= datetime.now(UTC):
            raise Problem(Kind.UNAUTHENTICATED, "this ticket is not valid")
        if reason := accounts.weakness(password, user.email):
            raise Problem(Kind.INVALID, f"the password {reason}")
        with unscoped():
            if not await self._store.remove(Ticket, ticket.id):
                raise Problem(Kind.UNAUTHENTICATED, "this ticket is not valid")
        await self.set_password(user, password)

    async def enrol(self, user: User) -> tuple[str, str]:
        """Begin a second factor: return its secret and the URI for an authenticator. It counts once confirmed."""
        secret = pyotp.random_base32()
        await self._change(user, {"pending_totp": self.sealed(secret)}, {})
        return secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Busbar")

    async def confirm(self, user: User, code: str) -> list[str]:
        """Let the second factor count from now on; return recovery codes. Raises Problem for a wrong code."""
        secret = self.opened(user.pending_totp)
        step = accounts.matching_step(secret, code, datetime.now(UTC), after=0)
        if step is None:
            raise Problem(Kind.INVALID, "the code is wrong")
        codes = [secrets.token_hex(5) for _ in range(RECOVERY_CODES)]
        hashes = [accounts.code_hash(self._key, text) for text in codes]
        values = {"totp": user.pending_totp, "pending_totp": None, "totp_step": step, "recovery": hashes}
        await self._change(user, values, {})
        return codes

    async def drop_second_factor(self, user: User) -> None:
        """Remove the second factor."""
        await self._change(user, {"totp": None, "pending_totp": None, "recovery": []}, {})

    def sealed(self, secret: str) -> bytes:
        """Return a secret as it is stored: encrypted with the server's key."""
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(accounts.sealing_key(self._key)).encrypt(nonce, secret.encode(), None)

    def opened(self, sealed: bytes | None) -> str | None:
        """Return a secret that was sealed; None where there is none, or it was sealed with another key."""
        if sealed is None:
            return None
        try:
            return AESGCM(accounts.sealing_key(self._key)).decrypt(sealed[:12], sealed[12:], None).decode()
        except InvalidTag:
            return None
