"""TikTok, through a business account: direct messages, and comments below the account's posts."""

from datetime import timedelta

CHANNELS = ("tiktok_dm", "tiktok_comment")

WINDOWS = {"tiktok_dm": timedelta(hours=48)}
"""A comment can be answered as long as it stands there."""

UNNAMED_ANSWERS = ("tiktok_comment",)
"""A comment of the account's own has its `parent_comment_id`, and nobody whom it answers."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
