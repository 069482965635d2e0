"""What people say, take back, press and react to."""

from shared.models import ContactPoint, Deletion, Direction, Edit, Event, Ignored, Message, Reaction
from shared.platforms import Unit, ignored
from shared.platforms.telegram import content
from shared.platforms.telegram import payload as wire
from shared.platforms.telegram.person import author_of, whose


def _own_phone(unit: Unit, sender: wire.Peer) -> tuple[ContactPoint, ...]:
    """A contact card names the user whose number it is: only with the sender's own id is the number theirs, and only
    when they share it now: one that is passed on may have been made when they had another number."""
    if not (card := unit.value.get("contact")) or "forward_origin" in unit.value:
        return ()
    contact = content.Contact.model_validate(card)
    if contact.user_id != sender.id:
        return ()
    return (ContactPoint(kind="phone", value=f"+{contact.phone_number.lstrip('+')}", proof="contact_share"),)


def _parties(message: wire.Message) -> tuple[wire.Peer, Direction] | None:
    """Return the customer, and whether it is they who speak; nothing where the company speaks to nobody."""
    sender, customer = message.sender, message.customer
    if not sender:
        raise ValueError("a message without a sender")
    if customer:
        return (sender, "inbound") if sender.id == customer.id else (customer, "outbound")
    if message.is_of_the_group:
        answered = _answered(message)
        to = answered.sender if answered else None
        return (to, "outbound") if to and to.id != message.chat.id else None
    return sender, "inbound"


def _answered(message: wire.Message) -> wire.Numbered | None:
    # In a topic, what answers nothing "answers" the notice that opened the topic.
    answered = message.reply_to_message
    return answered if answered and not answered.forum_topic_created else None


def _permalink(message: wire.Message) -> str | None:
    public = message.chat.username and not message.is_private
    return f"https://t.me/{message.chat.username}/{message.message_id}" if public else None


def message(unit: Unit) -> list[Event]:
    return [_said(unit, wire.Message.model_validate(unit.value))]


def edited_message(unit: Unit) -> list[Event]:
    """The message as it is now. The update, not the second, names the version: a second may see two edits."""
    edited = wire.Message.model_validate(unit.value)
    now = _said(unit, edited)
    if isinstance(now, Ignored):
        return [now]
    return [
        Edit(
            identity=now.identity,
            account=now.account,
            channel=now.channel,
            external_id=f"{now.external_id}:edit:{unit.context}",
            # Telegram leaves out the time of an edit that its apps do not show as one.
            occurred_at=edited.edit_date or unit.at,
            dated=edited.edit_date is not None,
            thread=now.thread,
            author=now.author,
            direction=now.direction,
            target=now.external_id,
            text=now.text,
            attachments=now.attachments,
        )
    ]


def _said(unit: Unit, said: wire.Message) -> Message | Ignored:
    if notice := content.service_notice(unit.value):
        return ignored(unit, f"service message: {notice}")
    if not (parties := _parties(said)):
        return ignored(unit, "the group's own voice, to nobody in particular")
    person, direction = parties
    if person.is_bot:
        return ignored(unit, "a bot, not a customer")
    text = said.text or said.caption or content.rich_text(unit.value)
    answered = _answered(said)
    return Message(
        **whose(unit, person),
        external_id=said.external_id,
        occurred_at=said.date,
        thread=said.thread,
        author=author_of(person, _own_phone(unit, person) if direction == "inbound" else ()),
        direction=direction,
        visibility="private" if said.is_private else "public",
        text=text,
        attachments=content.attachments(unit.value, text=text),
        reply_to=said.id_of(answered.number) if answered else None,
        permalink=_permalink(said),
    )


def callback_query(unit: Unit) -> list[Event]:
    """A pressed button, as the words on it. The query has no time: the message's is when the button was shown."""
    query = wire.CallbackQuery.model_validate(unit.value)
    shown = query.message
    return [
        Message(
            **whose(unit, query.from_user),
            external_id=f"callback:{query.id}",
            occurred_at=unit.at,
            dated=False,
            thread=shown.thread if shown else "direct",
            author=author_of(query.from_user),
            visibility="public" if shown and not shown.is_private else "private",
            text=query.choice,
            reply_to=shown.id_of(shown.number) if shown else None,
        )
    ]


def message_reaction(unit: Unit) -> list[Event]:
    change = wire.MessageReactionUpdated.model_validate(unit.value)
    if not (person := change.person):
        return [ignored(unit, "a reaction of the group itself")]
    target = change.id_of(change.message_id)
    signs = [(sign, False) for sign in change.new_reaction if sign not in change.old_reaction]
    signs += [(sign, True) for sign in change.old_reaction if sign not in change.new_reaction]
    return [
        Reaction(
            **whose(unit, person),
            external_id=f"{target}:reaction:{unit.context}:{sign.word}{':removed' if removed else ''}",
            occurred_at=change.date,
            thread=change.thread,
            author=author_of(person),
            target=target,
            emoji=sign.word,
            removed=removed,
        )
        for sign, removed in signs
    ] or [ignored(unit, "a reaction that changed nothing")]


def deleted_business_messages(unit: Unit) -> list[Event]:
    deleted = wire.BusinessMessagesDeleted.model_validate(unit.value)
    return [
        Deletion(
            **whose(unit, deleted.chat),
            external_id=f"{target}:deleted",
            occurred_at=unit.at,
            dated=False,
            thread=deleted.thread,
            target=target,
        )
        for target in map(deleted.id_of, deleted.message_ids)
    ]
