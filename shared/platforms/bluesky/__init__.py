"""Bluesky, over the AT Protocol: posts that speak to the company or of it, and direct messages, asked for again and
again, since nobody calls us."""

CHANNELS = ("bluesky_mention", "bluesky_dm")
"""Without windows: what is public can be answered for ever, and so can whoever takes messages."""

DELIVERED_BY = "poller"

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
