"""An agent's message in the customer's conversation, which Chatwoot takes to whatever channel that is on
(https://developers.chatwoot.com/api-reference/messages/create-new-message).

Our own id goes along twice. `echo_id` comes back in the answer alone; what stands in `content_attributes` stays with
the message, and comes back in the webhook and in the list. `source_id` must be left alone: a message that has one is
taken for the channel's own, and is not delivered (chatwoot/chatwoot, app/services/base/send_on_channel_service.rb).
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.hosts import KIND
from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, refused
from shared.platforms.chatwoot import finding
from shared.platforms.chatwoot.api import ACCOUNT_KIND, NO_INBOX, NUMBER, failed, inbox
from shared.platforms.chatwoot.normalise import CHANNEL
from shared.platforms.chatwoot.payload import OUR_ID
from shared.ports import Answer, Asking, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    Rate,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        longest=150_000,  # app/models/message.rb; the channel behind the inbox may take less
        unit=CHARACTERS,
        # 3000 requests a minute from one address (config/initializers/rack_attack.rb), of which an answer takes two.
        rates=(Rate(1500, timedelta(minutes=1)),),
        echoes=True,
        echo_has_id=True,
    )
}
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Chatwoot would not take it, or none. What the channel behind an inbox lets through, Chatwoot alone
    knows."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no conversation of a customer's in Chatwoot: answer in one of theirs, or where else they are "
    "known",
)


def _is_address(place: Place) -> bool:
    return all(map(NUMBER.fullmatch, (_person(place), place.thread))) and _person(place) != place.account


def _person(place: Place) -> str:
    return place.identity.removeprefix(f"chatwoot:{place.account}:")


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, after one that reads whose conversation it is and whether it can be answered; what `check`
    refuses goes no further."""
    place, at = reply.place, now or datetime.now(UTC)
    if refusal := check(reply.draft, place, now or _ANY_TIME):
        return refused(refusal)
    where = inbox(presence)
    if where is None:
        return NO_INBOX
    read = yield where.get(f"/conversations/{place.thread}")
    conversation = read.json() if read.status == 200 else {}
    person = _sender(conversation)
    if person is None:
        found = failed(read, at)
        return Later() if isinstance(found, Unknown) else found  # nothing was written
    if person != _person(place):
        return _ANOTHERS
    if conversation.get("can_reply") is False:
        return _CLOSED
    answer = yield where.post(f"/conversations/{place.thread}/messages", _said(reply))
    return finding.written(answer.json()) if _was_taken(answer) else failed(answer, at)


def _sender(conversation: Mapping[str, Any]) -> str | None:
    """Return whose conversation it is; none where that is not told."""
    match conversation:
        case {"meta": {"sender": {"id": int(number)}}}:
            return str(number)
        case _:
            return None


_ANOTHERS = Refused(
    code="not_reachable",
    sentence="in Chatwoot this conversation is somebody else's, or of several: answer it there",
)
_CLOSED = Refused(
    code="window_closed",
    sentence="the channel behind this inbox lets nothing more be written to the customer for now: send one of its "
    "templates from Chatwoot, or wait until they write again",
)


def _said(reply: Reply) -> Mapping[str, Any]:
    answered = reply.place.reply_to or ""
    quoted = {"in_reply_to": int(answered)} if NUMBER.fullmatch(answered) else {}
    return {
        "content": reply.draft.text,
        "message_type": "outgoing",
        "private": False,
        "echo_id": reply.id,
        "content_attributes": {OUR_ID: reply.id} | quoted,
    }


def _was_taken(answer: Answer) -> bool:
    return answer.status in (200, 201) and finding.is_message(answer.json())


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - Chatwoot's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is in the conversation, since."""
    where = inbox(presence)
    if where is None or reply.place.channel not in RULES or not _is_address(reply.place):
        yield from ()
        return finding.UNSHOWN
    return (yield from finding.look(reply, where, since, others))


PORT = ReplyPort(frozenset(), RULES, check, send, find, things=(KIND, ACCOUNT_KIND), host_kind=KIND)
