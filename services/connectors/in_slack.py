"""What people do with a hand-off in Slack: accept it, or return it and say why, and what they are shown of it."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import orjson

from services.connectors.acts import Acts, What
from services.connectors.door import Answer
from shared import calling, telemetry
from shared.calling import NothingDoneError
from shared.casework import cases
from shared.casework.steps import Agent
from shared.connectors.claims import Claim
from shared.connectors.slack import answers, interactions
from shared.connectors.slack.interactions import Person, Pressed, Submitted
from shared.connectors.slack.message import escaped
from shared.connectors.wording import LABELS, Labels
from shared.errors import Conflict, InvalidParameter, NotFound
from shared.models import Request
from shared.playbook import Playbook
from shared.playbook.connectors import Slack
from shared.ports import Asking
from shared.secrets import ConnectorSecrets

_DONE = Answer(200)


@dataclass(frozen=True, slots=True)
class InSlack:
    """Takes Slack's interactions. What was done stays done when Slack cannot be told of it: whoever presses the button
    again is."""

    acts: Acts
    playbook: Callable[[], Playbook]
    secrets: ConnectorSecrets
    client: httpx.Client

    def take(self, tool: Slack, department: str, request: Request) -> Answer:
        """Do what somebody did in Slack, and answer within the three seconds that Slack waits.

        Whoever is in the department's channel is of the department; that a company's workspaces are joined by shared
        channels does not make the other company's people so.
        """
        done = interactions.read(request.body)
        if done is None:
            return _DONE
        labels = LABELS[tool.language]
        if (done.who.team, done.who.channel) != (tool.team, tool.channel):
            return self._whisper(done, labels.not_yours)
        if done.who.home != tool.team:
            return self._whisper(done, labels.stranger)
        try:
            claim = self.acts.claim(done.claim, department)
        except NotFound as error:
            return self._whisper(done, labels.moved.format(why=error))
        if isinstance(done, Submitted):
            return self._returned(done, claim, labels)
        if done.what == "accept":
            return self._accepted(done, claim, labels)
        return self._ask_why(done, tool, department)

    def _accepted(self, done: Pressed, claim: Claim, labels: Labels) -> Answer:
        by = _agent(done.who, claim)
        try:
            self.acts.do(claim, What("accepted"), by, key=done.key)
        except Conflict:
            return self._second(done, claim, by, labels)
        line = labels.accepted.format(who=f"<@{done.who.id}>")
        self._say(answers.replaced(done.response_url, done.blocks, line, returnable=True))
        return _DONE

    def _second(self, done: Pressed, claim: Claim, by: Agent, labels: Labels) -> Answer:
        """Tell somebody who came second who was first, and take the buttons away, which only mislead."""
        case = self.acts.standing(claim)
        is_held_here = case.state == "accepted" and case.department == claim.department
        if is_held_here and case.held_by:
            line = labels.accepted.format(who=answers.in_markup(case.held_by.subject))
        else:
            line = labels.moved.format(why=answers.in_markup(cases.standing(case)))
        self._say(answers.replaced(done.response_url, done.blocks, line, returnable=is_held_here))
        return self._whisper(done, labels.yours if case.held_by == by else line)

    def _ask_why(self, done: Pressed, tool: Slack, department: str) -> Answer:
        others = [(each.name, each.title) for each in self.playbook().departments if each.name != department]
        token = self.secrets.of(department).token
        self._say(answers.asked_why(done, token, tool.language, others))
        return _DONE

    def _returned(self, done: Submitted, claim: Claim, labels: Labels) -> Answer:
        try:
            what = What("returned", done.why, done.to)
            move = self.acts.do(claim, what, _agent(done.who, claim), key=done.key)
        except Conflict as error:
            sentence = labels.moved.format(why=error)
            return Answer(200, orjson.dumps(answers.refused_view(sentence)).decode())
        except InvalidParameter as error:
            return Answer(200, orjson.dumps(answers.refused_view(error.reason)).decode())
        line = labels.returned.format(who=f"<@{done.who.id}>", to=move.to, why=escaped(done.why))
        self._say(answers.replaced(done.response_url, [], line))
        return _DONE

    def _whisper(self, done: Pressed | Submitted, line: str) -> Answer:
        self._say(answers.whispered(done.response_url, line))
        return _DONE

    def _say(self, asking: Asking[bool]) -> None:
        try:
            told = calling.do(asking, self.client, hosts=answers.HOSTS)
        except NothingDoneError:
            told = False
        if not told:
            telemetry.logger().warning("Slack was not told what was done")
            telemetry.count("ToolNotTold")


def _agent(who: Person, claim: Claim) -> Agent:
    return Agent(subject=who.subject, department=claim.department)
