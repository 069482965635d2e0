"""The Bot API's objects, as far as we read them (https://core.telegram.org/bots/api#available-types).

Only what decides who speaks to whom, where and when; what a message holds is read by `content.py`.
"""

from datetime import UTC, datetime
from typing import Annotated

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit


def _unix_time(seconds: object) -> datetime:
    if not isinstance(seconds, str | int):
        raise ValueError("a time is a number of seconds")
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("there is no such time") from error


Id = Annotated[str, Field(min_length=1)]
UnixTime = Annotated[datetime, BeforeValidator(_unix_time)]


class Wire(BaseModel):
    """An object of the Bot API: it may hold more than we know, since every release adds fields."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


class Peer(Wire):
    """A `User` or a `Chat`; Telegram uses the same names for what they share."""

    id: Id
    is_bot: bool = False
    first_name: str | None = None
    last_name: str | None = None
    title: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_direct_messages: bool = False

    @property
    def is_person(self) -> bool:
        """Users, and so private chats, have positive ids, all others negative ones (https://core.telegram.org/api/bots/ids)."""
        return not self.id.startswith("-")


class Topic(Wire):
    """A `DirectMessagesTopic`: what one user and a channel's staff say to each other."""

    user: Peer | None = None


class Place(Wire):
    """Where something happened: a chat, as seen by the bot, by a business account or by the guest who summoned the bot.

    Each of these counts chats and messages for itself, so an id means nothing without its scope.
    """

    chat: Peer
    business_connection_id: str | None = None
    guest_query_id: str | None = None
    message_thread_id: str | None = None
    is_topic_message: bool = False
    ephemeral_message_id: str | None = None

    @property
    def scope(self) -> str:
        return self.business_connection_id or ("guest" if self.guest_query_id else "")

    @property
    def thread(self) -> str:
        # Without is_topic_message, message_thread_id numbers the chain of replies in an ordinary group.
        topic = self.message_thread_id if self.is_topic_message else None
        if self.chat.is_person and not self.scope and not topic:
            return "direct"
        return ":".join(filter(None, (self.scope, self.chat.id, topic)))

    @property
    def is_private(self) -> bool:
        return self.chat.is_person or self.chat.is_direct_messages or self.ephemeral_message_id is not None

    def id_of(self, number: str) -> str:
        """Return the external id of a message of this place."""
        return ":".join(filter(None, (self.scope, self.chat.id, number)))


class Numbered(Place):
    """A message as it is referred to, even one that the bot may no longer see."""

    message_id: Id
    from_user: Peer | None = Field(None, alias="from")
    sender_chat: Peer | None = None
    forum_topic_created: object = None

    @property
    def sender(self) -> Peer | None:
        """Whoever writes as a channel or a group has a made-up user in `from`, the same for everybody."""
        return self.sender_chat or self.from_user

    @property
    def number(self) -> str:
        # An ephemeral message has 0 as its message_id.
        return f"ephemeral-{self.ephemeral_message_id}" if self.ephemeral_message_id else self.message_id


class Message(Numbered):
    date: UnixTime
    edit_date: UnixTime | None = None
    direct_messages_topic: Topic | None = None
    is_automatic_forward: bool = False
    reply_to_message: Numbered | None = None
    text: str | None = None
    caption: str | None = None

    @property
    def external_id(self) -> str:
        return self.id_of(self.number)

    @property
    def is_of_the_group(self) -> bool:
        """Whether it is the group's own voice: an administrator who hides behind it, or the linked channel's post."""
        return self.is_automatic_forward or (self.sender_chat is not None and self.sender_chat.id == self.chat.id)

    @property
    def customer(self) -> Peer | None:
        """The person to whom the whole chat belongs, where it is one between them and the company."""
        if self.direct_messages_topic:
            return self.direct_messages_topic.user
        return self.chat if self.chat.is_person and not self.guest_query_id else None


class Button(Wire):
    text: str
    callback_data: str | None = None


class Keyboard(Wire):
    inline_keyboard: tuple[tuple[Button, ...], ...] = ()


class Pressed(Numbered):
    reply_markup: Keyboard = Field(default_factory=Keyboard)


class CallbackQuery(Wire):
    id: Id
    from_user: Peer = Field(alias="from")
    message: Pressed | None = None
    data: str | None = None
    game_short_name: str | None = None

    @property
    def choice(self) -> str:
        """The title of the button that was pressed; its data where the message can no longer be seen."""
        data = self.data or self.game_short_name
        if not data:
            raise ValueError("a callback query without data")
        rows = self.message.reply_markup.inline_keyboard if self.message else ()
        return next((button.text for row in rows for button in row if button.callback_data == data), data)


class Sign(Wire):
    """A `ReactionType`: an emoji, a custom emoji, or the word `paid`."""

    type: Id
    emoji: str | None = None
    custom_emoji_id: str | None = None

    @property
    def word(self) -> str:
        return self.emoji or self.custom_emoji_id or self.type


class MessageReactionUpdated(Place):
    message_id: Id
    date: UnixTime
    user: Peer | None = None
    actor_chat: Peer | None = None
    old_reaction: tuple[Sign, ...]
    new_reaction: tuple[Sign, ...]

    @property
    def person(self) -> Peer | None:
        """Who reacted; nobody where the group itself did, that is an administrator who hides behind it."""
        hidden = self.actor_chat is not None and self.actor_chat.id == self.chat.id
        return self.user or (None if hidden else self.actor_chat)


class BusinessMessagesDeleted(Place):
    message_ids: Annotated[tuple[Id, ...], Field(min_length=1)]


class Membership(Wire):
    status: Id
    user: Peer


class ChatMemberUpdated(Place):
    date: UnixTime
    old_chat_member: Membership
    new_chat_member: Membership


class ChatJoinRequest(Place):
    date: UnixTime
    from_user: Peer = Field(alias="from")


class BotSubscriptionUpdated(Wire):
    user: Peer
    state: Id


def split(delivery: Delivery) -> list[Unit]:
    """Return the one thing that an `Update` holds: its name is the field it is in, its context the `update_id`.

    An update has no time of its own, so its instant is the one at our door. Raises `UnreadableDelivery` for anything
    but an update.
    """
    try:
        update = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("telegram: not JSON") from error
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int | str):
        raise UnreadableDelivery("telegram: not an Update, which has an update_id")
    number = str(update.pop("update_id"))
    return [Unit(name, value, delivery.account, delivery.received_at, number) for name, value in update.items()]
