"""A client of the REST interface: enters sites, stations and tokens as an operator would. Knows no storage."""

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx2

_TIMEOUT_S: Final = 30.0
_PAGE: Final = 200


class OperatorError(Exception):
    """The interface refused or cannot be reached; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Login:
    """A station that may connect, and its password."""

    identity: str
    password: str


class Operator:
    """An operator with an API key. Use as `async with`. Every method raises OperatorError."""

    def __init__(self, api_url: str, api_key: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=f"{api_url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=_TIMEOUT_S,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def add_site(self, name: str, *, timezone: str = "UTC", address: str = "") -> int:
        """Add a site and return its id."""
        body = {"name": name, "timezone": timezone, "address": address}
        site: dict[str, Any] = await self._call("POST", "/sites", body)
        return int(site["id"])

    async def add_station(self, identity: str, site_id: int | None = None) -> Login:
        """Add a station with a password that the server makes."""
        made = await self._call("POST", "/stations", {"identity": identity, "site_id": site_id})
        return Login(made["identity"], made["password"])

    async def ensure_station(self, identity: str) -> Login:
        """Add a station, or give a new password to the one that exists."""
        try:
            return await self.add_station(identity)
        except OperatorError:
            made = await self._call("POST", f"/stations/{quote(identity, safe='')}/password", None)
            return Login(made["identity"], made["password"])

    async def add_token(self, value: str, *, kind: str = "ISO14443", status: str = "Accepted", label: str = "") -> None:
        """Add a token."""
        await self._call("POST", "/tokens", {"value": value, "kind": kind, "status": status, "label": label})

    async def ensure_token(self, value: str) -> None:
        """Add a token that may charge, unless there is one of this value."""
        try:
            await self._call("GET", f"/tokens/{quote(value, safe='')}", None)
        except OperatorError:
            await self.add_token(value)

    async def totals(self) -> dict[str, float]:
        """Return counts and sums over everything that is stored."""
        found: dict[str, float] = await self._call("GET", "/totals", None)
        return found

    async def sessions(self, station: str) -> list[dict[str, Any]]:
        """Return all sessions of a station; none for a station that the CSMS does not know."""
        found: list[dict[str, Any]] = []
        path = f"/sessions?station={quote(station, safe='')}&limit={_PAGE}"
        cursor = ""
        while True:
            page: dict[str, Any] = await self._call("GET", path + cursor, None)
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = f"&cursor={quote(page['next'], safe='')}"

    async def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            response = await self._client.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise OperatorError(f"{self._client.base_url} cannot be reached ({error})") from None
        if response.is_success:
            return response.json()
        raise OperatorError(f"{method} {path}: {_reason(response)}")


def _reason(response: httpx2.Response) -> str:
    """Say why the server refused, in its own words."""
    try:
        problem = response.json()
    except ValueError:
        return f"status {response.status_code}"
    fields = "; ".join(f"{e['field']}: {e['reason']}" for e in problem.get("errors", []))
    return fields or str(problem.get("detail") or problem.get("title") or f"status {response.status_code}")
