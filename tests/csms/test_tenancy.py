"""A scope holds inside its block and in what is begun there, and nowhere else."""

import asyncio

from busbar.csms.tenancy import FIRST, Scope, current, organisation, scoped, unscoped


def test_work_without_a_scope_touches_all_and_makes_rows_of_the_first_organisation() -> None:
    assert current() is None
    assert organisation() == FIRST


def test_a_scope_ends_with_its_block_even_by_an_error() -> None:
    try:
        with scoped(7, frozenset({3})):
            assert current() == Scope(7, frozenset({3}))
            assert organisation() == 7
            raise ValueError
    except ValueError:
        pass
    assert current() is None


async def test_a_task_keeps_the_scope_it_was_begun_in__unless_begun_unscoped() -> None:
    async def seen() -> Scope | None:
        await asyncio.sleep(0)
        return current()

    with scoped(7):
        inner = asyncio.create_task(seen())
        with unscoped():
            free = asyncio.create_task(seen())
    assert await inner == Scope(7)
    assert await free is None
