"""What each of X's words means.

Sources: https://docs.x.com/x-api/activity/introduction, the `event_type` of https://docs.x.com/openapi.json, and
https://docs.x.com/x-api/account-activity/introduction.
"""

from collections.abc import Mapping

from shared.models import Event
from shared.platforms import Handler, Unit, ignored
from shared.platforms.x import direct, people, posts
from shared.platforms.x.payload import FILTERED_STREAM, Beside

IGNORED: Mapping[str, str] = {
    "dm.indicate_typing": "somebody is typing",
    "direct_message_indicate_typing_events": "somebody is typing",
    "chat.conversation_join": "somebody joined an encrypted group",
    "chat.conversation.join": "somebody joined an encrypted group",
    "chat.conversation.member_added": "an encrypted group changed",
    "chat.conversation.member_removed": "an encrypted group changed",
    "chat.conversation.admin_added": "an encrypted group changed",
    "chat.conversation.admin_removed": "an encrypted group changed",
    "chat.update.group_name": "an encrypted group changed",
    "chat.update.restrictions": "an encrypted group changed",
    "broadcast.start": "a broadcast started",
    "broadcast.end": "a broadcast ended",
    "spaces.start": "a Space started",
    "spaces.end": "a Space ended",
    "news.new": "a headline, by nobody in particular",
    "oauth.revoke": "AUTHORISATION REVOKED: nothing more will come for this account",
    "user_event.revoke": "AUTHORISATION REVOKED: nothing more will come for this account",
    "replay_job_status.Complete": "a replay is complete",
    "replay_job_status.Incomplete": "A REPLAY IS INCOMPLETE: ask for it again",
}


def _ignore(reason: str) -> Handler:
    def handler(unit: Unit) -> list[Event]:
        beside: Beside = unit.context
        return [ignored(unit, reason, beside.event_uuid or "")]

    return handler


EVENTS: Mapping[str, Handler] = {
    "post.create": posts.post,
    "post.mention.create": posts.post,
    "post.reply.create": posts.post,
    "post.quote.create": posts.post,
    "post.repost.create": posts.post,
    "tweet_create_events": posts.post,
    FILTERED_STREAM: posts.post,
    "post.delete": posts.deletion,
    "tweet_delete_events": posts.deletion,
    "like.create": posts.like,
    "favorite_events": posts.like,
    "broadcast.chat": posts.broadcast_chat,
    "dm.received": direct.message,
    "dm.sent": direct.message,
    "direct_message_events": direct.message,
    "dm.read": direct.read,
    "direct_message_mark_read_events": direct.read,
    "chat.received": direct.chat,
    "chat.sent": direct.chat,
    "follow.follow": people.relation,
    "follow.unfollow": people.relation,
    "follow_events": people.relation,
    "follow_events.unfollow": people.relation,
    "unfollow_events": people.relation,
    "mute.mute": people.relation,
    "mute.unmute": people.relation,
    "mute_events": people.relation,
    "mute_events.unmute": people.relation,
    "unmute_events": people.relation,
    "block.block": people.relation,
    "block.unblock": people.relation,
    "block_events": people.relation,
    "block_events.unblock": people.relation,
    "unblock_events": people.relation,
    **dict.fromkeys(people.PROFILE_FIELDS, people.profile_update),
    **{name: _ignore(reason) for name, reason in IGNORED.items()},
}
