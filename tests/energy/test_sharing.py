"""What is not enough for all is shared, and never more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from busbar.energy.sharing import Claim, share

CLAIMS = st.lists(st.builds(Claim, most=st.floats(0, 64), least=st.floats(0, 10)), max_size=6)


@given(st.floats(-1, 200), CLAIMS)
def test_shares_keep_to_the_total_and_to_every_claim__K04_FR_05(total: float, claims: list[Claim]) -> None:
    shares = share(total, claims)
    assert sum(shares) <= max(0.0, total) + 1e-6
    for given_, claim in zip(shares, claims, strict=True):
        assert given_ == 0.0 or claim.least <= given_ <= claim.most


def test_what_one_leaves_the_others_get() -> None:
    assert share(32.0, [Claim(6.0), Claim(32.0), Claim(32.0)]) == [6.0, 13.0, 13.0]


def test_the_last_waits_where_it_is_too_little_for_all() -> None:
    assert share(16.0, [Claim(32.0, 6.0), Claim(32.0, 6.0), Claim(32.0, 6.0)]) == [8.0, 8.0, 0.0]
