"""Trustpilot: what customers write of the company's service, found by asking for it again and again."""

CHANNELS = ("trustpilot_review",)
"""Without a window: a review may be answered for ever."""

DELIVERED_BY = "poller"

RECEIVING = dict.fromkeys(CHANNELS, "nothing beyond the plan")
