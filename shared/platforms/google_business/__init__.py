"""Google Business Profile: what customers write of the company's places on Google Maps and in its search."""

CHANNELS = ("google_review",)
"""Without a window: a review may be answered for ever."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
