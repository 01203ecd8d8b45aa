"""What is unique is so in an organisation, unless it is so everywhere."""

from busbar.csms.records.kind import Unique


def test_what_is_unique_is_so_in_an_organisation_or_everywhere() -> None:
    assert Unique(("name",)).indexed == ("organisation_id", "name")
    assert Unique(("email",), everywhere=True).indexed == ("email",)
