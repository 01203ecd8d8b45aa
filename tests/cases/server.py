"""Runs the CSMS of the official test cases: sockets, TLS, database, interface and jobs are real."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from busbar.cli.bootstrap import running
from busbar.cli.settings import Settings
from busbar.csms.gateway.tls import TlsPolicy
from busbar.csms.trust.vault import Plan, Vault
from tests.cases.rig import Csms
from tests.fixtures.certificates import Authority
from tests.fixtures.web import web_server


@contextlib.asynccontextmanager
async def serving(folder: Path, **others: Any) -> AsyncIterator[Csms]:
    """Run a CSMS with its ports, an authority and a neighbour; `others` are further settings."""
    stations, servers = Authority(folder, "Stations Root"), Authority(folder, "Servers Root")
    ecdsa, rsa = servers.server(), servers.server("rsa")
    operator, v2g = _hierarchy(folder / "pki" / "operator", None), _hierarchy(folder / "pki" / "v2g", "V2G")
    clients = folder / "clients.pem"
    clients.write_bytes(stations.path.read_bytes() + (operator.folder / "root.pem").read_bytes())
    async with contextlib.AsyncExitStack() as stack:
        outside = await stack.enter_async_context(web_server())
        settings = Settings(
            database_url=f"sqlite:///{folder}/busbar.db",
            secret_key_file=folder / "key",
            ocpp_port=0,
            api_port=0,
            ocpp_tls_port=0,
            tls_certificate=ecdsa.chain,
            tls_key=ecdsa.key,
            tls_rsa_certificate=rsa.chain,
            tls_rsa_key=rsa.key,
            tls_client_ca=clients,
            tls_policy=TlsPolicy.OCPP_CERTIFICATION,
            pki_dir=folder / "pki",
            contract_provider_url=f"{outside.url}/contracts",
            outside_hosts="127.0.0.1",
            files_port=0,
            files_plain=True,
            files_directory=folder / "files",
            **others,
        )
        served = await stack.enter_async_context(running(settings))
        headers = {"Authorization": f"Bearer {await served.make_key('cases')}"}
        base = f"{served.api_url}/api/v1"
        api = await stack.enter_async_context(httpx2.AsyncClient(base_url=base, headers=headers, timeout=30))
        yield Csms(served, api, stations, servers, operator, v2g, outside)


def _hierarchy(folder: Path, domain: str | None) -> Vault:
    vault = Vault(folder)
    vault.create(Plan(name=f"{domain or 'Operator'} Cases", owner="Operator", domain=domain), datetime.now(UTC))
    return vault
