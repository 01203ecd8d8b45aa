"""The ports of a node: one without TLS and one with it, each of which may be off; certificates renewed in place.

It knows no station. Files are looked at every few seconds, and at once when somebody says so.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from busbar.csms.gateway import tls
from busbar.csms.gateway.certificates import CertificateError, Revocations
from busbar.csms.gateway.server import Server
from busbar.csms.gateway.tls import Tls, TlsFiles

LOOK_S: Final = 5.0

log = logging.getLogger(__name__)


class Listeners:
    """The plain port and the TLS port.

    `renewed` hears what is revoked whenever the files are read, `failed` of each failed handshake (see `tls.watch`).

    Attributes:
        port, tls_port: where is listened; None where not.
    """

    def __init__(
        self,
        server: Server,
        files: TlsFiles | None,
        renewed: Callable[[Revocations], None],
        failed: Callable[[str, str], None],
    ) -> None:
        self.port: int | None = None
        self.tls_port: int | None = None
        self._server = server
        self._files = files
        self._renewed = renewed
        self._failed = failed
        self._stamps: tuple[tuple[int, int], ...] = ()
        self._watch: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int | None, tls_port: int | None) -> None:
        """Listen; None is off. Raises OSError, CertificateError."""
        if tls_port is not None and self._files is not None:
            self.tls_port = await self._server.listen(host, tls_port, self._read(self._files).context)
            self._watch = asyncio.create_task(self._look())
        if port is not None:
            self.port = await self._server.listen(host, port)

    async def stop(self) -> None:
        """End to look at files."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    async def renew(self) -> None:
        """Read the files again, for those who come from now on. Raises CertificateError; all is as it was then."""
        if self.tls_port is not None and self._files is not None:
            await self._server.renew(self.tls_port, self._read(self._files).context)
            log.info("certificates and trust are renewed")

    def _read(self, files: TlsFiles) -> Tls:
        self._stamps = tls.stamps(files)
        made = tls.load(files)
        tls.watch(made.context, self._failed)
        for path in made.revocations.stale:
            log.warning("the revocation list %s is past its time", path)
        self._renewed(made.revocations)
        return made

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if self._files is None or tls.stamps(self._files) == self._stamps:
                continue
            try:
                await self.renew()
            except CertificateError as error:
                log.error("certificates are not renewed: %s", error)
            except Exception:
                log.exception("certificates are not renewed")
