"""Whether a reply whose answer was lost is in the forum: in its topic, or among the private messages that were sent.

https://docs.discourse.org/#tag/Topics/operation/getTopic,
https://docs.discourse.org/#tag/Private-Messages/operation/getUserSentPrivateMessages; `include_raw` stands in
discourse/discourse, app/controllers/topics_controller.rb.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from shared.platforms.discourse.api import Forum
from shared.platforms.discourse.payload import Post
from shared.ports import Answer, Asking
from shared.replying import NotThere, Reply, Sent, Unknown

_LONGEST_TITLE = 255
_CLOCKS_DIFFER = timedelta(minutes=1)
_MOST_TOPICS = 5
"""So many topics of the same title are looked into."""

UNSHOWN = Unknown(sentence="the forum did not show what was posted since: look there")

type _Found = Asking[Sent | NotThere | Unknown]


def title(reply: Reply) -> str:
    """Return what stands over a private answer."""
    return f"Re: {reply.place.title or reply.place.thread}"[:_LONGEST_TITLE]


def look(reply: Reply, forum: Forum, since: datetime, others: Collection[str] = ()) -> _Found:
    """Look where it would be; `others` are ids of which it is known that they are not the reply's."""
    since -= _CLOCKS_DIFFER
    if reply.draft.privately:
        return (yield from _among_messages(reply, forum, since, others))
    return (yield from _in_topic(reply, forum, since, others))


def _in_topic(reply: Reply, forum: Forum, since: datetime, others: Collection[str]) -> _Found:
    topic = f"/t/{reply.place.thread}"
    answer = yield forum.get(f"{topic}.json", include_raw="true")
    last = answer.json().get("highest_post_number")
    posts = _posts(answer)
    if posts and isinstance(last, int) and all(int(post.post_number) != last for post in posts):
        # Of a long topic, the first posts are shown, and those around one that is asked for.
        answer = yield forum.get(f"{topic}/{last}.json", include_raw="true")
        posts = _posts(answer)
        if posts and all(post.created_at >= since for post in posts) and len(posts) < _count(answer):
            found = _among(posts, reply, forum, since, others)
            return found if isinstance(found, Sent) else UNSHOWN
    return _among(posts, reply, forum, since, others) if posts else UNSHOWN


def _among_messages(reply: Reply, forum: Forum, since: datetime, others: Collection[str]) -> _Found:
    answer = yield forum.get(f"/topics/private-messages-sent/{forum.user}.json")
    listed = answer.json().get("topic_list")
    if not isinstance(listed, dict) or not isinstance(topics := listed.get("topics"), list) or answer.status != 200:
        return UNSHOWN
    named = [each["id"] for each in topics if _may_be(each, title(reply))]
    for number in named[:_MOST_TOPICS]:
        answer = yield forum.get(f"/t/{number}.json", include_raw="true")
        posts = _posts(answer)
        if not posts:
            return UNSHOWN
        if answer.json().get("external_id") == reply.id:
            return Sent(external_id=posts[0].id, at=posts[0].created_at, thread=str(number))
        found = _among(posts[:1], reply, forum, since, others)
        if isinstance(found, Sent):
            return found.model_copy(update={"thread": str(number)})
        if not isinstance(found, NotThere):
            return found
    return NotThere() if len(named) <= _MOST_TOPICS and _is_whole(listed, since) else UNSHOWN


def _is_whole(listed: Mapping[str, Any], since: datetime) -> bool:
    """Whether a list, which begins with what was said last, goes back as far as that."""
    if not listed.get("more_topics_url"):
        return True
    last = listed["topics"][-1:]
    try:
        return datetime.fromisoformat(last[0]["bumped_at"]) < since
    except (IndexError, KeyError, TypeError, ValueError):  # a naive instant among them
        return False


def _may_be(topic: Any, wanted: str) -> bool:
    """Whether a topic has this title, which Discourse makes prettier, and an id."""
    if not isinstance(topic, dict) or not isinstance(topic.get("id"), int):
        return False
    return _letters(str(topic.get("title", ""))) == _letters(wanted)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _posts(answer: Answer) -> list[Post]:
    """Return the posts that are shown, in their order; none where any cannot be read."""
    stream = answer.json().get("post_stream")
    posts = stream.get("posts") if answer.status == 200 and isinstance(stream, dict) else None
    try:
        return list(_read(posts)) if isinstance(posts, list) else []
    except ValidationError:
        return []


def _read(posts: list[Any]) -> Iterator[Post]:
    yield from (Post.model_validate(post) for post in posts)


def _count(answer: Answer) -> int:
    count = answer.json().get("posts_count")
    return count if isinstance(count, int) else 0


def _among(
    posts: list[Post], reply: Reply, forum: Forum, since: datetime, others: Collection[str]
) -> Sent | NotThere | Unknown:
    # In a topic several people are answered, and each answer has the number of what it answers.
    answered = next((post.post_number for post in posts if post.id == reply.place.reply_to), None)
    ours = [
        post
        for post in posts
        if post.created_at >= since
        and (post.username or "").casefold() == forum.user.casefold()
        and post.id not in others
        and (answered is None or post.reply_to_post_number in (None, answered))
    ]
    for post in ours:
        if (post.raw or "").split() == reply.draft.text.split():
            is_known = answered is not None or post.reply_to_post_number is None
            return Sent(external_id=post.id, at=post.created_at) if is_known else UNSHOWN
    return UNSHOWN if any(post.raw is None for post in ours) else NotThere()
