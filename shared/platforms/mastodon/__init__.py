"""Mastodon, through an instance's own webhook: what its members write to the company's account there."""

CHANNELS = ("mastodon_mention", "mastodon_dm")
"""Without a window: a status can be answered as long as it stands there."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
