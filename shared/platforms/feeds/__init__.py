"""Feeds (RSS, Atom, JSON Feed): what is written in public where nobody calls us, found by asking again and again."""

CHANNELS = ("blog",)
"""Without a window: whoever can be answered there at all can be answered for ever."""

DELIVERED_BY = "poller"

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
