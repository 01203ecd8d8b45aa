"""The REST client enters what an operator would, and says why the server refuses."""

from pathlib import Path

import pytest

from busbar.cli.bootstrap import running
from busbar.cli.operator import Operator, OperatorError
from busbar.cli.settings import Settings


def settings(tmp_path: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}", secret_key_file=tmp_path / "key", ocpp_port=0, api_port=0
    )


async def test_sites_stations_and_tokens_are_entered(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as server, Operator(server.api_url, await server.make_key("me")) as operator:
        site = await operator.add_site("Garage", timezone="Europe/Vienna")
        login = await operator.add_station("CS-1", site)
        assert (login.identity, len(login.password) >= 16) == ("CS-1", True)
        again = await operator.ensure_station("CS-1")
        assert again.password != login.password
        await operator.add_token("ABC")
        await operator.ensure_token("ABC")
        await operator.ensure_token("A#B?%41")
        await operator.ensure_token("A#B?%41")
        assert (await operator.totals())["stations"] == 1


async def test_a_refusal_names_the_field(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as server, Operator(server.api_url, await server.make_key("me")) as operator:
        with pytest.raises(OperatorError, match="timezone"):
            await operator.add_site("Garage", timezone="Mars/Olympus")
        await operator.add_token("ABC")
        with pytest.raises(OperatorError, match="value"):
            await operator.add_token("abc")


async def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    async with Operator("http://127.0.0.1:1", "bbk_x_y") as operator:
        with pytest.raises(OperatorError, match="reached"):
            await operator.totals()
