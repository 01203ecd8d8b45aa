"""`busbar user add`: the first person of a system, who then invites the others. Knows no password."""

import asyncio
import sys
from datetime import UTC, datetime

from busbar.api.people import People
from busbar.cli.settings import Settings, SettingsError, secret_key
from busbar.csms.grants import Grant, Role
from busbar.csms.ports import Conflict, StoreUnavailable
from busbar.csms.records.access import User
from busbar.csms.storage.opening import make_store


async def add(settings: Settings, email: str, role: Role, organisation_id: int) -> str:
    """Add a person and return the ticket with which they set a password. Raises Conflict, StoreUnavailable."""
    key, store = secret_key(settings.secret_key_file), make_store(settings.database_url)
    await store.open()
    try:
        row = User(email=email.casefold(), name="", grants=(Grant(role),), created_at=datetime.now(UTC))
        row.organisation_id = organisation_id
        made = await store.insert(row)
        people = People(store, key, session_s=0)
        ticket, _ = await people.ticket(made, "invitation")
        people.close()
        return ticket
    finally:
        await store.close()


def print_new_user(settings: Settings, email: str, role: Role, organisation_id: int) -> int:
    """Add a person and print their ticket; return the exit status."""
    if "@" not in email.strip("@") or len(email) > 254:
        print(f"{email} is no e-mail", file=sys.stderr)
        return 1
    try:
        ticket = asyncio.run(add(settings, email, role, organisation_id))
    except (SettingsError, StoreUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except Conflict:
        print(f"there is a user {email} already", file=sys.stderr)
        return 1
    print(f"Ticket, good once and for three days: {ticket}")
    print('Set the password with it: POST /login/ticket {"ticket": …, "password": …}')
    return 0
