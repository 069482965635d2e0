"""Telegram, through a bot's webhook: private chats, groups, business accounts and channels' direct messages."""

CHANNELS = ("telegram",)
