"""A hand-off as an issue, once (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/).

Jira has no idempotency key. A label of the issue's own is made of the claim; where an earlier attempt may have worked,
it is searched for, which finds an issue a moment after it was made: attempts are at least a minute apart.
"""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote, urlencode

from shared.connectors import Given, Giving, NotGiven, Outcome, Telling, Unsure
from shared.connectors.jira.document import document
from shared.connectors.wording import as_text, brief, shortened
from shared.playbook.connectors import Jira
from shared.ports import Answer, Asking, Call

LABEL = "mostrador"
_OWN = f"{LABEL}_"
_SUMMARY = 255

_REFUSALS = {
    400: "Jira refuses the issue: do the project and the issue type exist, and does it ask for further fields? Correct "
    "`project` and `issue_type` in the playbook",
    401: "Jira does not accept the token: publish one as <e-mail>:<API token>",
    403: "the token's user may not make issues in the project",
    404: "there is no such Jira, or the token's user does not see it: correct `host` in the playbook",
    429: "Jira asks us to wait",
}


def give(tool: Jira, giving: Giving) -> Asking[Outcome]:
    """Make the issue, unless there is one by this claim."""
    if giving.since is not None and (place := (yield from found(tool, giving.token, giving.hand_off.claim))):
        return Given(place)
    said = json.dumps({"fields": fields(tool, giving)}).encode()
    answer = yield Call("POST", _url(tool, "issue"), _headers(giving.token), said)
    return _read(answer)


def found(tool: Jira, token: str, claim: str) -> Asking[str | None]:
    """Return the id of the issue that a hand-off is, or none."""
    query = urlencode({"jql": f'labels = "{label(claim)}"', "fields": "labels", "maxResults": 1})
    answer = yield Call("GET", _url(tool, f"search/jql?{query}"), _headers(token))
    issues = answer.json().get("issues")
    if isinstance(issues, list) and issues and isinstance(issues[0], dict):
        return str(issues[0].get("id"))
    return None


def over(tool: Jira, telling: Telling) -> Asking[Outcome]:
    """Say on the issue why it is over. To which status it would go then is the project's own workflow's, so it stays
    where it is."""
    place = telling.place or (yield from found(tool, telling.token, telling.claim))
    if not place or (yield from noted(tool, telling.token, place, telling.line)):
        return Given(place or "")
    return NotGiven("Jira does not take a comment on the issue")


def fields(tool: Jira, giving: Giving) -> dict[str, Any]:
    told = brief(giving, tool.language)
    return {
        "project": {"key": tool.project},
        "issuetype": {"name": tool.issue_type},
        "summary": shortened(told.title, _SUMMARY),
        "description": document(as_text(told, tool.language).splitlines()),
        "labels": [LABEL, label(giving.hand_off.claim)],
    }


def label(claim: str) -> str:
    return f"{_OWN}{claim}"


def claim_of(labels: object) -> str | None:
    """Return the claim that an issue's labels name, if they do."""
    found = (str(each) for each in labels if str(each).startswith(_OWN)) if isinstance(labels, list) else iter(())
    return next((each.removeprefix(_OWN) for each in found), None)


def noted(tool: Jira, token: str, place: str, line: str) -> Asking[bool]:
    """Comment on an issue; return whether Jira took it. In a service desk's project no customer sees it."""
    internal = {"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]} if tool.service_desk else {}
    said = json.dumps({"body": document([line]), **internal}).encode()
    answer = yield Call("POST", _url(tool, f"issue/{quote(place, safe='')}/comment"), _headers(token), said)
    return answer.status == 201


def get(tool: Jira, token: str, path: str) -> Call:
    return Call("GET", _url(tool, path), _headers(token))


def _url(tool: Jira, path: str) -> str:
    return f"https://{tool.host}/rest/api/3/{path}"


def _headers(token: str) -> dict[str, str]:
    return {
        "authorization": f"Basic {b64encode(token.encode()).decode()}",
        "content-type": "application/json",
        "accept": "application/json",
    }


def _read(answer: Answer) -> Outcome:
    made = answer.json()
    if answer.status == 201 and "id" in made:
        return Given(str(made["id"]))
    if answer.status in _REFUSALS:
        return NotGiven(_REFUSALS[answer.status])
    return Unsure(f"Jira did not say whether it made the issue ({answer.status})")
