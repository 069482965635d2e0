"""Meta: Messenger, Facebook Pages, Instagram and WhatsApp, which share one app, one signature and one envelope."""

from collections.abc import Mapping
from datetime import timedelta

CHANNELS: tuple[str, ...] = (
    "messenger",
    "facebook_comment",
    "facebook_review",
    "instagram_dm",
    "instagram_comment",
    "whatsapp",
)

WINDOWS: Mapping[str, timedelta] = dict.fromkeys(("messenger", "instagram_dm", "whatsapp"), timedelta(hours=24))
"""Meta's rules, from the person's last message on. Beyond, WhatsApp takes approved templates only
(https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages). What Messenger and
Instagram have beyond is not counted on here: the tag `HUMAN_AGENT` (seven days) is for what a person writes, of
apps to which Meta has granted it (`reply.py`), and who came through an advertisement may get longer
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy).
What is public is answered in public, at any time."""

UNNAMED_ANSWERS = ("facebook_comment", "facebook_review", "instagram_comment")
"""A comment of the company's own has `parent_id`, and nobody whom it answers."""

OWN_HANDSHAKE_SECRETS = True
"""The handshake is checked with a verify token that we made up, and never with the app secret."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
"""WhatsApp too bills what the company sends alone."""
