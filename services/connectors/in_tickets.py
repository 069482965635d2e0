"""What people do with a hand-off in Zendesk or Jira: take it, answer, end it, or give it back."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from services.connectors.acts import Acts, What
from services.connectors.answering import Answering, RefusedError
from services.connectors.door import Answer
from shared import calling, telemetry
from shared.calling import NothingDoneError
from shared.casework.steps import Agent
from shared.connectors.claims import Claim
from shared.connectors.jira import events as jira
from shared.connectors.jira import give as issues
from shared.connectors.told import Told
from shared.connectors.wording import of_the_channel, refused
from shared.connectors.zendesk import events as zendesk
from shared.connectors.zendesk import give as tickets
from shared.errors import Conflict, InvalidParameter, NotFound, StoreUnavailable
from shared.models import Request
from shared.playbook import Playbook
from shared.playbook.connectors import Jira, Zendesk
from shared.replying import Draft
from shared.secrets import ConnectorSecrets
from shared.subjects import subject


@dataclass(frozen=True, slots=True)
class InTickets:
    """Takes the webhooks of tools with tickets. What cannot be done is said on the ticket, where its author reads."""

    acts: Acts
    answering: Answering
    playbook: Callable[[], Playbook]
    secrets: ConnectorSecrets
    client: httpx.Client

    def zendesk(self, tool: Zendesk, department: str, request: Request) -> Answer:
        """Do what a webhook of Zendesk's tells of."""
        told = zendesk.read(request.body, tool)
        if told is not None:
            self._take(told, tool, department)
        return Answer(200)

    def jira(self, tool: Jira, department: str, request: Request) -> Answer:
        """Do what a webhook of Jira's tells of; raises `StoreUnavailable` when Jira does not tell the rest of it."""
        reading = jira.read(request.body, tool, self.secrets.of(department).token)
        try:
            told = calling.do(reading, self.client, hosts=frozenset({tool.host}))
        except NothingDoneError:
            raise StoreUnavailable("Jira does not tell what somebody wrote") from None
        for each in told:
            self._take(each, tool, department)
        return Answer(200)

    def _take(self, told: Told, tool: Zendesk | Jira, department: str) -> None:
        try:
            claim = self.acts.claim(told.claim, department)
        except NotFound:  # another installation's, or much too late
            telemetry.logger().warning("a ticket that is none of ours", extra={"tool": tool.kind})
            return
        by = Agent(subject=subject(tool.kind, tool.host, told.who), department=department)
        try:
            self._do(told, tool, claim, by)
        except RefusedError as error:
            zone = self.playbook().department(department).time_zone
            self._note(told, tool, department, of_the_channel(tool.language, error.refusal, time_zone=zone))
        except InvalidParameter as error:
            self._note(told, tool, department, refused(tool.language, error.reason))
        except Conflict as error:
            case = self.acts.standing(claim)
            if told.what != "took" or case.department != department:  # of a department, another may have taken it
                self._note(told, tool, department, refused(tool.language, str(error)))

    def _do(self, told: Told, tool: Zendesk | Jira, claim: Claim, by: Agent) -> None:
        match told.what:
            case "took":
                self.acts.do(claim, What("accepted"), by, key=told.key)
            case "said":
                self.answering.answer(claim, by, Draft(text=told.text), key=told.key)
            case "gave_back":
                why = f"given back in {tool.kind} ({told.place})"
                self.acts.do(claim, What("returned", why), by, key=told.key)
            case "ended":
                if self.acts.standing(claim).state == "offered":
                    self.acts.do(claim, What("accepted"), by, key=f"{told.key}#accept")
                self.acts.do(claim, What("closed"), by, key=told.key)

    def _note(self, told: Told, tool: Zendesk | Jira, department: str, line: str) -> None:
        token = self.secrets.of(department).token
        noting = (
            tickets.noted(tool, token, told.place, line)
            if isinstance(tool, Zendesk)
            else issues.noted(tool, token, told.place, line)
        )
        try:
            noted = calling.do(noting, self.client, hosts=frozenset({tool.host}))
        except NothingDoneError:
            noted = False
        if not noted:
            telemetry.logger().warning("the tool was not told what was refused", extra={"tool": tool.kind})
            telemetry.count("ToolNotTold")
