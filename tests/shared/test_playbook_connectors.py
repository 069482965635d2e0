"""Connectors in the playbook: read exactly, or refused with the setting named and what to do."""

import re
from typing import Any

import pytest

from shared.errors import ConfigurationError
from shared.playbook import Playbook, parse
from shared.playbook.connectors import Mail, Queue, Slack, Webhook
from tests.shared.test_playbook import GOOD
from tests.template import ROOT

SLACK = '{ kind = "slack", team = "T0SHOP", channel = "C0BILLING" }'
MAIL = '{ kind = "mail", to = ["Care@Teleprado.Example"], sender = "m@teleprado.example", replies_to = "h.example" }'
ZENDESK = '{ kind = "zendesk", host = "teleprado.zendesk.com", group = "98738", user = "900" }'
JIRA = '{ kind = "jira", host = "teleprado.atlassian.net", project = "TEC", user = "712020:bot" }'


QUEUE = '{ kind = "queue" }'


def webhook(url: str) -> str:
    return f'{{ kind = "webhook", url = "{url}" }}'


def with_tools(**tools: str) -> str:
    text = GOOD
    for department, tool in tools.items():
        text = text.replace(f'name = "{department}"\n', f'name = "{department}"\nconnector = {tool}\n', 1)
    return text


def connector(tool: str) -> Any:
    playbook = parse(with_tools(care=tool))
    assert Playbook.from_json(playbook.to_json()) == playbook
    return playbook.department("care").connector


def test_what_is_written_is_what_is_read() -> None:
    assert connector(SLACK) == Slack(kind="slack", team="T0SHOP", channel="C0BILLING")
    mail = connector(MAIL)
    assert isinstance(mail, Mail)
    assert mail.members == {"care@teleprado.example"}
    assert connector(ZENDESK).host == "teleprado.zendesk.com"
    assert (connector(JIRA).issue_type, connector(JIRA).service_desk, connector(JIRA).language) == ("Task", False, "es")
    assert connector(QUEUE) == Queue(kind="queue")
    assert parse(GOOD).department("care").connector is None


def test_each_department_with_a_program_has_a_queue_of_its_own() -> None:
    assert parse(with_tools(care=QUEUE, billing=QUEUE)).department("billing").connector == Queue(kind="queue")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.example", "a.example"),
        ("https://a.example/in?x=1", "a.example"),
        ("https://a.example:8443/in", "a.example:8443"),
    ],
)
def test_a_webhook_names_the_only_host_that_may_be_called(url: str, host: str) -> None:
    found = connector(webhook(url))
    assert isinstance(found, Webhook)
    assert (found.url, found.host) == (url, host)


@pytest.mark.parametrize(
    ("tool", "told"),
    [
        ('"slack"', "departments[care].connector: must be a table of settings"),
        ('{ team = "T0SHOP" }', "departments[care].connector: must say its 'kind'"),
        ('{ kind = "pager" }', "departments[care].connector: has a 'kind' that must be one of 'slack', 'mail'"),
        ('{ kind = "slack", team = "T0SHOP" }', "departments[care].connector.channel: is missing; add it"),
        ('{ kind = "slack", team = "shop", channel = "C0" }', "departments[care].connector.team: must match"),
        (SLACK.replace("}", ', colour = "red" }'), "departments[care].connector.colour: is no setting here"),
        (QUEUE.replace("}", ', url = "https://sqs" }'), "departments[care].connector.url: is no setting here"),
        (SLACK.replace("}", ', language = "fr" }'), "departments[care].connector.language: must be 'es' or 'en'"),
        (
            MAIL.replace("Care@Teleprado.Example", "Care <care@t.example>"),
            "departments[care].connector.to[1]: must match",
        ),
        (MAIL.replace('["Care@Teleprado.Example"]', "[]"), "departments[care].connector.to: must have at least 1"),
        (ZENDESK.replace("teleprado.zendesk.com", "zendesk.com.thief.example"), "departments[care].connector.host"),
        (ZENDESK.replace('"98738"', "98738"), "departments[care].connector.group: must be text in quotes"),
        (JIRA.replace("teleprado.atlassian.net", "jira.teleprado.example"), "departments[care].connector.host"),
        (webhook("http://a.example/"), "departments[care].connector.url: must match"),
        (webhook("https://localhost/"), "departments[care].connector.url: must match"),
        (webhook("https://127.0.0.1/"), "departments[care].connector.url: must match"),
        (webhook("https://user:word@a.example/"), "departments[care].connector.url: must match"),
        (webhook("https://a.example/x@b"), "departments[care].connector: must have neither # nor @ in it"),
        (webhook("https://a.example/x#y"), "departments[care].connector: must have neither # nor @ in it"),
        (webhook("https://a.example/x y"), "departments[care].connector.url: must match"),
    ],
)
def test_what_is_wrong_is_named(tool: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        connector(tool)


@pytest.mark.parametrize("tool", [SLACK, ZENDESK])
def test_a_place_is_of_one_department(tool: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape("departments[care].connector: another department has")):
        parse(with_tools(billing=tool, care=tool))


def test_two_departments_may_share_a_mailbox_a_project_and_an_endpoint() -> None:
    for tool in (MAIL, JIRA, webhook("https://a.example/")):
        parse(with_tools(billing=tool, care=tool))


def test_every_example_of_the_example_can_be_used() -> None:
    example = (ROOT / "infra" / "playbook.example.toml").read_text()
    shown = re.findall(r"^#(connector = \{.*\})$", example, re.MULTILINE)
    kinds = set()
    for line in shown:
        found = parse(example.replace('name = "billing"\n', f'name = "billing"\n{line}\n', 1)).department("billing")
        assert found.connector is not None
        kinds.add(found.connector.kind)
    assert kinds == {"slack", "mail", "zendesk", "jira", "webhook", "queue"}
