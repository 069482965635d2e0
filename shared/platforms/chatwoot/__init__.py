"""Chatwoot, for a company that keeps its inbox: what customers write there, and what its agents answer them."""

CHANNELS = ("chatwoot_conversation",)
"""Without a window: what Chatwoot's own channels let through is Chatwoot's to say, message by message."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing beyond the plan")
