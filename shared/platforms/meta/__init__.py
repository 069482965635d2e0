"""Meta: Messenger, Facebook Pages, Instagram and WhatsApp, which share one app, one signature and one envelope."""

CHANNELS: tuple[str, ...] = (
    "messenger",
    "facebook_comment",
    "facebook_review",
    "instagram_dm",
    "instagram_comment",
    "whatsapp",
)

OWN_HANDSHAKE_SECRETS = True
"""The handshake is checked with a verify token that we made up, and never with the app secret."""
