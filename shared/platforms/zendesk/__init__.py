"""Zendesk, for a company that keeps its help desk: what customers write in tickets, and what its agents answer them."""

CHANNELS = ("zendesk_ticket",)
"""Without a window: who has a ticket can be answered in it, and in a follow-up once it is closed."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing beyond the plan")
