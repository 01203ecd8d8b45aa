"""All that is known of access is read into memory."""

from busbar.csms.policies import PAGE, load_policy
from busbar.csms.records.authorization import AccessDefault, AccessRule, Effect, Limit, Period, TokenGroup, TokenProfile
from busbar.csms.storage.memory import MemoryStore


async def test_everything_is_read() -> None:
    store = MemoryStore()
    await store.open()
    site = await store.add_site("Depot", timezone="Europe/Berlin")
    await store.put(AccessDefault(site_id=site.id, effect=Effect.DENY))
    await store.put(TokenGroup(key="fleet", value="FLEET"))
    await store.put(TokenProfile(key="card", language="de"))
    await store.insert(Limit(token="card", period=Period.DAY, sessions=1))
    for _ in range(PAGE + 1):
        await store.insert(AccessRule(effect=Effect.ALLOW))
    policy = await load_policy(store)
    assert len(policy.rules) == PAGE + 1
    assert (policy.defaults, str(policy.zones[site.id])) == ({site.id: Effect.DENY}, "Europe/Berlin")
    assert (list(policy.groups), list(policy.profiles), len(policy.limits)) == (["fleet"], ["card"], 1)
