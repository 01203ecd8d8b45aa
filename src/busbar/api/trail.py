"""The way into the audit trail: who did or tried what, from where, with what result; never what was in it."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

from litestar.types import Scope as AsgiScope

from busbar.api.access import Principal
from busbar.csms.changes import RowAdded
from busbar.csms.ports import Store, StoreUnavailable
from busbar.csms.records.access import AuditEntry
from busbar.csms.tenancy import PLATFORM, unscoped

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
STRANGERS_PER_MINUTE: Final = 60
"""Refusals of those whom nobody knows: more are not kept, or they could fill the disk."""
log = logging.getLogger(__name__)


class Trail:
    """Where entries are added."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._minute = 0.0
        self._strangers = 0

    async def note(
        self, scope: AsgiScope, principal: Principal | None, status: int, detail: str = "", *, always: bool = False
    ) -> None:
        """Add what became of a request, if it changed something or was refused; `always` is for a GET that does."""
        method = str(scope.get("method", ""))
        refused = status in (401, 403, 429)
        if (method in READING and not refused and not always) or (principal is None and refused and not self._room()):
            return
        parameters: Mapping[str, Any] = scope.get("path_params") or {}
        entry = AuditEntry(
            at=datetime.now(UTC),
            actor="" if principal is None else principal.actor,
            actor_name="" if principal is None else principal.name,
            route=f"{method} {scope.get('path_template', '')}"[:200],
            path=cleaned(scope["path"])[:300],
            object=cleaned(",".join(str(value) for value in parameters.values()))[:200],
            status=status,
            outcome="refused" if refused else "done" if status < 400 else "failed",
            detail=cleaned(detail)[:200],
            address=address_of(scope),
            organisation_id=PLATFORM if principal is None else principal.organisation_id,
        )
        try:
            with unscoped():
                await self._store.commit([RowAdded(entry)])
        except StoreUnavailable as error:
            log.error("the audit trail misses %s by %s: %s", entry.route, entry.actor or "nobody known", error)

    def _room(self) -> bool:
        now = monotonic()
        if now - self._minute > 60:
            self._minute, self._strangers = now, 0
        self._strangers += 1
        return self._strangers <= STRANGERS_PER_MINUTE


def cleaned(text: str) -> str:
    """Return a text that can be stored."""
    return text.replace("\0", "")


def address_of(scope: AsgiScope) -> str:
    """Return where a request came from."""
    client = scope.get("client")
    return client[0][:64] if client else ""
