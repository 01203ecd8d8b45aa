"""Security as an operator does it: over REST, against stations on real TLS, with nothing secret left behind."""

import asyncio
import contextlib
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx2
import pytest
import websockets

from busbar.cli.bootstrap import running
from busbar.cli.settings import Settings
from tests.fixtures.certificates import Authority, client_context

CANARY = "5ec2e75ec2e75ec2e75ec2e75ec2e700"
VERSIONS = ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]


class Operator:
    """A CSMS with both ports, an operator's client, and a station that does what it is told."""

    def __init__(self, server: Any, api: httpx2.AsyncClient, authority: Authority, version: str) -> None:
        self.server = server
        self.api = api
        self.authority = authority
        self.version = version
        self.password = ""
        self.certificate = authority.issue("SN1")
        self.told: list[tuple[str, Any]] = []

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.api.post(f"/api/v1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def knock(self, profile: int, password: str | None = None) -> Any:
        plain, secure = self.server.ocpp_urls
        basic = b64encode(f"CS1:{password or self.password}".encode()).decode()
        return await websockets.connect(
            f"{plain if profile < 2 else secure}/CS1",
            subprotocols=[self.version],
            additional_headers={"Authorization": f"Basic {basic}"} if profile in (1, 2) else {},
            ssl=None if profile < 2 else client_context() if profile == 2 else self.certificate.client(),
            close_timeout=1,
        )

    async def admitted(self, profile: int, password: str | None = None) -> bool:
        try:
            ws = await self.knock(profile, password)
        except websockets.InvalidStatus as refused:
            return refused.response.status_code != 401
        await ws.send('[2,"h","Heartbeat",{}]')
        assert json.loads(await ws.recv())[:2] == [3, "h"]
        await ws.close()
        return True

    @contextlib.asynccontextmanager
    async def connected(self, profile: int) -> Any:
        ws = await self.knock(profile)
        await ws.send('[2,"h","Heartbeat",{}]')
        await ws.recv()
        task = asyncio.create_task(self._obey(ws))
        yield
        await ws.close()
        await asyncio.gather(task, return_exceptions=True)

    async def _obey(self, ws: Any) -> None:
        async for text in ws:
            _, message_id, action, payload = json.loads(text)
            self.told.append((action, payload))
            answer: Any = {"status": "Accepted"}
            if action == "SetVariables":
                done = [
                    {"component": one["component"], "variable": one["variable"], "attributeStatus": "Accepted"}
                    for one in payload["setVariableData"]
                ]
                answer = {"setVariableResult": done}
            await ws.send(json.dumps([3, message_id, answer]))

    async def upgrade(self, profile: int) -> None:
        body: dict[str, Any] = {"profile": profile}
        if self.version != "ocpp1.6":
            url = self.server.ocpp_urls[1]
            body |= {"slot": 1, "fallback": [0], "connection": {"url": url}, "reset": True}
        await self.post("/stations/CS1/security/profile", body)


@pytest.fixture(params=VERSIONS)
async def operator(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    authority = Authority(tmp_path)
    issued = authority.server()
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}",
        secret_key_file=tmp_path / "key",
        ocpp_port=0,
        api_port=0,
        ocpp_tls_port=0,
        tls_certificate=issued.chain,
        tls_key=issued.key,
        tls_client_ca=authority.path,
    )
    async with running(settings) as server, httpx2.AsyncClient(base_url=server.api_url) as api:
        api.headers["Authorization"] = f"Bearer {await server.make_key('tests')}"
        operator = Operator(server, api, authority, request.param)
        operator.password = (await operator.post("/stations", {"identity": "CS1"}, 201))["password"]
        yield operator


async def test_a_station_is_upgraded_from_1_to_3_and_never_goes_back__TC_A_19_TC_083(operator: Operator) -> None:
    names = {"certificate_name": "SN1", "certificate_organisation": "Operator"}
    assert (await operator.api.patch("/api/v1/stations/CS1/security", json=names)).status_code == 200
    for own, new in ((1, 2), (2, 3)):
        async with operator.connected(own):
            await operator.upgrade(new)
        assert await operator.admitted(own)  # the station may fall back until the new one is used
        assert await operator.admitted(new)
        assert [await operator.admitted(profile) for profile in (0, 1, 2, 3)] == [n == new for n in (0, 1, 2, 3)]
    row = (await operator.api.get("/api/v1/stations/CS1/security")).json()
    assert (row["profile"], row["pending_profile"]) == (3, None)
    await operator.server.node.journal.flush()
    refused = (await operator.api.get("/api/v1/refused-connections?station=CS1")).json()["items"]
    assert {item["reason"] for item in refused} >= {"security profile 1 is not the station's"}


async def test_a_new_password_is_left_nowhere__A01_FR_09_TC_A_09_TC_073(
    operator: Operator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with operator.connected(1):
        command = await operator.post("/stations/CS1/security/password", {"password": CANARY})
    assert CANARY in json.dumps(operator.told)
    assert not await operator.admitted(1)
    assert await operator.admitted(1, CANARY)
    shown = [
        (await operator.api.get(f"/api/v1/commands/{command['id']}")).text,
        (await operator.api.get("/api/v1/messages?station=CS1")).text,
        caplog.text,
        json.dumps(command),
    ]
    await asyncio.sleep(0.2)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("a.db*"))
    assert len(kept) > 10_000
    for secret in (CANARY, operator.password):
        for form in (secret, bytes.fromhex(secret).decode("latin-1"), b64encode(secret.encode()).decode()):
            assert not any(form in text for text in shown)
            assert form.encode("latin-1") not in kept
