"""What is said in public: posts, replies and quotes, their edits and deletions, and the signs that people give."""

from contextlib import suppress

from pydantic import ValidationError

from shared.models import Attachment, Deletion, Direction, Edit, Event, Message, Reaction
from shared.platforms import Unit, ignored
from shared.platforms.x import wire, wire_posts
from shared.platforms.x.payload import FILTERED_STREAM, Beside
from shared.platforms.x.people import PUBLIC, user, whose

_SUMMONS = frozenset({"post.mention.create", "post.quote.create"})
"""X's words for a post that names the account, or quotes a post of it."""


def post(unit: Unit) -> list[Event]:
    """A post. X sends the same one under every name that fits it, and in every product: its key is the same in all."""
    said = wire_posts.Post.model_validate(unit.value)
    own = said.author_id == unit.account
    direction: Direction = "outbound" if own else "inbound"
    person = _spoken_to(unit, said) if own else said.author_id
    if person is None:
        return [ignored(unit, "own post to nobody in particular", said.id)]
    if said.reposted:
        return [_repost(unit, said, said.reposted, person, direction)]
    whom = whose(unit, person, channel=PUBLIC, language=None if own else said.lang)
    text, attachments = _text(said), _attachments(unit, said)
    summons = None if own else _summons(unit, said)
    overheard = not own and _is_overheard(unit, said, summons=summons)
    if said.id != said.original:
        return [
            Edit(
                **whom,
                external_id=said.id,
                occurred_at=said.sent_at,
                thread=said.thread,
                direction=direction,
                target=said.original,
                text=text,
                attachments=attachments,
                overheard=overheard,
            )
        ]
    author = user(unit, said.author_id)
    return [
        Message(
            **whom,
            external_id=said.id,
            occurred_at=said.sent_at,
            thread=said.thread,
            direction=direction,
            visibility="public",
            text=text,
            attachments=attachments,
            reply_to=said.replied_to or said.quoted,
            # X itself links to posts whose author it does not name as i/web.
            permalink=f"https://x.com/{(author and author.username) or 'i/web'}/status/{said.id}",
            summons=summons,
            overheard=overheard,
        )
    ]


def _summons(unit: Unit, said: wire_posts.Post) -> bool | None:
    """Whether the author calls the account, without which X lets few apps answer: by a mention, or a quote of its own
    (https://docs.x.com/x-api/posts/manage-tweets/integrate)."""
    named = said.names(unit.account)
    if unit.name in _SUMMONS or named:
        return True
    quoted = _author_if_told(unit, said.quoted)
    if quoted == unit.account:
        return True
    return None if said.quoted and not quoted else named


def _is_overheard(unit: Unit, said: wire_posts.Post, *, summons: bool | None) -> bool:
    """Whether nobody spoke to the account: only a filtered stream brings what neither names nor quotes nor answers it.

    X leaves `entities` out of a post that has none: where nothing is told of mentions, one without an @ has none.
    """
    if unit.name != FILTERED_STREAM or said.in_reply_to_user_id == unit.account:
        return False
    return summons is False or (summons is None and not said.quoted and "@" not in said.text)


def _author_if_told(unit: Unit, number: str | None) -> str | None:
    with suppress(ValidationError):  # what is quoted need not be readable for the quote to be
        return _author_of(unit, number)
    return None


def _spoken_to(unit: Unit, said: wire_posts.Post) -> str | None:
    """The customer to whom a post of ours speaks: whom it answers, else whose post it quotes or reposts.

    A longer answer goes on in replies to ourselves, whose first addressee it is then.
    """
    spoken_of = (_author_of(unit, number) for number in (said.quoted, said.reposted))
    people = (said.in_reply_to_user_id, *said.addressed, *spoken_of)
    return next((person for person in people if person and person != unit.account), None)


def _author_of(unit: Unit, number: str | None) -> str | None:
    return _mentioned(unit, number).author_id if number else None


def _mentioned(unit: Unit, number: str) -> wire_posts.Mentioned:
    beside: Beside = unit.context
    return wire_posts.Mentioned.model_validate(beside.posts.get(number, {}))


def _text(said: wire_posts.Post) -> str:
    """What was written: without the short links that X adds for media."""
    text = said.text
    added = [media.link for media in said.media] + [link.url for link in said.links if link.media_key]
    for link in filter(None, added):
        text = text.replace(link, "")
    return text.strip() if added else text


def _attachments(unit: Unit, said: wire_posts.Post) -> tuple[Attachment, ...]:
    beside: Beside = unit.context
    media = (beside.attached.get(key) or {"media_key": key, "type": "media"} for key in said.media_keys)
    polls = (beside.attached.get(number) or {"id": number} for number in said.poll_ids)
    return (
        *(each.attachment for each in said.media),
        *(wire.Media.model_validate(each).attachment for each in media),
        *(wire.Poll.model_validate(each).attachment for each in polls),
    )


def _repost(unit: Unit, said: wire_posts.Post, reposted: str, person: str, direction: Direction) -> Reaction:
    """A repost says nothing of its own: its text is the other post's."""
    return Reaction(
        **whose(unit, person, channel=PUBLIC),
        external_id=said.id,
        occurred_at=said.sent_at,
        thread=_mentioned(unit, reposted).conversation_id or reposted,
        direction=direction,
        target=reposted,
        emoji="repost",
    )


def deletion(unit: Unit) -> list[Event]:
    """A post taken back. X tells of the subscribed account's own, and not whom they spoke to; only AAA says when."""
    gone = wire_posts.PostDeletion.model_validate(unit.value)
    return [
        Deletion(
            **whose(unit, gone.author_id, channel=PUBLIC),
            external_id=f"{gone.id}:deleted",
            occurred_at=gone.timestamp_ms or unit.at,
            dated=False,
            thread=gone.id,
            direction="outbound" if gone.author_id == unit.account else "inbound",
            target=gone.id,
        )
    ]


def like(unit: Unit) -> list[Event]:
    liked = wire_posts.Like.model_validate(unit.value)
    liker = _liker(unit, liked)
    own = liker == unit.account
    person = liked.author_id if own else liker
    if person is None or person == unit.account:
        return [ignored(unit, "a like of an own post by nobody that X names", liked.liked_id)]
    return [
        Reaction(
            **whose(unit, person, channel=PUBLIC),
            external_id=f"{liked.liked_id}:like:{liker}",
            occurred_at=liked.timestamp_ms or unit.at,
            dated=liked.timestamp_ms is not None,
            thread=_mentioned(unit, liked.liked_id).conversation_id or liked.liked_id,
            direction="outbound" if own else "inbound",
            target=liked.liked_id,
            emoji="like",
        )
    ]


def _liker(unit: Unit, liked: wire_posts.Like) -> str | None:
    """Who liked. XAA does not say: with another's post it is the account, with its own the one other person named."""
    beside: Beside = unit.context
    if liked.liker_id:
        return liked.liker_id
    if liked.author_id != unit.account or beside.direction == "outbound":
        return unit.account
    others = beside.users.keys() - {unit.account}
    return min(others) if len(others) == 1 else None


def broadcast_chat(unit: Unit) -> list[Event]:
    """What somebody wrote below a live broadcast of the account's; X does not date it."""
    said = wire_posts.BroadcastChat.model_validate(unit.value)
    if said.author_id == unit.account:
        return [ignored(unit, "own words in an own broadcast", said.message_id)]
    return [
        Message(
            **whose(unit, said.author_id, channel=PUBLIC),
            external_id=said.message_id,
            occurred_at=unit.at,
            dated=False,
            thread=f"broadcast:{said.broadcast_id}",
            visibility="public",
            text=said.message,
        )
    ]
