"""The channels' function: wiring only. Every five minutes it looks whether the company's accounts are still heard."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.channels.checks import Checks
from shared import aws, calling, secrets, settings, telemetry
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_settings = settings.read(settings.ChannelSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_checks = Checks(
    table=_table,
    playbook=CurrentPlaybook(_table),
    tokens=partial(secrets.api_tokens, aws.client("secretsmanager"), _settings.api_tokens_id),
    client=calling.over_tls(stand_ins=_settings.platform_apis, public_only=True),
    now=lambda: datetime.now(UTC),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Make one round."""
    try:
        return {"found": dict(_checks.round())}
    finally:
        telemetry.flush()


loaded()
