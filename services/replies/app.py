"""The replies' function: wiring only. What is to be said to customers comes from a queue, and is sent once."""

from shared.cold_start import loaded

from datetime import UTC, datetime
from functools import partial
from random import random
from secrets import token_hex
from typing import Any

from services.replies.batch import Failures, work
from services.replies.sender import Sender
from shared import aws, calling, secrets, settings, telemetry
from shared.queues import Replies
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_RESERVE_MILLISECONDS = 35_000
"""A reply is begun only while there is time to see it through: some calls to a platform of 13 seconds each at most."""

_settings = settings.read(settings.RepliesSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_queue = Replies(aws.client("sqs"), _settings.replies_queue_url)
_sender = Sender(
    table=_table,
    playbook=CurrentPlaybook(_table),
    tokens=partial(secrets.api_tokens, aws.client("secretsmanager"), _settings.api_tokens_id),
    client=calling.over_tls(anew=True, stand_ins=_settings.platform_apis, public_only=True),
    now=lambda: datetime.now(UTC),
    name=lambda: token_hex(13),
    jitter=random,
    things={"region": aws.session().region_name or "", "configuration_set": _settings.mail_configuration_set},
    door=_settings.public_url,
)


def handler(event: dict[str, Any], context: Any) -> Failures:
    """Work through one batch of the queue; return what is to be delivered again."""
    try:
        return work(
            event["Records"],
            _sender,
            _queue,
            time_is_left=lambda: context.get_remaining_time_in_millis() > _RESERVE_MILLISECONDS,
        )
    finally:
        telemetry.flush()


loaded()
