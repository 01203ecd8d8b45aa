"""Roles grow by rights; a grant at some sites is none elsewhere; nobody gives more than they have."""

from itertools import pairwise

import pytest

from busbar.csms.grants import EVERYTHING, Grant, Role
from busbar.csms.services.rights import RIGHTS, Right, covers, reach

SUPPORT_AT_1 = Grant(Role.SUPPORT, (1,))


def test_each_role_may_do_what_the_lesser_one_may_and_more() -> None:
    ranks = [Role.READ_ONLY, Role.SUPPORT, Role.OPERATOR, Role.ADMIN]
    assert set(ranks) == set(Role)
    assert all(RIGHTS[lesser] < RIGHTS[greater] for lesser, greater in pairwise(ranks))


def test_no_role_makes_organisations() -> None:
    assert all(Right.PLATFORM not in rights for rights in RIGHTS.values())


def test_a_right_reaches_the_sites_of_the_grants_that_have_it() -> None:
    grants = (Grant(Role.READ_ONLY, (1, 2)), Grant(Role.OPERATOR, (2, 3)))
    assert reach(grants, Right.READ) == {1, 2, 3}
    assert reach(grants, Right.COMMAND) == {2, 3}
    assert reach(grants, Right.ADMIN) == frozenset()
    assert reach((*grants, Grant(Role.READ_ONLY)), Right.READ) is None
    assert reach((), Right.READ) == frozenset()


@pytest.mark.parametrize(
    ("mine", "wanted", "may"),
    [
        (EVERYTHING, (Grant(Role.ADMIN),), True),
        ((Grant(Role.OPERATOR),), (Grant(Role.ADMIN),), False),
        ((SUPPORT_AT_1,), (Grant(Role.SUPPORT),), False),
        ((SUPPORT_AT_1,), (Grant(Role.READ_ONLY, (1,)),), True),
        ((SUPPORT_AT_1,), (Grant(Role.READ_ONLY, (1, 2)),), False),
        ((), (), True),
    ],
)
def test_nobody_gives_more_than_they_have(mine: tuple[Grant, ...], wanted: tuple[Grant, ...], may: bool) -> None:
    assert covers(mine, wanted) is may
