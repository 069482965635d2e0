"""The watch's function: wiring only. Every minute, and whenever the projector's stream gave a batch up."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from time import sleep
from typing import Any

from services.watch.rounds import AT_ONCE, LeftBehind, drive_due_work, pending_too_long
from shared import aws, settings, telemetry
from shared.projection.projector import Projector
from shared.queues import Departments, Replies
from shared.store.journal import Bucket
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_RESERVE_MILLISECONDS = 10_000
"""A round stops while there is still time to finish an item and to report."""

_settings = settings.read(settings.ProjectionSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_projector = Projector(
    table=_table,
    bucket=Bucket(aws.client("s3"), _settings.delivery_bucket, places=_settings.places),
    departments=Departments(aws.client("sqs"), _settings.department_queues),
    playbook=CurrentPlaybook(_table),
    now=lambda: datetime.now(UTC),
    public_url=_settings.public_url,
    version=_settings.aws_lambda_function_version,
    replies=Replies(aws.client("sqs"), _settings.replies_queue_url),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Make one round, or take over the batches that the projector's stream gave up."""
    try:
        if "Records" in event:
            return _take_over(event["Records"])
        found = drive_due_work(
            _projector,
            time_is_left=lambda: context.get_remaining_time_in_millis() > _RESERVE_MILLISECONDS,
            at_once=AT_ONCE,
            wait=lambda length: sleep(length.total_seconds()),
        )
        for kind, number in found.items():
            telemetry.count(f"Due{kind.capitalize()}", number)
        too_long = pending_too_long(_projector)
        telemetry.count("PendingTooLong", too_long)
        return {"found": found, "pending_too_long": too_long}
    finally:
        telemetry.flush()


def _take_over(messages: list[dict[str, Any]]) -> dict[str, Any]:
    failed = []
    for message in messages:
        try:
            LeftBehind.parse(message["body"]).list_all(_projector, aws.client("dynamodbstreams"))
        except Exception as error:
            telemetry.failure("stream range not taken over", error)
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


loaded()
