"""The calls' function: wiring only. What Amazon Connect tells, by EventBridge and Kinesis, is journalled."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from typing import Any

from services.calls.intake import NO_INSTANCE, Failures, Intake
from shared import aws, settings, telemetry
from shared.queues import Spill
from shared.store.journal import Bucket, Journal
from shared.store.table import Table

_settings = settings.read(settings.CallsSettings)
_intake = Intake(
    journal=Journal(
        Table(aws.client("dynamodb"), _settings.table_name),
        Bucket(aws.later("s3", patience=3), _settings.delivery_bucket),
    ),
    spill=Spill(aws.later("sqs"), _settings.spill_queue_url),
    now=lambda: datetime.now(UTC),
    instance=_settings.instance or NO_INSTANCE,
)


def handler(event: dict[str, Any], context: Any) -> Failures | None:
    """Keep one event, of a contact or of a file, or a batch of contact records; return which of those are to be
    delivered again."""
    try:
        if "Records" in event:
            return _intake.records(event["Records"])
        _intake.event(event, request_id=context.aws_request_id)
        return None
    finally:
        telemetry.flush()


loaded()
