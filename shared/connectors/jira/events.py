"""What Jira's webhooks tell of an issue (https://developer.atlassian.com/cloud/jira/platform/webhooks/): subscribe to
`comment_created` and `jira:issue_updated`, for issues with our label.

What the token's own user did is ours, and comes back as an echo. A comment's webhook has neither the issue's labels nor
the text as it was written, so both are asked for.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import orjson

from shared.connectors.jira.document import text
from shared.connectors.jira.give import claim_of, get
from shared.connectors.told import Told
from shared.errors import MalformedRequest, StoreUnavailable
from shared.playbook.connectors import Jira
from shared.ports import Asking

_MARKED = re.compile(r"\s*(?:ANSWER|RESPUESTA)\s*:\s*", re.IGNORECASE)
"""What an answer to the customer begins with, where a project's comments are not for customers."""


def read(body: bytes, tool: Jira, token: str) -> Asking[tuple[Told, ...]]:
    """Return what somebody of the department did; nothing for what is not of ours, or not of theirs.

    Raises `MalformedRequest` for what is no webhook of Jira's, and `StoreUnavailable` when Jira does not tell what has
    to be asked for: it sends the webhook again then.
    """
    try:
        said = orjson.loads(body)
        if said["webhookEvent"] == "comment_created":
            return (yield from _commented(said, tool, token))
        if said["webhookEvent"] == "jira:issue_updated":
            return tuple(_updated(said, tool))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedRequest(f"this is no webhook of Jira's ({type(error).__name__})") from None
    return ()


def _commented(said: Any, tool: Jira, token: str) -> Asking[tuple[Told, ...]]:
    comment, issue = said["comment"], str(said["issue"]["id"])
    who = comment["author"]["accountId"]
    is_for_some = "visibility" in comment or comment.get("jsdPublic") is False
    if who == tool.user or is_for_some:
        return ()
    asked = f"issue/{quote(issue, safe='')}"
    claim = claim_of((yield from _asked(tool, token, f"{asked}?fields=labels"))["fields"]["labels"])
    if claim is None:
        return ()
    written = text((yield from _asked(tool, token, f"{asked}/comment/{quote(str(comment['id']), safe='')}"))["body"])
    if not tool.service_desk:
        marked = _MARKED.match(written)
        if marked is None:
            return ()
        written = written[marked.end() :]
    return (Told("said", claim, issue, who, f"comment:{comment['id']}", written),)


def _asked(tool: Jira, token: str, path: str) -> Asking[Any]:
    answer = yield get(tool, token, path)
    if answer.status != 200:
        raise StoreUnavailable(f"Jira does not tell what somebody wrote ({answer.status})")
    return answer.json()


def _updated(said: Any, tool: Jira) -> Iterator[Told]:
    fields, who = said["issue"]["fields"], said["user"]["accountId"]
    claim, issue, change = claim_of(fields.get("labels")), str(said["issue"]["id"]), said["changelog"]["id"]
    if claim is None or who == tool.user:
        return
    for item in said["changelog"]["items"]:
        key = f"change:{change}:{item['field']}"
        if item["field"] == "status" and fields["status"]["statusCategory"]["key"] == "done":
            yield Told("ended", claim, issue, who, key)
        elif item["field"] == "assignee" and item.get("to") == tool.user:
            yield Told("gave_back", claim, issue, who, key)
        elif item["field"] == "assignee" and item.get("to"):
            yield Told("took", claim, issue, item["to"], key)
