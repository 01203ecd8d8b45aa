"""What goes into the audit trail, and what bounds it."""

from typing import Any

from busbar.api import trail
from busbar.api.trail import Trail, address_of, cleaned
from busbar.csms.records.access import AuditEntry


def scope(method: str = "POST") -> Any:
    return {
        "method": method,
        "path": "/api/v1/sites/7\0",
        "path_template": "/api/v1/sites/{site_id}",
        "path_params": {"site_id": 7},
        "client": ("127.0.0.1", 1),
    }


async def test_changes_and_refusals_are_kept_and_reading_is_not(world: Any) -> None:
    kept = Trail(world.store)
    await kept.note(scope(), None, 201)
    await kept.note(scope("GET"), None, 200)
    await kept.note(scope("GET"), None, 403)
    await kept.note(scope(), None, 409)
    rows = await world.store.find(AuditEntry)
    assert [(row.status, row.outcome) for row in rows] == [(201, "done"), (403, "refused"), (409, "failed")]
    assert (rows[0].object, rows[0].path, rows[0].address) == ("7", "/api/v1/sites/7", "127.0.0.1")
    assert rows[0].route == "POST /api/v1/sites/{site_id}"


async def test_strangers_cannot_fill_the_disk(world: Any) -> None:
    kept = Trail(world.store)
    for _ in range(trail.STRANGERS_PER_MINUTE + 5):
        await kept.note(scope(), None, 401)
    assert len(await world.store.find(AuditEntry)) == trail.STRANGERS_PER_MINUTE


def test_texts_can_be_stored() -> None:
    assert cleaned("a\0b") == "ab"
    assert address_of({"client": None}) == ""  # type: ignore[typeddict-item]
