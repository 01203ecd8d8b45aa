"""The tables of the records."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EXACT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema up to date."""
    op.create_table(
        "access_defaults",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "site_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "access_rules",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("group", sa.Text()),
        sa.Column("site_id", sa.BigInteger(), autoincrement=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False),
        sa.Column("evses", sa.LargeBinary(), nullable=False),
        sa.Column("windows", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("connector_types", sa.LargeBinary()),
        sa.Column("kinds", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "allowed_transfers",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("modes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "transaction_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_entries",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_entries_at", "audit_entries", ["at"])
    op.create_index("audit_entries_organisation_id_id", "audit_entries", ["organisation_id", "id"])
    op.create_table(
        "authorizations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rules", sa.LargeBinary(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("authorizations_at", "authorizations", ["at"])
    op.create_index("authorizations_station_id", "authorizations", ["station_id"])
    op.create_index("authorizations_token", "authorizations", ["token"])
    op.create_table(
        "availability_intents",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connector", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operative", sa.Boolean(), nullable=False),
        sa.Column("wanted_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("restore", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("ordered_at", sa.BigInteger(), autoincrement=False),
        sa.Column("answered_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("station_id", "evse", "connector"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "battery_slots",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("soc_pct", sa.Double(), nullable=False),
        sa.Column("soh_pct", sa.Double(), nullable=False),
        sa.Column("produced_at", sa.BigInteger(), autoincrement=False),
        sa.Column("vendor_info", sa.Text()),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "battery_swap_requests",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_kind", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "battery_swaps",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_kind", sa.Text()),
        sa.Column("batteries", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("battery_swaps_station_id_request_id", "battery_swaps", ["station_id", "request_id"])
    op.create_table(
        "behind_controllers",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("controller_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("behind_controllers_controller_id", "behind_controllers", ["controller_id"])
    op.create_table(
        "boot_details",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("iccid", sa.Text()),
        sa.Column("imsi", sa.Text()),
        sa.Column("meter_type", sa.Text()),
        sa.Column("meter_serial", sa.Text()),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "boot_settings",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("heartbeat_interval_s", sa.BigInteger(), autoincrement=False),
        sa.Column("retry_interval_s", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaign_members",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), autoincrement=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("campaign_members_campaign_id_state", "campaign_members", ["campaign_id", "state"])
    op.create_index("campaign_members_station_id", "campaign_members", ["station_id"])
    op.create_table(
        "campaign_progress",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("total", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stage_ended_at", sa.BigInteger(), autoincrement=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "campaigns",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("work", sa.LargeBinary(), nullable=False),
        sa.Column("selection", sa.LargeBinary(), nullable=False),
        sa.Column("stages", sa.LargeBinary(), nullable=False),
        sa.Column("pause_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("confirm_stages", sa.Boolean(), nullable=False),
        sa.Column("concurrency", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("halt_after", sa.BigInteger(), autoincrement=False),
        sa.Column("halt_pct", sa.Double()),
        sa.Column("starts_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("campaigns_state", "campaigns", ["state"])
    op.create_table(
        "certificate_inventories",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("installed", sa.LargeBinary(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "use"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certificate_policies",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("any_common_name", sa.Boolean(), nullable=False),
        sa.Column("warn_days", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("renew", sa.Boolean(), nullable=False),
        sa.Column("chain_limit", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certificate_revocations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", EXACT, autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), autoincrement=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_index("certificate_revocations_pending", "certificate_revocations", ["pending"])
    op.create_table(
        "charging_needs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", sa.Text()),
        sa.Column("energy_transfer", sa.Text(), nullable=False),
        sa.Column("control_mode", sa.Text()),
        sa.Column("departure_at", sa.BigInteger(), autoincrement=False),
        sa.Column("max_schedule_tuples", sa.BigInteger(), autoincrement=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("needs", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "charging_policies",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("limit", sa.Double()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("bidirectional", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("organisation_id", "station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customer_texts",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "request_id", "seq_no"),
        sqlite_with_rowid=False,
    )
    op.create_index("customer_texts_expires_at", "customer_texts", ["expires_at"])
    op.create_table(
        "deliveries",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("next_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_state_next_at", "deliveries", ["state", "next_at"])
    op.create_index("deliveries_webhook_id_id", "deliveries", ["webhook_id", "id"])
    op.create_table(
        "der_controls",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("control_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("control_type", sa.Text(), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("control", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "control_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "der_inquiries",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("default", sa.Boolean()),
        sa.Column("control_type", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "request_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "der_runs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("control_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("started", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "control_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "der_supersessions",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("control_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "control_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "der_wipes",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("control_type", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "default", "control_type"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "display_inventories",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "display_messages",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "message_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "download_links",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", EXACT, autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("downloads", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_index("download_links_expires_at", "download_links", ["expires_at"])
    op.create_index("download_links_file_id", "download_links", ["file_id"])
    op.create_table(
        "drifts",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("paths", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("template_id", "station_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("drifts_station_id", "drifts", ["station_id"])
    op.create_table(
        "dynamic_values",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("profile_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "profile_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ev_schedules",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", sa.Text()),
        sa.Column("time_base", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("selected_schedule_id", sa.BigInteger(), autoincrement=False),
        sa.Column("power_tolerance_accepted", sa.Boolean()),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("schedule", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_logs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("keep_hours", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pruned_to", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_streams",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("monitor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text()),
        sa.Column("interval_s", sa.BigInteger(), autoincrement=False),
        sa.Column("values", sa.BigInteger(), autoincrement=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("closed_at", sa.BigInteger(), autoincrement=False),
        sa.Column("last_at", sa.BigInteger(), autoincrement=False),
        sa.Column("pending", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("growing", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "external_limits",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid_critical", sa.Boolean()),
        sa.Column("local_generation", sa.Boolean()),
        sa.Column("cleared_at", sa.BigInteger(), autoincrement=False),
        sa.Column("schedules", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse", "source"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fetched_schedules",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("duration", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("schedule", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "firmware_images",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("model", sa.Text()),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("md5", sa.Text(), nullable=False),
        sa.Column("signing_certificate", sa.Text()),
        sa.Column("signature", sa.Text()),
        sa.Column("verified", sa.Text()),
        sa.Column("uploaded_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "firmware_images_one_vendor_name_version",
        "firmware_images",
        ["organisation_id", "vendor", "name", "version"],
        unique=True,
    )
    op.create_index("firmware_images_vendor_model", "firmware_images", ["vendor", "model"])
    op.create_table(
        "firmware_publications",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("checksum", sa.Text(), nullable=False),
        sa.Column("image_id", sa.BigInteger(), autoincrement=False),
        sa.Column("locations", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", "station_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("firmware_publications_answered", "firmware_publications", ["answered"])
    op.create_index(
        "firmware_publications_one_station_id_key",
        "firmware_publications",
        ["organisation_id", "station_id", "key"],
        unique=True,
    )
    op.create_table(
        "firmware_updates",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("image_id", sa.BigInteger(), autoincrement=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("retrieve_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("install_at", sa.BigInteger(), autoincrement=False),
        sa.Column("version", sa.Text()),
        sa.Column("before", sa.Text()),
        sa.Column("confirmed", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", "station_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("firmware_updates_answered", "firmware_updates", ["answered"])
    op.create_index("firmware_updates_campaign_id", "firmware_updates", ["campaign_id"])
    op.create_index(
        "firmware_updates_one_station_id_key", "firmware_updates", ["organisation_id", "station_id", "key"], unique=True
    )
    op.create_index("firmware_updates_watched_state", "firmware_updates", ["watched", "state"])
    op.create_table(
        "grid_alarms",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("control_type", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fault", sa.Text()),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("info", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("grid_alarms_received_at", "grid_alarms", ["received_at"])
    op.create_index("grid_alarms_station_id_at", "grid_alarms", ["station_id", "at"])
    op.create_table(
        "held_profiles",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("profile_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("stack_level", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text()),
        sa.Column("valid_to", sa.BigInteger(), autoincrement=False),
        sa.Column("reported_at", sa.BigInteger(), autoincrement=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "profile_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("held_profiles_state_valid_to", "held_profiles", ["state", "valid_to"])
    op.create_table(
        "held_tariffs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tariff_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), autoincrement=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse", "tariff_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identities",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("issuer", EXACT, autoincrement=False, nullable=False),
        sa.Column("subject", EXACT, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provisioned", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject"),
        sqlite_with_rowid=False,
    )
    op.create_index("identities_user_id", "identities", ["user_id"])
    op.create_table(
        "leases",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", EXACT, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "local_list_answers",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "local_list_exclusions",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "token"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "local_list_switches",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope", EXACT, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "scope", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "local_list_versions",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "local_lists",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_requests",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("status", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("steps", sa.LargeBinary(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("oldest", sa.BigInteger(), autoincrement=False),
        sa.Column("latest", sa.BigInteger(), autoincrement=False),
        sa.Column("filename", sa.Text()),
        sa.PrimaryKeyConstraint("id", "station_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("log_requests_answered", "log_requests", ["answered"])
    op.create_index(
        "log_requests_one_station_id_key", "log_requests", ["organisation_id", "station_id", "key"], unique=True
    )
    op.create_index("log_requests_watched_state", "log_requests", ["watched", "state"])
    op.create_table(
        "logins",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", EXACT, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("logins_expires_at", "logins", ["expires_at"])
    op.create_index("logins_user_id", "logins", ["user_id"])
    op.create_table(
        "model_pending_values",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", EXACT, autoincrement=False, nullable=False),
        sa.Column("attribute", EXACT, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "path", "attribute"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "model_values",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", EXACT, autoincrement=False, nullable=False),
        sa.Column("attribute", EXACT, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "path", "attribute"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "model_variables",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", EXACT, autoincrement=False, nullable=False),
        sa.Column("component", sa.Text()),
        sa.Column("component_instance", sa.Text()),
        sa.Column("component_key", sa.Text(), nullable=False),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("variable_instance", sa.Text()),
        sa.Column("variable_key", sa.Text(), nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("connector", sa.BigInteger(), autoincrement=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.Column("characteristics", sa.LargeBinary()),
        sa.Column("reported_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("station_id", "path"),
        sqlite_with_rowid=False,
    )
    op.create_index("model_variables_station_id_component_key", "model_variables", ["station_id", "component_key"])
    op.create_index("model_variables_station_id_variable_key", "model_variables", ["station_id", "variable_key"])
    op.create_table(
        "monitoring_choices",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", EXACT, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "monitors",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("component", sa.Text()),
        sa.Column("component_instance", sa.Text()),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("variable_instance", sa.Text()),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("connector", sa.BigInteger(), autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("severity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text()),
        sa.Column("interval_s", sa.BigInteger(), autoincrement=False),
        sa.Column("values", sa.BigInteger(), autoincrement=False),
        sa.Column("known_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "network_slots",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("version", sa.Text()),
        sa.Column("interface", sa.Text(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("message_timeout_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("security_profile", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.Text()),
        sa.Column("has_password", sa.Boolean(), nullable=False),
        sa.Column("apn", sa.Text()),
        sa.Column("vpn", sa.Text()),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("organisations_one_name", "organisations", ["name"], unique=True)
    op.create_table(
        "outgoing_events",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("happening", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pending_resets",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "priority_charging",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "transaction_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profile_clearings",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("profile_ids", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text()),
        sa.Column("stack_level", sa.BigInteger(), autoincrement=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.Column("command_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("command_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("profile_clearings_station_id_settled", "profile_clearings", ["station_id", "settled"])
    op.create_table(
        "profile_questions",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("profile_ids", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text()),
        sa.Column("stack_level", sa.BigInteger(), autoincrement=False),
        sa.Column("sources", sa.LargeBinary(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("empty", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "request_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("profile_questions_station_id_settled", "profile_questions", ["station_id", "settled"])
    op.create_table(
        "profile_reports",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("profile_ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "request_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt_servers",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", EXACT, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refusals",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", EXACT, autoincrement=False, nullable=False),
        sa.Column("status", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "reason"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "remote_starts",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", EXACT, autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("remote_start_id", sa.BigInteger(), autoincrement=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_kind", sa.Text()),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answered_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("waits_until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text()),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False),
        sa.Column("started_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("remote_starts_state_waits_until", "remote_starts", ["state", "waits_until"])
    op.create_index("remote_starts_station_id_state", "remote_starts", ["station_id", "state"])
    op.create_table(
        "replays",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("exchange_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "replays_one_exchange_id",
        "replays",
        ["organisation_id", "exchange_id"],
        unique=True,
        sqlite_where=sa.text("done = true"),
        postgresql_where=sa.text("done = true"),
    )
    op.create_index("replays_station_id", "replays", ["station_id"])
    op.create_table(
        "report_progress",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ranges", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq_no", sa.BigInteger(), autoincrement=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("items", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "subject", "request_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_requests",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "subject", "request_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reported_costs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("transaction"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reported_tariffs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tariff_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("transaction"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reservation_cancellations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reservation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("reservation_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reservations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("connector_type", sa.Text()),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_kind", sa.Text()),
        sa.Column("group", sa.Text()),
        sa.Column("group_kind", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("command", sa.Text()),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "reservations_one_station_id_evse",
        "reservations",
        ["organisation_id", "station_id", "evse"],
        unique=True,
        sqlite_where=sa.text("holds = true"),
        postgresql_where=sa.text("holds = true"),
    )
    op.create_index("reservations_state_expires_at", "reservations", ["state", "expires_at"])
    op.create_index("reservations_station_id_state", "reservations", ["station_id", "state"])
    op.create_table(
        "revoked_certificates",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("thumbprint", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "thumbprint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "root_deletions",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("issuer_name_hash", EXACT, autoincrement=False, nullable=False),
        sa.Column("issuer_key_hash", EXACT, autoincrement=False, nullable=False),
        sa.Column("serial_number", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "root_installations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("fingerprint", EXACT, autoincrement=False, nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "use", "fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "security_events",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("info", sa.Text()),
        sa.Column("count", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("security_events_received_at", "security_events", ["received_at"])
    op.create_index("security_events_station_id_id", "security_events", ["station_id", "id"])
    op.create_index("security_events_type_id", "security_events", ["type", "id"])
    op.create_table(
        "sent_profiles",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("profile_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("sent_profiles_one_command_id", "sent_profiles", ["organisation_id", "command_id"], unique=True)
    op.create_index("sent_profiles_station_id", "sent_profiles", ["station_id"])
    op.create_table(
        "session_costs",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tariff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("excl_tax", sa.LargeBinary(), nullable=False),
        sa.Column("incl_tax", sa.LargeBinary(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("show_running", sa.Boolean(), nullable=False),
        sa.Column("show_tariff", sa.Boolean(), nullable=False),
        sa.Column("update_every_s", sa.BigInteger(), autoincrement=False),
        sa.Column("told_at", sa.BigInteger(), autoincrement=False),
        sa.Column("tariff", sa.LargeBinary(), nullable=False),
        sa.Column("cost", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("transaction"),
        sqlite_with_rowid=False,
    )
    op.create_index("session_costs_station_id", "session_costs", ["station_id"])
    op.create_index("session_costs_tariff_id_version", "session_costs", ["tariff_id", "version"])
    op.create_table(
        "settlements",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("psp_ref", sa.Text(), nullable=False),
        sa.Column("transaction_id", sa.Text()),
        sa.Column("transaction", sa.BigInteger(), autoincrement=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("info", sa.Text()),
        sa.Column("receipt_id", sa.Text()),
        sa.Column("receipt_url", sa.Text()),
        sa.Column("vat_number", sa.Text()),
        sa.Column("vat_company", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "settlements_one_station_id_psp_ref_status_at",
        "settlements",
        ["organisation_id", "station_id", "psp_ref", "status", "at"],
        unique=True,
    )
    op.create_index("settlements_station_id_at", "settlements", ["station_id", "at"])
    op.create_index("settlements_transaction", "settlements", ["transaction"])
    op.create_table(
        "signing_asks",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("csr_hash", EXACT, autoincrement=False, nullable=False),
        sa.Column("asked", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False),
        sa.Column("asked_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "csr_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_certificates",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("thumbprint", EXACT, autoincrement=False, nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "thumbprint"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_requests",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("csr_hash", sa.Text(), nullable=False),
        sa.Column("csr", sa.Text(), nullable=False),
        sa.Column("use", sa.Text()),
        sa.Column("requested_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("issued_at", sa.BigInteger(), autoincrement=False),
        sa.Column("chain", sa.Text()),
        sa.Column("fingerprint", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "signing_requests_one_station_id_csr_hash",
        "signing_requests",
        ["organisation_id", "station_id", "csr_hash"],
        unique=True,
    )
    op.create_index("signing_requests_state_next_try_at", "signing_requests", ["state", "next_try_at"])
    op.create_index("signing_requests_station_id_state", "signing_requests", ["station_id", "state"])
    op.create_table(
        "start_turns",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", EXACT, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "station_certificates",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", EXACT, autoincrement=False, nullable=False),
        sa.Column("use", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("not_after", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("warned_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("station_id", "fingerprint"),
        sqlite_with_rowid=False,
    )
    op.create_index("station_certificates_fingerprint", "station_certificates", ["fingerprint"])
    op.create_index("station_certificates_not_after", "station_certificates", ["not_after"])
    op.create_table(
        "station_events",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("component", sa.Text()),
        sa.Column("component_instance", sa.Text()),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("variable_instance", sa.Text()),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("connector", sa.BigInteger(), autoincrement=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("cause", sa.BigInteger(), autoincrement=False),
        sa.Column("tech_code", sa.Text()),
        sa.Column("tech_info", sa.Text()),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("transaction_id", sa.Text()),
        sa.Column("monitor_id", sa.BigInteger(), autoincrement=False),
        sa.Column("severity", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "station_events_one_station_id_event_id_at_path",
        "station_events",
        ["organisation_id", "station_id", "event_id", "at", "path"],
        unique=True,
    )
    op.create_index("station_events_received_at", "station_events", ["received_at"])
    op.create_index("station_events_station_id_id", "station_events", ["station_id", "id"])
    op.create_table(
        "station_security",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("profile", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pending_profile", sa.BigInteger(), autoincrement=False),
        sa.Column("profile_command", sa.Text()),
        sa.Column("downgrade_allowed", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary()),
        sa.Column("pending_secret", sa.LargeBinary()),
        sa.Column("secret_command", sa.Text()),
        sa.Column("retired_secret", sa.LargeBinary()),
        sa.Column("certificate_name", sa.Text()),
        sa.Column("certificate_organisation", sa.Text()),
        sa.Column("name_rule", sa.Text(), nullable=False),
        sa.Column("expired_allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "station_security_one_certificate_organisation_certificate_name",
        "station_security",
        ["organisation_id", "certificate_organisation", "certificate_name"],
        unique=True,
    )
    op.create_table(
        "status_reports",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", EXACT, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ongoing", sa.Boolean()),
        sa.Column("messages_in_queue", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("station_id", "transaction_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stored_files",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", EXACT, autoincrement=False, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("stored_files_expires_at", "stored_files", ["expires_at"])
    op.create_index("stored_files_station_id_request_id", "stored_files", ["station_id", "request_id"])
    op.create_table(
        "stream_adjustments",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("interval_s", sa.BigInteger(), autoincrement=False),
        sa.Column("values", sa.BigInteger(), autoincrement=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "streamed_values",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("monitor_id", sa.BigInteger(), autoincrement=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "streamed_values_one_station_id_stream_id_at_value",
        "streamed_values",
        ["organisation_id", "station_id", "stream_id", "at", "value"],
        unique=True,
    )
    op.create_index("streamed_values_received_at", "streamed_values", ["received_at"])
    op.create_index("streamed_values_station_id_stream_id_id", "streamed_values", ["station_id", "stream_id", "id"])
    op.create_table(
        "tariff_assignments",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("tariff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.BigInteger(), autoincrement=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False),
        sa.Column("token", sa.Text()),
        sa.Column("ad_hoc", sa.Boolean(), nullable=False),
        sa.Column("show_running", sa.Boolean(), nullable=False),
        sa.Column("update_every_s", sa.BigInteger(), autoincrement=False),
        sa.Column("send", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("tariff_assignments_one_scope", "tariff_assignments", ["organisation_id", "scope"], unique=True)
    op.create_table(
        "tariff_inventories",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("evse", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "evse"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tariff_versions",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tariff_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tariff_id", "version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "templates",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("version", sa.Text()),
        sa.Column("site_id", sa.BigInteger(), autoincrement=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("on_boot", sa.Boolean(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("refreshed", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("templates_on_boot", "templates", ["on_boot"])
    op.create_index("templates_one_name", "templates", ["organisation_id", "name"], unique=True)
    op.create_table(
        "tickets",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", EXACT, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("tickets_user_id", "tickets", ["user_id"])
    op.create_table(
        "token_groups",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", EXACT, autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("master_pass", sa.Boolean(), nullable=False),
        sa.Column("concurrent", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("organisation_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "token_profiles",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", EXACT, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("language2", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.Column("message_format", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), autoincrement=False),
        sa.Column("concurrent", sa.BigInteger(), autoincrement=False),
        sa.Column("cache_s", sa.BigInteger(), autoincrement=False),
        sa.Column("energy_transfers", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("organisation_id", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tolerances",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False),
        sa.Column("vendor", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("added_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("tolerances_station_id", "tolerances", ["station_id"])
    op.create_table(
        "trust_roots",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", EXACT, autoincrement=False, nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("added_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "fingerprint", "use"),
        sqlite_with_rowid=False,
    )
    op.create_index("trust_roots_use", "trust_roots", ["use"])
    op.create_table(
        "uncontrolled_stations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("station_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "upload_slots",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", EXACT, autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), autoincrement=False),
        sa.Column("max_bytes", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("password", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token"),
        sqlite_with_rowid=False,
    )
    op.create_index("upload_slots_expires_at", "upload_slots", ["expires_at"])
    op.create_index("upload_slots_station_id_request_id", "upload_slots", ["station_id", "request_id"])
    op.create_table(
        "usage_limits",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("token", sa.Text()),
        sa.Column("group", sa.Text()),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("energy_wh", sa.Double()),
        sa.Column("cost_minor", sa.BigInteger(), autoincrement=False),
        sa.Column("currency", sa.Text()),
        sa.Column("sessions", sa.BigInteger(), autoincrement=False),
        sa.Column("time_s", sa.BigInteger(), autoincrement=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "users",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("grants", sa.LargeBinary(), nullable=False),
        sa.Column("password", sa.LargeBinary()),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("totp", sa.LargeBinary()),
        sa.Column("pending_totp", sa.LargeBinary()),
        sa.Column("totp_step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recovery", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_login_at", sa.BigInteger(), autoincrement=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("users_one_email", "users", ["email"], unique=True)
    op.create_table(
        "vendor_messages",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("data", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("vendor_messages_received_at", "vendor_messages", ["received_at"])
    op.create_index("vendor_messages_station_id", "vendor_messages", ["station_id"])
    op.create_index("vendor_messages_vendor_id", "vendor_messages", ["vendor_id"])
    op.create_table(
        "vendors",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("message_ids", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("data", sa.Text()),
        sa.Column("echo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("vendors_one_vendor_id", "vendors", ["organisation_id", "vendor_id"], unique=True)
    op.create_table(
        "violations",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("station_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", EXACT, autoincrement=False, nullable=False),
        sa.Column("fix", EXACT, autoincrement=False, nullable=False),
        sa.Column("first_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("station_id", "action", "fix"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "webhooks",
        sa.Column("organisation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cursor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
