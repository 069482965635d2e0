"""The App Store: what customers write of the company's apps for Apple's devices, found by asking for it again and
again."""

CHANNELS = ("appstore_review",)
"""Without a window: a review may be answered for ever."""

DELIVERED_BY = "poller"

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
