"""A writer learns the organisation of a station once."""

from busbar.csms.storage import organisations
from busbar.csms.storage.organisations import Organisations
from busbar.csms.tenancy import PLATFORM


def test_what_is_not_known_is_missing_until_it_was_learnt() -> None:
    known = Organisations()
    assert known[7] == PLATFORM
    assert known.missing == {7}
    known.learn([(7, 3)])
    assert known[7] == 3
    assert known.missing == set()


def test_what_does_not_exist_is_asked_for_again() -> None:
    known = Organisations()
    assert known[8] == PLATFORM
    known.learn([])
    assert known[8] == PLATFORM
    assert known.missing == {8}


def test_what_is_about_no_known_station_is_the_first_organisations() -> None:
    assert Organisations()[0] == 1


def test_memory_is_bounded() -> None:
    known = Organisations()
    known.update(dict.fromkeys(range(organisations.LIMIT + 1), 1))
    known.learn([(-1, 2)])
    assert known == {-1: 2, 0: 1}
