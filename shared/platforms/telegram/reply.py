"""A bot answers with `sendMessage` (https://core.telegram.org/bots/api#sendmessage).

Telegram gives nothing of ours back, tells a bot of none of its own messages, and lets it read no history: whether a
message was taken whose answer was lost, nobody can find out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic import ValidationError

from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.telegram import payload as wire
from shared.platforms.telegram.person import CHANNEL
from shared.platforms.telegram.subscription import HOST
from shared.ports import Answer, Asking, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Draft, Later, Place, Rate, Refusal, Refused, Reply, ReplyPort, Rules, Sent, Unknown

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        # Of characters, and not of UTF-16 units as in entities: 4096 emoji are taken, and one more is not.
        longest=4096,
        unit=CHARACTERS,
        # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this; besides, one a second in a
        # chat and 20 a minute in a group, which an answer's `retry_after` says when it matters.
        rates=(Rate(30, timedelta(seconds=1)),),
    )
}

_BUSINESS_WINDOW = timedelta(hours=24)
"""In a business account's name only chats are written to that were active in that time
(https://core.telegram.org/bots/api#businessbotrights)."""

_GUEST = "guest"
_EPHEMERAL = "ephemeral-"

_THREAD = re.compile("(?:(?P<scope>[^:]*[^:0-9-][^:]*):)?(?P<chat>-?[0-9]+)(?::(?P<topic>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class _Address:
    """Where a message goes: as an event's `thread` has it, taken apart again. `number` is the message answered."""

    chat: str
    person: str
    scope: str | None = None
    topic: str | None = None
    number: str | None = None
    private: bool = True

    @property
    def is_shared(self) -> bool:
        """Whether the chat has more people than one: a group's, or that of a channel with all who write to it."""
        return self.chat.startswith("-")

    @property
    def is_ambiguous(self) -> bool:
        """Whether it cannot be told how the one customer is reached, so that all would read it: what is answered tells
        an ephemeral message from one to a channel."""
        return self.is_shared and self.private and self.number is None

    def body(self, text: str) -> dict[str, Any]:
        """Return the request, which goes to the one customer where the place is private."""
        said: dict[str, Any] = {"chat_id": int(self.chat), "text": text}
        if self.scope:
            said["business_connection_id"] = self.scope
        if self.topic:
            said["message_thread_id"] = int(self.topic)
        if self.number and self.number.startswith(_EPHEMERAL):
            # Only the person sees it: https://core.telegram.org/bots/api#ephemeralmessageparameters
            return said | {"ephemeral_message_parameters": {"receiver_user_id": int(self.person)}}
        if self.is_shared and self.private:
            said["direct_messages_topic_id"] = int(self.person)  # a user's topic has the user's id
        if self.number:
            said["reply_parameters"] = {"message_id": int(self.number), "allow_sending_without_reply": True}
        return said


def _address(place: Place) -> _Address | None:
    """Return where a place is; none where it is no address of Telegram's."""
    person = place.identity.removeprefix(f"{CHANNEL}:{place.account}:")
    found = _THREAD.fullmatch(person if place.thread == "direct" else place.thread)
    if found is None or not re.fullmatch("-?[0-9]+", person):
        return None
    scope, chat, topic = found.group("scope", "chat", "topic")
    own = ":".join(filter(None, (scope, chat)))
    answered = (place.reply_to or "").removeprefix(f"{own}:")
    number = answered if re.fullmatch(f"(?:{_EPHEMERAL})?[0-9]+", answered) else None
    return _Address(chat, person, scope, topic, number, place.visibility == "private")


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Telegram would not take it, or none."""
    rules = RULES.get(place.channel)
    where = _address(place)
    if rules and (where is None or where.scope == _GUEST):
        return _NOT_REACHABLE
    if rules and where and where.scope:
        rules = replace(rules, window=_BUSINESS_WINDOW)
    return check_by_rules(rules, draft, place, now) or (_WHICH if where and where.is_ambiguous else None)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="Telegram lets a bot that was called into others' chat answer only at once, through the call itself: "
    "write to the person in their own chat with the bot, if they have one",
)
_WHICH = Refusal(
    code="nothing_to_answer",
    sentence="this chat has others in it: name the message that is answered, so that only its author reads it",
)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:  # noqa: ARG001
    """Say it, in one call."""
    if no_way := no_way_to_say(RULES.get(reply.place.channel), reply.draft, reply.place):
        return no_way
    where = _address(reply.place)
    if where is None or where.scope == _GUEST:
        return refused(_NOT_REACHABLE)
    if where.is_ambiguous:
        return refused(_WHICH)
    answer = yield Call(
        "POST",
        f"https://{HOST}/bot{presence.token}/sendMessage",
        {"content-type": "application/json"},
        orjson.dumps(where.body(reply.draft.text)),
    )
    return _sent(answer) or _failed(answer, where)


def _sent(answer: Answer) -> Sent | None:
    if answer.status != 200:
        return None
    try:
        message = wire.Message.model_validate(answer.json().get("result"))
    except ValidationError:
        return None
    return Sent(external_id=message.external_id, at=message.date)


def _failed(answer: Answer, where: _Address) -> Refused | Later | Unknown:
    said = answer.json()
    code = said.get("error_code", answer.status)
    if answer.status == 429:
        parameters = said.get("parameters")
        after = parameters.get("retry_after") if isinstance(parameters, dict) else None
        # A group has a limit of its own, the lowest of all; of any other, Telegram does not say whose it is.
        return Later(seconds=after if isinstance(after, int) and after >= 0 else None, account=not where.is_shared)
    if answer.refuses:
        described = str(said.get("description", ""))
        return Refused(code=str(code), sentence=told(_REASONS, described, answer.status))
    if answer.status == 200:
        return Unknown(sentence="Telegram answered in a shape that we do not know: look into the chat")
    return Unknown(sentence=f"Telegram did not say whether it has it (status {answer.status}): look into the chat")


_TOKEN = (
    "Telegram does not know the bot's token: make one with /token at @BotFather, publish it with "  # noqa: S105
    "`python -m infra.publish tokens`, then send again"
)
_REASONS: Reasons = (
    (401, r"", _TOKEN),
    (404, r"", _TOKEN),
    (None, r"blocked by the user", "the customer has blocked the bot: reach them where else they are known"),
    (None, r"deactivated|deleted", "the customer's Telegram account is gone: reach them where else they are known"),
    (None, r"kicked|not a member|not enough rights|have no rights|CHAT_WRITE_FORBIDDEN|CHAT_ADMIN_REQUIRED",
     "the bot may not write in this group any more: let an administrator add it again"),
    (None, r"can't initiate|BOT_USER_NOT_STARTED|chat not found|PEER_ID_INVALID|user not found",
     "the customer has no chat with this bot: they have to write to it first"),
    (None, r"BUSINESS_PEER_USAGE_MISSING", "in the business account's name only who wrote in the last 24 hours is "
     "answered: wait until they write again, or answer in Telegram's own app"),
    (None, r"BUSINESS_", "the business account does not let the bot answer: look at Settings, Telegram Business, "
     "Chatbots"),
    (None, r"too long", "the text is too long for Telegram: shorten it to 4096 characters"),
    (None, r"text is empty|must be non-empty", "there is nothing in the text that Telegram shows: write one"),
    (None, r"upgraded to a supergroup", "the group has become another one with a new id: answer a message of "
     "the new one"),
    (None, r"TOPIC_|thread not found|topic", "the topic was closed or deleted: answer a message of another one"),
    (None, r"", "Telegram refused it: look up the code at https://core.telegram.org/api/errors"),
)  # fmt: skip
"""What to do, by the words that Telegram is known to use; the first that fits counts."""


PORT = ReplyPort(frozenset({HOST}), RULES, check, send)
