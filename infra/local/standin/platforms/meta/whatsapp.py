"""WhatsApp's Cloud API, as far as texts and templates go.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/ (with the HTTP statuses)

WhatsApp itself tells some of its refusals only afterwards, as a status `failed`; the stand-in tells all at once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.platforms.meta import graph
from infra.local.standin.state import Arrived, Limit, Person, Response, State
from shared.lengths import is_blank

_LONGEST = 4096
_DAY = timedelta(hours=24)


def send(state: State, number: str, said: Mapping[str, Any], now: datetime) -> Response:
    """Take a message from one of the company's numbers, named by its id."""
    to = str(said.get("to") or said.get("recipient") or "").removeprefix("+")
    person = Person("whatsapp", number, to)
    if not to:
        return graph.error(131008, "Required parameter is missing: to or recipient")
    if person in state.blocked:
        return graph.error(131026, "Message undeliverable")
    kind = said.get("type")
    content = said.get(kind) if isinstance(kind, str) else None
    if kind not in ("text", "template") or not isinstance(content, dict):
        return graph.error(131051, "Unsupported message type")
    if wrong := _text(content) if kind == "text" else _template(state, content):
        return wrong
    last = state.spoke.get(person)
    if kind == "text" and (last is None or now >= last + _DAY):
        return graph.error(131047, "Re-engagement message")
    if state.wait(now, {f"whatsapp {number}": Limit(80, timedelta(seconds=1))}):
        return graph.error(130429, "Rate limit hit", status=429)
    if state.wait(now, {f"whatsapp {number} {to}": Limit(10, timedelta(minutes=1))}):
        return graph.error(131056, "(Business Account, Consumer Account) pair rate limit hit")
    wamid = f"wamid.standin{state.number()}"
    state.arrived.append(
        Arrived(
            platform="meta",
            channel="whatsapp",
            account=number,
            to=to,
            external_id=wamid,
            at=now,
            text=str(content.get("body", "")),
            template=content.get("name"),
            reply_to=(said.get("context") or {}).get("message_id"),
            reply_id=said.get("biz_opaque_callback_data"),
        )
    )
    named = {"wa_id": to} if "to" in said else {"user_id": to}
    contacts = [{"input": to, **named}]
    return Response(200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": wamid}]})


def _text(content: Mapping[str, Any]) -> Response | None:
    body = content.get("body")
    if not isinstance(body, str) or is_blank(body):
        return graph.error(131008, "Required parameter is missing: text['body']")
    return graph.invalid("text['body'] must be at most 4096 characters long") if len(body) > _LONGEST else None


def _template(state: State, content: Mapping[str, Any]) -> Response | None:
    components = content.get("components", [])
    parameters = [each for component in components for each in component.get("parameters", [])]
    if any(is_blank(str(each.get("text", ""))) for each in parameters):
        return graph.error(131008, "Required parameter is missing")
    wanted = state.templates.get((str(content.get("name")), str(content.get("language", {}).get("code"))))
    if state.templates and wanted is None:
        return graph.error(132001, "Template does not exist", status=404)
    if wanted is not None and wanted != len(parameters):
        return graph.error(132000, "Template param count mismatch")
    return None
