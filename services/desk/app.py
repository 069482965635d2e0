"""The desk's function: wiring only. It shows departments their cases, and makes steps of what is done."""

from shared.cold_start import loaded

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from mangum import Mangum

from services.desk.keeping import Keeping
from services.desk.people import People
from services.desk.routes import api
from shared import aws, settings, telemetry
from shared.http import problems
from shared.store.customers import PARALLEL, Customers
from shared.store.playbooks import CurrentPlaybook
from shared.store.shortcut import shortened
from shared.store.table import Table

_settings = settings.read(settings.DeskSettings)
_client = shortened(aws.client("dynamodb"), aws.session().get_credentials(), "query")
_table = Table(_client, _settings.table_name)
_people = People(_table, Customers(_table, ThreadPoolExecutor(PARALLEL)))
_keeping = Keeping(_table, CurrentPlaybook(_table), now=lambda: datetime.now(UTC))
_adapter = Mangum(api(_people, _keeping), lifespan="off", text_mime_types=["application/json", problems.MEDIA_TYPE])

logging.getLogger("mangum").setLevel(logging.CRITICAL)  # it logs each request's path, and a path names a customer


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one invocation by API Gateway (HTTP API, payload format 2.0)."""
    try:
        return _adapter(event, context)
    finally:
        telemetry.flush()


loaded()
