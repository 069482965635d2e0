"""An account answers a post with a post or with a direct message, and a direct message with a direct message.

https://docs.x.com/x-api/posts/manage-tweets/integrate (summons, limits), https://docs.x.com/x-api/direct-messages/manage/integrate,
https://docs.x.com/x-api/fundamentals/rate-limits, https://docs.x.com/x-api/getting-started/pricing
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from shared.lengths import CHARACTERS, WEIGHTED, LengthUnit
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.x import direct, finding, people
from shared.platforms.x.api import HOST, LIMITS
from shared.platforms.x.authority import call
from shared.ports import Answer, Asking, Presence
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

_QUARTER, _DAY = timedelta(minutes=15), timedelta(hours=24)
_MESSAGE: tuple[int, LengthUnit] = (10_000, CHARACTERS)
_MESSAGES = (Rate(15, _QUARTER), Rate(1440, _DAY))

RULES: Mapping[str, Rules] = {
    people.PUBLIC: Rules(
        longest=280,
        unit=WEIGHTED,
        answers=True,
        # Of all apps but Enterprise's, since 23 February 2026 (https://docs.x.com/changelog).
        only_summoned=True,
        # Whoever takes messages of everybody, or follows the account, can be written to (docs.x.com, Manage DMs).
        private_answer=PrivateAnswer(direct.CHANNEL, *_MESSAGE, rates=_MESSAGES),
        rates=(Rate(100, _QUARTER), Rate(10_000, _DAY)),
        echoes=True,
        cost="X bills 0.010 USD for an answer to a summons, 0.200 USD for a post with a link in it, and 0.015 USD for "
        "a direct message",
    ),
    direct.CHANNEL: Rules(
        *_MESSAGE,
        rates=_MESSAGES,
        echoes=True,
        cost="X bills 0.015 USD for a direct message",
    ),
}

_NUMBER = re.compile("[0-9]{1,19}")


class _Saying(NamedTuple):
    """What a place needs: where the request goes, what it holds, and how the answer names what was made."""

    path: str
    said: Mapping[str, Any]
    sent: Callable[[Mapping[str, Any]], Sent | None]


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why X would not take it, or none. A summons of which X does not tell is taken for one."""
    rules = RULES.get(place.channel)
    if rules and (draft.privately or not rules.answers or place.reply_to) and _saying(draft, place) is None:
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="X lets no app answer here: neither below a live broadcast nor in a group; answer in X's own app",
)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call; `presence` has the user's token or keys under the account's id (`authority.py`)."""
    if no_way := no_way_to_say(RULES.get(reply.place.channel), reply.draft, reply.place):
        return no_way
    saying = _saying(reply.draft, reply.place)
    if saying is None:
        return refused(_NOT_REACHABLE)
    token, at = presence.token_of(reply.place.account), now or datetime.now(UTC)
    answer = yield call(token, saying.path, at, said=saying.said, seed=reply.id)
    data = answer.json().get("data")
    made = saying.sent(data) if answer.status in (200, 201) and isinstance(data, dict) else None
    return made or _failed(answer, at)


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is among what the account has said since."""
    token, at = presence.token_of(reply.place.account), now or datetime.now(UTC)
    if _saying(reply.draft, reply.place) is None:
        yield from ()
        return NotThere()
    if reply.place.channel == people.PUBLIC and not reply.draft.privately:
        return (yield from finding.among_posts(reply, token, since, at, others))
    return (yield from finding.among_messages(reply, _person(reply.place), token, since, at, others))


def _person(place: Place) -> str:
    return place.identity.removeprefix(f"x:{place.account}:")


def _saying(draft: Draft, place: Place) -> _Saying | None:
    """Return the request for a place; none where X has none."""
    if place.channel == people.PUBLIC and not draft.privately:
        if not _NUMBER.fullmatch(place.reply_to or "") or not _NUMBER.fullmatch(place.thread):
            return None
        return _Saying("/2/tweets", {"text": draft.text, "reply": {"in_reply_to_tweet_id": place.reply_to}}, _post)
    person = _person(place)
    is_direct = draft.privately or place.thread == "direct"
    if not is_direct or not _NUMBER.fullmatch(person) or person == place.account:
        return None
    return _Saying(f"/2/dm_conversations/with/{person}/messages", {"text": draft.text}, _message)


def _post(data: Mapping[str, Any]) -> Sent | None:
    return finding.sent(str(data["id"])) if data.get("id") else None


def _message(data: Mapping[str, Any]) -> Sent | None:
    # When it was made X says only in the event, which differs from the id by some milliseconds.
    return Sent(external_id=str(data["dm_event_id"])) if data.get("dm_event_id") else None


def _failed(answer: Answer, now: datetime) -> Refused | Later | Unknown:
    if answer.status == 429:
        return Later(seconds=_seconds_of_limit(answer.headers, now))
    if answer.refuses:
        said = answer.json()
        kind = str(said.get("type", "")).rpartition("/")[2]
        detail = f"{kind} {said.get('detail', '')} {said.get('errors', '')}"
        code, sentence = _reason(answer.status, detail)
        return Refused(code=code or str(answer.status), sentence=sentence)
    return Unknown(sentence=f"X did not say whether it has it (status {answer.status}): look in X's own app")


def _seconds_of_limit(headers: Mapping[str, str], now: datetime) -> int | None:
    """Return how long the limits last that are used up, at most a day; none where X does not say."""
    ends = [
        int(end) - int(now.timestamp())
        for limit in LIMITS
        if headers.get(f"{limit}-remaining", "0") == "0"
        and _SECONDS.fullmatch(end := headers.get(f"{limit}-reset", ""))
    ]
    longest = min(max(ends, default=0), int(_DAY.total_seconds()))
    return longest if longest > 0 else None


_SECONDS = re.compile("[0-9]{1,12}", re.ASCII)


def _reason(status: int, detail: str) -> tuple[str, str]:
    fitting = (
        (code, sentence)
        for of_status, pattern, code, sentence in _REASONS
        if of_status in (None, status) and re.search(pattern, detail, re.IGNORECASE)
    )
    return next(fitting)


_REASONS: tuple[tuple[int | None, str, str, str], ...] = (
    (401, r"", "",
     "X does not accept the account's token: let the account authorise the app again, and publish its keys with "
     "`python -m infra.publish tokens`"),
    (402, r"", "", "the app has no credits left at X: buy some in the developer console, then send again"),
    (403, r"unsupported-authentication|Application-Only", "",
     "the token is the app's and no user's: publish the account's own keys under `things` "
     "(shared/platforms/x/README.md)"),
    (403, r"oauth1-permissions|client-forbidden|client-not-enrolled|scope", "",
     "the app may not write: give it *Read and write and Direct message* in the developer console, and authorise the "
     "account again"),
    (403, r"duplicate content", "duplicate",
     "the account has said these very words lately: if it was not this reply, change them"),
    (403, r"not been mentioned or otherwise engaged|reply to this conversation is not allowed|only reply to or quote",
     "not_summoned", "X lets programs answer only who names the account or quotes it: answer in X's own app"),
    (403, r"deleted or not visible", "gone",
     "the post that is answered was deleted, or its author has blocked the account"),
    (403, r"permission to DM|cannot send messages|not (?:following|verified)", "closed",
     "the customer takes no direct messages from the account: answer in public, and ask them to write first"),
    (403, r"too long|shorter", "too_long", "the text is too long for X: shorten it"),
    (403, r"", "",
     "X does not permit it: the text may be longer than this account's may be, hold more than one cashtag, or the app "
     "lacks the right to write"),
    (404, r"", "", "X has no such post or person: it was deleted, or its author has left"),
    (None, r"", "", "X refused it: look at https://docs.x.com/x-api/fundamentals/response-codes-and-errors"),
)  # fmt: skip
"""What X is known to say, by status and words: our word for it, where it has none itself, and what to do."""


PORT = ReplyPort(frozenset({HOST}), RULES, check, send, find)
