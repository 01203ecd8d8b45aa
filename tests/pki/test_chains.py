from datetime import UTC, datetime, timedelta

from busbar.pki import authority, chains
from busbar.pki.authority import Services
from busbar.pki.chains import Verdict

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_chain_up_to_a_known_root_is_good(hierarchy) -> None:
    leaf = hierarchy.leaf(services=Services(ocsp_url="http://ocsp.example.org/"))
    chain, roots = [leaf, hierarchy.sub.certificate], [hierarchy.root.certificate]
    assert chains.judge(chain, roots, NOON) is Verdict.GOOD
    links = chains.links([*chain, *roots], roots)
    assert [link.certificate for link in links] == [leaf, hierarchy.sub.certificate]
    assert [link.issuer for link in links] == [hierarchy.sub.certificate, hierarchy.root.certificate]
    assert [link.responder_url for link in links] == ["http://ocsp.example.org/", None]


def test_the_root_may_be_in_the_chain(hierarchy) -> None:
    chain = [hierarchy.leaf(), hierarchy.sub.certificate, hierarchy.root.certificate]
    assert chains.judge(chain, [hierarchy.root.certificate], NOON) is Verdict.GOOD


def test_a_chain_of_another_root_is_broken(hierarchy, other_hierarchy) -> None:
    chain = [hierarchy.leaf(), hierarchy.sub.certificate]
    assert chains.judge(chain, [other_hierarchy.root.certificate], NOON) is Verdict.BROKEN
    assert chains.judge(chain, [], NOON) is Verdict.BROKEN
    assert chains.judge([], [hierarchy.root.certificate], NOON) is Verdict.BROKEN
    assert chains.judge(chain[:1], [hierarchy.root.certificate], NOON) is Verdict.BROKEN


def test_a_leaf_is_no_authority(hierarchy) -> None:
    """What a station's own key signs must not pass."""
    key = authority.make_key()
    middle = authority.issue_end(
        authority.name("M"), key.public_key(), hierarchy.sub, 5, authority.Validity(at=NOON, days=9)
    )
    issuer = authority.Issuer(middle, key)
    forged = authority.issue_end(
        authority.name("SN1"), authority.make_key().public_key(), issuer, 6, authority.Validity(at=NOON, days=9)
    )
    chain = [forged, middle, hierarchy.sub.certificate]
    assert chains.judge(chain, [hierarchy.root.certificate], NOON) is Verdict.BROKEN


def test_a_chain_out_of_its_time_is_expired__C07_FR_15(hierarchy, other_hierarchy) -> None:
    chain = [hierarchy.leaf(days=90), hierarchy.sub.certificate]
    late = NOON + timedelta(days=91)
    assert chains.judge(chain, [hierarchy.root.certificate], late) is Verdict.EXPIRED
    assert chains.judge(chain, [other_hierarchy.root.certificate], late) is Verdict.BROKEN


def test_knows_roots_and_the_order_of_chains(hierarchy) -> None:
    leaf, sub, root = hierarchy.leaf(), hierarchy.sub.certificate, hierarchy.root.certificate
    assert chains.is_root(root)
    assert not chains.is_root(sub)
    assert not chains.is_root(leaf)
    assert chains.in_order([leaf, sub, root])
    assert not chains.in_order([sub, leaf])
    assert not chains.in_order([])


def test_climbs_from_a_leaf_to_below_its_root(hierarchy, other_hierarchy) -> None:
    leaf, sub, root = hierarchy.leaf(), hierarchy.sub.certificate, hierarchy.root.certificate
    assert chains.climb(leaf, [root, other_hierarchy.sub.certificate, leaf, sub]) == [leaf, sub]
    assert chains.climb(leaf, [other_hierarchy.sub.certificate]) == [leaf]
