"""What each kind of `Update` means to us (https://core.telegram.org/bots/api#update)."""

from collections.abc import Mapping

from shared.platforms import Handler, ignored
from shared.platforms.telegram import messages, relations


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


_PUBLICATION = _ignore("the company's own publication in its channel: it has no customer")
_BOOST = _ignore("a boost of a chat: nothing to answer")
_PAYMENT = _ignore("a step of a payment: the shop's own bot answers it within seconds")

EVENTS: Mapping[str, Handler] = {
    "message": messages.message,
    "business_message": messages.message,
    "guest_message": messages.message,
    "edited_message": messages.edited_message,
    "edited_business_message": messages.edited_message,
    "callback_query": messages.callback_query,
    "message_reaction": messages.message_reaction,
    "deleted_business_messages": messages.deleted_business_messages,
    "my_chat_member": relations.my_chat_member,
    "chat_member": relations.chat_member,
    "chat_join_request": relations.chat_join_request,
    "subscription": relations.subscription,
    "channel_post": _PUBLICATION,
    "edited_channel_post": _PUBLICATION,
    "chat_boost": _BOOST,
    "removed_chat_boost": _BOOST,
    "shipping_query": _PAYMENT,
    "pre_checkout_query": _PAYMENT,
    "purchased_paid_media": _ignore("a purchase: nothing was said"),
    "message_reaction_count": _ignore("counts of anonymous reactions: they have no author"),
    "poll": _ignore("a poll's totals: they have no author"),
    "poll_answer": _ignore("a vote names its options by number only"),
    "inline_query": _ignore("typed for another chat: not said to us"),
    "chosen_inline_result": _ignore("sent to another chat: not said to us"),
    "business_connection": _ignore("the company's own account was connected or disconnected"),
    "managed_bot": _ignore("a bot of the company's own changed hands"),
}
