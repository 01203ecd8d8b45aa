"""Token buckets with a clock of our own."""

import pytest

from busbar.csms.gateway.limits import Buckets, Rate, network_of


def test_a_bucket_gives_its_burst_then_its_rate():
    buckets = Buckets(Rate(burst=2, per_s=0.5))
    assert [buckets.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert not buckets.take("a", 1.9)
    assert buckets.take("a", 2.0)
    assert not buckets.take("a", 2.0)


def test_a_bucket_holds_no_more_than_its_burst():
    buckets = Buckets(Rate(burst=2, per_s=1))
    buckets.take("a", 0.0)
    assert [buckets.take("a", 1000.0) for _ in range(3)] == [True, True, False]


def test_one_key_does_not_use_up_anothers_tries():
    buckets = Buckets(Rate(burst=1, per_s=1))
    assert buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)
    assert not buckets.take("a", 0.0)


def test_a_try_that_is_given_back_can_be_taken_again():
    buckets = Buckets(Rate(burst=1, per_s=0))
    for _ in range(5):
        assert buckets.take("a", 0.0)
        buckets.give_back("a")
    assert buckets.take("a", 0.0)
    assert not buckets.take("a", 0.0)


def test_a_full_table_forgets_who_came_longest_ago():
    buckets = Buckets(Rate(burst=1, per_s=0), limit=2)
    for key in "aba":
        buckets.take(key, 0.0)
    buckets.take("c", 0.0)
    assert not buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_neighbours_of_one_ipv6_network_count_as_one(address, network):
    assert network_of(address) == network
