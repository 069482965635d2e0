"""Which tool is asked in which way, and where."""

from shared.connectors import Giving, Outcome, Telling, webhook
from shared.connectors.jira import give as jira
from shared.connectors.slack import give as slack
from shared.connectors.slack import over as slack_over
from shared.connectors.zendesk import give as zendesk
from shared.playbook.connectors import Jira, Slack, Webhook, Zendesk
from shared.ports import Asking


def telling(tool: Slack | Zendesk | Jira | Webhook, told: Telling) -> tuple[Asking[Outcome], frozenset[str]]:
    """Return how a tool is told that a hand-off is over, and the hosts that may be called for it."""
    match tool:
        case Slack():
            return slack_over.over(tool, told), frozenset({slack.HOST})
        case Zendesk():
            return zendesk.over(tool, told), frozenset({tool.host})
        case Jira():
            return jira.over(tool, told), frozenset({tool.host})
        case Webhook():
            return webhook.over(tool, told), frozenset({tool.host})


def asking(tool: Slack | Zendesk | Jira | Webhook, giving: Giving) -> tuple[Asking[Outcome], frozenset[str]]:
    """Return how a tool is asked to take a hand-off, and the hosts that may be called for it."""
    match tool:
        case Slack():
            return slack.give(tool, giving), frozenset({slack.HOST})
        case Zendesk():
            return zendesk.give(tool, giving), frozenset({tool.host})
        case Jira():
            return jira.give(tool, giving), frozenset({tool.host})
        case Webhook():
            return webhook.give(tool, giving), frozenset({tool.host})
