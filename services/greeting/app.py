"""The greeting's function: wiring only. A contact flow of Amazon Connect's asks who is calling."""

from shared.cold_start import loaded

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from services.greeting.greeting import Greeting
from shared import aws, settings, telemetry
from shared.store.customers import PARALLEL, Customers
from shared.store.table import Table

_settings = settings.read(settings.GreetingSettings)
_table = Table(aws.client("dynamodb", tries=1), _settings.table_name)
_greeting = Greeting(
    table=_table,
    customers=Customers(_table, ThreadPoolExecutor(PARALLEL)),
    now=lambda: datetime.now(UTC),
)


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Answer the block *AWS Lambda function* of a contact flow."""
    try:
        return _greeting.answer(event, request_id=context.aws_request_id)
    finally:
        telemetry.flush()


loaded()
