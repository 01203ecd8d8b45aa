"""The first person of a system is added from the command line."""

from pathlib import Path

from busbar.cli.settings import Settings
from busbar.cli.users import add, print_new_user
from busbar.csms.grants import Grant, Role
from busbar.csms.records.access import Ticket, User
from busbar.csms.services.accounts import token_hash
from busbar.csms.storage.opening import make_store


def settings(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder}/busbar.db", secret_key_file=folder / "key")


async def test_a_person_is_added_with_a_ticket(tmp_path: Path) -> None:
    ticket = await add(settings(tmp_path), "Ann@example.com", Role.ADMIN, 0)
    store = make_store(settings(tmp_path).database_url)
    await store.open()
    (user,) = await store.find(User)
    (row,) = await store.find(Ticket)
    await store.close()
    assert (user.email, user.grants, user.organisation_id) == ("ann@example.com", (Grant(Role.ADMIN),), 0)
    assert (row.id, row.user_id) == (token_hash(ticket), user.id)


def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, capsys: object) -> None:
    made = settings(tmp_path)
    assert print_new_user(made, "nonsense", Role.ADMIN, 0) == 1
    assert print_new_user(made, "a@example.com", Role.ADMIN, 0) == 0
    assert print_new_user(made, "A@example.com", Role.ADMIN, 0) == 1
