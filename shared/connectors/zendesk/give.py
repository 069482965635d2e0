"""A hand-off as a ticket, once (https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/).

Its `external_id` is the claim, and so is the idempotency key, under which Zendesk makes one ticket within two hours
(https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency). The same key with another body is
refused, so the body is the same at each attempt.
"""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from shared.connectors import Given, Giving, NotGiven, Outcome, Telling, Unsure
from shared.connectors.wording import as_text, brief, shortened
from shared.playbook.connectors import Zendesk
from shared.ports import Answer, Asking, Call

_SUBJECT = 150

_REFUSALS = {
    400: "Zendesk cannot read the ticket",
    401: "Zendesk does not accept the token: publish one as <e-mail>/token:<API token>",
    403: "the token's user may not make tickets: give them the role of an agent of the group",
    404: "there is no such Zendesk: correct `host` in the playbook",
    422: "Zendesk refuses the ticket: does the group exist? Correct `group` in the playbook",
    429: "Zendesk asks us to wait",
}


def give(tool: Zendesk, giving: Giving) -> Asking[Outcome]:
    """Make the ticket, unless there is one by this claim."""
    claim, known = giving.hand_off.claim, _headers(giving.token)
    if giving.since is not None and (place := (yield from found(tool, giving.token, claim))):
        return Given(place)
    said = json.dumps({"ticket": ticket(tool, giving)}).encode()
    answer = yield Call("POST", _url(tool, "tickets.json"), known | {"idempotency-key": claim}, said)
    return _read(answer)


def found(tool: Zendesk, token: str, claim: str) -> Asking[str | None]:
    """Return the number of the ticket that a hand-off is, or none."""
    answer = yield Call("GET", _url(tool, f"tickets.json?{urlencode({'external_id': claim})}"), _headers(token))
    tickets = answer.json().get("tickets")
    if isinstance(tickets, list) and tickets and isinstance(tickets[0], dict):
        return str(tickets[0].get("id"))
    return None


def over(tool: Zendesk, telling: Telling) -> Asking[Outcome]:
    """Say on the ticket why it is over, and solve it; where Zendesk does not let it be solved like that (a field is
    missing, say), it is said all the same."""
    place = telling.place or (yield from found(tool, telling.token, telling.claim))
    if not place:
        return Given("")
    answer = yield _change(tool, telling.token, place, telling.line, status="solved")
    if answer.status == 422:
        answer = yield _change(tool, telling.token, place, telling.line)
    if answer.status in (200, 404):  # deleted, it misleads nobody
        return Given(place)
    return NotGiven(_REFUSALS.get(answer.status, f"Zendesk does not change the ticket ({answer.status})"))


def ticket(tool: Zendesk, giving: Giving) -> dict[str, Any]:
    """Return the ticket: what it says is an internal note, which no customer sees."""
    told = brief(replace(giving, since=None), tool.language)
    return {
        "subject": shortened(told.title, _SUBJECT),
        "comment": {"body": as_text(told, tool.language), "public": False},
        "external_id": giving.hand_off.claim,
        "group_id": int(tool.group),
        "priority": giving.hand_off.priority,
        "tags": ["mostrador"],
    }


def noted(tool: Zendesk, token: str, place: str, line: str) -> Asking[bool]:
    """Put an internal note on a ticket; return whether Zendesk took it."""
    answer = yield _change(tool, token, place, line)
    return answer.status == 200


def _change(tool: Zendesk, token: str, place: str, line: str, **fields: str) -> Call:
    said = json.dumps({"ticket": {"comment": {"body": line, "public": False}, **fields}}).encode()
    return Call("PUT", _url(tool, f"tickets/{int(place)}.json"), _headers(token), said)


def _url(tool: Zendesk, path: str) -> str:
    return f"https://{tool.host}/api/v2/{path}"


def _headers(token: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(token.encode()).decode()}", "content-type": "application/json"}


def _read(answer: Answer) -> Outcome:
    made = answer.json().get("ticket")
    if answer.status in (200, 201) and isinstance(made, dict) and "id" in made:
        return Given(str(made["id"]))
    if answer.json().get("error") == "IdempotentRequestError":
        return Unsure("Zendesk has a ticket by this key that says something else: it is searched for")
    if answer.status in _REFUSALS:
        return NotGiven(_REFUSALS[answer.status])
    return Unsure(f"Zendesk did not say whether it made the ticket ({answer.status})")
