"""A scope holds inside its block and in what is begun there, and nowhere else."""

import asyncio

from busbar.csms.tenancy import FIRST, Scope, current, everywhere, organisation, scoped, unscoped


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


def test_everywhere_is_all_sites_of_the_organisation_and_of_no_other() -> None:
    with scoped(7, frozenset({3})), everywhere():
        assert current() == Scope(7)
    with everywhere():
        assert current() is None


def test_a_scope_sees_its_sites_stations_alone() -> None:
    assert Scope(7).sees(7, None)
    assert Scope(7, frozenset({3})).sees(7, 3)
    assert not Scope(7, frozenset({3})).sees(7, None)
    assert not Scope(7).sees(8, None)
