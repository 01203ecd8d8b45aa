"""Somebody of one site in a system of two: nothing of the other site is seen, told or changed, by any route.

Routes come from the application and rows from the registry of records: what is added tomorrow is asked for too. All
that is of the other site has its number, 7777, in it, by which it is found in what is answered.
"""

import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from litestar.testing import AsyncTestClient

from busbar.api.auth import LOGIN, cookie_name
from busbar.api.policy import POLICY
from busbar.csms.changes import CommandPut, ExchangeLogged, TokenPut
from busbar.csms.grants import EVERYTHING, Grant, Role
from busbar.csms.happenings import StationDisconnected
from busbar.csms.records import KINDS
from busbar.csms.records import charging as profiles
from busbar.csms.records.access import User
from busbar.csms.records.files import StoredFile
from busbar.csms.records.reports import Subject
from busbar.csms.records.security import SigningCertificate
from busbar.csms.rows import Token
from busbar.csms.services.rights import Right
from busbar.csms.tenancy import scoped
from busbar.model.values import ConnectorStatus
from tests.api.conftest import NOON, World, build
from tests.api.test_policy import DOCUMENT, ROUTES, body, rows_of
from tests.fixtures.certificates import Authority
from tests.fixtures.rows import command, exchange
from tests.fixtures.samples import rows

OURS: Final = 5555
FOREIGN: Final = 7777
OF_NO_SITE: Final = {
    "account": "who asks, themselves",
    "certificate-policy": "one of the organisation",
    "charging-policy": "one of the organisation",
    "firmware-images": "files for stations of a vendor, wherever they are",
    "overview": "counts, which name no station; who sees which is tested with them",
    "receipt-server": "one of the organisation",
    "station-urls": "where any station connects",
    "roots": "whom all stations of the organisation trust",
    "tariffs": "prices; where they apply is an assignment",
    "token-groups": "settings of the organisation; who is in a group is a token's",
    "totals": "counts, compared below",
    "vendors": "answers to messages of a vendor's stations, wherever they are",
}
"""Lists that hold nothing of a site, by the first part of their paths, and why."""
SHAPED: Final = frozenset(
    {
        profiles.ChargingPolicy,
        profiles.EVSchedule,
        profiles.ExternalLimit,
        profiles.FetchedSchedule,
        profiles.HeldProfile,
        profiles.SentProfile,
        SigningCertificate,
        StoredFile,
    }
)
"""Records whose content no sample has the shape of; their routes look for the station first."""
ABSENT: Final = ("/api/v1/stations/{identity}/charging-policy", "/api/v1/stations/{identity}/logs/{number}/file")
"""What a station may have none of, and has none here."""
BODIES: Final[dict[str, Any]] = {
    "adjust-event-stream": {"id": 1, "interval_s": 1},
    "battery-swap": {"token": str(OURS)},
    "customer-information": {"token": str(OURS)},
    "set-default-tariff": {"tariff_id": OURS},
    "set-network-profile": {"slot": 1, "url": "wss://a", "interface": "Wired0", "security_profile": 1},
}
"""What to send where a schema says too little, by the last part of a path."""
NAMED: Final = {"controller": f"S{FOREIGN}", "site_id": FOREIGN, "station": f"S{FOREIGN}"}
"""How a body names what is of the other site."""


async def fill(world: World, number: int) -> None:
    """Put one of everything at a site; its number is in all of it."""
    store = world.store
    store._ids |= dict.fromkeys(("#site", "#station"), number - 1)
    store._numbers = dict.fromkeys(KINDS, number - 1)
    store._log_ids = itertools.count(number)
    site = await store.add_site(f"site {number}")
    station = await world.add_station(f"S{number}", site_id=site.id)
    await world.add_connector(station.id, 1, ConnectorStatus.AVAILABLE)
    await world.add_session(station.id, number, token=str(number), transaction_id=str(number))
    await world.add_reading(station.id, number, 1)
    await store.commit(
        [
            TokenPut(Token(key=str(number), value=str(number), site_id=site.id)),
            CommandPut(command(str(number), station_id=station.id)),
            ExchangeLogged(exchange(station.id)),
        ]
    )
    here = {"station_id": station.id, "site_id": site.id, "transaction": number}
    here |= {"transaction_id": str(number), "key": str(number), "subject": Subject.CUSTOMER}
    for kind in (kind for kind in KINDS if KINDS[kind].key != ("organisation_id",) and kind not in SHAPED):
        made = rows(kind, number, station.id)
        given = {name: value for name, value in here.items() if name in kind.__struct_fields__}
        await store.insert(msgspec.structs.replace(made, **given))


class Asked:
    """Both sites behind one door, and who asks there, each by what shows who they are."""

    def __init__(self, world: World, client: Any) -> None:
        self.world = world
        self._client = client
        self._proofs: dict[str, dict[str, str]] = {}

    async def let_in(self) -> None:
        """Give keys and a login: of the whole, of our site, and of ours with a look at the other."""
        backend, ours = self.world.app.state.backend, (Grant(Role.ADMIN, (OURS,)),)
        grants = {"whole": EVERYTHING, "key": ours, "onlooker": (*ours, Grant(Role.READ_ONLY, (FOREIGN,)))}
        for name, given in grants.items():
            _, text = await backend.keys.make(name, grants=given, organisation_id=1)
            self._proofs[name] = {"Authorization": f"Bearer {text}"}
        with scoped(1):
            user = await self.world.store.insert(User(email="a@example.com", name="A", grants=ours, created_at=NOON))
        login = await backend.people.begin(user, "password", "", "")
        self._proofs["user"] = {"Cookie": f"{cookie_name(False)}={LOGIN}{login}"}

    async def __call__(self, name: str, path: str, method: str = "GET", json: Any = None, **query: Any) -> Any:
        """Ask as one of them."""
        headers = self._proofs[name] | {"Idempotency-Key": path[-90:]} if method == "POST" else self._proofs[name]
        return await self._client.request(method, path, json=json, headers=headers, params=query or None)


@asynccontextmanager
async def asked() -> AsyncIterator[Asked]:
    world = build()
    for number in (OURS, FOREIGN):
        await fill(world, number)
    async with AsyncTestClient(world.app) as client:
        found = Asked(world, client)
        await found.let_in()
        yield found


def sent(method: str, template: str) -> Any:
    """Return a body that a route takes."""
    return BODIES.get(template.rsplit("/", 1)[1]) or body(method, template)


def path_of(template: str, number: int) -> str:
    """Return the path of what is of a site."""
    named = {"identity": f"S{number}", "subject": Subject.CUSTOMER.value, "thumbprint": "a" * 64}
    return re.sub(r"\{(\w+)\}", lambda part: named.get(part[1], str(number)), template)


def looks(*, items: bool) -> list[str]:
    """Return the routes that show something to whoever may read it, at least at a site."""
    found = [template for method, template in ROUTES if method == "GET" and ("{" in template) == items]
    needs = {template: POLICY[f"GET {template}"] for template in found}
    return [t for t in found if not needs[t].whole and needs[t].right is not Right.SELF and t != "/api/v1/events"]


def of_no_site(template: str) -> bool:
    return template.split("/")[3] in OF_NO_SITE


async def test_no_list_shows_what_is_of_another_site() -> None:
    wrong = []
    async with asked() as ask:
        for template in looks(items=False):
            if of_no_site(template):
                continue
            shown = {name: (await ask(name, template)).text for name in ("whole", "key", "user")}
            found = {name: (str(OURS) in text, str(FOREIGN) in text) for name, text in shown.items()}
            if found != {"whole": (True, True), "key": (True, False), "user": (True, False)}:
                wrong.append((template, found))
        totals = (await ask("key", "/api/v1/totals")).json()
    assert not wrong, "nothing of the other site, all of one's own (or add to OF_NO_SITE):\n" + "\n".join(
        map(str, wrong)
    )
    assert (totals["stations"], totals["sessions"], totals["messages"]) == (1, 1, 1)


async def test_no_list_is_opened_by_a_filter() -> None:
    filters = {"station": f"S{FOREIGN}", "site_id": FOREIGN, "session": FOREIGN, "token": FOREIGN, "q": "S7"}
    wrong = []
    async with asked() as ask:
        for template in looks(items=False):
            known = {part["name"] for part in DOCUMENT["paths"][template]["get"].get("parameters", [])}
            for name in known & filters.keys():
                answer = await ask("key", template, **{name: filters[name]})
                if answer.status_code not in (200, 400) or str(FOREIGN) in answer.text:
                    wrong.append((template, name, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


async def test_nothing_of_another_site_is_found_by_its_name() -> None:
    wrong = []
    async with asked() as ask:
        for template in looks(items=True):
            if of_no_site(template):
                continue
            path = path_of(template, FOREIGN)
            found = [(await ask(name, path)).status_code for name in ("whole", "key", "user")]
            if found != [404 if template in ABSENT else 200, 404, 404]:
                wrong.append((template, found))
    assert not wrong, "\n".join(map(str, wrong))


def writes() -> list[tuple[str, str]]:
    """Return the routes that change something or tell a station something, and may be somebody's of a site."""
    found = [(m, t) for m, t in ROUTES if m != "GET" and POLICY[f"{m} {t}"].right is not Right.SELF]
    return [(m, t) for m, t in found if not POLICY[f"{m} {t}"].whole]


async def test_nothing_of_another_site_is_changed_or_told__not_even_by_who_may_look_at_it(tmp_path: Path) -> None:
    root = {"use": "CSMSRootCertificate", "certificate": Authority(tmp_path).path.read_text()}
    wrong = []
    async with asked() as ask:
        before = await rows_of(ask.world)
        for method, template in writes():
            if "{" not in template:
                continue
            path, json = path_of(template, FOREIGN), sent(method, template)
            json = root if template.endswith("/install-certificate") else json
            found = [(await ask(name, path, method, json)).status_code for name in ("key", "onlooker")]
            dispatcher = ask.world.dispatcher
            told = bool(dispatcher.asked or dispatcher.amended)
            if found != [404, 404] or told or await rows_of(ask.world) != before:
                wrong.append((method, template, found, told))
                before = await rows_of(ask.world)
                dispatcher.asked.clear()
                dispatcher.amended.clear()
    assert not wrong, "\n".join(map(str, wrong))


def foreign_bodies() -> list[tuple[str, str, dict[str, Any]]]:
    """Return routes, of what is ours, with each body that names what is of the other site."""
    found = []
    for method, template in writes():
        given = sent(method, template)
        content = DOCUMENT["paths"][template][method.lower()].get("requestBody", {}).get("content", {})
        schema = msgspec.json.encode(content.get("application/json", {}).get("schema", {})).decode()
        for name in re.findall(r"#/components/schemas/([^\"]+)", schema):
            fields = DOCUMENT["components"]["schemas"][name].get("properties", {})
            found += [(method, template, (given or {}) | {key: NAMED[key]}) for key in NAMED if key in fields]
    return found


async def test_no_body_reaches_what_is_of_another_site() -> None:
    wrong, bodies = [], foreign_bodies()
    assert {next(iter(NAMED.keys() & given)) for _, _, given in bodies} == NAMED.keys()
    async with asked() as ask:
        for method, template, given in bodies:
            before = await rows_of(ask.world)
            found = [(await ask(n, path_of(template, OURS), method, given)).status_code for n in ("key", "onlooker")]
            if not set(found) <= {400, 404} or ask.world.dispatcher.asked or await rows_of(ask.world) != before:
                wrong.append((method, template, given, found))
    assert not wrong, "\n".join(map(str, wrong))


async def test_a_stream_tells_nothing_of_another_site() -> None:
    async with asked() as ask:
        live = ask.world.app.state.backend.live
        with scoped(1, frozenset({OURS})):
            reader = live.join()
        for number in (FOREIGN, OURS):
            gone = StationDisconnected(station=f"S{number}", at=NOON, epoch=1, reason="gone")
            await live.on_event(msgspec.json.encode(gone))
        told = (await reader.take()).decode()
        assert str(OURS) in told
        assert str(FOREIGN) not in told
