"""X: public posts and direct messages, through the X Activity API, the Account Activity API and filtered streams."""

CHANNELS = ("x_mention", "x_dm")
"""Without a window: a mention is itself the summons that X asks for, and who wrote a direct message may be answered."""

RECEIVING = {
    "x_mention": "X bills 0.005 USD for each post that it tells of, and 0.001 USD for a like",
    "x_dm": "X bills 0.010 USD for each message that it tells of",
}
