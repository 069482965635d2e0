"""The poller's function: wiring only. Every minute it asks for what is new wherever nobody tells us."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.poller.rounds import Poller
from shared import aws, calling, secrets, settings, telemetry
from shared.store.journal import Bucket, Journal
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_RESERVE_MILLISECONDS = 65_000
"""No poll is begun with less: an answer may take thirty seconds, there may be two, and what they brought has to be
journalled."""

_LAST_CALL_MILLISECONDS = 50_000
"""With less, a poll makes no further call: the last may take thirty seconds, or forty at a line that stalls, and the
row that says how it ended has to be written, or it would be the first in line for ever."""

_settings = settings.read(settings.PollerSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_poller = Poller(
    table=_table,
    journal=Journal(_table, Bucket(aws.later("s3", patience=3), _settings.delivery_bucket)),
    playbook=CurrentPlaybook(_table),
    tokens=partial(secrets.api_tokens, aws.client("secretsmanager"), _settings.api_tokens_id),
    client=calling.over_tls(stand_ins=_settings.platform_apis, public_only=True),
    now=lambda: datetime.now(UTC),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Make one round."""
    try:
        found = _poller.round(
            time_is_left=lambda: context.get_remaining_time_in_millis() > _RESERVE_MILLISECONDS,
            may_go_on=lambda: context.get_remaining_time_in_millis() > _LAST_CALL_MILLISECONDS,
        )
        for outcome, number in found.items():
            telemetry.count(f"Poll{outcome.title().replace(' ', '')}", number)
        return {"polls": dict(found)}
    finally:
        telemetry.flush()


loaded()
