"""The lookup's function: wiring only. `GET /customers/...` becomes `Lookup`."""

from shared.cold_start import loaded

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from mangum import Mangum

from services.customer360.lookup import Lookup
from services.customer360.routes import api
from shared import aws, platforms, settings, telemetry
from shared.http import problems
from shared.store.customers import PARALLEL, Customers
from shared.store.media import MediaBucket, MediaLinks
from shared.store.playbooks import CurrentPlaybook
from shared.store.shortcut import shortened
from shared.store.table import Table

_settings = settings.read(settings.LookupSettings)
_client = shortened(aws.client("dynamodb"), aws.session().get_credentials(), "query")
_table = Table(_client, _settings.table_name)
_files = (
    MediaLinks(MediaBucket(aws.later("s3"), _settings.media_bucket), _settings.media_scanning)
    if _settings.media_bucket
    else None
)
_lookup = Lookup(
    table=_table,
    customers=Customers(_table, ThreadPoolExecutor(PARALLEL)),
    playbook=CurrentPlaybook(_table),
    windows=platforms.windows,
    now=lambda: datetime.now(UTC),
    files=_files,
)
_adapter = Mangum(api(_lookup), lifespan="off", text_mime_types=["application/json", problems.MEDIA_TYPE])

logging.getLogger("mangum").setLevel(logging.CRITICAL)  # it logs each request's path, and a path names a customer


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one invocation by API Gateway (HTTP API, payload format 2.0)."""
    try:
        return _adapter(event, context)
    finally:
        telemetry.flush()


loaded()
