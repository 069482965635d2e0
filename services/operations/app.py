"""The operations' function: wiring only. `GET /ledger`, `/dead` and `/channels` become `Office`."""

from shared.cold_start import loaded

import logging
from datetime import UTC, datetime
from typing import Any

from mangum import Mangum

from services.operations.office import Office
from services.operations.routes import api
from shared import aws, settings, telemetry
from shared.http import problems
from shared.queues import queues
from shared.store.journal import Bucket
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_settings = settings.read(settings.OperationsSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_office = Office(
    table=_table,
    bucket=Bucket(aws.client("s3", patience=5), _settings.delivery_bucket),
    queues=queues(aws.client("sqs"), _settings.queue_urls),
    playbook=CurrentPlaybook(_table),
    now=lambda: datetime.now(UTC),
)
_adapter = Mangum(api(_office), lifespan="off", text_mime_types=["application/json", problems.MEDIA_TYPE])

logging.getLogger("mangum").setLevel(logging.CRITICAL)  # it logs each request's path, and ours says what is to be said


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one invocation by API Gateway (HTTP API, payload format 2.0)."""
    try:
        return _adapter(event, context)
    finally:
        telemetry.flush()


loaded()
