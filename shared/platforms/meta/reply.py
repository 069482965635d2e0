"""Replies on Messenger, a Page, Instagram and WhatsApp: what Meta lets through where, and the one call that says it.

Where Meta documents a rule stands beside it. The lengths of comments it documents nowhere: they are those at which its
own apps stop. A private answer to a comment: https://developers.facebook.com/documentation/instagram-platform/private-replies
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from shared.lengths import BYTES, CHARACTERS
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.meta import graph
from shared.platforms.meta.replies import errors, finding, requests
from shared.ports import Asking, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    PrivateAnswer,
    Rate,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

_SECOND, _WEEK = timedelta(seconds=1), timedelta(days=7)

_MESSAGES = (Rate(300, _SECOND),)
"""https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting"""

_PRIVATE_ANSWERS = (Rate(750, timedelta(hours=1)),)
"""https://developers.facebook.com/documentation/business-messaging/instagram-messaging/overview (rate limits)"""

RULES: Mapping[str, Rules] = {
    "messenger": Rules(
        longest=2000,  # https://developers.facebook.com/docs/messenger-platform/reference/send-api
        unit=CHARACTERS,
        window=requests.DAY,
        by_a_person=_WEEK,
        right=requests.HUMAN_AGENT,
        rates=_MESSAGES,
        echoes=True,
        echo_has_id=True,
    ),
    "instagram_dm": Rules(
        longest=1000,  # https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message
        unit=BYTES,
        window=requests.DAY,
        by_a_person=_WEEK,
        right=requests.HUMAN_AGENT,
        rates=_MESSAGES,
        echoes=True,
    ),
    "facebook_comment": Rules(
        longest=8000,
        unit=CHARACTERS,
        answers=True,
        private_answer=PrivateAnswer("messenger", 2000, CHARACTERS, within=_WEEK, once=True, rates=_PRIVATE_ANSWERS),
        echoes=True,
    ),
    "facebook_review": Rules(longest=8000, unit=CHARACTERS, answers=True, echoes=True),
    "instagram_comment": Rules(
        longest=2200,
        unit=CHARACTERS,
        answers=True,
        private_answer=PrivateAnswer("instagram_dm", 1000, BYTES, within=_WEEK, once=True, rates=_PRIVATE_ANSWERS),
        echoes=True,
    ),
    "whatsapp": Rules(
        longest=4096,  # https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
        unit=CHARACTERS,
        window=requests.DAY,
        templates=True,
        # https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput; besides, one in six
        # seconds to one person.
        rates=(Rate(80, _SECOND),),
        echoes=True,
        echo_has_id=True,
        cost="WhatsApp bills templates and texts, by kind and the customer's country",
    ),
}


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Meta would not take it, or none."""
    rules = RULES.get(place.channel)
    if rules and place.reply_to and draft.privately and requests.is_mention(place):
        return _MENTIONED
    if rules and not rules.answers and requests.address(place) is None:
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now)


_MENTIONED = Refusal(
    code="no_private_answer",
    sentence="what others write on their own pages cannot be answered in private: answer it in public",
    alternatives=("publicly",),
)
_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no address that Meta lets be written to: write to the customer where else they are known",
)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, with the token of the Page, the Instagram account or the number."""
    if no_way := no_way_to_say(RULES.get(reply.place.channel), reply.draft, reply.place):
        return no_way
    thing = requests.thing_of(presence, reply.place)
    saying = requests.saying(reply, thing, now or datetime.now(UTC))
    if saying is None:
        return refused(_MENTIONED if reply.draft.privately else _NOT_REACHABLE)
    answer = yield requests.call(presence, thing, saying.path, saying.said)
    made = saying.sent(answer.json()) if answer.status == 200 else None
    return made or errors.verdict(answer)


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - Meta's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is in the conversation, or below the comment, since."""
    return (yield from finding.look(reply, presence, since, others))


PORT = ReplyPort(graph.HOSTS, RULES, check, send, find)
