"""A company's Zendesk as it is spoken to: where it is, who is let in, and what its answers mean
(https://developer.zendesk.com/api-reference/introduction/security-and-auth/, .../introduction/rate-limits/).

The host is named by the playbook alone: the token goes to no host that came from outside.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

import orjson

from shared.hosts import host_of
from shared.ports import Answer, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Later, Refused, Unknown


class HelpDesk(NamedTuple):
    """A Zendesk; `token` is `<e-mail>/token:<API token>`, or a token of OAuth, which has no colon."""

    host: str
    token: str

    def get(self, path: str) -> Call:
        return Call("GET", f"https://{self.host}/api/v2{path}", self._headers)

    def put(self, path: str, said: Mapping[str, Any]) -> Call:
        headers = {**self._headers, "content-type": "application/json"}
        return Call("PUT", f"https://{self.host}/api/v2{path}", headers, orjson.dumps(said))

    @property
    def _headers(self) -> Mapping[str, str]:
        if ":" in self.token:
            return {"authorization": f"Basic {b64encode(self.token.encode()).decode()}"}
        return {"authorization": f"Bearer {self.token}"}


def help_desk(presence: Presence) -> HelpDesk | None:
    """Return an account's Zendesk; none where the playbook does not name its host."""
    host = host_of(presence)
    return HelpDesk(host, presence.token) if host else None


NO_HELP_DESK = Refused(
    code="no_help_desk",
    sentence='the playbook does not say where Zendesk is: name { kind = "host", id = "company.zendesk.com" } as a '
    "thing of the account, publish it, then send again",
)


def failed(answer: Answer, now: datetime) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that a comment was made."""
    if answer.status == 429:
        return Later(seconds=_seconds(answer, now))
    if answer.status == 409:
        return Later(account=False)  # somebody else has changed the ticket since it was read
    if not answer.refuses:
        return Unknown(sentence=f"Zendesk did not say whether it has it (status {answer.status}): look at the ticket")
    said = answer.json()
    words = f"{said.get('error', '')} {said.get('description', '')} {said.get('details', '')}"
    return Refused(code=str(answer.status), sentence=told(_REASONS, words, answer.status))


def _seconds(answer: Answer, now: datetime) -> int | None:
    until = answer.retry_after(now)
    return max(0, ceil((until - now).total_seconds())) if until else None


CLOSED = (
    "the ticket is closed, and Zendesk lets nobody write in it: open a follow-up of it in Zendesk, or write to the "
    "customer where else they are known"
)

_REASONS: Reasons = (
    (401, r"", "Zendesk does not accept the token: publish `<e-mail>/token:<API token>` of an agent with "
     "`python -m infra.publish tokens`, and look whether token access is on (Admin Center, APIs)"),
    (403, r"", "Zendesk does not let the token's user write in this ticket: give them a role that may, and the "
     "ticket's group"),
    (404, r"", "Zendesk has no such ticket for the token's user: it was deleted or merged, or they may not see it"),
    (413, r"", "Zendesk finds the text too long: shorten it"),
    (422, r"closed", CLOSED),
    (422, r"too long|too large", "the text is too long for Zendesk: shorten it to 64 kB"),
    (422, r"blank|empty", "there is nothing in the text that Zendesk takes: write one"),
    (422, r"required|need", "Zendesk asks for something of the ticket first, such as a field that must be filled in: "
     "do so in Zendesk, then send again"),
    (None, r"", "Zendesk refused it: look at the ticket, and at what the token's user may do"),
)  # fmt: skip
"""What to do, by the status and the words that Zendesk is known to use; the first that fits counts."""
