from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from busbar.csms.services.questions import Lookup, StandingQuestion
from busbar.csms.trust.fetching import Fetcher
from busbar.csms.trust.standings import Standings
from busbar.csms.trust.vault import Plan, Vault
from busbar.model.certificates import Standing, StatusSource
from busbar.pki import ocsp, pem
from busbar.pki.hashes import hash_data
from busbar.pki.revocation import Reason

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class World:
    """A vault behind a responder and a list, and who asks it."""

    def __init__(self, vault: Vault, web) -> None:
        self.vault, self.web, self.at = vault, web, NOON
        self.standings = Standings(Fetcher(frozenset({"127.0.0.1"}), timeout_s=1.0), lambda: self.at)
        chain, _ = vault.issue_station("SN-1", "O", 90, NOON)
        self.leaf, self.issuer = pem.read_chain(chain)
        web.answer = self.answer

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/crl":
            return 200, (self.vault.folder / "crl.pem").read_bytes()
        if path == "/broken":
            return 500, b""
        return 200, self.vault.answer(ocsp.read_request(body), self.at)

    def lookup(self, source: StatusSource = StatusSource.OCSP, *paths: str, issuer: bool = True) -> Lookup:
        urls = tuple(self.web.url + path for path in paths or ("/ocsp",))
        der = self.issuer.public_bytes(Encoding.DER) if issuer else None
        return Lookup(hash_data(self.leaf, self.issuer), source, urls, der)

    async def ask(self, *lookups: Lookup):
        return await self.standings(StandingQuestion(lookups))


@pytest.fixture
def world(tmp_path, web) -> World:
    vault = Vault(tmp_path / "ca")
    vault.create(Plan(name="CA", owner="O"), NOON)
    return World(vault, web)


async def test_a_responder_is_asked__M06_FR_02(world: World) -> None:
    (found,) = await world.ask(world.lookup())
    assert found.standing is Standing.GOOD
    assert ocsp.read_answer(found.der, hash_data(world.leaf, world.issuer), world.issuer, NOON)
    method, _, headers, _ = world.web.asked[0]
    assert (method, headers["content-type"]) == ("POST", "application/ocsp-request")


async def test_a_revoked_certificate_is_found_either_way__M07_FR_06(world: World) -> None:
    world.vault.revoke(f"{world.leaf.serial_number:x}", Reason.KEY_COMPROMISE, NOON)
    by_ocsp, by_list = await world.ask(world.lookup(), world.lookup(StatusSource.CRL, "/crl"))
    assert (by_ocsp.standing, by_list.standing) == (Standing.REVOKED, Standing.REVOKED)
    assert by_list.next_update == NOON + timedelta(days=7)


async def test_a_list_without_the_certificate_is_good__M07_FR_07(world: World) -> None:
    (found,) = await world.ask(world.lookup(StatusSource.CRL, "/crl", issuer=False))
    assert found.standing is Standing.GOOD


async def test_the_next_url_is_tried(world: World) -> None:
    (found,) = await world.ask(world.lookup(StatusSource.OCSP, "/broken", "/ocsp"))
    assert found.standing is Standing.GOOD


@pytest.mark.parametrize("source", list(StatusSource))
async def test_a_failure_is_no_answer_and_not_remembered__M07_FR_02(world: World, source: StatusSource) -> None:
    lookup = world.lookup(source, "/broken")
    assert await world.ask(lookup) == (None,)
    world.web.answer = lambda *_: (200, b"garbage")
    assert await world.ask(lookup) == (None,)
    assert len(world.web.asked) == 2


async def test_an_answer_is_remembered_while_it_holds__C07_FR_05(world: World) -> None:
    for _ in range(3):
        await world.ask(world.lookup(), world.lookup(StatusSource.CRL, "/crl"))
    assert len(world.web.asked) == 2
    world.at = NOON + timedelta(hours=13)
    await world.ask(world.lookup())
    assert len(world.web.asked) == 3


async def test_an_old_list_says_nothing(world: World) -> None:
    world.at = NOON + timedelta(days=8)
    assert await world.ask(world.lookup(StatusSource.CRL, "/crl")) == (None,)


async def test_nothing_is_asked_of_nobody(world: World) -> None:
    assert await world.ask() == ()
