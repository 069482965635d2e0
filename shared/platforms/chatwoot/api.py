"""An account of Chatwoot's as it is spoken to: where it is, and what its answers mean
(https://developers.chatwoot.com/api-reference/messages/create-new-message).

The host and the account's number are named by the playbook alone: the token goes to no host that came from outside.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

import orjson

from shared.hosts import host_of
from shared.ports import Answer, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Later, Refused, Unknown

ACCOUNT_KIND = "account"
NUMBER = re.compile("[1-9][0-9]{0,18}")


class Inbox(NamedTuple):
    """An account of Chatwoot's; `number` is what its screens' address has after `accounts/`."""

    host: str
    number: str
    token: str

    def get(self, path: str) -> Call:
        return Call("GET", f"{self._base}{path}", self._headers)

    def post(self, path: str, said: Mapping[str, Any]) -> Call:
        headers = {**self._headers, "content-type": "application/json"}
        return Call("POST", f"{self._base}{path}", headers, orjson.dumps(said))

    @property
    def _base(self) -> str:
        return f"https://{self.host}/api/v1/accounts/{self.number}"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"api_access_token": self.token}


def inbox(presence: Presence) -> Inbox | None:
    """Return an account's place in Chatwoot; none where the playbook does not name its host and its number."""
    host = host_of(presence)
    number = next((thing.id for thing in presence.things if thing.kind == ACCOUNT_KIND), "")
    return Inbox(host, number, presence.token) if host and NUMBER.fullmatch(number) else None


NO_INBOX = Refused(
    code="no_inbox",
    sentence='the playbook does not say where Chatwoot is: name { kind = "host", id = "chat.example.com" } and '
    '{ kind = "account", id = "<the number after accounts/ in its address>" } as things of the account, publish it, '
    "then send again",
)


def failed(answer: Answer, now: datetime) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that something was written."""
    said = answer.json()
    words = f"{said.get('error', '')} {said.get('message', '')} {said.get('errors', '')}"
    if answer.status == 429:
        return Later(seconds=_seconds(answer, now))
    if answer.status == 422 and re.search("too many messages", words, re.IGNORECASE):
        return Later(account=False)  # of one conversation, in a minute
    if not answer.refuses:
        return Unknown(sentence=f"Chatwoot did not say whether it has it (status {answer.status}): look there")
    return Refused(code=str(answer.status), sentence=told(_REASONS, words, answer.status))


def _seconds(answer: Answer, now: datetime) -> int | None:
    until = answer.retry_after(now)
    return max(0, ceil((until - now).total_seconds())) if until else None


_REASONS: Reasons = (
    (401, r"", "Chatwoot does not accept the token, or its user has no place in the conversation's inbox: take the "
     "access token of an agent of that inbox (Profile Settings), and publish it with `python -m infra.publish tokens`"),
    (403, r"", "Chatwoot does not let the token's user write there: give them a place in the conversation's inbox"),
    (404, r"", "Chatwoot has no such conversation in this account: it was deleted, or the playbook has another "
     "account's number"),
    (413, r"", "Chatwoot finds the text too long: shorten it"),
    (422, r"too long", "the text is too long for Chatwoot: shorten it to 150,000 characters"),
    (422, r"blank", "there is nothing in the text that Chatwoot takes: write one"),
    (None, r"", "Chatwoot refused it: look at the conversation there, and at what the token's user may do"),
)  # fmt: skip
"""What to do, by the status and the words that Chatwoot is known to use; the first that fits counts."""
