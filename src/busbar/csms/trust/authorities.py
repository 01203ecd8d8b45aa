"""Who signs: the port and its adapters, the built-in vault, a command of the operator, an EST server (RFC 7030)."""

import asyncio
import base64
import contextlib
import os
import signal
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from busbar.csms.trust.vault import Vault, VaultError
from busbar.model.certificates import SigningUse
from busbar.pki import chains, pem, requests
from busbar.pki.pem import Malformed
from busbar.pki.revocation import Reason

TIMEOUT_S: Final = 60.0
EST_TIMEOUT_S: Final = 30.0
END_S: Final = 5.0
REFUSED: Final = 2
"""The exit status by which a command says that it will never sign this request."""


class SigningRefused(Exception):
    """The authority will not sign this; the message is for the operator."""


class AuthorityAway(Exception):
    """The authority cannot be had now; the message is for the operator."""


class CertificateAuthority(Protocol):
    """Signs requests that were checked, and takes certificates back."""

    async def sign(self, csr: str, use: SigningUse | None) -> str:
        """Return the certificate with the authorities above it, PEM, leaf first. Raises SigningRefused, AuthorityAway.

        The same request should give the same certificate.
        """

    async def revoke(self, serial: str, reason: Reason) -> bool:
        """Take back a certificate by its serial number (hexadecimal); False where the operator has to do so elsewhere.

        Raises AuthorityAway.
        """

    async def refresh(self) -> None:
        """Do what has to be done now and then, such as writing a revocation list anew."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """The vaults of this server: the operator's, and V2G's where there is one."""

    operator: Vault
    v2g: Vault
    days: int

    async def sign(self, csr: str, use: SigningUse | None) -> str:
        """Sign by the hierarchy of the use; a certificate for all is the operator's."""
        vault = self.operator if use in (None, SigningUse.STATION) else self.v2g
        if not vault.exists:
            raise AuthorityAway("there is no hierarchy for this use; `busbar pki init` makes one")
        try:
            return await asyncio.to_thread(vault.sign, csr, self.days, datetime.now(UTC))
        except (VaultError, OSError) as error:
            raise AuthorityAway(str(error)) from None

    async def revoke(self, serial: str, reason: Reason) -> bool:
        """Take back what either hierarchy issued."""
        return any([await self._revoke(vault, serial, reason) for vault in self._vaults()])

    async def _revoke(self, vault: Vault, serial: str, reason: Reason) -> bool:
        try:
            return await asyncio.to_thread(vault.revoke, serial, reason, datetime.now(UTC))
        except (VaultError, OSError) as error:
            raise AuthorityAway(str(error)) from None

    async def refresh(self) -> None:
        """Write revocation lists anew that are half over."""
        at = datetime.now(UTC)
        for vault in self._vaults():
            if await asyncio.to_thread(vault.list_due, at):
                await asyncio.to_thread(vault.publish, at)

    def _vaults(self) -> list[Vault]:
        return [vault for vault in (self.operator, self.v2g) if vault.exists]


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the operator: the request on its standard input, the chain on its standard output (both PEM).

    The use is its last argument. Exit status 0 is signed, REFUSED is never, everything else is to be tried again.
    """

    argv: tuple[str, ...]
    timeout_s: float = TIMEOUT_S

    async def sign(self, csr: str, use: SigningUse | None) -> str:
        """Run the command."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self.argv,
                "" if use is None else use.value,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise AuthorityAway(f"the signing command cannot be run: {error.strerror}") from None
        try:
            output = await asyncio.wait_for(_talk(process, csr.encode()), self.timeout_s)
        except TimeoutError:
            raise AuthorityAway(f"the signing command took longer than {self.timeout_s:g} s") from None
        finally:
            if process.returncode is None:
                await _end(process)
        if process.returncode == REFUSED:
            raise SigningRefused("the signing command refused")
        if process.returncode != 0:
            raise AuthorityAway(f"the signing command ended with status {process.returncode}")
        return output.decode("ascii", errors="replace")

    async def revoke(self, serial: str, reason: Reason) -> bool:  # noqa: ARG002 (signature of the port)
        """Say that it is done elsewhere."""
        return False

    async def refresh(self) -> None:
        """Do nothing."""


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a command and what it has begun. It is only over once nothing is left in its output."""
    assert process.stdout is not None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(END_S):
            while await process.stdout.read(pem.TEXT_LIMIT):
                pass
            await process.wait()


async def _talk(process: asyncio.subprocess.Process, data: bytes) -> bytes:
    """Write all, read as much as a chain may have."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()
    output = b""
    while chunk := await process.stdout.read(8192):
        output += chunk
        if len(output) > pem.TEXT_LIMIT:
            raise AuthorityAway("the signing command wrote too much")
    await process.wait()
    return output


@dataclass(frozen=True, slots=True)
class Est:
    """An EST server: `url` ends in its label, such as `https://ca.example.org/.well-known/est`.

    Attributes:
        context: whom it is known by, and our certificate where it wants one.
        auth: name and password for HTTP Basic.
    """

    url: str
    context: ssl.SSLContext = field(repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    timeout_s: float = EST_TIMEOUT_S

    async def sign(self, csr: str, use: SigningUse | None) -> str:  # noqa: ARG002 (the server has one hierarchy)
        """Enroll (RFC 7030 §4.2), and put the authorities of `cacerts` above the leaf (§4.1)."""
        request = requests.read_request(csr)
        body = base64.encodebytes(request.public_bytes(Encoding.DER))
        async with self._client() as client:
            made = await self._ask(client, "POST", "/simpleenroll", body)
            authorities = await self._ask(client, "GET", "/cacerts", None)
        key = request.public_key()
        leaf = next((one for one in made if one.public_key() == key), None)
        if leaf is None:
            raise AuthorityAway("the EST server answered with another key's certificate")
        return pem.write_chain(chains.climb(leaf, [*made, *authorities]))

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            verify=self.context, auth=self.auth, timeout=self.timeout_s, follow_redirects=False, trust_env=False
        )

    async def _ask(
        self, client: httpx2.AsyncClient, method: str, path: str, body: bytes | None
    ) -> list[x509.Certificate]:
        headers = {"Content-Type": "application/pkcs10", "Content-Transfer-Encoding": "base64"} if body else {}
        try:
            async with client.stream(method, self.url.rstrip("/") + path, content=body, headers=headers) as response:
                if response.status_code in (400, 403, 422):
                    raise SigningRefused(f"the EST server refused with status {response.status_code}")
                if response.status_code != 200:
                    raise AuthorityAway(f"the EST server answered with status {response.status_code}")
                data = b""
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > 2 * pem.TEXT_LIMIT:
                        raise AuthorityAway("the EST server answered too much")
        except httpx2.HTTPError as error:
            raise AuthorityAway(f"the EST server cannot be reached ({type(error).__name__})") from None
        try:
            return pkcs7.load_der_pkcs7_certificates(pem.read_base64(data.decode("ascii", errors="replace")))
        except (Malformed, ValueError):
            raise AuthorityAway("the EST server answered with no certificates") from None

    async def revoke(self, serial: str, reason: Reason) -> bool:  # noqa: ARG002 (EST has no revocation)
        """Say that it is done elsewhere."""
        return False

    async def refresh(self) -> None:
        """Do nothing."""


class Nobody:
    """Where no authority is set up: requests wait, and an operator sees why."""

    async def sign(self, csr: str, use: SigningUse | None) -> str:  # noqa: ARG002
        """Raise AuthorityAway."""
        raise AuthorityAway("no certificate authority is set up")

    async def revoke(self, serial: str, reason: Reason) -> bool:  # noqa: ARG002
        """Say that it is done elsewhere."""
        return False

    async def refresh(self) -> None:
        """Do nothing."""
