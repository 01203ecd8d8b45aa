"""The provider of contract certificates (`VehicleQuestion`): a server that turns a vehicle's request into its answer.

The request is a JSON object with the fields of Get15118EVCertificate; the answer has `exiResponse` and, where more
contracts can be asked for, `remainingContracts`. Nobody configured, or no good answer, is a refusal (M01, M02).
"""

import logging
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import httpx2
import msgspec

from busbar.csms.services.questions import VehicleQuestion
from busbar.model.trust import VehicleCertificateAnswer
from busbar.pki import pem
from busbar.pki.pem import Malformed

TIMEOUT_S: Final = 20.0
"""A vehicle waits for 60 s at most (ISO 15118-2), and the station has to tell it."""
ANSWER_LIMIT: Final = 65_536
_REFUSED: Final = VehicleCertificateAnswer(accepted=False)

log = logging.getLogger(__name__)


class Given(msgspec.Struct, rename="camel"):
    """What a provider answers."""

    exi_response: Annotated[str, msgspec.Meta(min_length=1, max_length=17_000)]
    remaining_contracts: Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)] | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """Asks the provider at `url`; None asks nobody. `token` is sent as a bearer token."""

    url: str | None
    token: str | None = field(default=None, repr=False)
    timeout_s: float = TIMEOUT_S

    async def __call__(self, question: VehicleQuestion) -> VehicleCertificateAnswer:
        """Return what the vehicle gets."""
        if self.url is None:
            return _REFUSED
        try:
            given = msgspec.json.decode(await self._ask(self.url, _body(question)), type=Given)
            pem.read_base64(given.exi_response)
        except (httpx2.HTTPError, msgspec.MsgspecError, Malformed, RecursionError) as error:
            log.warning("the provider of contract certificates gave no good answer: %s", type(error).__name__)
            return _REFUSED
        return VehicleCertificateAnswer(accepted=True, exi=given.exi_response, remaining=given.remaining_contracts)

    async def _ask(self, url: str, body: dict[str, Any]) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with (
            httpx2.AsyncClient(timeout=self.timeout_s, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, json=body, headers=headers) as response,
        ):
            response.raise_for_status()
            data = b""
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > ANSWER_LIMIT:
                    raise Malformed("the provider's answer is too long")
            return data


def _body(question: VehicleQuestion) -> dict[str, Any]:
    body: dict[str, Any] = {
        "iso15118SchemaVersion": question.schema_version,
        "action": "Update" if question.update else "Install",
        "exiRequest": question.exi,
    }
    if question.most_chains is not None:
        body["maximumContractCertificateChains"] = question.most_chains
    if question.preferred_emaids:
        body["prioritizedEMAIDs"] = list(question.preferred_emaids)
    return body
