"""X: public posts and direct messages, through the X Activity API, the Account Activity API and filtered streams."""

CHANNELS = ("x_mention", "x_dm")
"""Without a window: a mention is itself the summons that X asks for, and who wrote a direct message may be answered."""
