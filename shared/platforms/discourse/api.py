"""A forum's API: where it is, who speaks there, and what its answers mean (https://docs.discourse.org).

The forum is the company's own, so that its host and the user in whose name is spoken are named by the playbook, and by
nothing that came from outside.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from shared import hosts
from shared.ports import Answer, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Later, Refused, Unknown

HOST_KIND, USER_KIND = hosts.KIND, "user"

_USER = re.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,59}")


class Forum(NamedTuple):
    """A forum as it is spoken to in a user's name; `key` lets in."""

    host: str
    user: str
    key: str

    def get(self, path: str, **asked: str) -> Call:
        query = f"?{urlencode(asked)}" if asked else ""
        return Call("GET", f"https://{self.host}{quote(path)}{query}", self._headers)

    def post(self, path: str, said: Mapping[str, Any]) -> Call:
        headers = {**self._headers, "content-type": "application/json"}
        return Call("POST", f"https://{self.host}{path}", headers, orjson.dumps(said))

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"api-key": self.key, "api-username": self.user}


def forum(presence: Presence) -> Forum | None:
    """Return an account's forum; none where the playbook does not name it, and whose name is spoken in."""
    host = hosts.host_of(presence)
    user = next((thing.id for thing in presence.things if thing.kind == USER_KIND), "")
    return Forum(host, user, presence.token) if host and _USER.fullmatch(user) else None


NO_FORUM = Refused(
    code="no_forum",
    sentence='the playbook does not say where the forum is: name { kind = "host", id = "forum.example.com" } and '
    '{ kind = "user", id = "<the API key\'s user>" } as things of the account, publish it, then send again',
)


def failed(answer: Answer) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that something was posted."""
    if answer.status == 429:
        return Later(seconds=_wait(answer))
    if not answer.refuses:
        return Unknown(sentence=f"the forum did not say whether it has it (status {answer.status}): look there")
    said = f"{answer.json().get('errors', '')} {answer.json().get('error_type', '')}"
    return Refused(code=str(answer.status), sentence=told(_REASONS, said, answer.status))


def _wait(answer: Answer) -> int | None:
    extras = answer.json().get("extras")
    wait = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return wait if isinstance(wait, int) and not isinstance(wait, bool) and wait >= 0 else None


_REASONS: Reasons = (
    (403, r"username or key",
     "the forum does not accept the API key for this user: make one for them (Admin, API keys), and publish it with "
     "`python -m infra.publish tokens`"),
    (403, r"", "the forum does not let its API user post there: the topic may be closed, or the user no moderator"),
    (404, r"", "the forum has no such post or topic for its API user: it was deleted, or they may not see it"),
    (410, r"", "what is answered was deleted in the forum: answer another post, or elsewhere"),
    (413, r"", "the forum finds the text too long: shorten it"),
    (422, r"too short", "the forum asks for a longer text: write a whole sentence"),
    (422, r"too long", "the text is too long for the forum: shorten it to 32,000 characters"),
    (422, r"unclear|invalid|complete sentence",
     "the forum finds no sentence in it: write one, with small letters and not the same few characters"),
    (422, r"too similar|just posted",
     "the user has posted these very words lately: if it was not this reply, change them"),
    (422, r"closed|archived", "the topic is closed: answer in private, or open it there"),
    (422, r"not accept|cannot send|can't send|private message|not allowed",
     "the customer takes no private messages: answer in public"),
    (None, r"", "the forum refused it: look into the topic there, and at what its API user may do"),
)  # fmt: skip
"""What to do, by the status and the words that Discourse is known to use (config/locales/server.en.yml); the first that
fits counts."""
