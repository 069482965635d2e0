"""The projector's function: wiring only. The table's stream becomes projections, the spill queue becomes journal."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from typing import Any

from shared import aws, settings, telemetry
from shared.projection import records
from shared.projection.projector import Projector
from shared.queues import Departments, Replies
from shared.store.journal import Bucket, Journal
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_settings = settings.read(settings.ProjectionSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_bucket = Bucket(aws.client("s3"), _settings.delivery_bucket, places=_settings.places)
_journal = Journal(_table, _bucket)
_projector = Projector(
    table=_table,
    bucket=_bucket,
    departments=Departments(aws.client("sqs"), _settings.department_queues),
    playbook=CurrentPlaybook(_table),
    now=lambda: datetime.now(UTC),
    public_url=_settings.public_url,
    version=_settings.aws_lambda_function_version,
    replies=Replies(aws.client("sqs"), _settings.replies_queue_url),
)


def handler(event: dict[str, Any], _context: Any) -> records.Failures:
    """Work through one batch of the table's stream or of the spill queue; return what is to be delivered again."""
    batch = event["Records"]
    try:
        if batch[0]["eventSource"] == "aws:sqs":
            return records.spill(batch, _projector, _journal)
        return records.stream(batch, _projector)
    finally:
        telemetry.flush()


loaded()
