"""Which tool is asked in which way, and where."""

from http import HTTPStatus

from shared.connectors import Giving, NotGiven, Outcome, Telling, webhook
from shared.connectors.jira import give as jira
from shared.connectors.slack import api as slack_api
from shared.connectors.slack import give as slack
from shared.connectors.slack import over as slack_over
from shared.connectors.zendesk import give as zendesk
from shared.playbook.connectors import Jira, Slack, Webhook, Zendesk
from shared.ports import Answer, Asking

type Tool = Slack | Zendesk | Jira | Webhook


def telling(tool: Tool, told: Telling) -> tuple[Asking[Outcome], frozenset[str]]:
    """Return how a tool is told that a hand-off is over, and the hosts that may be called for it."""
    return _once_it_answers(_over(tool, told)), _hosts(tool)


def asking(tool: Tool, giving: Giving) -> tuple[Asking[Outcome], frozenset[str]]:
    """Return how a tool is asked to take a hand-off, and the hosts that may be called for it."""
    return _once_it_answers(_give(tool, giving)), _hosts(tool)


def _over(tool: Tool, told: Telling) -> Asking[Outcome]:
    match tool:
        case Slack():
            return slack_over.over(tool, told)
        case Zendesk():
            return zendesk.over(tool, told)
        case Jira():
            return jira.over(tool, told)
        case Webhook():
            return webhook.over(tool, told)


def _give(tool: Tool, giving: Giving) -> Asking[Outcome]:
    match tool:
        case Slack():
            return slack.give(tool, giving)
        case Zendesk():
            return zendesk.give(tool, giving)
        case Jira():
            return jira.give(tool, giving)
        case Webhook():
            return webhook.give(tool, giving)


def _hosts(tool: Tool) -> frozenset[str]:
    return frozenset({slack_api.HOST if isinstance(tool, Slack) else tool.host})


def _once_it_answers(asking: Asking[Outcome]) -> Asking[Outcome]:
    """Ask a tool, but stop where it cannot say now what is read of it: a search without an answer has not found that
    the tool has nothing, and what it has already would be given twice, or never be told that it is over."""
    try:
        call = next(asking)
        while True:
            answer = yield call
            if call.reads and _is_none(answer):
                return NotGiven("the tool cannot say now what it has")
            call = asking.send(answer)
    except StopIteration as finding:
        outcome: Outcome = finding.value
        return outcome


def _is_none(answer: Answer) -> bool:
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
