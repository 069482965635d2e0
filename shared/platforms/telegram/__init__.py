"""Telegram, through a bot's webhook: private chats, groups, business accounts and channels' direct messages."""

CHANNELS = ("telegram",)
"""Without a window: whoever wrote to a bot can be written to until they block it."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
