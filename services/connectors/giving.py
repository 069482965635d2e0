"""Hand-offs on their way to the tools of departments: each to its tool once, as far as the tool lets us be sure.

The steps of one attempt, and what becomes of a hand-off when the process dies between them:

1. it is noted that the attempt begins (one conditional write: of two who begin, one goes on);
2. the tool is asked. Whoever comes after a death finds the note, and asks in the way that the tool has for it: Slack,
   Jira and Zendesk are searched first, Zendesk knows the claim as its idempotency key as well, an endpoint passes over
   a `webhook-id` that it knows; a mail, and a message where Slack may not be searched, say that they may be there;
3. what came of it is noted. Until then the message stays on its queue, so that somebody does come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from services.connectors import tools
from shared import calling, telemetry
from shared.calling import NothingDoneError
from shared.connectors import Giving, NotGiven, Outcome, Unsure
from shared.connectors.claims import begun, claimed, ended, is_busy
from shared.errors import ConfigurationError
from shared.escalation import ENDED
from shared.handoff import HandOff
from shared.playbook import Department, Playbook
from shared.playbook.connectors import Mail, Queue, Tool, Webhook
from shared.projection.cases import Cases
from shared.secrets import ConnectorSecrets
from shared.store import claims
from shared.store.table import Table


class WithoutConnectorError(Exception):
    """The department works with no tool of ours: its hand-offs are for whoever reads its queue."""


class Post(Protocol):
    """Sends mail."""

    def send(self, tool: Mail, giving: Giving) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Giver:
    """Gives hand-offs to tools. `playbook` returns the company's current one, `now` an aware instant."""

    table: Table
    cases: Cases
    playbook: Callable[[], Playbook]
    secrets: ConnectorSecrets
    client: httpx.Client
    post: Post
    now: Callable[[], datetime]

    def give(self, hand_off: HandOff) -> bool:
        """Give a hand-off to its department's tool, and return whether that is settled: the tool has it, or it is
        needed no more. Raises `WithoutConnectorError`."""
        playbook = self.playbook()
        department, tool = with_tool(playbook, hand_off.department)
        before, now = claims.read(self.table, hand_off.claim), self.now()
        if before and before.place:
            return True
        if self._is_moot(hand_off):
            telemetry.count("HandOffMoot")
            return True
        if (before and is_busy(before, now)) or is_switched_off(self.table, department, playbook):
            return False
        attempt = begun(before or claimed(hand_off, tool.kind, now), tool.kind, now)
        if not claims.write(self.table, before, attempt, now=now):
            return False
        if self._is_moot(hand_off):  # its notice may have come before our note, and found nothing to tell
            claims.write(self.table, attempt, ended(attempt, NotGiven("it is over")), now=now)
            telemetry.count("HandOffMoot")
            return True
        since = attempt.since if attempt.may_be_there else None
        outcome = asked(lambda: self._given(department, tool, hand_off, since))
        note(self.table, department, outcome, playbook)
        after = ended(attempt, outcome)
        claims.write(self.table, attempt, after, now=now)
        return after.place is not None

    def _is_moot(self, hand_off: HandOff) -> bool:
        """Return whether this offer is over: the escalation has ended, or was offered anew since."""
        case = self.cases.read(hand_off.identity, hand_off.id)
        return case.state in ENDED or case.offer != hand_off.offer

    def _given(self, department: Department, tool: Tool, hand_off: HandOff, since: datetime | None) -> Outcome:
        known = self.secrets.of(department.name)
        giving = Giving(hand_off, self.now(), department.time_zone, known.signing, known.token, since)
        if isinstance(tool, Mail):
            return self.post.send(tool, giving)
        asking, hosts = tools.asking(tool, giving)
        return calling.do(asking, self.client, hosts=hosts)


def with_tool(playbook: Playbook, name: str) -> tuple[Department, Tool]:
    """Return a department and the tool in which it works; raises `WithoutConnectorError` when it works in none of
    ours."""
    department = {each.name: each for each in playbook.departments}.get(name)
    if department is None or department.connector is None or isinstance(department.connector, Queue):
        raise WithoutConnectorError
    return department, department.connector


def is_switched_off(table: Table, department: Department, playbook: Playbook) -> bool:
    """Return whether a department's endpoint has said under this playbook that it wants no more."""
    if not isinstance(department.connector, Webhook):
        return False
    off = claims.is_switched_off(table, department.name, playbook_version=playbook.version)
    if off:
        telemetry.count("ConnectorSwitchedOff")
    return off


def asked(ask: Callable[[], Outcome]) -> Outcome:
    """Return what came of asking a tool for something."""
    try:
        return ask()
    except NothingDoneError:
        return NotGiven("there is no connection to it")
    except ConfigurationError as error:
        return NotGiven(str(error))


def note(table: Table, department: Department, outcome: Outcome, playbook: Playbook) -> None:
    """Log and count what came of asking a department's tool, and switch off an endpoint that is gone."""
    told = {"department": department.name, "tool": department.connector.kind if department.connector else ""}
    match outcome:
        case NotGiven(sentence, gone):
            telemetry.count("ConnectorRefused")
            telemetry.logger().warning("hand-off not given", extra=told | {"reason": sentence})
            if gone:
                claims.switch_off(table, department.name, playbook_version=playbook.version)
                telemetry.count("ConnectorSwitchedOff")
        case Unsure(sentence):
            telemetry.count("ConnectorUnsure")
            telemetry.logger().warning("nobody can tell whether it was given", extra=told | {"reason": sentence})
        case _:
            telemetry.count("HandOffGiven")
