"""Google Play: what customers write of the company's Android apps, found by asking for it again and again."""

CHANNELS = ("play_review",)
"""Without a window: a review may be answered for ever."""

DELIVERED_BY = "poller"

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
