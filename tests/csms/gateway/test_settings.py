"""What the settings of a node mean for its sockets."""

from busbar.csms.gateway.settings import NodeSettings


def test_the_bounds_of_the_sockets_are_those_of_the_node_and_no_key_is_shown() -> None:
    settings = NodeSettings(key=b"secret", max_message_bytes=5000, ping_interval_s=7, max_connections_per_address=3)
    bounds = settings.bounds
    assert (bounds.max_message_bytes, bounds.ping_interval_s, bounds.max_connections_per_address) == (5000, 7, 3)
    assert "secret" not in repr(settings)
