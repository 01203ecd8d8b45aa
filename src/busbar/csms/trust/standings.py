"""Asks responders and reads revocation lists (`StandingQuestion`), and remembers the answers while they hold."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509

from busbar.csms.services.questions import Found, Lookup, StandingQuestion
from busbar.csms.trust.fetching import Fetcher, Unreachable
from busbar.model.certificates import Standing, StatusSource
from busbar.pki import ocsp, pem, revocation
from busbar.pki.pem import Malformed

REMEMBERED: Final = 10_000
LISTS: Final = 64
"""Revocation lists that are remembered; each may have a megabyte."""
LONGEST: Final = timedelta(hours=12)
"""How long an answer is remembered at most: a revocation should not go unnoticed for its whole life."""

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Standings:
    """Answers questions about certificates. A failure is an answer of None, and is not remembered."""

    fetcher: Fetcher
    now: Callable[[], datetime] = _now
    _known: dict[Lookup, tuple[datetime, Found]] = field(default_factory=dict)
    _lists: dict[str, tuple[datetime, x509.CertificateRevocationList]] = field(default_factory=dict)

    async def __call__(self, question: StandingQuestion) -> tuple[Found | None, ...]:
        """Look all up at once."""
        return tuple(await asyncio.gather(*(self._find(lookup) for lookup in question.lookups)))

    async def _find(self, lookup: Lookup) -> Found | None:
        at = self.now()
        known = self._known.get(lookup)
        if known is not None and known[0] > at:
            return known[1]
        for url in lookup.urls:
            try:
                found = await (
                    self._ask(lookup, url, at) if lookup.source is StatusSource.OCSP else self._read(lookup, url, at)
                )
            except (Unreachable, Malformed) as error:
                log.info("the standing of a certificate could not be found: %s", error)
                continue
            self._remember(lookup, found, at)
            return found
        return None

    def _remember(self, lookup: Lookup, found: Found, at: datetime) -> None:
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[lookup] = (min(found.next_update, at + LONGEST), found)

    async def _ask(self, lookup: Lookup, url: str, at: datetime) -> Found:
        """Ask a responder (RFC 6960 appendix A)."""
        request = ocsp.make_request(lookup.certificate)
        der = await self.fetcher.post(url, request, "application/ocsp-request", ocsp.ANSWER_LIMIT)
        heard = ocsp.read_answer(der, lookup.certificate, _issuer(lookup), at)
        return Found(heard.standing, heard.next_update, heard.der)

    async def _read(self, lookup: Lookup, url: str, at: datetime) -> Found:
        """Look into a revocation list."""
        crl = await self._list(url, at)
        until = crl.next_update_utc or at + timedelta(hours=1)
        if until < at:
            raise Malformed("the revocation list is out of date")
        revoked = revocation.is_revoked(crl, lookup.certificate, _issuer(lookup))
        return Found(Standing.REVOKED if revoked else Standing.GOOD, until)

    async def _list(self, url: str, at: datetime) -> x509.CertificateRevocationList:
        known = self._lists.get(url)
        if known is not None and known[0] > at:
            return known[1]
        crl = revocation.read_list(await self.fetcher.get(url, revocation.SIZE_LIMIT))
        while len(self._lists) >= LISTS:
            del self._lists[next(iter(self._lists))]
        self._lists[url] = (min(crl.next_update_utc or at, at + LONGEST), crl)
        return crl


def _issuer(lookup: Lookup) -> x509.Certificate | None:
    return None if lookup.issuer is None else pem.read_der(lookup.issuer)
