"""X: public posts and direct messages, through the X Activity API, the Account Activity API and filtered streams."""

CHANNELS = ("x_mention", "x_dm")
