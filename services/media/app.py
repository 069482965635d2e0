"""The media function: wiring only. The table's stream says which events have files, and the queue has those to copy."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.media.batch import work
from services.media.copying import Copier
from services.media.waking import Failures, wake
from shared import aws, calling, secrets, settings, telemetry
from shared.media.scanning import GuardDuty, NoScanner
from shared.media.types import check
from shared.queues import Media
from shared.store.elsewhere import Elsewhere
from shared.store.media import MediaBucket
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_settings = settings.read(settings.MediaSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_queue = Media(aws.client("sqs"), _settings.media_queue_url)
_s3 = aws.later("s3", patience=30)
_bucket = MediaBucket(_s3, _settings.media_bucket)
_copier = Copier(
    table=_table,
    bucket=_bucket,
    elsewhere=Elsewhere(_s3, {"ses": _settings.mail_bucket}),
    playbook=CurrentPlaybook(_table),
    tokens=partial(secrets.api_tokens, aws.client("secretsmanager"), _settings.api_tokens_id),
    client=calling.over_tls(stand_ins=_settings.platform_apis, public_only=True),
    check=check,
    scanner=GuardDuty(_bucket.tags) if _settings.media_scanning == "guardduty" else NoScanner(),
    now=lambda: datetime.now(UTC),
    most_bytes=_settings.media_most_megabytes * 1024 * 1024,
    for_days=_settings.media_retention_days,
)


def handler(event: dict[str, Any], _context: Any) -> Failures:
    """Work through one batch of the table's stream or of the media queue; return what is to be delivered again."""
    batch = event["Records"]
    try:
        if batch[0]["eventSource"] == "aws:sqs":
            return work(batch, _copier, _queue)
        return wake(batch, _queue)
    finally:
        telemetry.flush()


loaded()
