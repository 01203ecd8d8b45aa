"""Who may have a route run, and in which scope."""

import pytest

from busbar.api.access import RIGHT, Principal, admit, needs_of
from busbar.api.policy import Needs
from busbar.api.problems import Problem
from busbar.csms.grants import EVERYTHING, Grant, Role
from busbar.csms.services.rights import Right
from busbar.csms.tenancy import Scope


def somebody(*grants: Grant, platform: bool = False) -> Principal:
    return Principal(id="k", name="", organisation_id=3, platform=platform, grants=grants)


def test_the_table_goes_before_what_a_route_says__and_silence_lets_nobody_in() -> None:
    assert needs_of("GET", "/api/v1/users", {RIGHT: Right.READ}) == Needs(Right.ADMIN, whole=True)
    assert needs_of("GET", "/new", {RIGHT: Right.LOG}) == Needs(Right.LOG)
    assert needs_of("GET", "/new", {RIGHT: Needs(Right.LOG, whole=True)}) == Needs(Right.LOG, whole=True)
    assert needs_of("GET", "/new", {}) is None
    with pytest.raises(Problem):
        admit(somebody(*EVERYTHING, platform=True), None)


def test_a_scope_has_the_sites_where_the_right_is_granted() -> None:
    local = somebody(Grant(Role.OPERATOR, (1,)), Grant(Role.READ_ONLY, (2,)))
    assert admit(local, Needs(Right.READ)) == Scope(3, frozenset({1, 2}))
    assert admit(local, Needs(Right.COMMAND)) == Scope(3, frozenset({1}))
    assert admit(somebody(*EVERYTHING), Needs(Right.COMMAND)) == Scope(3)
    for needs in (Needs(Right.CONFIGURE, whole=True), Needs(Right.ADMIN)):
        with pytest.raises(Problem):
            admit(local, needs)


def test_only_the_platforms_admins_make_organisations() -> None:
    assert admit(somebody(*EVERYTHING, platform=True), Needs(Right.PLATFORM)) == Scope(3)
    for other in (somebody(*EVERYTHING), somebody(Grant(Role.OPERATOR), platform=True)):
        with pytest.raises(Problem):
            admit(other, Needs(Right.PLATFORM))


def test_an_actor_is_a_key_or_a_person() -> None:
    assert somebody().actor == "key:k"
    assert Principal(id="user-4", name="", organisation_id=1, platform=False, grants=(), user_id=4).actor == "user:4"
