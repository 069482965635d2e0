"""Meta: Messenger, Facebook Pages, Instagram and WhatsApp, which share one app, one signature and one envelope."""

CHANNELS: tuple[str, ...] = (
    "messenger",
    "facebook_comment",
    "facebook_review",
    "instagram_dm",
    "instagram_comment",
    "whatsapp",
)
