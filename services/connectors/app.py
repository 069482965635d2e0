"""The connectors' function: wiring only. Hand-offs go out to the tools of departments, and come back as what was done.

It is woken by the queues of those departments that work in a tool of their own, by those of what waits for a tool, by
those of the acts of departments that work by their queue, by that of the mail that came, and by `POST /connectors/...`.
"""

from shared.cold_start import loaded

from datetime import UTC, datetime
from typing import Any

from services.connectors import batches
from services.connectors.acts import Acts
from services.connectors.answering import Answering
from services.connectors.door import Door, Tool
from services.connectors.giving import Giver
from services.connectors.in_mail import InMail
from services.connectors.in_queue import InQueue
from services.connectors.in_slack import InSlack
from services.connectors.in_tickets import InTickets
from services.connectors.noting import Noting
from services.connectors.post import Post
from services.connectors.telling import Teller
from services.connectors.waiting import Waiting
from shared import aws, calling, settings, telemetry
from shared.connectors.jira import signature as jira
from shared.connectors.slack import signature as slack
from shared.connectors.zendesk import signature as zendesk
from shared.handoff import HandOff
from shared.notice import Notice
from shared.projection.cases import Cases
from shared.queues import Departments
from shared.secrets import ConnectorSecrets
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_settings = settings.read(settings.ConnectorSettings)
_table = Table(aws.client("dynamodb"), _settings.table_name)
_playbook = CurrentPlaybook(_table)
_secrets = ConnectorSecrets(aws.client("secretsmanager"), _settings.connector_secrets_id)
_client = calling.over_tls(anew=True)
_post = Post(aws.later("sesv2", patience=10))


def _now() -> datetime:
    return datetime.now(UTC)


_cases = Cases(_table, _playbook, _now)
_acts = Acts(_table, _cases, _now)
_answering = Answering(_acts, _table, _now)
_giver = Giver(_table, _cases, _playbook, _secrets, _client, _post, _now)
_teller = Teller(_table, _playbook, _secrets, _client, _post, _now)
_waiting = Waiting(aws.client("sqs"), _settings.tool_queues)
_departments = Departments(aws.client("sqs"), _settings.department_queues)
_queue = InQueue(_acts, _answering, Noting(_acts, _table, _now), _playbook, _departments)
_mail = InMail(_acts, _answering, _playbook, _secrets, _post, aws.later("s3", patience=5), _settings.mail_bucket)
_tickets = InTickets(_acts, _answering, _playbook, _secrets, _client)
_door = Door(
    _playbook,
    _secrets,
    {
        "slack": Tool(slack.verify, InSlack(_acts, _playbook, _secrets, _client).take),
        "zendesk": Tool(zendesk.verify, _tickets.zendesk),
        "jira": Tool(jira.verify, _tickets.jira),
    },
    _now,
)


def _name(url: str) -> str:
    return url.rpartition("/")[2]


_tools = {_name(url): department for department, url in _settings.tool_queues.items()}
_acting = {_name(url): department for department, url in _settings.acts_queues.items()}


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer one invocation: a batch of a queue with the messages that are to be delivered again, a request with its
    answer."""
    try:
        if "Records" not in event:
            return _door.respond(event)
        return {**_batch(event["Records"])}
    finally:
        telemetry.flush()


def _batch(records: list[dict[str, Any]]) -> batches.Failures:
    queue = records[0]["eventSourceARN"].rpartition(":")[2]
    if queue == _name(_settings.mail_queue_url):
        return _mail.batch(records)
    if queue in _tools:
        return batches.tried_again(records, _take, _waiting, _tools[queue])
    if queue in _acting:
        return batches.in_order(records, lambda record: _queue.take(record, _acting[queue]))
    return batches.of_department(records, _take, _waiting)


def _take(message: HandOff | Notice) -> bool:
    return _teller.tell(message) if isinstance(message, Notice) else _giver.give(message)


loaded()
