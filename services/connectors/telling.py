"""News of hand-offs on their way to the tools that were given them: each is told that it is over, and why.

A tool may be told twice, when the process dies between telling it and noting that. It reads the same again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from services.connectors import tools
from services.connectors.giving import asked, is_switched_off, note, with_tool
from shared import calling
from shared.connectors import Given, Outcome, Telling
from shared.connectors.claims import Claim, has_or_may_have, is_busy
from shared.connectors.wording import LABELS
from shared.notice import Notice
from shared.playbook import Department, Playbook
from shared.playbook.connectors import Mail, Tool
from shared.secrets import ConnectorSecrets
from shared.store import claims
from shared.store.table import Table


class Post(Protocol):
    """Sends mail."""

    def over(self, tool: Mail, telling: Telling) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells tools what they have no longer. `playbook` returns the company's current one, `now` an aware instant."""

    table: Table
    playbook: Callable[[], Playbook]
    secrets: ConnectorSecrets
    client: httpx.Client
    post: Post
    now: Callable[[], datetime]

    def tell(self, notice: Notice) -> bool:
        """Tell a department's tool that a hand-off is over, and return whether that is settled: it knows, or never had
        it. Raises `WithoutConnectorError`."""
        playbook = self.playbook()
        department, tool = with_tool(playbook, notice.department)
        claim = claims.read(self.table, notice.claim) if notice.claim else None
        if claim is None or claim.over or claim.kind != tool.kind or not has_or_may_have(claim):
            return True
        now = self.now()
        if is_busy(claim, now) or is_switched_off(self.table, department, playbook):
            return False
        outcome = asked(lambda: self._told(department, tool, claim, notice))
        note(self.table, department, outcome, playbook)
        if not isinstance(outcome, Given):
            return False
        claims.write(self.table, claim, claim.model_copy(update={"over": True}), now=now)
        return True

    def _told(self, department: Department, tool: Tool, claim: Claim, notice: Notice) -> Outcome:
        labels, known = LABELS[tool.language], self.secrets.of(department.name)
        line = ": ".join(filter(None, (labels.over[notice.notice].format(to=notice.to), notice.why.rstrip(".")))) + "."
        telling = Telling(notice, claim.claim, claim.place, claim.since, line, self.now(), known.signing, known.token)
        if isinstance(tool, Mail):
            return self.post.over(tool, telling)
        asking, hosts = tools.telling(tool, telling)
        return calling.do(asking, self.client, hosts=hosts)
